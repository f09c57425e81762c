# Showing methods: the signature as it was declared, where it stands, and lists of methods.
#
# Enters: a Method or a MethodList. Leaves: on one line with `compact` (as `string(m)` asks), else the place on a line of
# its own. A stack trace and the report of a failed call write functions and arguments by the same rules.

# A function in a signature: by its name if it has one, a type by its text, another callable by its type.
function show_signature_function(io::IO, @nospecialize(ft::Type), name::String="")
    u = unwrap_unionall(ft)
    if u isa DataType && ft <: Function && isempty(u.parameters) && is_function_type_name(u.name)
        show_sym(io, u.name.singletonname)
    elseif ft isa DataType && ft.name === Type.body.name && !(ft.parameters[1] isa TypeVar)
        f = ft.parameters[1]
        w = unwrap_unionall(f)
        parens = f isa UnionAll && !(w isa DataType && f === w.name.wrapper)
        parens && print(io, "(")
        print(io, f)
        parens && print(io, ")")
    else
        print(io, "(", name, "::", ft, ")")
    end
    return nothing
end
signature_function_type(@nospecialize f) = f isa Type ? Type{f} : typeof(f)

# The declared form of an argument: its name, if it has one that a user wrote, and its type, empty for Any.
function argument_declaration(n::Symbol, @nospecialize(t), wheres)
    name = String(n)
    i = findfirst('#', name)
    i === nothing || (name = name[1:prevind(name, i)])
    if isvarargtype(t)
        T = unwrapva(t)
        isdefined(t, :N) || return T === Any ? (string(name, "..."), "") : (name, string(type_text(T, wheres), "..."))
        return name, string("Vararg{", type_text(T, wheres), ", ", type_text(t.N, wheres), "}")
    end
    t === Any && !isempty(name) && return name, ""
    return name, type_text(t, wheres)
end
# The text of a type inside the scope of variables.
function type_text(@nospecialize(t), wheres)
    buffer = IOBuffer()
    show(scope(buffer, wheres), t)
    return takestring!(buffer)
end

"""
    arg_decl_parts(m::Method)

The parts of the declaration of `m`: type variables, (name, type) of the function and of each argument as text, file, line.
"""
function arg_decl_parts(m::Method)
    tv = Any[]
    sig = m.sig
    while sig isa UnionAll
        push!(tv, sig.var)
        sig = sig.body
    end
    names = method_argnames(m)
    ps = (sig::DataType).parameters
    decls = Tuple{String,String}[("", sprint(io -> show_signature_function(scope(io, tv), rewrap_unionall_if_free(ps[1], m.sig), argument_name(names, 1))))]
    for i in 2:length(ps)
        push!(decls, argument_declaration(i <= length(names) ? names[i] : Symbol(""), ps[i], tv))
    end
    return tv, decls, m.file, m.line
end
scope(io::IO, wheres) = foldl(with_variable, wheres; init=IOContext(io))
argument_name(names, i::Int) = (n = i <= length(names) ? String(names[i]) : ""; '#' in n ? "" : n)
rewrap_unionall_if_free(@nospecialize(t), @nospecialize(sig)) = t isa TypeVar ? Any : t

function show_method_signature(io::IO, m::Method)
    m.sig === Tuple && return print(io, m.name, "(...)")
    tv, decls, _, _ = arg_decl_parts(m)
    print(io, decls[1][2], "(")
    join(io, (isempty(t) ? n : string(n, "::", t) for (n, t) in decls[2:end]), ", ")
    kws = kwarg_decl(m)
    if !isempty(kws)
        print(io, "; ")
        join(io, (keyword_text(k) for k in kws), ", ")
    end
    print(io, ")")
    print_wheres(io, TypeVar[v for v in tv], length(tv))
end
keyword_text(k::Symbol) = endswith(String(k), "...") ? String(k) : sprint(show_sym, k)

# ` @ module file:line` after a signature.
function print_module_path_file(io::IO, mod, file::AbstractString, line::Integer; indent::Int=0)
    print(io, " "^indent, "@")
    mod === nothing || print(io, " ", mod)
    print(io, " ", contractuser(file), ":", line)
end

function show_method(io::IO, m::Method; indent::Int=1)
    show_method_signature(io, m)
    if !(get(io, :compact, false)::Bool)
        println(io)
        indent += 4
    end
    m.sig === Tuple ? print_module_path_file(io, m.module, "none", 0; indent) :
        print_module_path_file(io, m.module, string(m.file), m.line; indent)
    return nothing
end
show(io::IO, m::Method) = show_method(IOContext(io, :compact => true), m)
show(io::IO, ::MIME"text/plain", m::Method) = show_method(io, m)

function show_method_list_header(io::IO, ms::MethodList)
    tn = ms.tn
    name = tn.singletonname
    n = length(ms)
    print(io, "# ", n, n == 1 ? " method" : " methods")
    text = string(name)
    named = isdefined(tn.module, name) && typeof(getglobal(tn.module, name)) <: Function
    if named
        print(io, " for ", startswith(text, '@') ? "macro" : "generic function", " ", repr(text), " from ", tn.module)
    elseif '#' in text
        print(io, " for anonymous function ", repr(text), " from ", tn.module)
    elseif tn === Type.body.name || !(tn.wrapper <: Function)
        print(io, tn.wrapper <: Type ? " for type constructor" : " for callable object")
    end
    print(io, n == 0 ? "" : ":")
end
function show(io::IO, ms::MethodList)
    show_method_list_header(io, ms)
    width = ndigits(length(ms))
    for i in 1:length(ms)
        println(io)
        print(io, " ", lpad(string("[", i, "]"), width + 2), " ")
        show_method(IOContext(io, :compact => false), ms[i]; indent=width)
    end
    return nothing
end
show(io::IO, ::MIME"text/plain", ms::MethodList) = show(io, ms)
function show(io::IO, ::MIME"text/plain", ms::AbstractVector{Method})
    for i in 1:length(ms)
        i > 1 && println(io)
        print(io, "[", i, "] ")
        show_method(io, ms[i]; indent=ndigits(length(ms)))
    end
    return nothing
end
