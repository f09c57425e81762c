# Unicode: what kind of character a code point is, its letter case, its width, what belongs together on the screen.
#
# The tables are in unicodedata.jl. ASCII is answered without them.

module Unicode

import ..Base: Char, UInt32, Int32, UInt8, Int, codepoint, isvalid, ismalformed, isoverlong, codeunit, byte_at, length, getindex,
    ==, <, <=, !=, !, +, -, *, >>, <<, &, |, div, rem, in, show, iterate, eltype, IteratorSize, SizeUnknown, SubString, nextind, prevind,
    AbstractString, String, AbstractChar, Bool, Core, isempty, any, print, sprint, write, ncodeunits, push!

export isletter, isdigit, isnumeric, isuppercase, islowercase, isspace, ispunct, iscntrl, isprint, isxdigit, isassigned_char,
    textwidth, uppercase, lowercase, titlecase, normalize, graphemes, isgraphemebreak, category_code, category_abbrev, category_string

Base.include(Unicode, "unicodedata.jl")

const CN = 0
const LU = 1
const LL = 2
const LT = 3
const LM = 4
const LO = 5
const MN = 6
const MC = 7
const ME = 8
const ND = 9
const NL = 10
const NO = 11
const PC = 12
const PO = 18
const SM = 19
const SC = 20
const SK = 21
const SO = 22
const ZS = 23
const ZL = 24
const ZP = 25
const CC = 26
const CF = 27
const CS = 28

const category_names = ("Other, not assigned", "Letter, uppercase", "Letter, lowercase", "Letter, titlecase", "Letter, modifier", "Letter, other",
    "Mark, nonspacing", "Mark, spacing combining", "Mark, enclosing", "Number, decimal digit", "Number, letter", "Number, other",
    "Punctuation, connector", "Punctuation, dash", "Punctuation, open", "Punctuation, close", "Punctuation, initial quote", "Punctuation, final quote",
    "Punctuation, other", "Symbol, math", "Symbol, currency", "Symbol, modifier", "Symbol, other", "Separator, space", "Separator, line",
    "Separator, paragraph", "Other, control", "Other, format", "Other, surrogate", "Other, private use", "Invalid, too high", "Malformed, bad data")
const category_abbrevs = ("Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc",
    "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "In", "Ma")

# Entry k (from 0) of the runs: the first code point shifted left by five, and the category.
function run_entry(k::Int)
    word = 0
    i = 5k + 1
    j = i + 4
    while i <= j
        word = (word << 6) | (Int(byte_at(category_runs, i)) - 48)
        i += 1
    end
    return word
end

"""
    category_code(c)

The number of the general category of a character, as utf8proc numbers them.
"""
category_code(c::AbstractChar) = ismalformed(c) ? 31 : category_code(codepoint(c))
function category_code(u::UInt32)
    u > 0x10ffff && return 30
    code = Int(u)
    low = 0
    high = div(ncodeunits(category_runs), 5) - 1
    while low < high
        mid = (low + high + 1) >> 1
        if run_entry(mid) >> 5 <= code
            low = mid
        else
            high = mid - 1
        end
    end
    return run_entry(low) & 31
end
category_code(x::Base.Integer) = category_code(UInt32(x))
category_abbrev(c) = category_abbrevs[category_code(c)+1]
category_string(c) = category_names[category_code(c)+1]

## predicates

isassigned(c) = (k = category_code(c); k != CN && k < 30)
isassigned_char(c) = isassigned(c)

function isletter(c::AbstractChar)
    c < '\u80' && return 'a' <= c <= 'z' || 'A' <= c <= 'Z'
    return LU <= category_code(c) <= LO
end
isdigit(c::AbstractChar) = '0' <= c <= '9'
isnumeric(c::AbstractChar) = c < '\u80' ? '0' <= c <= '9' : ND <= category_code(c) <= NO
function isuppercase(c::AbstractChar)
    c < '\u80' && return 'A' <= c <= 'Z'
    k = category_code(c)
    return k == LU || (0x2160 <= codepoint_or_zero(c) <= 0x216f || 0x24b6 <= codepoint_or_zero(c) <= 0x24cf)
end
function islowercase(c::AbstractChar)
    c < '\u80' && return 'a' <= c <= 'z'
    k = category_code(c)
    u = codepoint_or_zero(c)
    return k == LL || u == 0xaa || u == 0xba || 0x2170 <= u <= 0x217f || 0x24d0 <= u <= 0x24e9 || 0x2b0 <= u <= 0x2b8 || 0x1d2c <= u <= 0x1d6a
end
codepoint_or_zero(c) = ismalformed(c) ? 0x00000000 : codepoint(c)
iscased(c::AbstractChar) = (k = category_code(c); k == LU || k == LL || k == LT)
function isspace(c::AbstractChar)
    c < '\u80' && return c == ' ' || '\t' <= c <= '\r'
    return c == '\u85' || '\ua0' <= c && category_code(c) == ZS
end
ispunct(c::AbstractChar) = PC <= category_code(c) <= PO
iscntrl(c::AbstractChar) = c <= '\x1f' || '\x7f' <= c <= '\u9f'
function isprint(c::AbstractChar)
    c < '\u80' && return ' ' <= c <= '~'
    ismalformed(c) && return false
    return LU <= category_code(c) <= ZS
end
isxdigit(c::AbstractChar) = '0' <= c <= '9' || 'a' <= c <= 'f' || 'A' <= c <= 'F'

## letter case

# The distance from code point u to what it maps to in a table of runs; 0 outside them.
function case_distance(runs::Base.Vector{Int32}, u::Int)
    low = 0
    high = div(length(runs), 4) - 1
    while low < high
        mid = (low + high + 1) >> 1
        if Int(runs[4*mid+1]) <= u
            low = mid
        else
            high = mid - 1
        end
    end
    first = Int(runs[4*low+1])
    count = Int(runs[4*low+2])
    stride = Int(runs[4*low+3])
    d = u - first
    (d < 0 || d > (count - 1) * stride || rem(d, stride) != 0) && return 0
    return Int(runs[4*low+4])
end

function uppercase(c::T) where {T<:AbstractChar}
    c < '\u80' && return 'a' <= c <= 'z' ? c - 32 : c
    ismalformed(c) && return c
    u = Int(codepoint(c))
    d = case_distance(upper_runs, u)
    return d == 0 ? c : T(u + d)
end
function lowercase(c::T) where {T<:AbstractChar}
    c < '\u80' && return 'A' <= c <= 'Z' ? c + 32 : c
    ismalformed(c) && return c
    u = Int(codepoint(c))
    d = case_distance(lower_runs, u)
    return d == 0 ? c : T(u + d)
end
# Title case differs from upper case for the digraphs that have a form of their own, and for Georgian.
function titlecase(c::T) where {T<:AbstractChar}
    ismalformed(c) && return c
    u = codepoint(c)
    (0x1c4 <= u <= 0x1cc) && return T(0x1c5 + 3 * div(u - 0x1c4, 3))
    (0x1f1 <= u <= 0x1f3) && return T(0x1f2)
    (0x10d0 <= u <= 0x10ff) && return c
    return uppercase(c)
end

## width on a terminal

const wide_ranges = Int32[0x1100, 0x115f, 0x2e80, 0x2e99, 0x2e9b, 0x2ef3, 0x2f00, 0x2fd5, 0x2ff0, 0x303e, 0x3041, 0x3096, 0x309b, 0x30ff, 0x3105, 0x312f,
    0x3131, 0x318e, 0x3190, 0x31e5, 0x31ef, 0x321e, 0x3220, 0x3247, 0x3250, 0xa48c, 0xa490, 0xa4c6, 0xa960, 0xa97c, 0xac00, 0xd7a3, 0xf900, 0xfaff,
    0xfe10, 0xfe19, 0xfe30, 0xfe52, 0xfe54, 0xfe66, 0xfe68, 0xfe6b, 0xff01, 0xff60, 0xffe0, 0xffe6, 0x16fe0, 0x16fe3, 0x17000, 0x18cd5, 0x18d00, 0x18d08,
    0x1aff0, 0x1b2fb, 0x1f200, 0x1f202, 0x1f210, 0x1f23b, 0x1f240, 0x1f248, 0x1f250, 0x1f251, 0x1f260, 0x1f265, 0x20000, 0x3fffd]

function in_ranges(ranges::Base.Vector{Int32}, u::Int)
    low = 0
    high = div(length(ranges), 2) - 1
    while low < high
        mid = (low + high + 1) >> 1
        if Int(ranges[2*mid+1]) <= u
            low = mid
        else
            high = mid - 1
        end
    end
    return Int(ranges[2*low+1]) <= u <= Int(ranges[2*low+2])
end

"""
    textwidth(c::AbstractChar)

The number of columns a character takes on a terminal.
"""
function textwidth(c::AbstractChar)
    c < '\u80' && return ' ' <= c <= '~' ? 1 : 0
    (ismalformed(c) || isoverlong(c)) && return 1
    u = Int(codepoint(c))
    u == 0xad && return 1
    k = category_code(c)
    (k == MN || k == ME || k == MC || k == CF || k == ZL || k == ZP || k == CC || k == CS || k == CN) && return 0
    u < 0x1100 && return 1
    return in_ranges(wide_ranges, u) || in_ranges(wide_emoji, u) ? 2 : 1
end

## names in source text

function is_name_start(c::Char)
    k = category_code(c)
    LU <= k <= LO && return true
    (k == NL || k == SC) && return true
    u = codepoint_or_zero(c)
    if k == SO
        return !(0x2190 <= u <= 0x21ff || u == 0xfffc || u == 0xfffd || u == 0x233f || u == 0xa6)
    end
    return 0x2140 <= u <= 0x2144 || u == 0x223f || u == 0x22be || u == 0x22bf || u == 0x22a4 || u == 0x22a5 || 0x2202 <= u <= 0x2233 &&
        (u == 0x2202 || u == 0x2205 || u == 0x2206 || u == 0x2207 || u == 0x220e || u == 0x220f || u == 0x2210 || u == 0x2211 || u == 0x221e ||
         u == 0x221f || u == 0x222b || u == 0x222c || u == 0x222d || u == 0x222e || u == 0x222f || 0x2230 <= u <= 0x2233) ||
        0x22c0 <= u <= 0x22c3 || 0x25f8 <= u <= 0x25ff || u == 0x266f || u == 0x27d8 || u == 0x27d9 || u == 0x27c0 || u == 0x27c1 ||
        0x29b0 <= u <= 0x29b4 || 0x2a00 <= u <= 0x2a06 || 0x2a09 <= u <= 0x2a16 || u == 0x2a1b || u == 0x2a1c ||
        0x207a <= u <= 0x207e || 0x208a <= u <= 0x208e || u == 0x2118 || u == 0x212e || 0x309b <= u <= 0x309c || 0x1d7ce <= u <= 0x1d7e1
end
function is_name_part(c::Char)
    is_name_start(c) && return true
    k = category_code(c)
    u = codepoint_or_zero(c)
    return k == MN || k == MC || k == ME || k == ND || k == PC || k == SK || k == NO || 0x2032 <= u <= 0x2037 || u == 0x2057
end

## graphemes

is_extender(c) = (k = category_code(c); k == MN || k == ME || k == MC || c == '\u200c' || c == '\u200d' || 0x1f3fb <= codepoint_or_zero(c) <= 0x1f3ff ||
    0xe0020 <= codepoint_or_zero(c) <= 0xe007f)
is_regional(c) = 0x1f1e6 <= codepoint_or_zero(c) <= 0x1f1ff
function hangul_kind(c)
    u = codepoint_or_zero(c)
    (0x1100 <= u <= 0x115f || 0xa960 <= u <= 0xa97c) && return 1
    (0x1160 <= u <= 0x11a7 || 0xd7b0 <= u <= 0xd7c6) && return 2
    (0x11a8 <= u <= 0x11ff || 0xd7cb <= u <= 0xd7fb) && return 3
    0xac00 <= u <= 0xd7a3 && return rem(u - 0xac00, 28) == 0 ? 4 : 5
    return 0
end

# In the scripts of India a virama joins the consonants beside it.
is_indic_linker(c) = (u = codepoint_or_zero(c); u == 0x94d || u == 0x9cd || u == 0xacd || u == 0xb4d || u == 0xc4d || u == 0xd4d)
const indic_consonants = Int32[0x915, 0x939, 0x958, 0x95f, 0x978, 0x97f, 0x995, 0x9a8, 0x9aa, 0x9b0, 0x9b2, 0x9b2, 0x9b6, 0x9b9, 0x9dc, 0x9dd, 0x9df, 0x9df,
    0x9f0, 0x9f1, 0xa95, 0xaa8, 0xaaa, 0xab0, 0xab2, 0xab3, 0xab5, 0xab9, 0xaf9, 0xaf9, 0xb15, 0xb28, 0xb2a, 0xb30, 0xb32, 0xb33, 0xb35, 0xb39, 0xb5c, 0xb5d,
    0xb5f, 0xb5f, 0xb71, 0xb71, 0xc15, 0xc28, 0xc2a, 0xc39, 0xc58, 0xc5a, 0xd15, 0xd3a]
is_indic_consonant(c) = in_ranges(indic_consonants, Int(codepoint_or_zero(c)))

# Whether a grapheme ends between a and b, `regionals` regional indicators being behind a (itself included).
function breaks_between(a::Char, b::Char, regionals::Int)
    a == '\r' && b == '\n' && return false
    (category_code(a) == CC || category_code(b) == CC) && return true
    is_extender(b) && return false
    if a == '\u200d'
        u = codepoint_or_zero(b)
        return !(in_ranges(wide_emoji, Int(u)) || category_code(b) == SO)
    end
    is_regional(a) && is_regional(b) && return rem(regionals, 2) == 0
    h = hangul_kind(a)
    k = hangul_kind(b)
    h == 1 && (k == 1 || k == 2 || k == 4 || k == 5) && return false
    (h == 4 || h == 2) && (k == 2 || k == 3) && return false
    (h == 5 || h == 3) && k == 3 && return false
    return true
end
isgraphemebreak(a::AbstractChar, b::AbstractChar) = breaks_between(Char(a), Char(b), 1)

struct GraphemeIterator{S<:AbstractString}
    s::S
end
"""
    graphemes(s::AbstractString)

An iterator over what a reader sees as the characters of `s`.
"""
graphemes(s::AbstractString) = GraphemeIterator{Base.typeof(s)}(s)
eltype(::Base.Type{GraphemeIterator{S}}) where {S} = SubString{S}
eltype(::Base.Type{GraphemeIterator{SubString{S}}}) where {S} = SubString{S}
IteratorSize(::Base.Type{<:GraphemeIterator}) = SizeUnknown()
function length(g::GraphemeIterator)
    n = 0
    for _ in g
        n += 1
    end
    return n
end
function iterate(g::GraphemeIterator, i::Int=1)
    s = g.s
    y = iterate(s, i)
    y === Base.nothing && return Base.nothing
    c, j = y
    regionals = is_regional(c) ? 1 : 0
    joined = is_indic_consonant(c) ? 1 : 0 # 1: behind a consonant, 2: and a virama
    last = i
    while true
        z = iterate(s, j)
        z === Base.nothing && break
        d, k = z
        breaks_between(Char(c), Char(d), regionals) && !(joined == 2 && is_indic_consonant(d)) && break
        joined = is_indic_consonant(d) ? 1 : joined > 0 && is_indic_linker(d) ? 2 : is_extender(d) ? joined : 0
        regionals = is_regional(d) ? regionals + 1 : 0
        last = j
        c = d
        j = k
    end
    return SubString(s, i, last), j
end

Base.include(Unicode, "normalize.jl")

end

using .Unicode: isletter, isdigit, isnumeric, isuppercase, islowercase, isspace, ispunct, iscntrl, isprint, isxdigit
import .Unicode: textwidth, uppercase, lowercase, titlecase
