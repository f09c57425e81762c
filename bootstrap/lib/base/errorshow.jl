# Reporting exceptions: showerror for each type, candidates of a failed call, stack traces, the top-level report.
#
# Enters: exceptions and backtraces. Leaves: the text that Julia prints for them.

struct CanonicalIndexError <: Exception
    func::String
    type::Any
end

"""
    showerror(io, e)

The message of an exception, as it is reported to the user.
"""
showerror(io::IO, x) = show(io, x)
showerror(io::IO, e::ErrorException) = print(io, e.msg)
showerror(io::IO, e::ArgumentError) = print(io, "ArgumentError: ", e.msg)
showerror(io::IO, e::AssertionError) = print(io, "AssertionError: ", e.msg)
showerror(io::IO, e::OverflowError) = print(io, "OverflowError: ", e.msg)
showerror(io::IO, e::DimensionMismatch) = print(io, "DimensionMismatch: ", e.msg)
showerror(io::IO, e::ConcurrencyViolationError) = print(io, "ConcurrencyViolationError: ", e.msg)
showerror(io::IO, e::MissingException) = print(io, "MissingException: ", e.msg)
showerror(io::IO, e::CanonicalIndexError) = print(io, "CanonicalIndexError: ", e.func, " not defined for ", e.type)
showerror(io::IO, e::KeyError) = (print(io, "KeyError: key "); show(io, e.key); print(io, " not found"))
showerror(io::IO, ::EOFError) = print(io, "EOFError: read end of file")
showerror(io::IO, ::DivideError) = print(io, "DivideError: integer division error")
showerror(io::IO, ::StackOverflowError) = print(io, "StackOverflowError:")
showerror(io::IO, ::InterruptException) = print(io, "InterruptException:")
showerror(io::IO, ::UndefRefError) = print(io, "UndefRefError: access to undefined reference")
showerror(io::IO, e::UndefKeywordError) = print(io, "UndefKeywordError: keyword argument `", e.var, "` not assigned")
showerror(io::IO, e::IOError) = print(io, "IOError: ", e.msg)
function showerror(io::IO, e::SystemError)
    print(io, "SystemError: ", e.prefix, ": ", Libc.strerror(e.errnum))
end
function showerror(io::IO, e::InexactError)
    print(io, "InexactError: ", e.func, '(')
    T = e.args[1]
    # Int64(1.5) names the type once; trunc(UInt8, 300) needs it as an argument.
    if T isa Type && nameof(T) === e.func
        show(io, e.args[2])
    else
        join(io, map(repr, e.args), ", ")
    end
    print(io, ')')
end
function showerror(io::IO, e::DomainError)
    print(io, "DomainError with ", e.val)
    isdefined(e, :msg) && print(io, ":\n", e.msg)
    Experimental.show_error_hints(io, e)
    return
end
function showerror(io::IO, e::TypeError)
    print(io, "TypeError: ")
    if e.expected === Bool
        print(io, "non-boolean (", typeof(e.got), ") used in boolean context")
        return
    end
    if isvarargtype(e.got)
        what = e.got
    elseif e.got isa Type
        what = string("Type{", e.got, "}")
    else
        what = string("a value of type ", typeof(e.got))
    end
    context = string(e.context)
    if isempty(context)
        print(io, "in ", e.func, ", expected ", e.expected, ", got ", what)
    elseif e.context isa GlobalRef
        print(io, "in ", e.func, " of global binding `", e.context, "`, expected ", e.expected, ", got ", what)
    elseif e.func === Symbol("keyword argument")
        print(io, "in keyword argument ", context, ", expected ", e.expected, ", got ", what)
    else
        print(io, "in ", e.func, ", in ", context, ", expected ", e.expected, ", got ", what)
    end
end
function showerror(io::IO, e::BoundsError)
    print(io, "BoundsError")
    isdefined(e, :a) || return
    print(io, ": attempt to access ")
    summary_of_container(io, e.a)
    isdefined(e, :i) || return
    print(io, " at index [")
    i = e.i
    if i isa AbstractRange
        print(io, i)
    elseif i isa AbstractString
        show(io, i)
    elseif i isa Tuple || i isa AbstractArray && false
        first = true
        for x in i
            first || print(io, ", ")
            first = false
            show_index(io, x)
        end
    else
        show_index(io, i)
    end
    print(io, ']')
end
summary_of_container(io::IO, a) = summary(io, a)
summary_of_container(io::IO, s::AbstractString) = print(io, ncodeunits(s), "-codeunit ", typeof(s))
show_index(io::IO, x) = show(io, x)
show_index(io::IO, x::AbstractRange) = print(io, x)
show_index(io::IO, ::Colon) = print(io, ':')
show_index(io::IO, x::Slice) = print(io, ':')
show_index(io::IO, x::LogicalIndex) = summary(io, x.mask)

function showerror(io::IO, e::StringIndexError)
    print(io, "StringIndexError: ")
    s = e.string
    before = thisind(s, e.index)
    print(io, "invalid index [", e.index, "]")
    if firstindex(s) <= before <= ncodeunits(s)
        print(io, ", valid nearby ", e.index > lastindex(s) ? "index " : "index")
        after = nextind(s, before)
        if after <= ncodeunits(s)
            print(io, e.index > lastindex(s) ? "" : "es ", "[", before, "]=>")
            show(io, s[before])
            print(io, ", [", after, "]=>")
            show(io, s[after])
        else
            print(io, e.index > lastindex(s) ? "" : " ", "[", before, "]=>")
            show(io, s[before])
        end
    end
end
function showerror(io::IO, e::CodePointError)
    print(io, "Base.CodePointError: code point ")
    show(io, e.code)
    print(io, " is not valid")
end
showerror(io::IO, e::CompositeException) = (isempty(e) ? print(io, "CompositeException()\n") :
    (showerror(io, e.exceptions[1]); n = length(e) - 1; n > 0 && print(io, "\n\n...and ", n, " more exception", n > 1 ? "s" : "", ".\n")))
showerror(io::IO, e::CapturedException) = showerror(io, e.ex)
function showerror(io::IO, e::LoadError)
    print(io, "LoadError: ")
    showerror(io, e.error)
    print(io, "\nin expression starting at ", e.file, ":", e.line)
end
showerror(io::IO, e::InitError) = (print(io, "InitError: "); showerror(io, e.error); print(io, "\nduring initialization of module ", e.mod))

function showerror(io::IO, e::FieldError)
    print(io, "FieldError: type ", e.type.name.wrapper, " has no field `", e.field, "`")
    Experimental.show_error_hints(io, e)
end

export CanonicalIndexError

## stack traces

module StackTraces
import ..Base: show, ==, hash, isempty, string, print
export StackTrace, StackFrame, stacktrace

function stacktrace end

"""
A frame of a stack trace: function name, file, line.
"""
struct StackFrame
    func::Symbol
    file::Symbol
    line::Int
    linfo::Any
    from_c::Bool
    inlined::Bool
    pointer::UInt64
end
const StackTrace = Base.Vector{StackFrame}
StackFrame(func, file, line) = StackFrame(Symbol(func), Symbol(file), Base.Int(line), nothing, false, false, 0x0000000000000000)
const UNKNOWN = StackFrame(Symbol(""), Symbol(""), -1, nothing, true, false, 0x0000000000000000)
show(io::IO, f::StackFrame) = print(io, f.func, " at ", Base.basename(string(f.file)), ":", f.line)
end
using .StackTraces

# The runtime's backtrace is a vector of frames, innermost first: svec(function or method instance, file, line, inlined).
function stacktrace_frames(bt)
    frames = StackTraces.StackFrame[]
    bt isa Vector || return frames
    for x in bt
        if x isa StackTraces.StackFrame
            push!(frames, x)
        elseif x isa SimpleVector && length(x) >= 3
            f = x[1]
            name = f isa Core.MethodInstance ? (f.def isa Method ? f.def.name : Symbol("top-level scope")) : f isa Symbol ? f : Symbol(string(f))
            push!(frames, StackTraces.StackFrame(name, Symbol(string(x[2])), Int(x[3]), f isa Core.MethodInstance ? f : nothing, false, length(x) >= 4 && x[4] === true, 0x0000000000000000))
        end
    end
    return frames
end
StackTraces.stacktrace(bt=backtrace()) = stacktrace_frames(bt)

function show_frame(io::IO, i::Int, width::Int, f)
    print(io, "\n ", lpad(string("[", i, "]"), width), " ")
    linfo = f.linfo
    if linfo isa Core.MethodInstance && linfo.def isa Method
        show_frame_call(io, linfo)
        mod = string(linfo.def.module, " ")
    else
        print(io, f.func)
        mod = f.inlined || f.func === Symbol("top-level scope") ? "" : "Main "
    end
    print(io, "\n", " "^width, "@ ", mod, contractuser(string(f.file)), ":", f.line, f.inlined ? " [inlined]" : "")
end
function show_frame_call(io::IO, mi::Core.MethodInstance)
    m = mi.def::Method
    sig = unwrap_unionall(mi.specTypes)
    names = method_argnames(m)
    show_signature_function(io, sig.parameters[1], argument_name(names, 1))
    print(io, "(")
    for i in 2:length(sig.parameters)
        i > 2 && print(io, ", ")
        name, text = argument_declaration(i <= length(names) ? names[i] : Symbol(""), sig.parameters[i], ())
        print(io, name)
        isempty(text) || print(io, "::", text)
    end
    print(io, ")")
end

show_backtrace(io::IO, bt) = show_backtrace_frames(io, stacktrace_frames(bt))
function show_backtrace_frames(io::IO, frames)
    isempty(frames) && return
    print(io, "\nStacktrace:")
    width = ndigits(length(frames)) + 2
    for i in 1:length(frames)
        show_frame(io, i, width, frames[i])
    end
    return
end

# Where the file was when it failed comes after the stack trace of what failed.
function showerror(io::IO, e::LoadError, bt; backtrace::Bool=true)
    e.error isa LoadError || print(io, "LoadError: ")
    showerror(io, e.error, bt; backtrace=backtrace)
    print(io, "\nin expression starting at ", e.file, ":", e.line)
end
function showerror(io::IO, e, bt; backtrace::Bool=true)
    showerror(io, e)
    backtrace && show_backtrace(io, bt)
    return
end

"""
    display_error(io, stack)

What is printed when an exception reaches the top: `ERROR:`, the message, the stack trace, and what caused it.
"""
function display_error(io::IO, stack::ExceptionStack)
    print(io, "ERROR: ")
    show_exception_stack(io, stack)
    println(io)
end
display_error(stack::ExceptionStack) = display_error(stderr, stack)
function display_error(io::IO, e, bt)
    print(io, "ERROR: ")
    showerror(io, e, bt; backtrace=bt !== nothing)
    println(io)
end
display_error(e, bt=nothing) = display_error(stderr, e, bt)

function show_exception_stack(io::IO, stack)
    first = true
    for i in length(stack):-1:1
        x = stack[i]
        first || print(io, "\n\ncaused by: ")
        first = false
        showerror(io, x.exception, x.backtrace; backtrace=x.backtrace !== nothing)
    end
end
show(io::IO, ::MIME"text/plain", stack::ExceptionStack) = (print(io, length(stack), "-element ExceptionStack:\n"); show_exception_stack(io, stack))
show(io::IO, stack::ExceptionStack) = show(io, MIME("text/plain"), stack)

# Called by the runtime with an exception that nothing caught, and those that were being handled when it was thrown,
# newest first, each followed by its backtrace.
function _report_uncaught(@nospecialize(e), bt, causes=Any[])
    try
        flush(stdout)
        io = stderr
        print(io, "ERROR: ")
        showerror(io, e, bt)
        i = 1
        while i < length(causes)
            print(io, "\n\ncaused by: ")
            showerror(io, causes[i], causes[i+1])
            i += 2
        end
        println(io)
        flush(io)
    catch again
        ccall(:jl_safe_printf_string, Cvoid, (Any,), string("ERROR: ", typeof(e), " (and showing it failed with ", typeof(again), ")\n"))
    end
    return nothing
end
