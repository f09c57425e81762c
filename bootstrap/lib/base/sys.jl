# The system the program runs on.

module Sys

import ..Base: Bool, String, Int

const KERNEL = :Linux
const ARCH = :x86_64
const MACHINE = "x86_64-linux-gnu"
const WORD_SIZE = 64
const JIT = "ORCJIT"
const STDLIB = ""
const BINDIR = ""

isunix(os::Symbol=KERNEL) = os === :Linux || os === :Darwin || os === :FreeBSD
islinux(os::Symbol=KERNEL) = os === :Linux
iswindows(os::Symbol=KERNEL) = os === :Windows || os === :NT
isapple(os::Symbol=KERNEL) = os === :Darwin || os === :Apple
isbsd(os::Symbol=KERNEL) = os === :FreeBSD || os === :Darwin
isfreebsd(os::Symbol=KERNEL) = os === :FreeBSD
isjsvm(os::Symbol=KERNEL) = false

global CPU_THREADS::Base.Int = 1
total_memory() = Base.UInt64(ccall(:sysconf, Base.Clong, (Base.Cint,), 85) * ccall(:sysconf, Base.Clong, (Base.Cint,), 30))
free_memory() = Base.UInt64(ccall(:sysconf, Base.Clong, (Base.Cint,), 86) * ccall(:sysconf, Base.Clong, (Base.Cint,), 30))
which(name) = begin
    for dir in Base.split(Base.get(Base.ENV, "PATH", ""), ':')
        p = Base.joinpath(dir, name)
        Base.isfile(p) && Base.isexecutable(p) && return p
    end
    return Base.nothing
end
isexecutable(p) = Base.isexecutable(p)
end
