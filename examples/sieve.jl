# The sieve of Eratosthenes.
#
# usage: sieve.jl [N]    (default 20000)
#
# What it exercises: a Vector{Bool}, strided loops, integer arithmetic.

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
    return prime
end

function count_primes(prime::Vector{Bool})
    count = 0
    for p in prime
        p && (count += 1)
    end
    return count
end

# Pairs of primes that differ by two.
function count_twins(prime::Vector{Bool})
    twins = 0
    for i in 3:length(prime)
        prime[i] && prime[i-2] && (twins += 1)
    end
    return twins
end

# The longest stretch without a prime, as the primes on both sides.
function longest_gap(prime::Vector{Bool})
    last = 2
    best = (2, 3)
    for i in 3:length(prime)
        if prime[i]
            i - last > best[2] - best[1] && (best = (last, i))
            last = i
        end
    end
    return best
end

function main(n::Int)
    prime = sieve(n)
    println("primes up to ", n, ": ", count_primes(prime))
    println("twins: ", count_twins(prime))
    a, b = longest_gap(prime)
    println("longest gap: ", b - a, ", from ", a, " to ", b)
    println("the first: ", join([i for i in 1:50 if prime[i]], " "))
    println("sum of all: ", sum(i for i in 1:n if prime[i]))
end

main(isempty(ARGS) ? 20000 : parse(Int, ARGS[1]))
