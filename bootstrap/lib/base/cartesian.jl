# Macros for code over N dimensions, written once with names like `i_d` and expanded for each d.
#
# Every macro takes a number and an anonymous function of the dimension, `d -> ex`. Its body is copied for a dimension:
# the name `d` becomes the number, `i_d` becomes `i_2`, `i_{d-1}` becomes `i_1`; what is then known (arithmetic of numbers,
# conditions on them) is computed while the macro is expanded, so that only the code for that dimension is left.

module Cartesian

export @nloops, @nref, @ncall, @ncallkw, @nexprs, @nextract, @nall, @nany, @ntuple, @nif

macro nloops(N, itersym, rangeexpr, args...)
    return _nloops(N, itersym, rangeexpr, args...)
end

function _nloops(N::Int, itersym::Symbol, arraysym::Symbol, args::Expr...)
    d = gensym("d")
    return _nloops(N, itersym, :($d -> Base.axes($arraysym, $d)), args...)
end
function _nloops(N::Int, itersym::Symbol, rangeexpr::Expr, args::Expr...)
    rangeexpr.head === :-> ||
        throw(ArgumentError("second argument must be an anonymous function expression to compute the range"))
    1 <= length(args) <= 3 ||
        throw(ArgumentError("number of arguments must be 1 ≤ length(args) ≤ 3, got $(length(args))"))
    inner = Expr(:escape, args[end])
    for dim in 1:N
        variable = inlineanonymous(itersym, dim)
        range = inlineanonymous(rangeexpr, dim)
        before = length(args) > 1 ? inlineanonymous(args[1], dim) : :(nothing)
        after = length(args) > 2 ? inlineanonymous(args[2], dim) : :(nothing)
        inner = quote
            for $(esc(variable)) = $(esc(range))
                $(esc(before))
                $inner
                $(esc(after))
            end
        end
    end
    return inner
end

for_each_dimension(N::Int, @nospecialize(ex)) = Any[inlineanonymous(ex, i) for i in 1:N]

macro nref(N::Int, A::Symbol, ex)
    return esc(Expr(:ref, A, for_each_dimension(N, ex)...))
end
macro ncall(N::Int, f, args...)
    return esc(Expr(:call, f, args[1:end-1]..., for_each_dimension(N, args[end])...))
end
macro ncallkw(N::Int, f, kw, args...)
    keywords = Expr(:parameters, Expr(:..., kw))
    return esc(Expr(:call, f, keywords, args[1:end-1]..., for_each_dimension(N, args[end])...))
end
macro nexprs(N::Int, ex::Expr)
    return esc(Expr(:block, for_each_dimension(N, ex)...))
end
macro nextract(N::Int, esym::Symbol, isym::Symbol)
    return Expr(:block, Any[esc(Expr(:(=), inlineanonymous(esym, i), :(($isym)[$i]))) for i in 1:N]...)
end
macro nextract(N::Int, esym::Symbol, ex::Expr)
    return Expr(:block, Any[esc(Expr(:(=), inlineanonymous(esym, i), inlineanonymous(ex, i))) for i in 1:N]...)
end
macro nall(N::Int, criterion::Expr)
    criterion.head === :-> ||
        throw(ArgumentError("second argument must be an anonymous function expression yielding the criterion"))
    return Expr(:&&, map(esc, for_each_dimension(N, criterion))...)
end
macro nany(N::Int, criterion::Expr)
    criterion.head === :-> ||
        error("Second argument must be an anonymous function expression yielding the criterion")
    return Expr(:||, map(esc, for_each_dimension(N, criterion))...)
end
macro ntuple(N::Int, ex)
    return esc(Expr(:tuple, for_each_dimension(N, ex)...))
end
macro nif(N, condition, operation...)
    ex = esc(inlineanonymous(length(operation) > 1 ? operation[2] : operation[1], N))
    for i in N-1:-1:1
        ex = Expr(:if, esc(inlineanonymous(condition, i)), esc(inlineanonymous(operation[1], i)), ex)
    end
    return ex
end

# The body of `d -> body` for d = val; a plain name gets the number behind it.
inlineanonymous(base::Symbol, val) = Symbol(base, '_', val)
function inlineanonymous(ex::Expr, val)
    ex.head === :-> || throw(ArgumentError("not an anonymous function"))
    ex.args[1] isa Symbol || throw(ArgumentError("not a single-argument anonymous function"))
    body = replace_dimension(copy(ex.args[2]::Expr), String(ex.args[1]), val)
    return exprresolve(without_line(body))
end

replace_dimension(@nospecialize(x), name::String, val) = x
function replace_dimension(s::Symbol, name::String, val)
    text = String(s)
    return text == name ? val : Symbol(replace_suffixes(text, name, val))
end
function replace_dimension(ex::Expr, name::String, val)
    if ex.head === :curly && length(ex.args) == 2 && ex.args[1] isa Symbol && endswith(String(ex.args[1]), '_')
        # `i_{d+1}`: braces hold an expression that says which name is meant
        inner = exprresolve(replace_dimension(ex.args[2], name, val))
        inner isa Int && return Symbol(ex.args[1], inner)
        ex.args[2] = inner
        return ex
    end
    for i in 1:length(ex.args)
        ex.args[i] = replace_dimension(ex.args[i], name, val)
    end
    return ex
end
# Each `_name` that ends at another underscore or at the end of the text.
function replace_suffixes(text::String, name::String, val)
    parts = split(text, '_')
    out = String(parts[1])
    for part in parts[2:end]
        out = string(out, '_', part == name ? string(val) : part)
    end
    return out
end

without_line(@nospecialize x) = x
function without_line(ex::Expr)
    ex.head === :block || return ex
    length(ex.args) == 1 && return ex.args[1]
    if length(ex.args) == 2
        first = ex.args[1]
        (first isa LineNumberNode || first isa Expr && first.head === :line) && return ex.args[2]
    end
    return ex
end

const arithmetic = Dict{Symbol,Function}(:+ => +, :- => -, :* => *, :/ => /, :^ => ^, :div => div)
const comparisons = Dict{Symbol,Function}(:(==) => ==, :< => <, :> => >, :(<=) => <=, :(>=) => >=)

# Computes what consists of numbers only.
exprresolve(@nospecialize x) = x
function exprresolve(ex::Expr)
    for i in 1:length(ex.args)
        ex.args[i] = exprresolve(ex.args[i])
    end
    if ex.head === :call
        f, operands = ex.args[1], ex.args[2:end]
        if f isa Symbol && haskey(arithmetic, f) && all(x -> x isa Number, operands)
            return arithmetic[f](operands...)
        elseif (f === :+ || f === :-) && length(operands) == 2 && operands[2] == 0
            return operands[1]
        end
    elseif ex.head === :ref && ex.args[1] isa Array
        all(x -> x isa Real, ex.args[2:end]) && return ex.args[1][ex.args[2:end]...]
    elseif ex.head === :if || ex.head === :elseif
        truth = known_condition(ex.args[1])
        truth === true && return ex.args[2]
        truth === false && return length(ex.args) == 3 ? ex.args[3] : nothing
    end
    return ex
end

known_condition(b::Bool) = b
known_condition(@nospecialize x) = nothing
function known_condition(ex::Expr)
    if ex.head === :call
        f = ex.args[1]
        if f isa Symbol && haskey(comparisons, f) && ex.args[2] isa Number && ex.args[3] isa Number
            return comparisons[f](ex.args[2], ex.args[3])
        end
    elseif ex.head === :block && length(ex.args) == 2 && ex.args[1] isa LineNumberNode
        return known_condition(ex.args[2])
    end
    return nothing
end

end

using .Cartesian
