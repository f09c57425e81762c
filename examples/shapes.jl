# Shapes: abstract types, multiple dispatch, parametric structs, exceptions.
#
# usage: shapes.jl [ROUNDS]    (default 20)
#
# What it exercises: dispatch on one and on two arguments, fields of parametric type, show methods, error handling.

abstract type Shape end

struct Point{T<:Real}
    x::T
    y::T
end
Base.:+(p::Point, q::Point) = Point(p.x + q.x, p.y + q.y)
Base.:-(p::Point, q::Point) = Point(p.x - q.x, p.y - q.y)
Base.:*(k::Real, p::Point) = Point(k * p.x, k * p.y)
distance(p::Point, q::Point) = sqrt(Float64((p.x - q.x)^2 + (p.y - q.y)^2))

struct Circle{T} <: Shape
    center::Point{T}
    radius::T
    function Circle(center::Point{T}, radius::T) where {T}
        radius > 0 || throw(DomainError(radius, "a circle needs a positive radius"))
        return new{T}(center, radius)
    end
end

struct Rectangle{T} <: Shape
    corner::Point{T}
    width::T
    height::T
end

struct Polygon{T,N} <: Shape
    vertices::NTuple{N,Point{T}}
end
Polygon(vertices::Point{T}...) where {T} = Polygon{T,length(vertices)}(vertices)

area(c::Circle) = 3.141592653589793 * c.radius^2
area(r::Rectangle) = r.width * r.height
function area(p::Polygon{T,N}) where {T,N}
    s = zero(T)
    for i in 1:N
        a = p.vertices[i]
        b = p.vertices[i == N ? 1 : i + 1]
        s += a.x * b.y - b.x * a.y
    end
    return abs(s) / 2
end

name(::Circle) = "circle"
name(::Rectangle) = "rectangle"
name(::Polygon{T,3}) where {T} = "triangle"
name(::Polygon{T,N}) where {T,N} = string(N, "-gon")

move(c::Circle, d::Point) = Circle(c.center + d, c.radius)
move(r::Rectangle, d::Point) = Rectangle(r.corner + d, r.width, r.height)
move(p::Polygon, d::Point) = Polygon(map(v -> v + d, p.vertices)...)

box(c::Circle) = Rectangle(c.center - Point(c.radius, c.radius), 2c.radius, 2c.radius)
box(r::Rectangle) = r
function box(p::Polygon)
    xs = [v.x for v in p.vertices]
    ys = [v.y for v in p.vertices]
    return Rectangle(Point(minimum(xs), minimum(ys)), maximum(xs) - minimum(xs), maximum(ys) - minimum(ys))
end

overlaps(a::Circle, b::Circle) = distance(a.center, b.center) < a.radius + b.radius
overlaps(a::Rectangle, b::Rectangle) = a.corner.x < b.corner.x + b.width && b.corner.x < a.corner.x + a.width &&
    a.corner.y < b.corner.y + b.height && b.corner.y < a.corner.y + a.height
overlaps(a::Circle, b::Rectangle) = distance(a.center, Point(clamp(a.center.x, b.corner.x, b.corner.x + b.width),
    clamp(a.center.y, b.corner.y, b.corner.y + b.height))) < a.radius
overlaps(a::Rectangle, b::Circle) = overlaps(b, a)
overlaps(a::Shape, b::Shape) = overlaps(box(a), box(b))

Base.show(io::IO, p::Point) = print(io, "(", p.x, ", ", p.y, ")")
Base.show(io::IO, c::Circle) = print(io, "circle of radius ", c.radius, " at ", c.center)

function total_area(shapes::Vector{Shape}, rounds::Int)
    sum = 0.0
    for k in 1:rounds
        for s in shapes
            sum += area(move(s, Point(k, -k)))
        end
    end
    return sum
end

function main(rounds::Int)
    shapes = Shape[Circle(Point(0, 0), 2), Rectangle(Point(1.5, 1.0), 3.0, 2.0), Polygon(Point(0, 0), Point(4, 0), Point(0, 3)),
                   Circle(Point(5.5, 5.5), 0.5), Polygon(Point(-1, -1), Point(-3, -1), Point(-3, -2), Point(-1, -2)), Rectangle(Point(10, 10), 1, 1)]
    for s in shapes
        println(rpad(name(s), 10), lpad(area(s), 20), "  ", typeof(s))
    end
    println(shapes[1], "; ", box(shapes[4]))
    for i in 1:length(shapes)
        println(join((overlaps(shapes[i], shapes[j]) ? "x" : "." for j in 1:length(shapes)), " "))
    end
    println("total: ", total_area(shapes, rounds))
    for attempt in (() -> Circle(Point(0, 0), -1), () -> area("no shape"), () -> shapes[7], () -> Point("a", "b"), () -> shapes[1].radius = 3)
        try
            attempt()
            println("no error")
        catch e
            println(typeof(e), ": ", first(split(sprint(showerror, e), '\n')))
        end
    end
    finally_order = String[]
    try
        try
            error("inner")
        finally
            push!(finally_order, "cleanup")
        end
    catch e
        push!(finally_order, e.msg)
    end
    println(join(finally_order, ", then "))
end

main(isempty(ARGS) ? 20 : parse(Int, ARGS[1]))
