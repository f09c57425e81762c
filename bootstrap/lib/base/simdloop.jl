# @simd: a loop whose iterations may run in any order, told to the compiler.
#
# The loop over `range` becomes an outer loop over what `simd_outer_range` gives (one round for what can be indexed) and an
# inner loop that counts from zero and ends in a `loopinfo` mark. An iterator that cannot be indexed takes part by methods
# of the three functions.

module SimdLoop

export @simd, simd_outer_range, simd_inner_length, simd_index

struct SimdError <: Exception
    msg::String
end

simd_outer_range(r) = 0:0
@inline simd_inner_length(r, j) = Base.length(r)
@inline simd_index(r, j, i) = (@inbounds element = r[i+firstindex(r)]; element)

# Jumps out of an iteration are no part of a loop whose order is free.
function check_body(ex::Expr)
    if ex.head === :break || ex.head === :continue
        throw(SimdError("$(ex.head) is not allowed inside a @simd loop body"))
    elseif ex.head === :macrocall && ex.args[1] === Symbol("@goto")
        throw(SimdError("@goto is not allowed inside a @simd loop body"))
    end
    foreach(check_body, ex.args)
end
check_body(quoted::QuoteNode) = check_body(quoted.value)
check_body(@nospecialize other) = nothing

function iteration_space(@nospecialize ex)
    ex isa Expr && (ex.head === :(=) || ex.head === :in) || throw(SimdError("= or in expected"))
    length(ex.args) == 2 || throw(SimdError("simd range syntax is wrong"))
    ex.args[1] isa Symbol || throw(SimdError("simd loop index must be a symbol"))
    return ex.args
end

function simd_loop(@nospecialize(loop), independent)
    loop isa Expr && loop.head === :for || throw(SimdError("for loop expected"))
    length(loop.args) == 2 || throw(SimdError("1D for loop expected"))
    check_body(loop)
    element, range = iteration_space(loop.args[1])
    r, j, n, i = gensym("r"), gensym("i"), gensym("n"), gensym("i")
    return quote
        let $r = $range
            for $j in Base.simd_outer_range($r)
                let $n = Base.simd_inner_length($r, $j)
                    if zero($n) < $n
                        let $i = zero($n)
                            while $i < $n
                                local $element = Base.simd_index($r, $j, $i)
                                $(loop.args[2])
                                $i += 1
                                $(Expr(:loopinfo, Symbol("julia.simdloop"), independent))
                            end
                        end
                    end
                end
            end
        end
        nothing
    end
end

"""
    @simd for i in range ... end
    @simd ivdep for i in range ... end

Says that the loop's iterations may be reordered, and with `ivdep` that they do not depend on each other through memory.
"""
macro simd(loop)
    return esc(simd_loop(loop, nothing))
end
macro simd(independent, loop)
    independent === :ivdep || throw(SimdError("Only ivdep is valid as the first argument to @simd"))
    return esc(simd_loop(loop, Symbol("julia.ivdep")))
end

end

using .SimdLoop
