# Calling C: the C library sorts Julia's numbers, with a comparison written in Julia.
#
# usage: qsort.jl [N]    (default 500)
#
# What it exercises: ccall and @ccall, @cfunction with pointers, strings, variable arguments, a struct returned by
# value, a reference that C writes to.

compare(a::Ptr{Cdouble}, b::Ptr{Cdouble})::Cint = (x = unsafe_load(a); y = unsafe_load(b); x < y ? -1 : x > y ? 1 : 0)

function sort_in_c!(v::Vector{Float64})
    ccall(:qsort, Cvoid, (Ptr{Cdouble}, Csize_t, Csize_t, Ptr{Cvoid}), v, length(v), sizeof(Float64),
          @cfunction(compare, Cint, (Ptr{Cdouble}, Ptr{Cdouble})))
    return v
end

struct Quotient
    quot::Cint
    rem::Cint
end

mutable struct TimeValue
    seconds::Clong
    microseconds::Clong
end

function numbers(n::Int)
    state = 99
    v = Float64[]
    for _ in 1:n
        state = (state * 1103515245 + 12345) % 2147483648
        push!(v, (state % 2000001 - 1000000) / 8)
    end
    return v
end

function main(n::Int)
    v = numbers(n)
    unsorted = copy(v)
    sort_in_c!(v)
    println("sorted: ", issorted(v), ", the same numbers: ", sort(unsorted) == v)
    println("smallest ", v[1], ", median ", v[n÷2], ", largest ", v[n])

    println("strlen: ", ccall(:strlen, Csize_t, (Cstring,), "twelve bytes"), " ", @ccall(strlen("αβγ"::Cstring)::Csize_t))

    buffer = Vector{UInt8}(undef, 64)
    written = @ccall snprintf(buffer::Ptr{UInt8}, 64::Csize_t, "%s has %d parts, %.3f on average"::Cstring;
                              "this"::Cstring, 4::Cint, 2.5::Cdouble)::Cint
    println("snprintf: ", written, " bytes, \"", GC.@preserve(buffer, unsafe_string(pointer(buffer))), "\"")

    for (a, b) in ((17, 5), (-17, 5), (100, 7))
        q = ccall(:div, Quotient, (Cint, Cint), a, b)
        println("div(", a, ", ", b, ") = ", q.quot, " remainder ", q.rem)
    end

    now = Ref((Clong(0), Clong(0)))
    status = ccall(:gettimeofday, Cint, (Ref{Tuple{Clong,Clong}}, Ptr{Cvoid}), now, C_NULL)
    println("gettimeofday: ", status, ", plausible: ", now[][1] > 1_500_000_000 && 0 <= now[][2] < 1_000_000)

    key = Ref(v[3])
    found = ccall(:bsearch, Ptr{Cdouble}, (Ref{Cdouble}, Ptr{Cdouble}, Csize_t, Csize_t, Ptr{Cvoid}), key, v, n, 8,
                  @cfunction(compare, Cint, (Ptr{Cdouble}, Ptr{Cdouble})))
    println("bsearch finds the third number: ", unsafe_load(found) == v[3])
    try
        ccall(:strlen, Csize_t, (Cstring,), "a\0b")
    catch e
        println(typeof(e), ": ", sprint(showerror, e))
    end
end

main(isempty(ARGS) ? 500 : parse(Int, ARGS[1]))
