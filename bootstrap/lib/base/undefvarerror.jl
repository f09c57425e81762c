# UndefVarError in words, and what to do about it: from how the name's binding stands, and from who else has such a name.

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
    Experimental.show_error_hints(io, e)
end

function UndefVarError_hint(io::IO, e::UndefVarError)
    scope = isdefined(e, :scope) ? e.scope : nothing
    if scope isa Module
        hint_of_binding(io, e, scope)
    elseif scope === :static_parameter
        print(io, "\nSuggestion: run Test.detect_unbound_args to detect method arguments that do not fully constrain a type parameter.")
    elseif scope === :local
        print(io, "\nSuggestion: check for an assignment to a local variable that shadows a global of the same name.")
    end
    scope === Base && return nothing
    loaded = filter(m -> m !== scope, loaded_modules_order)
    hint_of_modules(io, [Base], e.var) || hint_of_modules(io, loaded, e.var) || hint_of_modules(io, [Core, Main], e.var)
    return nothing
end

function hint_of_binding(io::IO, e::UndefVarError, scope::Module)
    partition = lookup_binding_partition(e.world, GlobalRef(scope, e.var))
    kind = binding_kind(partition)
    world = tls_world_age()
    if kind === PARTITION_KIND_GUARD && isdefinedglobal(scope, e.var)
        print(io, "\nThe binding may be too new: running in world age ", e.world, ", while current world is ", world, ".")
        return nothing
    end
    if kind === PARTITION_KIND_GUARD
        print(io, "\nSuggestion: check for spelling errors or missing imports.")
    elseif kind === PARTITION_KIND_GLOBAL || kind === PARTITION_KIND_UNDEF_CONST || kind === PARTITION_KIND_DECLARED
        print(io, "\nSuggestion: add an appropriate import or assignment. This global was declared but not assigned.")
    elseif kind === PARTITION_KIND_FAILED
        print(io, "\nHint: It looks like two or more modules export different bindings with this name, resulting in ambiguity.",
            " Try explicitly importing it from a particular module, or qualifying the name with the module it should come from.")
    elseif is_some_explicit_imported(kind)
        print(io, "\nSuggestion: this global was defined as `", partition_restriction(partition).globalref, "` but not assigned a value.")
    elseif kind === PARTITION_KIND_BACKDATED_CONST
        print(io, "\nSuggestion: define the const at top-level before running function that uses it (stricter Julia v1.12+ rule).")
    end
    now = binding_kind(lookup_binding_partition(world, GlobalRef(scope, e.var)))
    kind === now || print(io, "\nNote: the binding state changed since the error occurred (was: ", kind, ", now: ", now, ").")
    return nothing
end

# Says which of these modules offer a variable of that name; false if none does.
function hint_of_modules(io::IO, modules, var::Symbol)
    active = active_module()
    offers(m) = isdefined(m, var) && (isexported(m, var) || ispublic(m, var))
    offering = filter(offers, modules)
    # Those that have it from the same module are told of together.
    owners = Module[]
    for m in offering
        if nameof(m) === var && !isdefined(active, var)
            print(io, "\nHint: ", m, " is loaded but not imported in the active module ", active, ".")
        else
            owner = binding_module(m, var)
            owner in owners || push!(owners, owner)
        end
    end
    for owner in owners
        print(io, "\nHint: a global variable of this name also exists in ", owner, ".")
        for m in offering
            m === owner && continue
            binding_module(m, var) === owner || continue
            print(io, "\n    - Also ", isexported(m, var) ? "exported by" : "declared public in", " ", m)
            known = isdefined(active, nameof(m)) && getglobal(active, nameof(m)) === m
            print(io, known ? "." : " (loaded but not imported in $active).")
        end
    end
    return !isempty(offering)
end

Experimental.register_error_hint(UndefVarError_hint, UndefVarError)
