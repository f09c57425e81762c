# Running other programs: commands, pipelines, their input and output.
#
# A Cmd is a list of words. A program is started by posix_spawn(3), its standard streams connected to files, pipes, or
# those of this process. Reading all of a command's output waits for its end.

abstract type AbstractCmd end

"""
    Cmd(exec::Vector{String}; ignorestatus, env, dir)

A command to be run, as the backtick syntax makes it.
"""
struct Cmd <: AbstractCmd
    exec::Vector{String}
    ignorestatus::Bool
    flags::UInt32
    env::Union{Nothing,Vector{String}}
    dir::String
end
Cmd(exec::Vector{String}) = Cmd(exec, false, 0x00000000, nothing, "")
Cmd(exec::Vector{<:AbstractString}) = Cmd(String[String(s) for s in exec])
function Cmd(c::Cmd; ignorestatus::Bool=c.ignorestatus, env=c.env, dir::AbstractString=c.dir, detach::Bool=false, windows_verbatim::Bool=false, windows_hide::Bool=false)
    return Cmd(c.exec, ignorestatus, c.flags, env === nothing ? nothing : environment_list(env), String(dir))
end
environment_list(env::Vector{String}) = env
environment_list(env::AbstractDict) = String[string(k, "=", v) for (k, v) in env]
environment_list(env) = String[x isa Pair ? string(x.first, "=", x.second) : string(x) for x in env]

struct CmdRedirect <: AbstractCmd
    cmd::AbstractCmd
    handle::Any
    fd::Int
    readable::Bool
    append::Bool
end
struct OrCmds <: AbstractCmd
    a::AbstractCmd
    b::AbstractCmd
end
struct AndCmds <: AbstractCmd
    a::AbstractCmd
    b::AbstractCmd
end

(&)(a::AbstractCmd, b::AbstractCmd) = AndCmds(a, b)
==(a::Cmd, b::Cmd) = a.exec == b.exec && a.env == b.env && a.dir == b.dir && a.ignorestatus == b.ignorestatus
hash(c::Cmd, h::UInt) = hash(c.exec, h)
ignorestatus(c::Cmd) = Cmd(c; ignorestatus=true)
detach(c::Cmd) = c
setenv(c::Cmd, env; dir::AbstractString="") = Cmd(c.exec, c.ignorestatus, c.flags, environment_list(env), String(dir))
setenv(c::Cmd, env::Pair{<:AbstractString}...; dir::AbstractString="") = setenv(c, env; dir=dir)
setenv(c::Cmd; dir::AbstractString="") = Cmd(c; dir=dir)
function addenv(c::Cmd, env::Pair{<:AbstractString}...; inherit::Bool=true)
    d = Dict{String,String}()
    if c.env === nothing
        inherit && merge!(d, copy(ENV))
    else
        for e in c.env
            k, v = split(e, '='; limit=2)
            d[String(k)] = String(v)
        end
    end
    for (k, v) in env
        d[String(k)] = string(v)
    end
    return Cmd(c; env=d)
end
addenv(c::Cmd, env::AbstractDict; inherit::Bool=true) = addenv(c, collect(env)...; inherit=inherit)
iterate(c::Cmd, i...) = iterate(c.exec, i...)
eachindex(c::Cmd) = eachindex(c.exec)
eltype(::Type{Cmd}) = String
length(c::Cmd) = length(c.exec)
getindex(c::Cmd, i) = c.exec[i]
first(c::Cmd) = c.exec[1]
last(c::Cmd) = c.exec[end]
firstindex(c::Cmd) = 1
lastindex(c::Cmd) = length(c.exec)

## the words of a command

function shell_quote(io::IO, word::AbstractString, special::AbstractString="")
    if isempty(word)
        print(io, "''")
    elseif !any(c -> isspace(c) || c in "\\'\$\"*?[]{}()<>|&;`~#" || c in special, word)
        print(io, word)
    elseif !('\'' in word)
        print(io, '\'', word, '\'')
    else
        print(io, '"', replace(word, r"[\\\"$`]" => m -> string('\\', m)), '"')
    end
end
shell_escape(args::AbstractString...; special::AbstractString="") = sprint(io -> print_words(io, args, special))
shell_escape(c::Cmd; special::AbstractString="") = shell_escape(c.exec...; special=special)
function print_words(io::IO, args, special="")
    first = true
    for a in args
        first || print(io, ' ')
        first = false
        shell_quote(io, a, special)
    end
end
show(io::IO, c::Cmd) = (show_setenv(io, c, () -> (print(io, '`'); print(io, sprint(print_words, c.exec)); print(io, '`'))))
function show_setenv(io::IO, c::Cmd, f)
    special = c.env !== nothing || !isempty(c.dir)
    special && print(io, "setenv(")
    f()
    if special
        if c.env !== nothing
            print(io, ",")
            show(io, c.env)
        end
        isempty(c.dir) || (print(io, "; dir="); show(io, c.dir))
        print(io, ")")
    end
end
show(io::IO, c::AndCmds) = (show(io, c.a); print(io, " & "); show(io, c.b))
show(io::IO, c::OrCmds) = (print(io, "pipeline("); show(io, c.a); print(io, ", "); show(io, c.b); print(io, ")"))
show(io::IO, c::CmdRedirect) = (print(io, "pipeline("); show(io, c.cmd); print(io, c.fd == 0 ? ", stdin=" : c.fd == 1 ? ", stdout=" : ", stderr="); show(io, c.handle); print(io, ")"))

## pipelines

"""
    pipeline(from, to, ...; stdin, stdout, stderr, append=false)

Commands connected by pipes, with standard streams connected to files or streams.
"""
function pipeline(c::AbstractCmd; stdin=nothing, stdout=nothing, stderr=nothing, append::Bool=false)
    stdin === nothing || (c = CmdRedirect(c, stdin, 0, true, false))
    stdout === nothing || (c = CmdRedirect(c, stdout, 1, false, append))
    stderr === nothing || (c = CmdRedirect(c, stderr, 2, false, append))
    return c
end
pipeline(a::AbstractCmd, b::AbstractCmd) = OrCmds(a, b)
pipeline(a::Union{AbstractString,IO}, b::AbstractCmd) = CmdRedirect(b, a, 0, true, false)
pipeline(a::AbstractCmd, b::Union{AbstractString,IO}) = CmdRedirect(a, b, 1, false, false)
pipeline(a, b, c, d...) = pipeline(pipeline(a, b), c, d...)

## processes

mutable struct Process <: AbstractPipe
    cmd::Cmd
    pid::Int
    in::IO
    out::IO
    err::IO
    exitcode::Int64
    termsignal::Int32
    running::Bool
    others::Vector{Process}
end
process_running(p::Process) = p.running && (poll_process(p); p.running)
process_exited(p::Process) = !process_running(p)
process_signaled(p::Process) = p.termsignal != 0
getpid(p::Process) = Int32(p.pid)
function show(io::IO, p::Process)
    print(io, "Process(")
    show(io, p.cmd)
    print(io, ", ", p.running ? "ProcessRunning" : p.termsignal != 0 ? string("ProcessSignaled(", p.termsignal, ")") : string("ProcessExited(", p.exitcode, ")"), ")")
end
success(p::Process) = (wait(p); p.exitcode == 0 && p.termsignal == 0 && all(success, p.others))
read(p::Process, ::Type{UInt8}) = read(p.out, UInt8)
peek(p::Process, ::Type{UInt8}) = peek(p.out, UInt8)
eof(p::Process) = eof(p.out)
readavailable(p::Process) = readavailable(p.out)
bytesavailable(p::Process) = bytesavailable(p.out)
copy_until(out::IOBuffer, p::Process, delim::UInt8) = copy_until(out, p.out, delim)
unsafe_read(p::Process, q::Ptr{UInt8}, n::UInt) = unsafe_read(p.out, q, n)
unsafe_write(p::Process, q::Ptr{UInt8}, n::UInt) = unsafe_write(p.in, q, n)
write(p::Process, b::UInt8) = write(p.in, b)
flush(p::Process) = flush(p.in)
isopen(p::Process) = isopen(p.in) || isopen(p.out)
closewrite(p::Process) = close(p.in)
function close(p::Process)
    close(p.in)
    close(p.out)
    close(p.err)
    return nothing
end

struct ProcessFailedException <: Exception
    procs::Vector{Process}
end
function showerror(io::IO, e::ProcessFailedException)
    if length(e.procs) == 1
        p = e.procs[1]
        print(io, "failed process: ")
        show(io, p)
        println(io, p.termsignal != 0 ? " [0]" : string(" [", p.exitcode, "]"))
    else
        print(io, "failed processes:")
        for p in e.procs
            print(io, "\n  ")
            show(io, p)
            print(io, " [", p.exitcode, "]")
        end
    end
end

function take_status(p::Process, status::Int32)
    p.running = false
    if status & 0x7f == 0
        p.exitcode = (status >> 8) & 0xff
    else
        p.exitcode = 0
        p.termsignal = status & 0x7f
    end
end
# Where the kernel has none, a process is waited for without other tasks.
const SYS_pidfd_open = 434

function poll_process(p::Process)
    p.running || return
    status = Ref{Cint}(0)
    ccall(:waitpid, Cint, (Cint, Ref{Cint}, Cint), p.pid, status, 1) == p.pid && take_status(p, status[])
    return
end
function wait(p::Process)
    if p.running
        status = Ref{Cint}(0)
        # Other tasks run meanwhile: a process is a descriptor too, which can be read when it has ended.
        fd = ccall(:syscall, Clong, (Clong, Clong, Clong), SYS_pidfd_open, p.pid, 0)
        if fd >= 0
            try
                wait_descriptor(fd % Int32, POLLIN)
            finally
                close_fd(fd)
            end
        end
        p.running || return wait(p)
        while true
            r = ccall(:waitpid, Cint, (Cint, Ref{Cint}, Cint), p.pid, status, 0)
            r == p.pid && break
            r < 0 && Libc.errno() != 4 && throw_io("waitpid", Libc.errno())
        end
        take_status(p, status[])
    end
    foreach(wait, p.others)
    return nothing
end
kill(p::Process, signal::Integer=15) = (process_running(p) && ccall(:kill, Cint, (Cint, Cint), p.pid, signal); nothing)

# The streams of a program to be started: descriptors for 0, 1 and 2, and those to close here once it runs.
function spawn(c::Cmd, fds::Vector{Int32})
    isempty(c.exec) && throw(ArgumentError("cannot spawn empty command"))
    flush(standard_output)
    flush(stdout)
    actions = zeros(UInt8, 256)
    pid = Ref{Cint}(0)
    check(rc) = rc == 0 || throw_io("posix_spawn", rc)
    check(ccall(:posix_spawn_file_actions_init, Cint, (Ptr{UInt8},), actions))
    isempty(c.dir) || check(ccall(:posix_spawn_file_actions_addchdir_np, Cint, (Ptr{UInt8}, Cstring), actions, c.dir))
    for i in 1:3
        # Also where nothing moves: it is what lets the new program inherit the descriptor.
        check(ccall(:posix_spawn_file_actions_adddup2, Cint, (Ptr{UInt8}, Cint, Cint), actions, fds[i], i - 1))
    end
    argv = Ptr{UInt8}[pointer(s) for s in c.exec]
    push!(argv, C_NULL)
    exec = c.exec
    env = c.env
    if env === nothing
        envp = environment_pointer()
        rc = GC.@preserve exec ccall(:posix_spawnp, Cint, (Ref{Cint}, Cstring, Ptr{UInt8}, Ptr{Cvoid}, Ptr{Ptr{UInt8}}, Ptr{Ptr{UInt8}}), pid, exec[1], actions, C_NULL, argv, envp)
    else
        list = Ptr{UInt8}[pointer(s) for s in env]
        push!(list, C_NULL)
        rc = GC.@preserve exec env ccall(:posix_spawnp, Cint, (Ref{Cint}, Cstring, Ptr{UInt8}, Ptr{Cvoid}, Ptr{Ptr{UInt8}}, Ptr{Ptr{UInt8}}), pid, exec[1], actions, C_NULL, argv, list)
    end
    ccall(:posix_spawn_file_actions_destroy, Cint, (Ptr{UInt8},), actions)
    rc == 0 || throw(IOError(string("could not spawn ", repr(c), ": ", lowercase_reason(rc), " (", errno_name(rc), ")"), -rc))
    return Process(c, Int(pid[]), devnull, devnull, devnull, typemin(Int64), Int32(0), true, Process[])
end

function pipe_fds()
    fds = Vector{Cint}(undef, 2)
    check_io(ccall(:pipe2, Cint, (Ptr{Cint}, Cint), fds, O_CLOEXEC), "pipe()")
    return fds[1], fds[2]
end
close_fd(fd) = ccall(:close, Cint, (Cint,), fd)

# A descriptor for a redirection's target, and whether it is ours to close.
function target_fd(x, write::Bool, append::Bool)
    x isa AbstractString && return open_file(String(x), !write, write, write, write && !append, append).fd, true
    x isa DevNull && return open_file("/dev/null", !write, write, false, false, false).fd, true
    if x isa IOStream
        flush(x)
        return x.fd, false
    end
    x isa RawFD && return x.fd, false
    x isa IOContext && return target_fd(x.io, write, append)
    throw(ArgumentError("cannot redirect to a $(typeof(x))"))
end

# Starts all programs of a command; in, out, err: descriptors for the whole.
function spawn_all(c::Cmd, fds::Vector{Int32})
    return spawn(c, fds)
end
function spawn_all(c::CmdRedirect, fds::Vector{Int32})
    fds = copy(fds)
    x = c.handle
    if x isa GenericIOBuffer && c.readable
        r, w = pipe_fds()
        fds[1] = r
        p = spawn_all(c.cmd, fds)
        close_fd(r)
        out = new_stream(w, "<pipe>", false, true)
        write(out, read(x))
        close(out)
        return p
    end
    fd, ours = target_fd(x, !c.readable, c.append)
    fds[c.fd+1] = fd
    p = spawn_all(c.cmd, fds)
    ours && close_fd(fd)
    return p
end
function spawn_all(c::OrCmds, fds::Vector{Int32})
    r, w = pipe_fds()
    a = spawn_all(c.a, Int32[fds[1], w, fds[3]])
    close_fd(w)
    b = spawn_all(c.b, Int32[r, fds[2], fds[3]])
    close_fd(r)
    push!(b.others, a)
    return b
end
function spawn_all(c::AndCmds, fds::Vector{Int32})
    a = spawn_all(c.a, fds)
    b = spawn_all(c.b, fds)
    push!(b.others, a)
    return b
end
descriptor(io::IO, default) = io isa IOStream ? io.fd : Int32(default)
inherited() = Int32[descriptor(stdin, 0), descriptor(stdout, 1), descriptor(stderr, 2)]

failed(p::Process) = Process[q for q in [p; all_others(p)] if !(q.cmd.ignorestatus) && !(q.exitcode == 0 && q.termsignal == 0)]
all_others(p::Process) = reduce(vcat, [[q; all_others(q)] for q in p.others]; init=Process[])
function check_success(p::Process)
    wait(p)
    bad = failed(p)
    isempty(bad) || throw(ProcessFailedException(bad))
    return p
end

"""
    run(command; wait=true)

Runs a command and waits for its end; throws if it fails.
"""
function run(c::AbstractCmd, args...; wait::Bool=true)
    p = spawn_all(c, inherited())
    return wait ? check_success(p) : p
end
success(c::AbstractCmd) = success(spawn_all(c, inherited()))

function open(c::AbstractCmd, mode::AbstractString="r", stdio=devnull)
    mode == "r" && return open(c, stdio; read=true)
    mode == "w" && return open(c, stdio; write=true)
    mode in ("r+", "w+") && return open(c, stdio; read=true, write=true)
    throw(ArgumentError("mode must be \"r\", \"w\", \"r+\", or \"w+\", not $(repr(mode))"))
end
function open(c::AbstractCmd, stdio::IO; read::Bool=false, write::Bool=false)
    fds = inherited()
    input = output = nothing
    null = target_fd(devnull, true, false)[1]
    if write
        r, w = pipe_fds()
        fds[1] = r
        input = (r, w)
    else
        fds[1] = target_fd(devnull, false, false)[1]
    end
    if read
        r, w = pipe_fds()
        fds[2] = w
        output = (r, w)
    elseif stdio isa DevNull
        fds[2] = null
    else
        fds[2] = target_fd(stdio, true, false)[1]
    end
    p = spawn_all(c, fds)
    close_fd(null)
    if input !== nothing
        close_fd(input[1])
        p.in = new_stream(input[2], "<pipe>", false, true)
    end
    if output !== nothing
        close_fd(output[2])
        p.out = new_stream(output[1], "<pipe>", true, false)
    end
    return p
end
function open(f::Function, c::AbstractCmd, args...; kwargs...)
    p = open(c, args...; kwargs...)
    result = try
        f(p)
    catch
        kill(p)
        close(p)
        rethrow()
    end
    close(p.in)
    eof_of(p.out) || true
    close(p)
    check_success(p)
    return result
end
eof_of(io) = io isa DevNull || !isopen(io) ? true : false

function read(c::AbstractCmd)
    r, w = pipe_fds()
    fds = inherited()
    fds[2] = w
    p = spawn_all(c, fds)
    close_fd(w)
    out = new_stream(r, "<pipe>", true, false)
    data = read(out)
    close(out)
    check_success(p)
    return data
end
read(c::AbstractCmd, ::Type{String}) = String(read(c))
readchomp(x) = String(chomp(read(x, String)))
readlines(c::AbstractCmd; keep::Bool=false) = readlines(IOBuffer(read(c)); keep=keep)
eachline(c::AbstractCmd; keep::Bool=false) = eachline(IOBuffer(read(c)); keep=keep)
readline(c::AbstractCmd; keep::Bool=false) = readline(IOBuffer(read(c)); keep=keep)
