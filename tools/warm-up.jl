# What programs do, a little of everything: what V8 makes of the functions of jl0 that this calls is kept with the bundle
# (bootstrap/cli/launch.ts), so that no later start has to compile them. `tools/build.ts` runs it, where it can with an object
# that was compiled from it.

abstract type Shape end
struct Square{T} <: Shape
    side::T
end
mutable struct Count
    n::Int
end
area(s::Square) = s.side * s.side
area(s::Shape) = error("no area of $s")

module Words
export counts
function counts(text)
    table = Dict{String,Int}()
    for word in split(text, ' ')
        table[word] = get(table, word, 0) + 1
    end
    table
end
end
using .Words

smaller(a, b) = (x = unsafe_load(a); y = unsafe_load(b); Cint(x < y ? -1 : x > y))

function main(io; times=3)
    println(io, "shapes: ", sum(area(s) for s in [Square(1), Square(2)]), ' ', area(Square(1.5)))
    for (word, n) in sort(collect(counts("to be or not to be")))
        println(io, rpad(word, 5), " => ", n)
    end
    try
        area.(Shape[Square(2), Square(nothing)])
    catch e
        print(io, e isa MethodError ? "no method" : sprint(showerror, e), '\n')
    end
    c = Count(0)
    add = k -> (c.n += k; c)
    foreach(add, 1:times)
    values = Cint[3, 1, 2]
    compare = @cfunction(smaller, Cint, (Ptr{Cint}, Ptr{Cint}))
    @ccall qsort(values::Ptr{Cint}, length(values)::Csize_t, sizeof(Cint)::Csize_t, compare::Ptr{Cvoid})::Cvoid
    show(io, (c.n, values, :a => nothing, [x / 2 for x in 1:3], "ü" * string(parse(Float64, "2.5e3")), 'x', 1:2))
    println(io, join(map(uppercase, ["a", "b"]), ", "), ccall(:strlen, Csize_t, (Cstring,), "four"))
    length(values) == 3 || throw(ArgumentError("sorting loses values"))
    nothing
end

main(devnull)
main(devnull; times=2)
