// Numbers that Linux on x86-64 (with glibc) has and other systems have not: flags of mmap and dlopen, and where the
// dynamic linker finds libraries.

/** mmap's protections and flags. Source: asm-generic/mman.h. */
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_ANONYMOUS = 0x20;
export const MAP_NORESERVE = 0x4000;

/** memfd_create's flag: the descriptor does not outlive an exec. */
export const MFD_CLOEXEC = 1;

/** dlopen's flags. Source: glibc's bits/dlfcn.h. */
export const RTLD_LAZY = 1;
export const RTLD_NOW = 2;
export const RTLD_NOLOAD = 4;
export const RTLD_DEEPBIND = 8;
export const RTLD_GLOBAL = 0x100;
export const RTLD_LOCAL = 0;
export const RTLD_NODELETE = 0x1000;

/** What a shared library's file name ends in, before any version. */
export const libraryExtension = '.so';

/** The file that names further library folders. */
export const linkerConfiguration = '/etc/ld.so.conf';

/** Where the dynamic linker looks without being told. Source: ld.so(8), and Debian's multiarch folders. */
export const libraryFolders: readonly string[] = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
];
