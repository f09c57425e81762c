# What the VM costs, per operation: each function is timed again and again for a while, so that V8 has compiled the loop
# for it, and the best time is printed as `name nanoseconds`. What a call costs by itself is the difference between a loop
# with it and the same loop without.

fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)

function squares(n)
    s = 0
    i = 0
    while i < n
        s += i * i
        i += 1
    end
    return s
end

function strlen_calls(n)
    s = 0
    i = 0
    while i < n
        s += ccall(:strlen, Int, (Cstring,), "hello world")
        i += 1
    end
    return s
end

function sieve(n)
    prime = fill(true, n)
    prime[1] = false
    for i in 2:n
        i * i > n && break
        if prime[i]
            for j in i*i:i:n
                prime[j] = false
            end
        end
    end
    return count(prime)
end

function count_keys(n)
    counts = Dict{String,Int}()
    for i in 1:n
        key = string("key", i % 1000)
        counts[key] = get(counts, key, 0) + 1
    end
    return length(counts)
end

function mandelbrot()
    total = 0
    for row in 0:20, column in 0:25
        cr = -2.0 + column * 0.1
        ci = -1.0 + row * 0.1
        zr = 0.0
        zi = 0.0
        k = 0
        while k < 80 && zr * zr + zi * zi <= 4.0
            t = zr * zr - zi * zi + cr
            zi = 2.0 * zr * zi + ci
            zr = t
            k += 1
        end
        total += k
    end
    return total
end

abstract type Shape end
struct S1 <: Shape end
struct S2 <: Shape end
struct S3 <: Shape end
struct S4 <: Shape end
struct S5 <: Shape end
struct S6 <: Shape end
struct S7 <: Shape end
struct S8 <: Shape end
sides(::S1) = 1
sides(::S2) = 2
sides(::S3) = 3
sides(::S4) = 4
sides(::S5) = 5
sides(::S6) = 6
sides(::S7) = 7
sides(::S8) = 8

function dispatch(shapes, n)
    s = 0
    k = length(shapes)
    i = 0
    while i < n
        s += sides(shapes[i % k + 1])
        i += 1
    end
    return s
end

function no_dispatch(shapes, n)
    s = 0
    k = length(shapes)
    i = 0
    while i < n
        shapes[i % k + 1]
        s += 1
        i += 1
    end
    return s
end

function best(f, args...)
    t = typemax(Int)
    begin_ns = time_ns()
    times = 0
    while times < 5 || time_ns() - begin_ns < 500_000_000
        start = time_ns()
        f(args...)
        t = min(t, Int(time_ns() - start))
        times += 1
    end
    return t
end

const one_kind = Shape[S1()]
const eight_kinds = Shape[S1(), S2(), S3(), S4(), S5(), S6(), S7(), S8()]

report(name, nanoseconds) = println(name, ' ', nanoseconds)
report("fib(20)", best(fib, 20))
report("s += i*i, an iteration", best(squares, 30_000) ÷ 30_000)
report("ccall of strlen", best(strlen_calls, 5_000) ÷ 5_000)
report("sieve of 10^5", best(sieve, 100_000))
report("10^4 string keys counted in a Dict", best(count_keys, 10_000))
report("mandelbrot 26x21", best(mandelbrot))
one = best(dispatch, one_kind, 20_000) / 20_000
eight = best(dispatch, eight_kinds, 20_000) / 20_000
without = best(no_dispatch, eight_kinds, 20_000) / 20_000
report("monomorphic call in a loop, an iteration", round(Int, one))
report("call of 8 kinds in a loop, an iteration", round(Int, eight))
report("the loop without the call", round(Int, without))
report("the monomorphic call itself", round(Int, one - without))
report("the call of 8 kinds itself", round(Int, eight - without))
