# Libdl: what Base.Libc.Libdl has, as a package.

module Libdl

import Base.Libc.Libdl: DL_LOAD_PATH, RTLD_DEEPBIND, RTLD_FIRST, RTLD_GLOBAL, RTLD_LAZY, RTLD_LOCAL, RTLD_NODELETE, RTLD_NOLOAD,
    RTLD_NOW, dlclose, dlext, dllist, dlopen, dlopen_e, dlpath, dlsym, dlsym_e, find_library

export DL_LOAD_PATH, RTLD_DEEPBIND, RTLD_FIRST, RTLD_GLOBAL, RTLD_LAZY, RTLD_LOCAL, RTLD_NODELETE, RTLD_NOLOAD, RTLD_NOW,
    dlclose, dlext, dllist, dlopen, dlopen_e, dlpath, dlsym, dlsym_e, find_library

end
