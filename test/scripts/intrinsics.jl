# Asks rows of the corpus of intrinsics, the way a user's script would: `Core.Intrinsics.f(args...)` on values made from
# bit patterns.
#
# ARGS: the prelude, then a file with a row per line: the function, the types of the arguments, the arguments, separated by
# tabs, lists by U+001F. Prints the type and the bits of each result, or the error.

include(ARGS[1])

const types = Dict{String,Any}()
type_of_text(s) = get!(() -> Core.eval(Main, Meta.parse(s)), types, s)

# A value of primitive type T with the bits of a hexadecimal number.
function from_hex(@nospecialize(T), text)
    n = sizeof(T)
    bytes = zeros(UInt8, 16)
    digits = lpad(text, 32, '0')
    for i in 1:n
        bytes[i] = parse(UInt8, SubString(digits, 33 - 2i, 34 - 2i); base=16)
    end
    return GC.@preserve bytes unsafe_load(Ptr{T}(pointer(bytes)))
end
function to_hex(@nospecialize x)
    r = Ref{typeof(x)}(x)
    p = Ptr{UInt8}(Base.unsafe_convert(Ptr{typeof(x)}, r))
    text = GC.@preserve r join(string(unsafe_load(p, i), base=16, pad=2) for i in sizeof(x):-1:1)
    stripped = lstrip(text, '0')
    return isempty(stripped) ? "0" : stripped
end

function argument(type, text)
    type == "Type" && return type_of_text(text)
    type == "Symbol" && return Symbol(text)
    type == "String" && return String(text)
    T = type_of_text(type)
    return T isa DataType && isprimitivetype(T) ? from_hex(T, text) : Core.eval(Main, Meta.parse(text))
end

shown(@nospecialize x) = isprimitivetype(typeof(x)) ? to_hex(x) : x isa Tuple ? join((to_hex(v) for v in x), ',') : repr(x)
function errtext(e)
    name = string(nameof(typeof(e)))
    text = hasfield(typeof(e), :msg) && isdefined(e, :msg) ? string(e.msg) : sprint(showerror, e)
    startswith(text, string(name, ": ")) && (text = text[ncodeunits(name)+3:end])
    return string(name, ": ", first(split(text, '\n')))
end
splitlist(s) = isempty(s) ? SubString{String}[] : split(s, '\x1f')

function main(path)
    io = IOBuffer()
    for line in eachline(path)
        name, ts, ins = split(line, '\t')
        f = getglobal(Core.Intrinsics, Symbol(name))
        args = Any[argument(String(t), String(x)) for (t, x) in zip(splitlist(ts), splitlist(ins))]
        try
            x = f(args...)
            println(io, typeof(x), '\t', shown(x))
        catch e
            println(io, "err\t", errtext(e))
        end
    end
    write(stdout, take!(io))
end
main(ARGS[2])
