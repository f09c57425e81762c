# A JSON parser and printer, run over a document that the program makes itself.
#
# usage: json.jl [RECORDS]    (default 200; 20000 makes a document of about 2.4 MB)
#
# What it exercises: byte loops over strings, recursion, a Vector{Any} and Dict{String,Any} tree, string building.

module JSON

export parse_json, print_json

mutable struct Reader
    text::String
    pos::Int
    stop::Int
end

struct JSONError <: Exception
    message::String
    position::Int
end
Base.showerror(io::IO, e::JSONError) = print(io, "JSONError at byte ", e.position, ": ", e.message)

fail(r::Reader, message::String) = throw(JSONError(message, r.pos))

peek_byte(r::Reader) = r.pos <= r.stop ? codeunit(r.text, r.pos) : 0x00

function skip_space(r::Reader)
    while r.pos <= r.stop
        b = codeunit(r.text, r.pos)
        (b == 0x20 || b == 0x0a || b == 0x0d || b == 0x09) || return
        r.pos += 1
    end
end

function expect(r::Reader, word::String)
    for i in 1:ncodeunits(word)
        if r.pos > r.stop || codeunit(r.text, r.pos) != codeunit(word, i)
            fail(r, string("expected ", word))
        end
        r.pos += 1
    end
end

function read_value(r::Reader)
    skip_space(r)
    b = peek_byte(r)
    if b == UInt8('{')
        return read_object(r)
    elseif b == UInt8('[')
        return read_array(r)
    elseif b == UInt8('"')
        return read_string(r)
    elseif b == UInt8('t')
        expect(r, "true")
        return true
    elseif b == UInt8('f')
        expect(r, "false")
        return false
    elseif b == UInt8('n')
        expect(r, "null")
        return nothing
    elseif b == UInt8('-') || UInt8('0') <= b <= UInt8('9')
        return read_number(r)
    end
    fail(r, "unexpected character")
end

function read_object(r::Reader)
    object = Dict{String,Any}()
    r.pos += 1
    skip_space(r)
    if peek_byte(r) == UInt8('}')
        r.pos += 1
        return object
    end
    while true
        skip_space(r)
        peek_byte(r) == UInt8('"') || fail(r, "expected a key")
        key = read_string(r)
        skip_space(r)
        peek_byte(r) == UInt8(':') || fail(r, "expected a colon")
        r.pos += 1
        object[key] = read_value(r)
        skip_space(r)
        b = peek_byte(r)
        r.pos += 1
        b == UInt8('}') && return object
        b == UInt8(',') || fail(r, "expected a comma or the end of the object")
    end
end

function read_array(r::Reader)
    items = Any[]
    r.pos += 1
    skip_space(r)
    if peek_byte(r) == UInt8(']')
        r.pos += 1
        return items
    end
    while true
        push!(items, read_value(r))
        skip_space(r)
        b = peek_byte(r)
        r.pos += 1
        b == UInt8(']') && return items
        b == UInt8(',') || fail(r, "expected a comma or the end of the array")
    end
end

function read_string(r::Reader)
    r.pos += 1
    start = r.pos
    while r.pos <= r.stop
        b = codeunit(r.text, r.pos)
        if b == UInt8('"')
            s = r.text[start:prevind(r.text, r.pos)]
            r.pos += 1
            return s
        elseif b == UInt8('\\')
            return read_escaped(r, start)
        end
        r.pos += 1
    end
    fail(r, "unterminated string")
end

function read_escaped(r::Reader, start::Int)
    out = IOBuffer()
    start < r.pos && print(out, r.text[start:prevind(r.text, r.pos)])
    while r.pos <= r.stop
        b = codeunit(r.text, r.pos)
        if b == UInt8('"')
            r.pos += 1
            return String(take!(out))
        elseif b == UInt8('\\')
            r.pos += 1
            c = peek_byte(r)
            r.pos += 1
            if c == UInt8('n')
                write(out, 0x0a)
            elseif c == UInt8('t')
                write(out, 0x09)
            elseif c == UInt8('u')
                code = 0
                for _ in 1:4
                    code = 16code + hex_value(r, peek_byte(r))
                    r.pos += 1
                end
                print(out, Char(code))
            else
                write(out, c)
            end
        else
            write(out, b)
            r.pos += 1
        end
    end
    fail(r, "unterminated string")
end

function hex_value(r::Reader, b::UInt8)
    UInt8('0') <= b <= UInt8('9') && return Int(b) - 48
    UInt8('a') <= b <= UInt8('f') && return Int(b) - 87
    UInt8('A') <= b <= UInt8('F') && return Int(b) - 55
    fail(r, "expected a hexadecimal digit")
end

function read_number(r::Reader)
    start = r.pos
    negative = peek_byte(r) == UInt8('-')
    negative && (r.pos += 1)
    n = 0
    while UInt8('0') <= peek_byte(r) <= UInt8('9')
        n = 10n + Int(peek_byte(r)) - 48
        r.pos += 1
    end
    b = peek_byte(r)
    if b == UInt8('.') || b == UInt8('e') || b == UInt8('E')
        while true
            b = peek_byte(r)
            (UInt8('0') <= b <= UInt8('9') || b == UInt8('.') || b == UInt8('e') || b == UInt8('E') || b == UInt8('-') || b == UInt8('+')) || break
            r.pos += 1
        end
        return parse(Float64, r.text[start:r.pos-1])
    end
    return negative ? -n : n
end

function parse_json(text::String)
    r = Reader(text, 1, ncodeunits(text))
    value = read_value(r)
    skip_space(r)
    r.pos > r.stop || fail(r, "text after the end of the value")
    return value
end

print_json(io::IO, ::Nothing) = print(io, "null")
print_json(io::IO, b::Bool) = print(io, b ? "true" : "false")
print_json(io::IO, n::Number) = print(io, n)
function print_json(io::IO, s::String)
    write(io, UInt8('"'))
    for b in codeunits(s)
        if b == UInt8('"') || b == UInt8('\\')
            write(io, UInt8('\\'))
            write(io, b)
        elseif b == 0x0a
            print(io, "\\n")
        elseif b == 0x09
            print(io, "\\t")
        else
            write(io, b)
        end
    end
    write(io, UInt8('"'))
end
function print_json(io::IO, items::Vector)
    print(io, "[")
    for i in 1:length(items)
        i > 1 && print(io, ",")
        print_json(io, items[i])
    end
    print(io, "]")
end
function print_json(io::IO, object::Dict)
    print(io, "{")
    first = true
    for key in sort(collect(keys(object)))
        first || print(io, ",")
        first = false
        print_json(io, key)
        print(io, ":")
        print_json(io, object[key])
    end
    print(io, "}")
end

end

using .JSON

# A linear congruential generator, so that the document is the same everywhere.
mutable struct Dice
    state::Int
end
function roll(d::Dice, n::Int)
    d.state = (d.state * 1103515245 + 12345) % 2147483648
    return (d.state >> 8) % n
end

function make_document(records::Int)
    d = Dice(42)
    names = ("ada", "grace", "alan \\\"mind\\\"", "edsger", "barbara", "donald\\tk", "lin\\u00e9a", "tony")
    io = IOBuffer()
    print(io, "{\"title\": \"generated\", \"version\": 3, \"records\": [\n")
    for i in 1:records
        i > 1 && print(io, ",\n")
        print(io, "  {\"id\": ", i, ", \"name\": \"", names[roll(d, 8)+1], "\", \"score\": ", roll(d, 1000) - 500,
              ", \"ratio\": ", roll(d, 64), ".", ("0", "25", "5", "75")[roll(d, 4)+1],
              ", \"active\": ", roll(d, 2) == 0 ? "true" : "false", ", \"tags\": [")
        for k in 1:roll(d, 4)
            k > 1 && print(io, ", ")
            print(io, "\"t", roll(d, 10), "\"")
        end
        print(io, "], \"next\": ", roll(d, 5) == 0 ? "null" : string(roll(d, records) + 1), "}")
    end
    print(io, "\n], \"end\": []}\n")
    return String(take!(io))
end

# FNV-1a over the bytes of a string, in 32 bits.
function digest(s::String)
    h = 0x811c9dc5
    for b in codeunits(s)
        h = (h ⊻ UInt32(b)) * 0x01000193
    end
    return string(h, base=16, pad=8)
end

function main(records::Int)
    text = make_document(records)
    println("document: ", sizeof(text), " bytes, digest ", digest(text))
    value = parse_json(text)
    recs = value["records"]
    println("records: ", length(recs), ", title ", value["title"], ", version ", value["version"])
    println("sum of scores: ", sum(r["score"] for r in recs), ", sum of ratios: ", sum(r["ratio"] for r in recs))
    println("active: ", count(r -> r["active"], recs), ", tags: ", sum(length(r["tags"]) for r in recs), ", without next: ",
            count(r -> r["next"] === nothing, recs))
    println("names: ", join(sort(unique(r["name"] for r in recs)), ", "))
    out = sprint(print_json, value)
    println("printed: ", sizeof(out), " bytes, digest ", digest(out))
    again = sprint(print_json, parse_json(out))
    println("printed again: ", again == out ? "the same" : "different")
    for bad in ("{\"a\": }", "[1, 2", "\"open", "[1] 2")
        try
            parse_json(bad)
            println("accepted ", bad)
        catch e
            println(rpad(bad, 8), " ", sprint(showerror, e))
        end
    end
end

main(isempty(ARGS) ? 200 : parse(Int, ARGS[1]))
