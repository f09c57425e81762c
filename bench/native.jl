# Kernels for bench/native.ts, each also written in C (native.c). Prints a line `name result nanoseconds` for each.
#
# usage: native.jl SCALE      (1: everything runs once, small, to be compiled; 100: to be measured)

fib(n::Int) = n < 2 ? n : fib(n - 1) + fib(n - 2)

mutable struct Body
    x::Float64
    y::Float64
    z::Float64
    vx::Float64
    vy::Float64
    vz::Float64
    mass::Float64
end

function bodies()
    return [Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.5),
        Body(4.84, -1.16, -0.10, 0.606, 2.81, -0.02, 0.037),
        Body(8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.011),
        Body(12.89, -15.11, -0.22, 1.08, 0.868, -0.01, 0.0017),
        Body(15.37, -25.9, 0.179, 0.979, 0.594, -0.034, 0.002)]
end

function advance!(bodies::Vector{Body}, dt::Float64)
    n = length(bodies)
    for i in 1:n
        b = bodies[i]
        for j in i+1:n
            c = bodies[j]
            dx = b.x - c.x
            dy = b.y - c.y
            dz = b.z - c.z
            d2 = dx * dx + dy * dy + dz * dz
            mag = dt / (d2 * sqrt(d2))
            b.vx -= dx * c.mass * mag
            b.vy -= dy * c.mass * mag
            b.vz -= dz * c.mass * mag
            c.vx += dx * b.mass * mag
            c.vy += dy * b.mass * mag
            c.vz += dz * b.mass * mag
        end
    end
    for b in bodies
        b.x += dt * b.vx
        b.y += dt * b.vy
        b.z += dt * b.vz
    end
end

function nbody(steps::Int)
    system = bodies()
    for _ in 1:steps
        advance!(system, 0.01)
    end
    return trunc(Int, 1e9 * system[1].x)
end

function sieve(n::Int)
    prime = fill(true, n)
    prime[1] = false
    i = 2
    while i * i <= n
        if prime[i]
            for j in i*i:i:n
                prime[j] = false
            end
        end
        i += 1
    end
    count = 0
    for p in prime
        p && (count += 1)
    end
    return count
end

function iterations(cx::Float64, cy::Float64, limit::Int)
    x = 0.0
    y = 0.0
    n = 0
    while n < limit
        x2 = x * x
        y2 = y * y
        x2 + y2 > 4.0 && return n
        y = 2.0 * x * y + cy
        x = x2 - y2 + cx
        n += 1
    end
    return limit
end

function mandelbrot(size::Int)
    total = 0
    for row in 0:size-1, column in 0:size-1
        total += iterations(-2.0 + 3.0 * column / size, -1.5 + 3.0 * row / size, 200)
    end
    return total
end

function matmul(n::Int)
    a = Matrix{Float64}(undef, n, n)
    b = Matrix{Float64}(undef, n, n)
    for j in 1:n, i in 1:n
        a[i, j] = (i * j) % 7
        b[i, j] = (i + 2j) % 5
    end
    c = Matrix{Float64}(undef, n, n)
    fill!(c, 0.0)
    for j in 1:n, k in 1:n
        x = b[k, j]
        for i in 1:n
            c[i, j] += a[i, k] * x
        end
    end
    s = 0.0
    for x in c
        s += x
    end
    return trunc(Int, s)
end

function quicksort!(v::Vector{Int}, low::Int, high::Int)
    while low < high
        pivot = v[(low + high) >> 1]
        i = low
        j = high
        while i <= j
            while v[i] < pivot
                i += 1
            end
            while v[j] > pivot
                j -= 1
            end
            if i <= j
                v[i], v[j] = v[j], v[i]
                i += 1
                j -= 1
            end
        end
        quicksort!(v, low, j)
        low = i
    end
end

function sorting(n::Int)
    v = Vector{Int}(undef, n)
    state = 42
    for i in 1:n
        state = (state * 1103515245 + 12345) & 0x7fffffff
        v[i] = state
    end
    quicksort!(v, 1, n)
    return v[n>>1]
end

# FNV-1a over the bytes of a string.
function hashing(n::Int)
    s = repeat("The quick brown fox. ", n)
    h = 0x811c9dc5
    for i in 1:ncodeunits(s)
        h = (h ⊻ codeunit(s, i)) * 0x01000193
    end
    return Int(h)
end

# Numbers counted in a Dict; the C version has an open-addressed table of the same kind.
function counting(n::Int)
    counts = Dict{Int,Int}()
    state = 7
    for _ in 1:n
        state = (state * 1103515245 + 12345) & 0x7fffffff
        key = (state >> 8) % 5000
        counts[key] = get(counts, key, 0) + 1
    end
    best = 0
    for (key, count) in counts
        count > best && (best = count)
    end
    return best * 10000 + length(counts)
end

# Trees made and walked: allocation.
mutable struct Node
    left::Union{Node,Nothing}
    right::Union{Node,Nothing}
end
tree(depth::Int) = depth == 0 ? Node(nothing, nothing) : Node(tree(depth - 1), tree(depth - 1))
function weight(node::Node)
    left, right = node.left, node.right
    return (left === nothing || right === nothing) ? 1 : 1 + weight(left) + weight(right)
end
trees(depth::Int) = weight(tree(depth))

function measure(f::F, name::String, n::Int, runs::Int) where {F}
    best = typemax(Int)
    result = 0
    for _ in 1:runs
        start = time_ns()
        result = f(n)
        best = min(best, Int(time_ns() - start))
    end
    println(name, " ", result, " ", best)
end

function main(scale::Int)
    runs = scale == 1 ? 1 : 5
    measure(fib, "fib", scale == 1 ? 10 : 32, runs)
    measure(nbody, "nbody", 500 * scale, runs)
    measure(sieve, "sieve", 20000 * scale, runs)
    measure(mandelbrot, "mandelbrot", 4 * scale, runs)
    measure(matmul, "matmul", scale == 1 ? 10 : 300, runs)
    measure(sorting, "sorting", 5000 * scale, runs)
    measure(hashing, "hashing", 500 * scale, runs)
    measure(counting, "counting", 5000 * scale, runs)
    measure(trees, "trees", scale == 1 ? 4 : 16, runs)
end

main(parse(Int, ARGS[1]))
