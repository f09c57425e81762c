# Unicode normalisation: one spelling for texts that mean the same.
#
# A character is taken apart into what it is made of (canonically: é is e and an accent; compatibly: ﬁ is f and i), the marks
# behind a letter are put in the order of their combining classes, and for the composed forms pairs are put together again
# from the left. Hangul syllables follow arithmetic; everything else is in normalizedata.jl, texts that are taken apart into
# dictionaries when they are first needed.
#
# Enters: a string and options. Leaves: a String. Source: Unicode Standard Annex 15.

Base.include(Unicode, "normalizedata.jl")

const TextTable = Base.Dict{Char,String}
# Filled on first use: canonical and compatible decompositions, foldings, pairs that compose, classes of marks.
mutable struct NormalisationTables
    canonical::TextTable
    compatible::TextTable
    folding::TextTable
    composing::Base.Dict{Base.Tuple{Char,Char},Char}
    combining::Base.Dict{Char,Int}
    filled::Bool
end
const normalisation = NormalisationTables(TextTable(), TextTable(), TextTable(), Base.Dict{Base.Tuple{Char,Char},Char}(), Base.Dict{Char,Int}(), false)

function fill_records!(table::TextTable, text::String)
    i = 1
    n = ncodeunits(text)
    while i <= n
        c, j = iterate(text, i)
        stop = j
        while codeunit(text, stop) != 0x00
            stop += 1
        end
        table[c] = Base.unsafe_string(Base.pointer(text, j), stop - j)
        i = stop + 1
    end
    return table
end
function tables()
    t = normalisation
    t.filled && return t
    fill_records!(t.canonical, canonical_text)
    fill_records!(t.compatible, compatible_text)
    fill_records!(t.folding, folding_text)
    cs = Base.collect(composing_text)
    for i in 1:3:length(cs)
        t.composing[(cs[i], cs[i+1])] = cs[i+2]
    end
    class = 1
    for c in combining_text
        c == '\0' ? (class += 1) : (t.combining[c] = class)
    end
    t.filled = true
    return t
end

const hangul_first = 0xac00
const hangul_count = 11172

# Appends what `c` decomposes to.
function decompose!(out::Base.Vector{Char}, c::Char, t::NormalisationTables, compat::Bool)
    if c < '\u80' || ismalformed(c)
        push!(out, c)
        return
    end
    u = Int(codepoint(c))
    s = u - hangul_first
    if 0 <= s < hangul_count
        push!(out, Char(0x1100 + div(s, 588)))
        push!(out, Char(0x1161 + div(rem(s, 588), 28)))
        rem(s, 28) != 0 && push!(out, Char(0x11a7 + rem(s, 28)))
        return
    end
    text = compat ? Base.get(t.compatible, c, "") : ""
    isempty(text) && (text = Base.get(t.canonical, c, ""))
    if isempty(text)
        push!(out, c)
    else
        for d in text
            push!(out, d)
        end
    end
    return
end

# Sorts each run of marks by class; equal classes keep their order.
function order_marks!(cs::Base.Vector{Char}, t::NormalisationTables)
    for i in 2:length(cs)
        class = Base.get(t.combining, cs[i], 0)
        class == 0 && continue
        j = i
        while j > 1 && Base.get(t.combining, cs[j-1], 0) > class
            cs[j], cs[j-1] = cs[j-1], cs[j]
            j -= 1
        end
    end
    return cs
end

function compose_pair(a::Char, b::Char, t::NormalisationTables)
    u = Int(codepoint_or_zero(a))
    v = Int(codepoint_or_zero(b))
    if 0x1100 <= u <= 0x1112 && 0x1161 <= v <= 0x1175
        return Char(hangul_first + (u - 0x1100) * 588 + (v - 0x1161) * 28)
    elseif 0 <= u - hangul_first < hangul_count && rem(u - hangul_first, 28) == 0 && 0x11a8 <= v <= 0x11c2
        return Char(u + (v - 0x11a7))
    end
    return Base.get(t.composing, (a, b), Base.nothing)
end
function compose(cs::Base.Vector{Char}, t::NormalisationTables)
    out = Base.Vector{Char}(Base.undef, 0)
    starter = 0
    last_class = -1
    for c in cs
        class = Base.get(t.combining, c, 0)
        if starter > 0 && last_class < class || starter > 0 && last_class == -1
            both = compose_pair(out[starter], c, t)
            if !(both === Base.nothing)
                out[starter] = both
                continue
            end
        end
        push!(out, c)
        if class == 0
            starter = length(out)
            last_class = -1
        else
            last_class = class
        end
    end
    return out
end

# Characters that may be left out where text is only shown.
is_ignorable(c::Char) = (u = Int(codepoint_or_zero(c)); u == 0xad || u == 0x34f || u == 0x61c || 0x115f <= u <= 0x1160 || 0x17b4 <= u <= 0x17b5 ||
    0x180b <= u <= 0x180f || 0x200b <= u <= 0x200f || 0x202a <= u <= 0x202e || 0x2060 <= u <= 0x206f || u == 0x3164 || 0xfe00 <= u <= 0xfe0f ||
    u == 0xfeff || u == 0xffa0 || 0xfff0 <= u <= 0xfff8 || 0x1bca0 <= u <= 0x1bca3 || 0x1d173 <= u <= 0x1d17a || 0xe0000 <= u <= 0xe0fff)

"""
    Unicode.normalize(s::AbstractString; keywords...)
    Unicode.normalize(s::AbstractString, normalform::Symbol)

Normalises `s`: to one of the forms `:NFC`, `:NFD`, `:NFKC`, `:NFKD`, or as the keywords say: `compose`, `decompose`, `compat`,
`casefold`, `stripmark`, `stripignore`, `stripcc`, `rejectna`, `newline2ls`, `newline2ps`, `newline2lf`, `chartransform`.
"""
function normalize(s::AbstractString; stable::Bool=false, compat::Bool=false, compose::Bool=true, decompose::Bool=false, stripignore::Bool=false,
        rejectna::Bool=false, newline2ls::Bool=false, newline2ps::Bool=false, newline2lf::Bool=false, stripcc::Bool=false, casefold::Bool=false,
        lump::Bool=false, stripmark::Bool=false, chartransform=Base.identity)
    !(compose || decompose) && (compat || stripmark) &&
        Base.throw(Base.ArgumentError("compat=true or stripmark=true require compose=true or decompose=true"))
    newline2ls + newline2ps + newline2lf > 1 && Base.throw(Base.ArgumentError("only one newline conversion may be specified"))
    t = tables()
    newline = newline2lf ? '\n' : newline2ls ? '\u2028' : newline2ps ? '\u2029' : Base.nothing
    cs = Base.Vector{Char}(Base.undef, 0)
    after_return = false
    for x in s
        c = Char(chartransform(x))
        if !(newline === Base.nothing) || stripcc
            if after_return && c == '\n'
                after_return = false
                continue
            end
            after_return = c == '\r'
            if c == '\r' || c == '\n' || c == '\u85'
                push!(cs, newline === Base.nothing ? ' ' : newline)
                continue
            elseif stripcc && iscntrl(c)
                c == '\t' && push!(cs, ' ')
                continue
            end
        end
        rejectna && !isassigned(c) && Base.throw(Base.ArgumentError("Unassigned Unicode code point found in UTF-8 string."))
        stripignore && is_ignorable(c) && continue
        folded = casefold ? Base.get(t.folding, c, c < '\u80' ? String(Base.Char[lowercase(c)]) : "") : ""
        isempty(folded) && (folded = String(Base.Char[c]))
        for d in folded
            k = length(cs)
            compose || decompose ? decompose!(cs, d, t, compat) : push!(cs, d)
            if stripmark
                for i in length(cs):-1:k+1
                    MN <= category_code(cs[i]) <= ME && Base.deleteat!(cs, i)
                end
            end
            lump && (cs[length(cs)] = lumped(cs[length(cs)]))
        end
    end
    (compose || decompose) && order_marks!(cs, t)
    compose && !decompose && (cs = Unicode.compose(cs, t))
    return String(cs)
end
# Spaces, dashes and quotes as their ASCII relatives.
function lumped(c::Char)
    k = category_code(c)
    k == ZS && return ' '
    k == 13 && return '-'
    (c == '\u2018' || c == '\u2019' || c == '\u02bc' || c == '\u02c8') && return '\''
    c == '\u2212' && return '-'
    (c == '\u2044' || c == '\u2215') && return '/'
    c == '\u2236' && return ':'
    (c == '\u2039' || c == '\u2329' || c == '\u3008') && return '<'
    (c == '\u203a' || c == '\u232a' || c == '\u3009') && return '>'
    c == '\u2216' && return '\\'
    (c == '\u02c4' || c == '\u02c6' || c == '\u2038' || c == '\u2303') && return '^'
    (k == PC || c == '\u02cd') && return '_'
    c == '\u02cb' && return '`'
    c == '\u2223' && return '|'
    c == '\u223c' && return '~'
    return c
end
function normalize(s::AbstractString, form::Base.Symbol)
    form === :NFC && return normalize(s)
    form === :NFD && return normalize(s; decompose=true)
    form === :NFKC && return normalize(s; compat=true)
    form === :NFKD && return normalize(s; compat=true, decompose=true)
    Base.throw(Base.ArgumentError(":$form is not one of :NFC, :NFD, :NFKC, :NFKD"))
end

"""
    Unicode.isequal_normalized(s1, s2; casefold=false, stripmark=false, chartransform=identity)

Whether two strings are equal in normal form.
"""
isequal_normalized(a::AbstractString, b::AbstractString; casefold::Bool=false, stripmark::Bool=false, chartransform=Base.identity) =
    normalize(a; decompose=true, casefold, stripmark, chartransform) == normalize(b; decompose=true, casefold, stripmark, chartransform)
