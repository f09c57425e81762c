# Measuring: @time and its kin.
#
# Bytes are counted by the allocator; how many objects they were is not, so that nothing is said of it. Nothing is
# compiled while a program runs, and there is one thread: compile times and lock conflicts are zero.

struct GC_Num
    allocated::Int64
    total_time::Int64
    pause::Int64
end
gc_num() = GC_Num(gc_bytes(), gc_time_ns() % Int64, ccall(:jl_gc_num_collections, Int64, ()))

struct GC_Diff
    allocd::Int64
    total_time::Int64
    pause::Int64
end
GC_Diff(new::GC_Num, old::GC_Num) =
    GC_Diff(new.allocated - old.allocated, new.total_time - old.total_time, new.pause - old.pause)
gc_alloc_count(::GC_Diff) = nothing

function gc_bytes()
    b = Ref{Int64}(0)
    gc_bytes(b)
    return b[]
end
gc_bytes(b::Ref{Int64}) = ccall(:jl_gc_get_total_bytes, Cvoid, (Ptr{Int64},), b)

cumulative_compile_time_ns() = (UInt64(0), UInt64(0))
cumulative_compile_timing(on::Bool) = nothing

# A try-finally without a scope of its own: what the expression defines is visible behind it.
macro __tryfinally(ex, fin)
    return Expr(:tryfinally, esc(ex), esc(fin))
end

"""
    @timed ex

Evaluates `ex`: its value, the seconds it took, the bytes it allocated, and more, as a named tuple.
"""
macro timed(ex)
    return quote
        Experimental.@force_compile
        Threads.lock_profiling(true)
        local lock_conflicts = Threads.LOCK_CONFLICT_COUNT[]
        local stats = gc_num()
        local elapsedtime = time_ns()
        cumulative_compile_timing(true)
        local compile_elapsedtimes = cumulative_compile_time_ns()
        local val = @__tryfinally($(esc(ex)),
            (elapsedtime = time_ns() - elapsedtime;
            cumulative_compile_timing(false);
            compile_elapsedtimes = cumulative_compile_time_ns() .- compile_elapsedtimes;
            lock_conflicts = Threads.LOCK_CONFLICT_COUNT[] - lock_conflicts;
            Threads.lock_profiling(false)))
        local diff = GC_Diff(gc_num(), stats)
        (value=val, time=elapsedtime/1e9, bytes=diff.allocd, gctime=diff.total_time/1e9, gcstats=diff,
         lock_conflicts=lock_conflicts, compile_time=compile_elapsedtimes[1]/1e9, recompile_time=compile_elapsedtimes[2]/1e9)
    end
end

"""
    @time ex
    @time "description" ex

Evaluates `ex` and prints how long that took and what it allocated; the value of `ex`.
"""
macro time(ex)
    return quote
        @time nothing $(esc(ex))
    end
end
macro time(msg, ex)
    return quote
        local ret = @timed $(esc(ex))
        local _msg = $(esc(msg))
        local _msg_str = _msg === nothing ? _msg : string(_msg)
        time_print(stdout, ret.time*1e9, ret.gcstats.allocd, ret.gcstats.total_time, gc_alloc_count(ret.gcstats), ret.lock_conflicts, ret.compile_time*1e9, ret.recompile_time*1e9, true; msg=_msg_str)
        ret.value
    end
end
macro showtime(ex)
    return quote
        @time $(sprint(show_unquoted, ex)) $(esc(ex))
    end
end

"""
    @timev ex
    @timev "description" ex

Like `@time`, with each figure on a line of its own.
"""
macro timev(ex)
    return quote
        @timev nothing $(esc(ex))
    end
end
macro timev(msg, ex)
    return quote
        local ret = @timed $(esc(ex))
        local _msg = $(esc(msg))
        local _msg_str = _msg === nothing ? _msg : string(_msg)
        timev_print(ret.time*1e9, ret.gcstats, ret.lock_conflicts, (ret.compile_time*1e9, ret.recompile_time*1e9); msg=_msg_str)
        ret.value
    end
end

"""
    @elapsed ex

The seconds that evaluating `ex` took.
"""
macro elapsed(ex)
    return quote
        Experimental.@force_compile
        local t0 = time_ns()
        $(esc(ex))
        (time_ns() - t0) / 1e9
    end
end

# A number of seconds with six digits after the point.
function six_digits(seconds::Float64)
    micros = round(Int, seconds * 1e6)
    return string(micros ÷ 1000000, '.', lpad(micros % 1000000, 6, '0'))
end
two_digits(x::Float64) = (n = round(Int, x * 100); string(n ÷ 100, '.', lpad(n % 100, 2, '0')))

function format_bytes(bytes; binary=true)
    factor = binary ? 1024 : 1000
    units = binary ? ("KiB", "MiB", "GiB", "TiB", "PiB") : ("kB", "MB", "GB", "TB", "PB")
    bytes < factor && return string(Int(bytes), bytes == 1 ? " byte" : " bytes")
    unit = 1
    number = bytes / factor
    while number >= factor && unit < length(units)
        number /= factor
        unit += 1
    end
    thousandths = round(Int, number * 1000)
    return string(thousandths ÷ 1000, '.', lpad(thousandths % 1000, 3, '0'), ' ', units[unit])
end

function time_print(io::IO, elapsedtime, bytes=0, gctime=0, allocs=nothing, lock_conflicts=0, compile_time=0, recompile_time=0,
                    newline=false; msg::Union{String,Nothing}=nothing)
    parts = String[]
    if bytes != 0
        push!(parts, allocs === nothing ? format_bytes(bytes) : string(allocs, " allocations: ", format_bytes(bytes)))
    end
    gctime > 0 && push!(parts, string(two_digits(100 * gctime / elapsedtime), "% gc time"))
    lock_conflicts > 0 && push!(parts, string(lock_conflicts, " lock conflict", lock_conflicts == 1 ? "" : "s"))
    compile_time > 0 && push!(parts, string(two_digits(100 * compile_time / elapsedtime), "% compilation time"))
    time = six_digits(elapsedtime / 1e9)
    text = string(msg === nothing ? lpad(time, 10) : string(msg, ": ", time), " seconds")
    isempty(parts) || (text = string(text, " (", join(parts, ", "), ")"))
    print(io, newline ? string(text, "\n") : text)
    return nothing
end

function timev_print(elapsedtime, diff::GC_Diff, lock_conflicts, compile_times; msg::Union{String,Nothing}=nothing)
    time_print(stdout, elapsedtime, diff.allocd, diff.total_time, nothing, lock_conflicts, compile_times..., true; msg=msg)
    for (name, value) in ("elapsed time (ns)" => elapsedtime, "gc time (ns)" => diff.total_time,
                          "bytes allocated" => diff.allocd, "collections" => diff.pause)
        println(rpad(string(name, ":"), 20), value)
    end
end

# What a call allocates. The call is made from here, so that nothing of the caller's is counted.
function allocated(f, args...)
    before, after = Ref{Int64}(0), Ref{Int64}(0)
    gc_bytes(before)
    f(args...)
    gc_bytes(after)
    return after[] - before[]
end
function allocations(f, args...)
    stats = gc_num()
    f(args...)
    return gc_alloc_count(GC_Diff(gc_num(), stats))
end

is_simple_atom(@nospecialize x) = x isa QuoteNode || x isa Symbol || is_self_quoting(x)
is_simply_call(@nospecialize ex) = isexpr(ex, :call) &&
    all(a -> is_simple_atom(a) || isexpr(a, :..., 1) && is_simple_atom(a.args[1]), ex.args)
is_self_quoting(@nospecialize x) = x isa Union{Number,AbstractString,Char,Nothing,Tuple{},Type,Module}

# A call becomes a call of `measure`; what is computed for its arguments belongs to it.
function measured_call(measure::Symbol, ex::Expr)
    is_simply_call(ex) || (ex = :((() -> $ex)()))
    return quote
        Experimental.@force_compile
        $(esc(Expr(:call, GlobalRef(Base, measure), ex.args...)))
    end
end

"""
    @allocated ex

The bytes that evaluating `ex` allocated.
"""
macro allocated(ex)
    isexpr(ex, :call) && return measured_call(:allocated, ex)
    return quote
        Experimental.@force_compile
        local b0 = Ref{Int64}(0)
        local b1 = Ref{Int64}(0)
        gc_bytes(b0)
        $(esc(ex))
        gc_bytes(b1)
        b1[] - b0[]
    end
end

"""
    @allocations ex

The number of objects that evaluating `ex` allocated, or `nothing` where they are not counted.
"""
macro allocations(ex)
    isexpr(ex, :call) && return measured_call(:allocations, ex)
    return quote
        Experimental.@force_compile
        local b1 = Ref{Int64}(0)
        local stats = Base.gc_num()
        $(esc(ex))
        local diff = Base.GC_Diff(Base.gc_num(), stats)
        gc_bytes(b1)
        Base.gc_alloc_count(diff)
    end
end

"""
    @lock_conflicts ex

How often evaluating `ex` had to wait for a ReentrantLock.
"""
macro lock_conflicts(ex)
    return quote
        Threads.lock_profiling(true)
        local lock_conflicts = Threads.LOCK_CONFLICT_COUNT[]
        try
            $(esc(ex))
        finally
            Threads.lock_profiling(false)
        end
        Threads.LOCK_CONFLICT_COUNT[] - lock_conflicts
    end
end
