# The report of a call that found no method: the call as it was, why none applied, and the methods that come nearest.
#
# Enters: a MethodError. Leaves: its text. A call with keyword arguments arrives as a call of `Core.kwcall` and is written
# as the user wrote it.

argument_type(@nospecialize x) = x isa Type ? Type{x} : typeof(x)

# A failed call taken apart.
struct FailedCall
    f::Any
    types::Vector{Any}
    names::Vector{Symbol}      # of the keyword arguments
    keyword_types::Vector{Any}
    by_types::Bool             # `invoke` was given types, not values
    args::Any
end
function FailedCall(e::MethodError)
    # `invoke` that finds no method says which types it was given
    e.args isa Tuple || return FailedCall(e.f, Any[(unwrap_unionall(e.args)::DataType).parameters...], Symbol[], Any[], true, nothing)
    args = e.args
    if e.f === Core.kwcall && length(args) >= 2 && args[1] isa NamedTuple
        kws = args[1]
        rest = args[3:end]
        return FailedCall(args[2], Any[argument_type(a) for a in rest], Symbol[keys(kws)...], Any[fieldtypes(typeof(kws))...], false, rest)
    end
    return FailedCall(e.f, Any[argument_type(a) for a in args], Symbol[], Any[], false, args)
end

function show_call_signature(io::IO, c::FailedCall)
    show_signature_function(io, signature_function_type(c.f))
    print(io, "(")
    for i in 1:length(c.types)
        i > 1 && print(io, ", ")
        T = c.types[i]
        isvarargtype(T) && unwrapva(T) === Any && !isdefined(T, :N) ? print(io, "...") : print(io, "::", T)
    end
    for i in 1:length(c.names)
        print(io, i == 1 ? "; " : ", ")
        show_sym(io, c.names[i])
        print(io, "::", c.keyword_types[i])
    end
    print(io, ")")
end

function showerror(io::IO, e::MethodError)
    meths = methods_including_ambiguous(e.f, e.args isa Tuple ? Any[argument_type(a) for a in e.args] : Any[(unwrap_unionall(e.args)::DataType).parameters...])
    if length(meths) > 1
        # a call with keyword arguments is written as the call of `kwcall` that was ambiguous
        show_ambiguity(io, meths, FailedCall(e.f, e.args isa Tuple ? Any[argument_type(a) for a in e.args] : FailedCall(e).types, Symbol[], Any[], !(e.args isa Tuple), e.args))
        return
    end
    c = FailedCall(e)
    f = c.f
    ft = typeof(f)
    print(io, "MethodError: ")
    is_function = false
    if f === convert && length(c.types) == 2 && !c.by_types
        is_function = true
        show_convert_error(io, e, c)
    elseif f isa DataType && isabstracttype(f) && isempty(methods(f))
        print(io, "no constructors have been defined for ", f)
    elseif !(f isa Function) && !(f isa Type) && isempty(methods(f))
        print(io, "objects of type ", ft, " are not callable")
    else
        is_function = f isa Function && isempty(ft.parameters) && is_function_type_name(ft.name)
        print(io, c.by_types ? "no method matching invoke " : "no method matching ")
        show_call_signature(io, c)
    end
    if (f === (+) || f === (-)) && length(c.types) == 2 &&
            any(T -> T <: AbstractArray{<:Number}, c.types) && any(T -> T <: Number, c.types)
        first, second = c.types[1] <: Number ? ("scalar", "array") : ("array", "scalar")
        print(io, "\nFor element-wise ", f === (+) ? "addition" : "subtraction", ", use broadcasting with dot syntax: ", first, " .", f === (+) ? "+" : "-", " ", second)
    end
    ft <: AbstractArray && print(io, "\nUse square brackets [] for indexing an Array.")
    if is_function
        name = ft.name.singletonname
        if isdefined(Base, name) && getglobal(Base, name) !== f && hasmethod_safe(getglobal(Base, name), c.types)
            print(io, "\nYou may have intended to import ")
            show_unquoted(io, Expr(:., :Base, QuoteNode(name)))
        end
    end
    if e.world == typemax(UInt) || applies_in(e, e.world)
        if !isempty(c.names)
            print(io, "\nThis method does not support all of the given keyword arguments (and may not support any).")
        else
            print(io, "\nThis error has been manually thrown, explicitly, so the method may exist but be intentionally marked as unimplemented.")
        end
    elseif !isempty(c.names) && hasmethod_safe(f, c.types)
        print(io, "\nThis method does not support all of the given keyword arguments (and may not support any).")
    elseif applies_in(e, ccall(:jl_get_tls_world_age, UInt, ()))
        print(io, "\nThe applicable method may be too new: running in world age ", e.world, ", while current world is ", get_world_counter(), ".")
    elseif f isa Type
        print(io, "\nThe type `", f, "` exists, but no method is defined for this combination of argument types when trying to construct it.")
    elseif f isa Function
        print(io, "\nThe function `")
        print(io, is_function ? ft.name.singletonname : f)
        print(io, "` exists, but no method is defined for this combination of argument types.")
    else
        print(io, "\nThe object of type `", ft, "` exists, but no method is defined for this combination of argument types when trying to treat it as a callable object.")
    end
    show_row_vector_hint(io, c)
    Experimental.show_error_hints(io, e, c.types, Any[(c.names[i], c.keyword_types[i]) for i in 1:length(c.names)])
    show_candidates(io, c)
    return
end

# Where the two types are made by the same constructor they stand on lines of their own, to be compared.
function show_convert_error(io::IO, e::MethodError, c::FailedCall)
    T = e.args[1]
    if !(T isa Type)
        print(io, "First argument to `convert` must be a Type, got ", T)
        return
    end
    S = c.types[2]
    one_line = T isa DataType && S isa DataType && T.name !== S.name
    print(io, "Cannot `convert` an object of type ", one_line ? "" : "\n  ", S, " to an object of type ", one_line ? "" : "\n  ", T)
    return
end

function show_row_vector_hint(io::IO, c::FailedCall)
    c.by_types && return
    any(a -> a isa Array && ndims(a) == 2 && size(a, 1) == 1, c.args) || return
    columns = map(a -> a isa Array && ndims(a) == 2 && size(a, 1) == 1 ? vec(a) : a, c.args)
    isempty(c.names) && applicable(c.f, columns...) || return
    print(io, "\n\nYou might have used a 2d row vector where a 1d column vector was required.",
        "\nNote the difference between 1d column vector [1,2,3] and 2d row vector [1 2 3].",
        "\nYou can convert to a column vector with the vec() function.")
end

hasmethod_safe(@nospecialize(f), types) = try
    hasmethod(f, Tuple{types...})
catch
    false
end
function applies_in(e::MethodError, world::UInt)
    types = e.args isa Tuple ? Tuple{Any[argument_type(a) for a in e.args]...} : e.args
    return try
        hasmethod(e.f, types; world=world)
    catch
        false
    end
end
function methods_including_ambiguous(@nospecialize(f), types)
    try
        tt = signature_with_typevars(f, Tuple{types...})
        ccall(:jl_gf_invoke_lookup, Any, (Any, Any, UInt), tt, nothing, get_world_counter()) === nothing || return Method[]
        found = _methods_by_ftype(tt, -1, get_world_counter(), true)
        return found isa Vector ? Method[m.method for m in found] : Method[]
    catch
        return Method[]
    end
end
function show_ambiguity(io::IO, ms, c::FailedCall)
    print(io, "MethodError: ")
    show_call_signature(io, c)
    print(io, " is ambiguous.\n\nCandidates:")
    sig = Any
    for m in ms
        print(io, "\n  ")
        show_method(IOContext(io, :compact => false), m; indent=0)
        sig = typeintersect(m.sig, sig)
    end
    println(io)
    sig === Union{} && return
    if all(m -> morespecific(sig, m.sig), ms)
        print(io, "\nPossible fix, define\n  ")
        show_signature_as_call(io, sig)
    else
        print(io, "\nTo resolve the ambiguity, try making one of the methods more specific, or adding a new method more specific than any of the existing applicable methods.")
    end
    println(io)
end
function show_signature_as_call(io::IO, @nospecialize sig)
    t = unwrap_unionall(sig)::DataType
    vars = where_variables(sig)
    show_signature_function(scope(io, vars), t.parameters[1])
    print(io, "(")
    for i in 2:length(t.parameters)
        i > 2 && print(io, ", ")
        print(io, "::", type_text(t.parameters[i], vars))
    end
    print(io, ")")
    print_wheres(io, vars, length(vars))
end

# A method as the report of a failed call shows it, and how well it fits: more is better; nothing if not at all.
#
# The arguments are taken from the left. One fits if the method could still be called with it and those before it; one that
# does not is marked, and counts as what the method wants there for those behind it.
function candidate(m::Method, c::FailedCall)
    types = Any[c.types...]
    argc = length(types)
    ps = unwrap_unionall(m.sig).parameters
    sig = Any[ps[i] for i in 2:length(ps)]
    tv, decls, file, line = arg_decl_parts(m)
    text_of(T) = isvarargtype(T) ? string("::", type_text(unwrapva(T), tv), "...") : string("::", type_text(T, tv))
    # Conversions are many: those to another type are no candidates.
    special = c.f === convert
    texts = String[]
    matches = 0
    for i in 1:min(argc, length(sig))
        j = isvarargtype(sig[i]) ? argc : i
        met = typeintersect(rewrap_unionall(Tuple{sig[1:i]...}, m.sig), rewrap_unionall(Tuple{types[1:j]...}, m.sig))
        if met === Union{}
            special && i == 1 && return nothing
            push!(texts, string("!Matched", text_of(sig[i])))
            types[i] = sig[i]
        else
            j == i && (matches += 1)
            push!(texts, text_of(sig[i]))
        end
    end
    special && matches == 0 && return nothing
    if argc > length(sig) && !isempty(sig) && isvarargtype(sig[end])
        rest = rewrap_unionall(unwrapva(sig[end]), m.sig)
        matches += count(T -> T <: rest, c.types[length(sig):end])
    end
    matches > 0 || argc < 2 || return nothing
    for i in argc+1:length(sig)
        # A Vararg in the first place is no mismatch: none of it is a possible number.
        push!(texts, i == argc + 1 && isvarargtype(sig[i]) ? text_of(sig[i]) : string("!Matched", text_of(sig[i])))
    end
    text = string("  ", decls[1][2], "(", join(texts, ", "))
    kwnames = kwarg_decl(m)
    isempty(kwnames) || (text = string(text, "; ", join(kwnames, ", ")))
    text = string(text, ")", sprint(io -> print_wheres(io, TypeVar[v for v in tv], length(tv))))
    if !isempty(c.names) && !any(k -> endswith(string(k), "..."), kwnames)
        unsupported = Symbol[k for k in c.names if !(k in kwnames)]
        isempty(unsupported) || (text = string(text, " got unsupported keyword argument", length(unsupported) > 1 ? "s" : "", " \"", join(unsupported, "\", \""), "\""))
    end
    place = startswith(string(file), "./") ? string(file)[3:end] : string(file)
    return (2 * matches + (argc < 2 ? 1 : 0), string(text, "\n   @ ", m.module, " ", place, ":", line))
end

# Methods whose arguments fit best, at most three, as in "Closest candidates are:".
function show_candidates(io::IO, c::FailedCall)
    ms = try
        collect(Any, methods(c.f))
    catch
        return
    end
    found = Tuple{Int,Int,String}[]
    for i in 1:length(ms)
        fit = candidate(ms[i], c)
        fit === nothing || push!(found, (-fit[1], i, fit[2]))
    end
    isempty(found) && return
    sort!(found)
    print(io, "\n\nClosest candidates are:")
    for k in 1:min(3, length(found))
        print(io, "\n", found[k][3])
    end
    length(found) > 3 && print(io, "\n  ...")
    println(io)
end
