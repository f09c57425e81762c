# A little of everything that allocates: recursion, dictionaries, closures, strings, big numbers, tasks, exceptions.
struct Node; value::Any; next::Any; end
list(n) = n == 0 ? nothing : Node(string(n), list(n - 1))
total(l) = l === nothing ? 0 : parse(Int, l.value) + total(l.next)
println(total(list(30)))
counts = Dict{String, Vector{Int}}()
for i in 1:60
    push!(get!(() -> Int[], counts, string(i % 7)), i)
end
println(join((string(k, ":", sum(counts[k])) for k in sort!(collect(keys(counts)))), " "))
adders = [x -> x + i for i in 1:5]
println([f(10) for f in adders], " ", sum(map(x -> big(x)^20, 1:5)))
channel = Channel{Any}(1)
task = @async for i in 1:4
    put!(channel, (i, string(i)))
    i == 4 && close(channel)
end
println(collect(channel))
function caught(x)
    try
        x > 2 && error("more than ", 2)
        return "fine"
    catch e
        return sprint(showerror, e)
    finally
        push!(log, x)
    end
end
log = Int[]
println([caught(i) for i in 1:3], log)
println(eval(:(let y = [1, 2, 3]; y .+ $(length(log)); end)))
f(x::Int, y...; z="k") = (x, y, z)
println(f(1, 2.5, 'c'; z=:s), " ", invokelatest(f, 3), " ", (; a=1, b="two"))
