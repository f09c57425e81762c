# Showing arrays: on one line as an expression, or laid out in aligned rows under a header.
#
# In the layout each column is aligned on a point inside its entries: the decimal point of reals, the bar of rationals,
# the sign between the parts of complex numbers. alignment() says how much of an entry lies left and right of it.

## on one line

function show_vector(io::IO, v, opening="[", closing="]")
    prefix, implicit = typeinfo_prefix(io, v)
    print(io, prefix)
    if !implicit
        io = IOContext(io, Pair{Symbol,Any}(:typeinfo, eltype(v)))
    end
    if get(io, :limit, false)::Bool && length(v) > 20 && v isa AbstractArray
        i = Int(first(LinearIndices(v)))
        j = Int(last(LinearIndices(v)))
        show_delimited(io, v, opening, ",", "", false, i, i + 9)
        print(io, "  …  ")
        show_delimited(io, v, "", ",", closing, false, j - 9, j)
    else
        show_delimited(io, v, opening, ",", closing, false)
    end
    return nothing
end

function show(io::IO, A::AbstractArray)
    n = ndims(A)
    if n == 0
        show_zero_dim(io, A)
    elseif n == 1
        show_vector(io, A)
    else
        prefix, implicit = typeinfo_prefix(io, A)
        implicit || (io = IOContext(io, Pair{Symbol,Any}(:typeinfo, eltype(A))))
        if isempty(A)
            show_empty(io, A)
        else
            print(io, prefix, "[")
            show_slices(io, A, n, ())
            trailing_separators(io, A)
            print(io, "]")
        end
    end
    return nothing
end
show_empty(io::IO, A::Array) = print(io, typeof(A), "(undef, ", join(size(A), ", "), ")")
show_empty(io::IO, A::AbstractArray) = summary(io, A)
function show_zero_dim(io::IO, A)
    if isassigned(A, 1)
        print(io, "fill(")
        show(io, A[])
    else
        print(io, "Array{", eltype(A), ", 0}(")
        print(io, undef_ref_str)
    end
    print(io, ")")
end

# Rows are separated by `;`, slices of dimension d > 2 by d semicolons.
function show_slices(io::IO, A::AbstractArray, d::Int, tail::Tuple)
    if d == 2
        rows = axes(A, 1)
        columns = axes(A, 2)
        for i in rows
            i == first(rows) || print(io, "; ")
            for j in columns
                j == first(columns) || print(io, " ")
                isassigned(A, i, j, tail...) ? show(io, A[i, j, tail...]) : print(io, undef_ref_str)
            end
        end
    else
        for k in axes(A, d)
            k == first(axes(A, d)) || print(io, ";"^d, " ")
            show_slices(io, A, d - 1, (k, tail...))
        end
    end
    return nothing
end
# Dimensions at the end of length one would be lost in reading back without these.
function trailing_separators(io::IO, A::AbstractArray)
    n = ndims(A)
    if n == 2
        size(A, 2) > 1 || print(io, ";;")
    elseif size(A, n) == 1
        print(io, ";"^n)
    end
end

## the header

dims2string(d::Tuple) = isempty(d) ? "0-dimensional" : length(d) == 1 ? string(d[1], "-element") : join(d, '×')
function summary(io::IO, a::AbstractArray)
    print(io, dims2string(size(a)), " ")
    showarg(io, a, true)
end

"""
    showarg(io, x, toplevel)

How `x` is written in a summary: its type, or for a wrapper the call that made it.
"""
function showarg(io::IO, @nospecialize(T::Type), toplevel)
    toplevel || print(io, "::")
    print(io, "Type{", T, "}")
end
function showarg(io::IO, @nospecialize(x), toplevel)
    toplevel || print(io, "::")
    print(io, typeof(x))
end
with_eltype(io::IO, A, toplevel) = toplevel && print(io, " with eltype ", eltype(A))
function showarg(io::IO, v::SubArray, toplevel)
    print(io, "view(")
    showarg(io, parent(v), false)
    for i in v.indices
        print(io, ", ")
        i isa Slice ? print(io, ':') : print(io, i)
    end
    print(io, ')')
    with_eltype(io, v, toplevel)
end
function showarg(io::IO, r::ReshapedArray, toplevel)
    print(io, "reshape(")
    showarg(io, parent(r), false)
    isempty(r.dims) || print(io, ", ", join(r.dims, ", "))
    print(io, ')')
    with_eltype(io, r, toplevel)
end
function showarg(io::IO, a::Adjoint, toplevel)
    print(io, "adjoint(")
    showarg(io, parent(a), false)
    print(io, ')')
    with_eltype(io, a, toplevel)
end
function showarg(io::IO, a::Transpose, toplevel)
    print(io, "transpose(")
    showarg(io, parent(a), false)
    print(io, ')')
    with_eltype(io, a, toplevel)
end
show(io::IO, a::Adjoint{<:Real,<:AbstractVector}) = (print(io, "adjoint("); show(io, parent(a)); print(io, ")"))
show(io::IO, a::Transpose{<:Real,<:AbstractVector}) = (print(io, "transpose("); show(io, parent(a)); print(io, ")"))
function showarg(io::IO, p::Pairs, toplevel)
    print(io, "pairs(")
    p.data isa NamedTuple ? print(io, "::NamedTuple") : showarg(io, p.data, false)
    print(io, ")")
end

## the layout

function show(io::IO, ::MIME"text/plain", A::AbstractArray)
    if isempty(A) && (get(io, :compact, false)::Bool || A isa Vector)
        return show(io, A)
    end
    summary(io, A)
    isempty(A) && return
    print(io, ":")
    show_circular(io, A) && return
    if !haskey(io, :compact) && ndims(A) > 1 && size(A, 2) > 1
        io = IOContext(io, Pair{Symbol,Any}(:compact, true))
    end
    if get(io, :limit, false)::Bool && displaysize(io)[1] <= 4
        return print(io, " …")
    end
    println(io)
    io = IOContext(io, Pair{Symbol,Any}(:typeinfo, eltype(A)), Pair{Symbol,Any}(:SHOWN_SET, A))
    print_array(io, A)
    return nothing
end

function print_array(io::IO, A::AbstractArray)
    n = ndims(A)
    if n == 0
        isassigned(A, 1) ? show(io, A[]) : print(io, undef_ref_str)
    elseif n <= 2
        print_matrix(io, A)
    else
        print_slices(io, A)
    end
end

# Higher-dimensional arrays: a matrix per index of the further dimensions.
function print_slices(io::IO, A::AbstractArray)
    n = ndims(A)
    rest = CartesianIndices(ntuple(i -> axes(A, i + 2), n - 2))
    count = 0
    total = length(rest)
    for I in rest
        count += 1
        idx = Tuple(I)
        print(io, "[:, :, ", join(idx, ", "), "] =\n")
        print_matrix(io, view(A, :, :, idx...))
        count < total && print(io, "\n\n")
    end
end

# The text of an entry: its plain-text form unless that takes several lines.
function entry_text(io::IO, @nospecialize x)
    s = sprint(show, MIME("text/plain"), x; context=io)
    return '\n' in s ? sprint(show, x; context=io) : s
end

column_text(A::AbstractVector, io, i, j) = isassigned(A, i) ? entry_text(io, A[i]) : undef_ref_str
column_text(A::AbstractMatrix, io, i, j) = isassigned(A, i, j) ? entry_text(io, A[i, j]) : undef_ref_str
column_alignment(A::AbstractVector, io, i, j) = isassigned(A, i) ? alignment(io, A[i]) : (3, 3)
column_alignment(A::AbstractMatrix, io, i, j) = isassigned(A, i, j) ? alignment(io, A[i, j]) : (3, 3)

"""
    print_matrix(io, X, pre=" ", sep="  ", post="")

Prints the entries of `X` in aligned columns. Where the IOContext limits the output, the middle rows and columns that do
not fit are replaced by dots.
"""
function print_matrix(io::IO, A::AbstractVecOrMat, pre::AbstractString=" ", sep::AbstractString="  ", post::AbstractString="")
    rows = collect(axes(A, 1))
    columns = A isa AbstractVector ? [1] : collect(axes(A, 2))
    limit = get(io, :limit, false)::Bool
    height, width = limit ? displaysize(io) : (typemax(Int), typemax(Int))
    cut = 0
    if limit && length(rows) > height - 4
        h = height - 4
        cut = div(h, 2)
        rows = [rows[1:cut]; rows[end-div(h - 1, 2)+1:end]]
    end
    widths = Tuple{Int,Int}[]
    texts = Vector{Tuple{String,Int,Int}}[]
    room = width - textwidth(pre) - textwidth(post)
    fitted = columns
    used = 0
    for j in columns
        column = Tuple{String,Int,Int}[]
        left = 0
        right = 0
        for i in rows
            a, b = column_alignment(A, io, i, j)
            push!(column, (column_text(A, io, i, j), a, b))
            left = max(left, a)
            right = max(right, b)
        end
        push!(texts, column)
        push!(widths, (left, right))
        used += left + right + textwidth(sep)
        limit && used > 2 * room && length(columns) > 2 && break
    end
    dots_after = 0
    shown = collect(1:length(texts))
    if limit && (length(texts) < length(columns) || used - textwidth(sep) > room)
        dots_after, shown, texts, widths = fit_columns(io, A, rows, columns, room, sep)
    end
    for r in 1:length(rows)
        print(io, pre)
        for k in shown
            text, a, b = texts[k][r]
            left, right = widths[k]
            print(io, " "^(left - a), text)
            last = k == shown[end]
            last || print(io, " "^(right - b))
            if k == dots_after
                print(io, "  …  ")
            elseif !last
                print(io, sep)
            end
        end
        print(io, post)
        if r == cut
            print(io, "\n", pre)
            for k in shown
                left, right = widths[k]
                text = rpad(lpad("⋮", div(left + right, 2) + (left + right > 1 ? 0 : 1)), left + right)
                print(io, k == shown[end] ? rstrip(text) : text)
                k == shown[end] || print(io, k == dots_after ? "  ⋱  " : sep)
            end
        end
        r < length(rows) && println(io)
    end
    return nothing
end

# Chooses as many columns from both ends as fit beside the dots.
function fit_columns(io::IO, A, rows, columns, room::Int, sep)
    measure = function (j)
        column = Tuple{String,Int,Int}[]
        left = 0
        right = 0
        for i in rows
            a, b = column_alignment(A, io, i, j)
            push!(column, (column_text(A, io, i, j), a, b))
            left = max(left, a)
            right = max(right, b)
        end
        return column, (left, right)
    end
    room -= 5
    texts = Vector{Tuple{String,Int,Int}}[]
    widths = Tuple{Int,Int}[]
    tail_texts = Vector{Tuple{String,Int,Int}}[]
    tail_widths = Tuple{Int,Int}[]
    i = 1
    j = length(columns)
    used = 0
    while i <= j
        from_left = length(texts) <= length(tail_texts)
        column, w = measure(columns[from_left ? i : j])
        cost = w[1] + w[2] + textwidth(sep)
        used + cost > room && !isempty(texts) && break
        used += cost
        if from_left
            push!(texts, column)
            push!(widths, w)
            i += 1
        else
            pushfirst!(tail_texts, column)
            pushfirst!(tail_widths, w)
            j -= 1
        end
    end
    dots_after = length(texts)
    append!(texts, tail_texts)
    append!(widths, tail_widths)
    return dots_after, collect(1:length(texts)), texts, widths
end

## alignment

"""
    alignment(io, x) -> (left, right)

The widths of the text of `x` left and right of the point on which a column of such values is aligned.
"""
alignment(io::IO, @nospecialize x) = (0, textwidth(entry_text(io, x)))
alignment(io::IO, x::Number) = (textwidth(sprint(show, x; context=io)), 0)
alignment(io::IO, x::Integer) = (textwidth(sprint(show, x; context=io)), 0)
function alignment(io::IO, x::Real)
    s = sprint(show, x; context=io)
    for i in eachindex(s)
        c = s[i]
        if c == '.' || c == 'e' || c == 'E' || c == 'f' || c == 'F'
            return (i - 1, length(s) - i + 1)
        end
    end
    return (textwidth(s), 0)
end
function alignment(io::IO, x::Rational)
    s = sprint(show, x; context=io)
    i = findfirst('/', s)
    i === nothing && return (textwidth(s), 0)
    return (i, length(s) - i)
end
function alignment(io::IO, x::Complex)
    s = sprint(show, x; context=io)
    i = lastindex(s)
    while i > 1
        c = s[i]
        if (c == '+' || c == '-') && s[prevind(s, i)] != 'e' && s[prevind(s, i)] != 'f'
            return (length(s, 1, i), length(s) - length(s, 1, i))
        end
        i = prevind(s, i)
    end
    return (length(s), 0)
end
function alignment(io::IO, p::Pair)
    s = sprint(show, p; context=io)
    isdelimited(io, p) && return (0, textwidth(s))
    inner = IOContext(io, Pair{Symbol,Any}(:typeinfo, pair_typeinfos(io, p)[1]))
    left = textwidth(sprint(show, p.first; context=inner)) + (isdelimited(inner, p.first) ? 0 : 2)
    get(io, :compact, false)::Bool || (left += 1)
    return (left, textwidth(s) - left)
end
