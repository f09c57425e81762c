# What collecting costs: pauses over heaps of several sizes, and allocation with the collections that it causes.

mutable struct Cell
    value::Any
    next::Any
end

chain(n) = (list = nothing; for i in 1:n
    list = Cell(i, list)
end; list)

function pause(f)
    live = f()
    best = minimum(begin
        start = time_ns()
        GC.gc()
        time_ns() - start
    end for _ in 1:5)
    return live === nothing ? best : best + 0 * (live.value isa Int)
end

# Nanoseconds for each of `n` iterations.
each(f, n) = minimum(begin
    start = time_ns()
    f(n)
    time_ns() - start
end for _ in 1:3) / n

cells(n) = for i in 1:n
    Cell(i, nothing)
end
small(n) = for i in 1:n
    Vector{Int}(undef, 100)
end
large(n) = for i in 1:n
    Vector{UInt8}(undef, 10_000_000)
end
finalized(n) = for i in 1:n
    finalizer(identity, Cell(i, nothing))
end

println("pause, library alone ", pause(() -> nothing))
println("pause, and 10^5 objects ", pause(() -> chain(10^5)))
println("pause, and 10^6 objects ", pause(() -> chain(10^6)))
println("object of 2 fields ", each(cells, 1_000_000))
println("vector of 100 integers ", each(small, 200_000))
println("vector of 10 MB ", each(large, 1000))
println("object with finalizer ", each(finalized, 100_000))
