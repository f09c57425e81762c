# Conversions among the machine's integers, one method for each pair of types.
#
# Core has them for all types at once, by asking for sizes and signs. What each pair comes to is known here, in advance: most
# are one intrinsic, the others one comparison more. Exceptions are the same.

for T in BitInteger_types, S in BitInteger_types
    T === S && continue
    intrinsic(name) = GlobalRef(Core.Intrinsics, name)
    wide, narrow = Core.sizeof(T), Core.sizeof(S)
    bits = intrinsic(wide === narrow ? :bitcast : wide < narrow ? :trunc_int : S <: Signed ? :sext_int : :zext_int)
    Core.eval(Core, :(_int_bits(t::Type{$T}, x::$S) = $bits(t, x)))
    (T === Int64 && (S === Int32 || S === UInt8 || S === UInt32)) && continue
    if wide < narrow
        back = intrinsic(T <: Signed && S <: Signed ? :sext_int : :zext_int)
        fits = T <: Signed && S <: Unsigned ? :($(intrinsic(:ule_int))(x, $(Core._int_bits(S, typemax(T))))) :
            :($back($S, y) === x)
        Core.eval(Core, quote
            function $(nameof(T))(x::$S)
                y = $bits($T, x)
                $fits || throw_inexacterror(:trunc, $T, x)
                return y
            end
        end)
    elseif T <: Unsigned && S <: Signed || wide === narrow
        # a sign that the other type has not
        Core.eval(Core, quote
            function $(nameof(T))(x::$S)
                $(intrinsic(:slt_int))(x, $(Core._int_bits(S, 0))) && throw_inexacterror(:convert, $T, x)
                return $bits($T, x)
            end
        end)
    else
        Core.eval(Core, :($(nameof(T))(x::$S) = $bits($T, x)))
    end
end
