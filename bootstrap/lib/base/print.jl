# What prints: print, println, sprint, and text in colours.

"""
    print([io::IO], xs...)

Writes the plain text of each value. A type may define `print(io, x)`; otherwise `show(io, x)` is used.
"""
print(io::IO, x) = (show(io, x); nothing)
print(io::IO, s::StringOrSub) = (write(io, s); nothing)
print(io::IO, s::AbstractString) = (for c in s; print(io, c); end; nothing)
print(io::IO, s::Symbol) = (write(io, String(s)); nothing)
function print(io::IO, x1, x2, xs...)
    lock(io)
    try
        print(io, x1)
        print(io, x2)
        for x in xs
            print(io, x)
        end
    finally
        unlock(io)
    end
    return nothing
end
print(io::IO) = nothing
print(xs...) = print(stdout, xs...)
print(x) = print(stdout, x)

println(io::IO) = (write(io, 0x0a); nothing)
function println(io::IO, x)
    lock(io)
    try
        print(io, x)
        write(io, 0x0a)
    finally
        unlock(io)
    end
    return nothing
end
function println(io::IO, xs...)
    lock(io)
    try
        print(io, xs...)
        write(io, 0x0a)
    finally
        unlock(io)
    end
    return nothing
end
println() = println(stdout)
println(x) = println(stdout, x)
println(xs...) = println(stdout, xs...)

# A context of one or several pairs, another IO's, or none.
with_context(io::IO, context::Nothing) = io
with_context(io::IO, context::IO) = IOContext(io, context)
with_context(io::IO, context::Pair) = IOContext(io, context)
with_context(io::IO, context::Tuple) = IOContext(io, context...)

"""
    sprint(f::Function, args...; context=nothing, sizehint=0) -> String

What `f(io, args...)` writes, as a String.
"""
function sprint(f::Function, args...; context=nothing, sizehint::Integer=0)
    buffer = IOBuffer()
    if context === nothing
        f(buffer, args...)
    else
        f(with_context(buffer, context), args...)
    end
    return takestring!(buffer)
end

function print_to_string(xs...)
    buffer = new_iobuffer(Memory{UInt8}(undef, 32), true, true, true, false, 0, typemax(Int))
    for x in xs
        print(buffer, x)
    end
    return takestring!(buffer)
end

# Colours are for terminals only: on any other stream the text is written as it is.
function printstyled(io::IO, msg...; bold::Bool=false, italic::Bool=false, underline::Bool=false, blink::Bool=false,
        reverse::Bool=false, hidden::Bool=false, color::Union{Int,Symbol}=:normal)
    get(io, :color, false)::Bool || return print(io, msg...)
    codes = ""
    bold && (codes *= "\e[1m")
    italic && (codes *= "\e[3m")
    underline && (codes *= "\e[4m")
    blink && (codes *= "\e[5m")
    reverse && (codes *= "\e[7m")
    hidden && (codes *= "\e[8m")
    codes *= color_code(color)
    print(io, codes, msg..., isempty(codes) ? "" : "\e[0m")
end
printstyled(msg...; kw...) = printstyled(stdout, msg...; kw...)
function with_output_color(f::Function, color::Union{Int,Symbol}, io::IO, args...; bold::Bool=false, kw...)
    f(io, args...)
end
const color_names = (:black, :red, :green, :yellow, :blue, :magenta, :cyan, :white)
function color_code(color)
    color isa Int && return string("\e[38;5;", color, "m")
    for i in 1:8
        color === color_names[i] && return string("\e[", 29 + i, "m")
        color === Symbol("light_", color_names[i]) && return string("\e[", 89 + i, "m")
    end
    return ""
end
