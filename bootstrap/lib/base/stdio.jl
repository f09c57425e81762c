# The standard streams: opened at the start of a process, flushed at its end, redirected for a while.

function standard_stream(fd::Int, name::String, readable::Bool)
    io = new_stream(fd, name, readable, !readable)
    io.owns = false
    io.line_buffered = !readable
    return io
end

# Images hold them; init_stdio makes them as new when a process starts.
const standard_input = standard_stream(0, "<stdin>", true)
const standard_output = standard_stream(1, "<stdout>", false)
const standard_error = standard_stream(2, "<stderr>", false)
global stdin::IO = standard_input
global stdout::IO = standard_output
global stderr::IO = standard_error

# What was read ahead or left to write when the image was saved is that process's own affair.
function renew(io::IOStream)
    setfield!(io, :next, 1)
    setfield!(io, :last, 0)
    setfield!(io, :pending, 0)
    setfield!(io, :at_end, false)
    setfield!(io, :isopen, true)
end

# Every start waits for this: it calls as little as possible.
function init_stdio()
    renew(standard_input)
    renew(standard_output)
    renew(standard_error)
    stdin === standard_input || (global stdin = standard_input)
    stdout === standard_output || (global stdout = standard_output)
    stderr === standard_error || (global stderr = standard_error)
    return nothing
end

function flush_standard_streams()
    flush(standard_output)
    stdout === standard_output || flush(stdout)
    flush(stderr)
    return nothing
end

const atexit_hooks = Any[]

"""
    atexit(f)

Registers a function of no arguments, or of the exit code, to be called when the process ends; last registered first.
"""
atexit(f::Function) = (pushfirst!(atexit_hooks, f); nothing)

# Called by the runtime, and by exit(), before the process ends.
function _atexit(code::Int32=Int32(0))
    while !isempty(atexit_hooks)
        f = popfirst!(atexit_hooks)
        try
            hasmethod(f, (Cint,)) ? f(code) : f()
        catch e
            showerror(stderr, e)
            println(stderr)
        end
    end
    flush_standard_streams()
    return nothing
end

"""
    exit(code=0)

Ends the process with the given exit code.
"""
function exit(code::Integer=0)
    _atexit(Int32(code))
    ccall(:jl_exit, Union{}, (Int32,), code)
end

"""
    Base.exit_on_sigint(on::Bool)

Whether Ctrl-C ends the process, as it does in scripts, or throws an InterruptException, as it does in code given with `-e`.
"""
exit_on_sigint(on::Bool) = ccall(:jl_exit_on_sigint, Cvoid, (Cint,), on)

function redirect_stream(f::Function, set::Function, old::IO, target)
    opened = target isa AbstractString
    to = opened ? open(target, set === set_stdin ? "r" : "w") : target
    set(to)
    try
        return f()
    finally
        flush(to)
        set(old)
        opened && close(to)
    end
end
set_stdin(io::IO) = (global stdin = io; io)
set_stdout(io::IO) = (flush(stdout); global stdout = io; io)
set_stderr(io::IO) = (flush(stderr); global stderr = io; io)
redirect_stdin(io::IO) = set_stdin(io)
redirect_stdout(io::IO) = set_stdout(io)
redirect_stderr(io::IO) = set_stderr(io)
redirect_stdin(f::Function, target) = redirect_stream(f, set_stdin, stdin, target)
redirect_stdout(f::Function, target) = redirect_stream(f, set_stdout, stdout, target)
redirect_stderr(f::Function, target) = redirect_stream(f, set_stderr, stderr, target)
function redirect_stdio(f::Function; stdin=nothing, stdout=nothing, stderr=nothing)
    g = f
    g = stderr === nothing ? g : let h = g; () -> redirect_stderr(h, stderr); end
    g = stdout === nothing ? g : let h = g; () -> redirect_stdout(h, stdout); end
    g = stdin === nothing ? g : let h = g; () -> redirect_stdin(h, stdin); end
    return g()
end
for (name, setter) in ((:redirect_stdout, :set_stdout), (:redirect_stderr, :set_stderr))
    @eval function $name()
        reader, writer = pipe_pair()
        $setter(writer)
        return reader, writer
    end
end
# Both ends of a pipe(2), as streams.
function pipe_pair()
    fds = Vector{Cint}(undef, 2)
    systemerror("pipe", ccall(:pipe, Cint, (Ptr{Cint},), fds) != 0)
    return new_stream(fds[1], "<pipe>", true, false), new_stream(fds[2], "<pipe>", false, true)
end
