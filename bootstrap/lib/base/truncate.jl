# Text cut to a number of columns, with a sign where something is missing.

# The last index kept at the beginning and the first one kept at the end, in at most `columns` of their own: taken from
# both ends in turn, from the end that has had less so far, `front_first` if they are level.
function kept_ends(s::AbstractString, columns::Int, front_first::Bool)
    left, right = firstindex(s), lastindex(s)
    taken_left = taken_right = 0
    while left <= right
        front = taken_left == taken_right ? front_first : taken_left < taken_right
        w = textwidth(s[front ? left : right])
        w > columns - taken_left - taken_right && break
        if front
            taken_left += w
            left = nextind(s, left)
        else
            taken_right += w
            right = prevind(s, right)
        end
    end
    return prevind(s, left), nextind(s, right)
end

function kept_front(s::AbstractString, columns::Int)
    i = firstindex(s)
    while (columns -= textwidth(s[i])) >= 0
        i = nextind(s, i)
    end
    return prevind(s, i)
end

function kept_back(s::AbstractString, columns::Int)
    i = lastindex(s)
    while (columns -= textwidth(s[i])) >= 0
        i = prevind(s, i)
    end
    return nextind(s, i)
end

# Columns left for the text beside the sign, or nothing if all of the text fits.
function columns_beside(s::AbstractString, maxwidth::Integer, sign)
    maxwidth >= 0 || throw(ArgumentError("maxwidth $maxwidth should be non-negative"))
    return textwidth(s) <= maxwidth ? nothing : Int(maxwidth) - textwidth(sign)
end

const Replacement = Union{AbstractString, AbstractChar}

"""
    rtruncate(str, maxwidth, replacement='…')

`str` in at most `maxwidth` columns: `replacement` stands for its last characters if it is wider.
"""
function rtruncate(str::AbstractString, maxwidth::Integer, replacement::Replacement='…')
    room = columns_beside(str, maxwidth, replacement)
    return room === nothing ? string(str) : string(SubString(str, 1, kept_front(str, room)), replacement)
end

"""
    ltruncate(str, maxwidth, replacement='…')

`str` in at most `maxwidth` columns: `replacement` stands for its first characters if it is wider.
"""
function ltruncate(str::AbstractString, maxwidth::Integer, replacement::Replacement='…')
    room = columns_beside(str, maxwidth, replacement)
    return room === nothing ? string(str) : string(replacement, SubString(str, kept_back(str, room)))
end

"""
    ctruncate(str, maxwidth, replacement='…'; prefer_left=true)

`str` in at most `maxwidth` columns: `replacement` stands for characters in its middle if it is wider.
"""
function ctruncate(str::AbstractString, maxwidth::Integer, replacement::Replacement='…'; prefer_left::Bool=true)
    room = columns_beside(str, maxwidth, replacement)
    room === nothing && return string(str)
    front, back = kept_ends(str, room, prefer_left)
    return string(SubString(str, 1, front), replacement, SubString(str, back))
end
