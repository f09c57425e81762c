# @irrational: a constant known to any precision, as programs define it.

"""
    @irrational sym [val] def

Makes `sym` an `Irrational`. `def` computes its value at the precision that BigFloat has at the time, or names the function of
libmpfr that does; `val`, when given, is what Float64 and Float32 are rounded from.
"""
macro irrational(sym, val, def)
    return irrational_definition(sym, esc(val), def)
end
macro irrational(sym, def)
    return irrational_definition(sym, :(big($(esc(sym)))), def)
end
function irrational_definition(sym, val, def)
    name = esc(Expr(:quote, sym))
    constant = esc(sym)
    value = def isa Symbol ?
        :(c = MPFR.fresh(; precision=p); ccall(($(QuoteNode(def)), MPFR.lib), Int32, (Ref{BigFloat}, Int32), c, MPFR.rounding_code(r)); c) :
        :(setprecision(() -> $(esc(def)), BigFloat, p))
    return quote
        const $constant = Irrational{$name}()
        function Base.MPFR.BigFloat(::Irrational{$name}, r::RoundingMode=MPFR.current_mode(); precision::Integer=MPFR.default_precision[])
            p = precision
            $value
        end
        let v = $val, v64 = Float64(v), v32 = Float32(v)
            Base.Float64(::Irrational{$name}) = v64
            Base.Float32(::Irrational{$name}) = v32
        end
        @assert isa(big($constant), BigFloat)
        @assert Float64($constant) == Float64(big($constant))
        @assert Float32($constant) == Float32(big($constant))
    end
end
