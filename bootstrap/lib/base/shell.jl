# Commands as text: what backticks hold, split into words as a shell would, but by us, so that no interpolated value is
# ever read as syntax.
#
# A word is a list of parts: texts, which are pieces of the source between quotes and backslashes, and the expressions
# after `$`. `shell_parse` gives a tuple expression of one tuple for each word; evaluated, it is what `cmd_gen` makes the
# command from. A collection in a word multiplies the word, one for each element.

const shell_special = "#{}()[]<>|&*?~;"

# Without white space at the end, except for a space after a backslash.
function rstrip_shell(s::AbstractString)
    after = nothing
    i = lastindex(s)
    while i >= firstindex(s)
        c = s[i]
        c == '\\' && after == ' ' && return SubString(s, 1, nextind(s, i))
        isspace(c) || return SubString(s, 1, i)
        after = c
        i = prevind(s, i)
    end
    return SubString(s, 1, 0)
end

# The words being read. `piece` is where the part of `text` starts that was not yet taken.
mutable struct ShellReader
    text::SubString{String}
    piece::Int
    at::Int
    word::Vector{Any}
    words::Vector{Any}
end

# Takes the text up to before `stop` as a part of the word; what follows starts at `next`.
function take_piece!(r::ShellReader, stop::Int, next::Int)
    part = SubString(r.text, r.piece, prevind(r.text, stop))
    isempty(part) || push!(r.word, part)
    r.piece = next
    return nothing
end
function end_word!(r::ShellReader)
    isempty(r.word) && push!(r.word, "")
    push!(r.words, r.word)
    r.word = Any[]
    return nothing
end

"""
    shell_parse(str, interpolate=true; special="", filename="none")

The words of a command line: a tuple expression, or a list of words when nothing is to be interpolated; and where the
last word starts.
"""
function shell_parse(str::AbstractString, interpolate::Bool=true; special::AbstractString="", filename="none")
    whole = String(str)
    text = rstrip_shell(lstrip(whole))
    isempty(text) && return interpolate ? (Expr(:tuple, Expr(:tuple)), 1) : (Any[], 1)
    last_word = 1
    r = ShellReader(text, 1, 1, Any[], Any[])
    single = double = between = false
    while r.at <= lastindex(r.text)
        j = r.at
        c = r.text[j]
        next = nextind(r.text, j)
        r.at = next
        if !single && !double && isspace(c)
            between = true
            take_piece!(r, j, next)
            end_word!(r)
            while r.at <= lastindex(r.text) && isspace(r.text[r.at])
                r.at = nextind(r.text, r.at)
            end
            r.piece = r.at
        elseif interpolate && !single && c == '$'
            take_piece!(r, j, next)
            next > lastindex(r.text) && error("\$ right before end of command")
            isspace(r.text[next]) && error("space not allowed right after \$")
            if startswith(SubString(r.text, next), "var\"")
                ex, behind = :var, next + 3
            else
                ex, behind = Meta.parseatom(r.text, next; filename=filename)
            end
            last_word = next + r.text.offset
            between = true
            push!(r.word, ex)
            r.text = SubString(r.text, behind)
            r.piece = r.at = 1
        else
            if between
                last_word = r.piece + r.text.offset
                between = false
            end
            if !double && c == '\''
                single = !single
                take_piece!(r, j, next)
            elseif !single && c == '"'
                double = !double
                take_piece!(r, j, next)
            elseif !single && c == '\\'
                read_backslash!(r, j, next, double)
            elseif !single && !double && c in special
                error("parsing command `$whole`: special characters \"$special\" must be quoted in commands")
            end
        end
    end
    single && error("unterminated single quote")
    double && error("unterminated double quote")
    take_piece!(r, ncodeunits(r.text) + 1, ncodeunits(r.text) + 1)
    end_word!(r)
    interpolate || return r.words, last_word
    return Expr(:tuple, mapany(word -> Expr(:tuple, word...), r.words)...), last_word
end

# A backslash at `j`: before a line break it joins the lines; in double quotes it protects quotes, dollars and
# backslashes; elsewhere any character.
function read_backslash!(r::ShellReader, j::Int, next::Int, double::Bool)
    ended = next > lastindex(r.text)
    c = ended ? '\0' : r.text[next]
    if !ended && (c == '\n' || c == '\r')
        behind = nextind(r.text, next)
        behind <= lastindex(r.text) && c == '\r' && r.text[behind] == '\n' && (behind = nextind(r.text, behind))
        while behind <= lastindex(r.text) && (r.text[behind] == ' ' || r.text[behind] == '\t')
            behind = nextind(r.text, behind)
        end
        take_piece!(r, j, behind)
        r.at = behind
    elseif double
        ended && error("unterminated double quote")
        if c == '"' || c == '$' || c == '\\'
            take_piece!(r, j, next)
            r.at = nextind(r.text, next)
        end
    else
        ended && error("dangling backslash")
        take_piece!(r, j, next)
        r.at = nextind(r.text, next)
    end
    return nothing
end

shell_split(s::AbstractString) = String[string(word...) for word in shell_parse(s, false)[1]]

# The texts that a part of a word stands for.
cmd_interpolate(xs...) = cstr(string(xs...))
function cstr(s)
    containsnul(s) && throw(ArgumentError("strings containing NUL cannot be passed to spawned processes"))
    return String(s)
end

arg_gen() = String[]
arg_gen(x::AbstractString) = String[cstr(x)]
function arg_gen(cmd::Cmd)
    cmd.ignorestatus || cmd.flags != 0 || cmd.env !== nothing || !isempty(cmd.dir) || return cmd.exec
    throw(ArgumentError("Non-default environment behavior is only permitted for the first interpolant."))
end
isiterable(T)::Bool = hasmethod(iterate, Tuple{T})
function arg_gen(x)
    isiterable(typeof(x)) || return String[cmd_interpolate(x)]
    texts = String[]
    for e in x
        push!(texts, cmd_interpolate(e))
    end
    return texts
end
function arg_gen(head, tail...)
    # the elements of the head are the outer loop
    heads, tails = arg_gen(head), arg_gen(tail...)
    return String[cmd_interpolate(h, t) for h in heads for t in tails]
end

"""
    cmd_gen(words)

The command of a tuple of words, each a tuple of parts. A command as the first word keeps its environment.
"""
function cmd_gen(words)
    if length(words) >= 1 && words[1] isa Tuple{Cmd}
        first = words[1][1]
        args = copy(first.exec)
        for word in tail(words)
            append!(args, arg_gen(word...)::Vector{String})
        end
        return Cmd(args, first.ignorestatus, first.flags, first.env, first.dir)
    end
    args = String[]
    for word in words
        append!(args, arg_gen(word...)::Vector{String})
    end
    return Cmd(args)
end

"""
    @cmd str

The command that backticks around `str` make.
"""
macro cmd(str::String)
    file = __source__.file === nothing ? "none" : string(__source__.file)
    return :(cmd_gen($(esc(shell_parse(str; special=shell_special, filename=file)[1]))))
end
