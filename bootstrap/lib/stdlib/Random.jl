# Random: generators, seeds, shuffling. The generator itself is in Base, because `rand` needs no `using`.

module Random

import Base: AbstractRNG, Xoshiro, default_rng, rand, randn, random_below
export AbstractRNG, Xoshiro, rand, randn, rand!, randn!, seed!, shuffle, shuffle!, randperm, randcycle, randstring, randsubseq, default_rng

"""
    seed!([rng], seed)

Starts a generator anew. The numbers that follow are the same each time; they are not those of Julia for this seed.
"""
seed!(seed::Integer) = seed!(default_rng(), seed)
function seed!(r::Xoshiro, seed::Integer)
    x = Xoshiro(seed)
    r.s0 = x.s0
    r.s1 = x.s1
    r.s2 = x.s2
    r.s3 = x.s3
    return r
end
seed!() = (Base.default_generator[] = Xoshiro())

rand!(a::AbstractArray, S=eltype(a)) = rand!(default_rng(), a, S)
function rand!(r::AbstractRNG, a::AbstractArray, S=eltype(a))
    for i in eachindex(a)
        a[i] = rand(r, S)
    end
    return a
end
randn!(a::AbstractArray) = (for i in eachindex(a); a[i] = randn(); end; a)

shuffle!(a::AbstractArray) = shuffle!(default_rng(), a)
function shuffle!(r::AbstractRNG, a::AbstractArray)
    n = length(a)
    for i in n:-1:2
        j = Int(random_below(r, UInt64(i))) + 1
        a[i], a[j] = a[j], a[i]
    end
    return a
end
shuffle(a) = shuffle!(default_rng(), collect(a))
shuffle(r::AbstractRNG, a) = shuffle!(r, collect(a))
randperm(n::Integer) = shuffle!(collect(1:n))
randperm(r::AbstractRNG, n::Integer) = shuffle!(r, collect(1:n))
randstring(chars=['0':'9'; 'A':'Z'; 'a':'z'], n::Integer=8) = randstring(default_rng(), chars, n)
randstring(n::Integer) = randstring(default_rng(), ['0':'9'; 'A':'Z'; 'a':'z'], n)
randstring(r::AbstractRNG, n::Integer=8) = randstring(r, ['0':'9'; 'A':'Z'; 'a':'z'], n)
randstring(r::AbstractRNG, chars, n::Integer=8) = String([rand(r, collect(chars)) for _ in 1:n])
randsubseq(a, p::Real) = [x for x in a if rand() < p]

end
