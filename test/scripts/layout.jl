# Asks rows of the corpus of layouts, the way a user's script would: through the functions of Base.
#
# ARGS: a file with two lines per row, the definitions and the type, both as quoted strings. Prints an answer per row.

answer(f) = try
    f()
catch
    nothing
end
text(x) = x === nothing ? "null" : x isa Bool || x isa Integer ? string(x) : x isa Union{AbstractVector,Tuple} ? string('[', join(map(text, x), ','), ']') : string(x)

function uniondata(@nospecialize T)
    Base.isbitsunion(T) || return nothing
    return collect(Int, Base.uniontype_layout(T)[2:3])
end
function respond(io, def, source)
    m = Module(:LayoutRow, true, true)
    local T
    try
        for ex in Meta.parseall(def).args
            ex isa LineNumberNode || Core.eval(m, ex)
        end
        T = Core.eval(m, Meta.parse(source))
        T isa Type || error("not a type")
    catch e
        println(io, "err")
        return
    end
    concrete = T isa DataType && (isconcretetype(T) || isprimitivetype(T))
    n = answer(() -> fieldcount(T))
    fields = n === nothing ? nothing : 1:n
    own = T isa DataType ? fields : nothing
    columns = (string(nameof(typeof(T))), answer(() -> Core.sizeof(T)), answer(() -> Base.datatype_alignment(T)),
        answer(() -> [Int(fieldoffset(T, i)) for i in fields]), answer(() -> isbitstype(T)), answer(() -> ismutabletype(T)),
        answer(() -> isconcretetype(T)), answer(() -> Base.issingletontype(T)), answer(() -> Base.datatype_haspadding(T)),
        answer(() -> Base.datatype_pointerfree(T)), answer(() -> Int(Base.datatype_npointers(T))), answer(() -> Int(Base.datatype_layoutsize(T))), n,
        answer(() -> Base.allocatedinline(T)), answer(() -> Base.elsize(Vector{T})), answer(() -> Base.isbitsunion(T)), answer(() -> uniondata(T)),
        answer(() -> [i for i in own if Base.isfieldatomic(T, i)]), answer(() -> [i for i in own if isconst(T, i)]))
    println(io, join(map(text, columns), '\t'))
end
function main(path)
    io = IOBuffer()
    lines = readlines(path)
    for i in 1:2:length(lines)
        respond(io, Meta.parse(lines[i])::String, Meta.parse(lines[i+1])::String)
    end
    write(stdout, take!(io))
end
main(ARGS[1])
