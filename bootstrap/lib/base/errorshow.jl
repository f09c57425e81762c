# Reporting exceptions: showerror for each type, candidates of a failed call, stack traces, the top-level report.
#
# Enters: exceptions and backtraces. Leaves: the text that Julia prints for them.

struct InvalidStateException <: Exception
    msg::String
    state::Symbol
end
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
showerror(io::IO, e::InvalidStateException) = print(io, "InvalidStateException: ", e.msg)
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
    print(io, "DomainError with ")
    show(io, e.val)
    print(io, ":\n", e.msg)
end
function showerror(io::IO, e::TypeError)
    print(io, "TypeError: ")
    if e.expected === Bool && e.func === :if
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
show_index(io::IO, x::AbstractVector{Bool}) = show(io, x)

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

function showerror(io::IO, e::UndefVarError)
    print(io, "UndefVarError: `", e.var, "` not defined")
    if isdefined(e, :scope)
        scope = e.scope
        if scope isa Module
            print(io, " in `", scope, "`")
        elseif scope === :static_parameter
            print(io, " in static parameter matching")
        else
            print(io, " in ", scope, " scope")
        end
    end
    undefvar_hint(io, e)
end
function undefvar_hint(io::IO, e::UndefVarError)
    isdefined(e, :scope) || return
    scope = e.scope
    if scope === :static_parameter
        print(io, "\nSuggestion: run Test.detect_unbound_args to detect method arguments that do not fully constrain a type parameter.")
    elseif scope === :local
        print(io, "\nSuggestion: check for an assignment to a local variable that shadows a global of the same name.")
    elseif scope isa Module
        if isdefined(scope, e.var)
            print(io, "\nSuggestion: add an appropriate import or assignment. This global was declared but not assigned.")
        else
            owner = nothing
            for m in (Base, Core)
                isdefined(m, e.var) && is_exported(m, e.var) && scope !== m && (owner = m)
            end
            print(io, "\nSuggestion: check for spelling errors or missing imports.")
        end
    end
end

function showerror(io::IO, e::FieldError)
    T = e.type
    print(io, "FieldError: type ", nameof_wrapper(T), " has no field `", e.field, "`")
    names = T isa DataType && T <: Tuple ? (isvatuple(T) ? () : ntuple(identity, fieldcount(T))) : try fieldnames(T) catch; () end
    if isempty(names)
        print(io, "; ", nameof_wrapper(T), " has no fields at all.")
    else
        print(io, ", available fields: ", join(map(n -> string("`", n, "`"), names), ", "))
    end
    if T <: AbstractDict
        print(io, "\nDid you mean to access dict values using key: `:", e.field, "` ? Consider using indexing syntax dict[:", e.field, "]")
    end
end
nameof_wrapper(T::DataType) = sprint(show_type_name, T.name)

export CanonicalIndexError

## MethodError

# The argument types of the failed call, with keyword arguments apart.
function call_parts(e::MethodError)
    f = e.f
    # `invoke` that finds no method says which types it was given
    e.args isa Tuple || return f, Any[(unwrap_unionall(e.args)::DataType).parameters...], nothing
    args = collect(Any, e.args)
    kws = nothing
    if f === Core.kwcall && length(args) >= 2
        kws = args[1]
        f = args[2]
        args = args[3:end]
    end
    return f, args, kws
end
argument_type(@nospecialize x) = x isa Type ? Type{x} : typeof(x)

function show_call_signature(io::IO, @nospecialize(f), types, kws)
    show_signature_function(io, f)
    print(io, "(")
    first = true
    for T in types
        first || print(io, ", ")
        first = false
        print(io, "::", T)
    end
    if kws !== nothing
        print(io, "; ")
        i = 0
        for k in keys(kws)
            i += 1
            i > 1 && print(io, ", ")
            print(io, k, "::", typeof(kws[k]))
        end
    end
    print(io, ")")
end
function show_signature_function(io::IO, @nospecialize f)
    if f isa Function && isdefined(typeof(f), :instance)
        tn = typeof(f).name
        name = tn.singletonname
        if isdefined(tn.module, name) && getglobal(tn.module, name) === f
            isoperator(name) || isidentifier(name) ? print(io, name) : show_sym(io, name)
        else
            print(io, "(::", typeof(f), ")")
        end
    elseif f isa Type
        if f isa UnionAll && isabstracttype(f) && string(f) != string(nameof(f)) || f isa UnionAll && find_alias(unwrap_unionall(f)) !== nothing
            print(io, "(", f, ")")
        else
            print(io, f)
        end
    else
        print(io, "(::", typeof(f), ")")
    end
end

function showerror(io::IO, e::MethodError)
    f, args, kws = call_parts(e)
    types = e.args isa Tuple ? Any[argument_type(a) for a in args] : args
    print(io, "MethodError: ")
    if kws === nothing && f === convert && length(args) == 2 && !(args[1] isa Type)
        print(io, "First argument to `convert` must be a Type, got ")
        show(io, args[1])
    elseif kws === nothing && f === convert && length(args) == 2
        print(io, "Cannot `convert` an object of type ", types[2], " to an object of type ", args[1])
        print(io, "\nThe function `convert` exists, but no method is defined for this combination of argument types.")
        show_candidates(io, e, f, types, kws)
        return
    elseif kws === nothing && is_ambiguous_call(f, types, e.world)
        show_ambiguity(io, f, types)
        return
    elseif kws !== nothing && is_ambiguous_call(Core.kwcall, Any[typeof(kws), typeof(f), types...], e.world)
        show_ambiguity(io, Core.kwcall, Any[typeof(kws), typeof(f), types...])
        return
    elseif f isa DataType && isabstracttype(f) && isempty(methods(f))
        print(io, "no constructors have been defined for ", f)
        return
    elseif !(f isa Function) && !(f isa Type) && isempty(methods_of_type(typeof(f)))
        print(io, "objects of type ", typeof(f), " are not callable")
        if length(args) == 1 && f isa AbstractArray || f isa AbstractArray
            print(io, "\nUse square brackets [] for indexing an Array.")
        else
            print(io, "\nThe object of type `", typeof(f), "` exists, but no method is defined for this combination of argument types when trying to treat it as a callable object.")
        end
        return
    else
        print(io, e.args isa Tuple ? "no method matching " : "no method matching invoke ")
        show_call_signature(io, f, types, kws)
    end
    if method_exists(f, types)
        if kws !== nothing
            print(io, "\nThis method does not support all of the given keyword arguments (and may not support any).")
        elseif e.world != typemax(UInt) && !applies_in(f, types, e.world)
            print(io, "\nThe applicable method may be too new: running in world age ", e.world, ", while current world is ", get_world_counter(), ".")
        else
            print(io, "\nThis error has been manually thrown, explicitly, so the method may exist but be intentionally marked as unimplemented.")
        end
    elseif f isa Type
        print(io, "\nThe type `", f, "` exists, but no method is defined for this combination of argument types when trying to construct it.")
    elseif f isa Function
        print(io, "\nThe function `", sprint(show_signature_function, f), "` exists, but no method is defined for this combination of argument types.")
    else
        print(io, "\nThe object of type `", typeof(f), "` exists, but no method is defined for this combination of argument types when trying to treat it as a callable object.")
    end
    show_candidates(io, e, f, types, kws)
    string_hint(io, f, types)
    return
end
string_hint(io::IO, f, types) = nothing

methods_of_type(@nospecialize T) = try
    ms = ccall(:jl_matching_methods, Any, (Any, Any, Cint, Cint, UInt, Ptr{UInt}, Ptr{UInt}, Ptr{Int32}), Tuple{T,Vararg{Any}}, nothing, -1, 1, typemax(UInt), C_NULL, C_NULL, C_NULL)
    ms isa Vector ? ms : Any[]
catch
    Any[]
end
method_exists(@nospecialize(f), types) = try
    hasmethod(f, Tuple{types...})
catch
    false
end
applies_in(@nospecialize(f), types, world::UInt) = try
    hasmethod(f, Tuple{types...}; world=world)
catch
    false
end
function is_ambiguous_call(@nospecialize(f), types, world)
    try
        hasmethod(f, Tuple{types...}) && return false
        ms = methods(f, Tuple{types...})
        return length(ms) >= 2
    catch
        return false
    end
end
function show_ambiguity(io::IO, @nospecialize(f), types)
    show_call_signature(io, f, types, nothing)
    print(io, " is ambiguous.\n\nCandidates:")
    ms = methods(f, Tuple{types...})
    sig = Any
    for m in ms
        print(io, "\n  ")
        show_method_signature(io, m)
        print(io, "\n    @ ", m.module, " ", m.file, ":", m.line)
        sig = typeintersect(m.sig, sig)
    end
    if !(sig === Union{})
        print(io, "\n\nPossible fix, define")
        print(io, "\n  ")
        t = unwrap_unionall(sig)
        show_signature_function(io, f)
        print(io, "(")
        for i in 2:length(t.parameters)
            i > 2 && print(io, ", ")
            print(io, "::", t.parameters[i])
        end
        print(io, ")")
    end
end

# The arguments of a method: names from its slots, types from its signature.
function method_arguments(m::Method)
    sig = unwrap_unionall(m.sig)
    names = method_slot_names(m)
    out = Tuple{String,Any}[]
    n = length(sig.parameters)
    for i in 2:n
        name = i <= length(names) ? string(names[i]) : ""
        (name == "#unused#" || startswith(name, "#")) && (name = "")
        push!(out, (name, sig.parameters[i]))
    end
    return out
end
function method_slot_names(m::Method)
    text = isdefined(m, :slot_syms) ? m.slot_syms : ""
    names = Symbol[]
    for part in split(text, '\0')
        push!(names, Symbol(part))
    end
    return names
end
argument_text(name::String, @nospecialize T) =
    isvarargtype(T) ? (isdefined(T, :N) ? string(name, "::", T) : unwrapva(T) === Any ? string(name, "...") : string(name, "::", unwrapva(T), "...")) :
    T === Any && !isempty(name) ? name : string(name, "::", T)
function method_function_name(m::Method)
    sig = unwrap_unionall(m.sig)
    F = sig.parameters[1]
    if F isa DataType && isdefined(F, :instance) && F <: Function
        return string(m.name)
    elseif F isa DataType && F.name === Type.body.name && F.parameters[1] isa Type
        return string(F.parameters[1])
    end
    return string("(::", F, ")")
end
function show_method_signature(io::IO, m::Method)
    print(io, method_function_name(m), "(")
    join(io, (argument_text(n, T) for (n, T) in method_arguments(m)), ", ")
    kws = kwarg_decl(m)
    isempty(kws) || print(io, "; ", join(kws, ", "))
    print(io, ")")
    vars = TypeVar[]
    t = m.sig
    while t isa UnionAll
        push!(vars, t.var)
        t = t.body
    end
    print_wheres(io, vars, length(vars))
end

# How many of the arguments fit method m.
function fitting_arguments(m::Method, types)
    ps = unwrap_unionall(m.sig).parameters
    n = length(ps) - 1
    fitting = 0
    for i in 1:n
        T = ps[i+1]
        if isvarargtype(T)
            S = rewrap_unionall(unwrapva(T), m.sig)
            fits = true
            for j in i:length(types)
                types[j] <: S || (fits = false; break)
            end
            fits && (fitting += max(length(types) - i + 1, 0))
        elseif i <= length(types)
            (T === Any || types[i] <: rewrap_unionall(T, m.sig)) && (fitting += 1)
        end
    end
    return fitting
end

# A method as the report shows it: arguments that do not fit are marked.
function candidate_text(m::Method, types, kws)
    texts = String[]
    arguments = method_arguments(m)
    argc = length(types)
    for i in 1:length(arguments)
        name, T = arguments[i]
        S = rewrap_unionall(isvarargtype(T) ? unwrapva(T) : T, m.sig)
        if isvarargtype(T)
            fits = all(j -> types[j] <: S, i:argc)
            push!(texts, string(fits ? "" : "!Matched", argument_text(name, T)))
        elseif i <= argc && types[i] <: S
            push!(texts, argument_text(name, T))
        else
            push!(texts, string("!Matched", T === Any && !isempty(name) ? string(name) : string("::", T)))
        end
    end
    text = string("  ", method_function_name(m), "(", join(texts, ", "))
    kwnames = kwarg_decl(m)
    isempty(kwnames) || (text = string(text, "; ", join(kwnames, ", ")))
    text = string(text, ")")
    vars = TypeVar[]
    t = m.sig
    while t isa UnionAll
        push!(vars, t.var)
        t = t.body
    end
    text = string(text, sprint(io -> print_wheres(io, vars, length(vars))))
    if kws !== nothing
        unsupported = Symbol[k for k in keys(kws) if !(k in kwnames) && !any(x -> endswith(string(x), "..."), kwnames)]
        isempty(unsupported) || (text = string(text, " got unsupported keyword argument", length(unsupported) > 1 ? "s " : " ", join(map(k -> string("\"", k, "\""), unsupported), ", ")))
    end
    return string(text, "\n   @ ", m.module, " ", m.file, ":", m.line)
end

# Methods whose arguments fit best, at most three, as in "Closest candidates are:".
function show_candidates(io::IO, e::MethodError, @nospecialize(f), types, kws)
    ms = try
        collect(Any, methods(f))
    catch
        return
    end
    scored = Tuple{Int,Int}[]
    for i in 1:length(ms)
        n = fitting_arguments(ms[i], types)
        n == 0 && length(types) > 1 && length(ms) > 3 && continue
        push!(scored, (-n, i))
    end
    isempty(scored) && return
    sort!(scored)
    print(io, "\n\nClosest candidates are:")
    for k in 1:length(scored)
        if k > 3
            print(io, "\n  ...")
            break
        end
        print(io, "\n", candidate_text(ms[scored[k][2]], types, kws))
    end
    println(io)
end

## methods

function show(io::IO, m::Method)
    show_method_signature(io, m)
    print(io, "\n     @ ", m.module, " ", m.file, ":", m.line)
end

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
    names = method_slot_names(m)
    print(io, method_function_name(m), "(")
    for i in 2:length(sig.parameters)
        i > 2 && print(io, ", ")
        name = i <= length(names) ? string(names[i]) : ""
        startswith(name, "#") && (name = "")
        print(io, argument_text(name, sig.parameters[i]))
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
