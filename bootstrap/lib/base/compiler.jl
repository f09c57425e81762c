# What the compiler knows of a call before it is made: result type, exceptions, effects.
#
# The answers come from inference, which the runtime loads when it is asked for the first time. The questions are tuple
# types of a call, the type of the callee first.

module Compiler

import ..Base
import ..Base: show, print, signature_type
using ..Base: IO, !, &, |, >>, ==, !=, ===, %

export return_type

# How far a property holds: always, not at all, or (bits above the first) on a condition.
const ALWAYS_TRUE = 0x00
const ALWAYS_FALSE = 0x01
const CONSISTENT_IF_NOTRETURNED = 0x02
const CONSISTENT_IF_INACCESSIBLEMEMONLY = 0x04
const EFFECT_FREE_IF_INACCESSIBLEMEMONLY = 0x02
const INACCESSIBLEMEM_OR_ARGMEMONLY = 0x02
const NOUB_IF_NOINBOUNDS = 0x02

struct Effects
    consistent::UInt8
    effect_free::UInt8
    nothrow::Bool
    terminates::Bool
    notaskstate::Bool
    inaccessiblememonly::UInt8
    noub::UInt8
    nonoverlayed::UInt8
    nortcall::Bool
end
# The runtime gives one number, with a bit for everything that is not certain.
Effects(bits::Int) = Effects((bits & 7) % UInt8, ((bits >> 3) & 3) % UInt8, bits & 64 == 0, bits & 128 == 0, bits & 256 == 0,
                             ((bits >> 9) & 3) % UInt8, ((bits >> 11) & 3) % UInt8, ((bits >> 13) & 1) % UInt8, bits & 16384 == 0)

is_consistent(e::Effects) = e.consistent === ALWAYS_TRUE
is_effect_free(e::Effects) = e.effect_free === ALWAYS_TRUE
is_nothrow(e::Effects) = e.nothrow
is_terminates(e::Effects) = e.terminates
is_notaskstate(e::Effects) = e.notaskstate
is_inaccessiblememonly(e::Effects) = e.inaccessiblememonly === ALWAYS_TRUE
is_noub(e::Effects) = e.noub === ALWAYS_TRUE
is_nonoverlayed(e::Effects) = e.nonoverlayed === ALWAYS_TRUE
is_nortcall(e::Effects) = e.nortcall
is_foldable(e::Effects, check_rtcall::Bool=false) =
    is_consistent(e) && is_noub(e) && is_effect_free(e) && is_terminates(e) && (!check_rtcall || is_nortcall(e))
is_foldable_nothrow(e::Effects, check_rtcall::Bool=false) = is_foldable(e, check_rtcall) && is_nothrow(e)
is_total(e::Effects) = is_foldable_nothrow(e)
is_removable_if_unused(e::Effects) = is_effect_free(e) && is_terminates(e) && is_nothrow(e)

sign_of(x::UInt8) = x === ALWAYS_TRUE ? '+' : x === ALWAYS_FALSE ? '!' : '?'
sign_of(x::Bool) = x ? '+' : '!'
function show(io::IO, e::Effects)
    print(io, "(", sign_of(e.consistent), "c,", sign_of(e.effect_free), "e,", sign_of(e.nothrow), "n,",
          sign_of(e.terminates), "t,", sign_of(e.notaskstate), "s,", sign_of(e.inaccessiblememonly), "m,",
          sign_of(e.noub), "u,", sign_of(e.nonoverlayed), "o,", sign_of(e.nortcall), "r)")
end

return_type(@nospecialize(f), t::DataType) = ccall(:jl_inferred_type, Any, (Any,), signature_type(f, t))
return_type(t::DataType) = ccall(:jl_inferred_type, Any, (Any,), t)
return_type(@nospecialize(f), t::DataType, world::UInt) = return_type(f, t)
return_type(t::DataType, world::UInt) = return_type(t)

end

Core.eval(Core, Expr(:const, Expr(:(=), :Compiler, Compiler)))

_return_type(@nospecialize(f), @nospecialize(t)) = Core.Compiler.return_type(f, to_tuple_type(t))

function default_tt(@nospecialize(f))
    ms = methods(f)
    return length(ms) == 1 ? tuple_type_tail(first(ms).sig) : Tuple
end
tuple_type_tail(@nospecialize sig) = rewrap_unionall(Tuple{unwrap_unionall(sig).parameters[2:end]...}, sig)

infer_return_type(@nospecialize(f), @nospecialize(types=default_tt(f)); world::UInt=get_world_counter(), interp=nothing) =
    ccall(:jl_inferred_type, Any, (Any,), signature_type(f, types))
infer_exception_type(@nospecialize(f), @nospecialize(types=default_tt(f)); world::UInt=get_world_counter(), interp=nothing) =
    ccall(:jl_inferred_exception, Any, (Any,), signature_type(f, types))
infer_effects(@nospecialize(f), @nospecialize(types=default_tt(f)); optimize::Bool=true, world::UInt=get_world_counter(), interp=nothing) =
    Compiler.Effects(ccall(:jl_inferred_effects, Any, (Any,), signature_type(f, types))::Int)
return_types(@nospecialize(f), @nospecialize(types=default_tt(f)); world::UInt=get_world_counter(), interp=nothing) =
    Any[b[2] for b in ccall(:jl_inferred_bodies, Any, (Any,), signature_type(f, types))]

# The code of each method that the call may run, with the types of its SSA values, and what it returns. No optimizer works on
# this code: it is that of `optimize=false`.
function code_typed_by_type(@nospecialize(tt::Type); optimize::Bool=true, debuginfo::Symbol=:default, world::UInt=get_world_counter(), interp=nothing)
    out = Any[]
    for b in ccall(:jl_inferred_bodies, Any, (Any,), tt)
        m, T, types = b
        code = isdefined(m, :source) ? uncompressed_ast(m) : nothing
        if code isa Core.CodeInfo
            code.ssavaluetypes = types
            code.rettype = T
        end
        push!(out, code => T)
    end
    return out
end
code_typed(@nospecialize(f), @nospecialize(types=default_tt(f)); kw...) = code_typed_by_type(signature_type(f, types); kw...)
