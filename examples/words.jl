# Word counts over a text that the program makes itself.
#
# usage: words.jl [WORDS]    (default 1500)
#
# What it exercises: Dict{String,Int}, split, lowercase, strip, sort by several keys, padding.

const syllables = ["ka", "lo", "mi", "ne", "ru", "sa", "to", "vi", "El", "ō", "sh", "an"]

function make_text(words::Int)
    state = 7
    next(n) = (state = (state * 1103515245 + 12345) % 2147483648; (state >> 8) % n)
    io = IOBuffer()
    for i in 1:words
        # Small numbers are more likely than large ones, so some words are frequent.
        for _ in 0:next(3)
            print(io, syllables[min(next(12), next(12))+1])
        end
        mark = next(20)
        print(io, mark == 0 ? ". " : mark == 1 ? ", " : mark == 2 ? "!\n" : " ")
    end
    return String(take!(io))
end

function count_words(text::String)
    counts = Dict{String,Int}()
    for word in split(text)
        w = lowercase(strip(c -> c in ".,!", word))
        counts[w] = get(counts, w, 0) + 1
    end
    return counts
end

function main(words::Int)
    text = make_text(words)
    println(length(text), " characters, ", sizeof(text), " bytes, ", count(==('\n'), text) + 1, " lines")
    counts = count_words(text)
    println(sum(values(counts)), " words, ", length(counts), " different")
    ranked = sort(collect(counts); by=p -> (-p.second, p.first))
    for (word, n) in ranked[1:10]
        println("  ", rpad(word, 8), lpad(n, 5), "  ", "#"^(n * 40 ÷ ranked[1].second))
    end
    longest = sort(collect(keys(counts)); by=w -> (-length(w), w))[1:3]
    println("longest: ", join(longest, ", "))
    lengths = Dict{Int,Int}()
    for (w, n) in counts
        lengths[length(w)] = get(lengths, length(w), 0) + n
    end
    println("by length: ", join([string(k, ":", lengths[k]) for k in sort(collect(keys(lengths)))], " "))
    println("once only: ", count(==(1), values(counts)), ", with ō: ", sum(n for (w, n) in counts if occursin('ō', w)))
end

main(isempty(ARGS) ? 1500 : parse(Int, ARGS[1]))
