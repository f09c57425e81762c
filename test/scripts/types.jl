# Asks rows of the corpus of types, the way a user's script would: through Base's functions, in a running program.
#
# ARGS: the prelude, then a file with a row per line, its fields separated by tabs: op, a, b and what is expected, all as
# source text. Prints an answer per row.

include(ARGS[1])

const parsed = Dict{String,Any}()
type_of_text(s) = get!(() -> Core.eval(Main, Meta.parse(s)), parsed, s)

include("canon.jl")

ask(f) = try
    f()
catch e
    e
end
errtext(e) = string(nameof(typeof(e)), ": ", first(split(sprint(showerror, e), '\n')))
answer(x) = x isa Exception ? "null" : string(x)
sametype(x, expected) = x isa Exception ? string("!", nameof(typeof(x))) : x == type_of_text(expected) ? expected : canon(x)

const unary = (isconcretetype, isabstracttype, isbitstype, ismutabletype, isprimitivetype, isstructtype, isdispatchtuple,
    Base.issingletontype, Base.allocatedinline, Base.has_free_typevars)

function respond(io, op, a, b, expected)
    if op == "subtype"
        print(io, ask(() -> type_of_text(a) <: type_of_text(b)))
    elseif op == "morespecific"
        print(io, ask(() -> Base.morespecific(type_of_text(a), type_of_text(b))))
    elseif op == "typeintersect"
        x, y = type_of_text(a), type_of_text(b)
        r = ask(() -> typeintersect(x, y))
        print(io, sametype(r, expected), '\t', r == typeintersect(y, x))
    elseif op == "typejoin"
        print(io, sametype(ask(() -> typejoin(type_of_text(a), type_of_text(b))), expected))
    elseif op == "promote_type"
        r = ask(() -> promote_type(type_of_text(a), type_of_text(b)))
        print(io, startswith(expected, "!") && r isa Exception ? string("!", nameof(typeof(r))) : sametype(r, expected))
    elseif op == "equal"
        x, y = type_of_text(a), type_of_text(b)
        print(io, x === y, '\t', ask(() -> x == y))
    elseif op == "apply"
        r = ask(() -> Core.eval(Main, Meta.parse(a)))
        print(io, r isa Exception ? errtext(r) : canon(r))
    elseif op == "unary"
        t = type_of_text(a)
        for f in unary
            print(io, answer(ask(() -> f(t))), '\t')
        end
        s = ask(() -> supertype(t))
        n = ask(() -> fieldcount(t))
        print(io, nameof(typeof(t)), '\t', s isa Exception ? "null" : canon(s), '\t', n isa Exception ? string("!", first(split(sprint(showerror, n), '\n'))) : n, '\t',
            canon(t), '\t', repr(t))
    end
    println(io)
end

function main(path)
    io = IOBuffer()
    for line in eachline(path)
        op, a, b, expected = split(line, '\t')
        respond(io, op, String(a), String(b), String(expected))
    end
    write(stdout, take!(io))
end
main(ARGS[2])
