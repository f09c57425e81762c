# The Mandelbrot set, drawn with characters.
#
# usage: mandelbrot.jl [COLUMNS [ITERATIONS]]    (default 64 100)
#
# What it exercises: loops over floats with an early exit, string building, a histogram.

const shades = " .:-=+*#%@"

function iterations(cx::Float64, cy::Float64, limit::Int)
    x = 0.0
    y = 0.0
    n = 0
    while n < limit
        x2 = x * x
        y2 = y * y
        x2 + y2 > 4.0 && return n
        y = 2.0 * x * y + cy
        x = x2 - y2 + cx
        n += 1
    end
    return limit
end

function shade(n::Int, limit::Int)
    n == limit && return '@'
    # Each shade stands for twice as many iterations as the one before.
    k = 1
    while n > 1 && k < 9
        n >>= 1
        k += 1
    end
    return shades[k]
end

function draw(columns::Int, limit::Int)
    rows = columns ÷ 2 - 8
    inside = 0
    total = 0
    for row in 0:rows-1
        line = IOBuffer()
        cy = -1.2 + 2.4 * row / (rows - 1)
        for column in 0:columns-1
            cx = -2.2 + 3.2 * column / (columns - 1)
            n = iterations(cx, cy, limit)
            total += n
            n == limit && (inside += 1)
            print(line, shade(n, limit))
        end
        println(rstrip(String(take!(line))))
    end
    return inside, total
end

function main(columns::Int, limit::Int)
    inside, total = draw(columns, limit)
    println(inside, " points inside, ", total, " iterations")
end

main(length(ARGS) >= 1 ? parse(Int, ARGS[1]) : 64, length(ARGS) >= 2 ? parse(Int, ARGS[2]) : 100)
