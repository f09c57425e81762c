# The planets of the outer solar system, by symplectic integration: energy before and after.
#
# usage: nbody.jl [STEPS]    (default 1000)
#
# What it exercises: mutable structs of floats, nested loops, floating point arithmetic to the last bit.

mutable struct Body
    x::Float64
    y::Float64
    z::Float64
    vx::Float64
    vy::Float64
    vz::Float64
    mass::Float64
end

const solar_mass = 4 * pi * pi
const days = 365.24

function make_bodies()
    sun = Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, solar_mass)
    jupiter = Body(4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01,
        1.66007664274403694e-03 * days, 7.69901118419740425e-03 * days, -6.90460016972063023e-05 * days, 9.54791938424326609e-04 * solar_mass)
    saturn = Body(8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
        -2.76742510726411160e-03 * days, 4.99852801234917238e-03 * days, 2.30417297573763929e-05 * days, 2.85885980666130812e-04 * solar_mass)
    uranus = Body(1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01,
        2.96460137564761618e-03 * days, 2.37847173959480950e-03 * days, -2.96589568540237556e-05 * days, 4.36624404335156298e-05 * solar_mass)
    neptune = Body(1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
        2.68067772490389322e-03 * days, 1.62824170038242295e-03 * days, -9.51592254519715870e-05 * days, 5.15138902046611451e-05 * solar_mass)
    return [sun, jupiter, saturn, uranus, neptune]
end

# The sun moves so that the whole stands still.
function offset_momentum!(bodies::Vector{Body})
    px = 0.0
    py = 0.0
    pz = 0.0
    for b in bodies
        px += b.vx * b.mass
        py += b.vy * b.mass
        pz += b.vz * b.mass
    end
    sun = bodies[1]
    sun.vx = -px / solar_mass
    sun.vy = -py / solar_mass
    sun.vz = -pz / solar_mass
    return
end

function energy(bodies::Vector{Body})
    e = 0.0
    n = length(bodies)
    for i in 1:n
        b = bodies[i]
        e += 0.5 * b.mass * (b.vx * b.vx + b.vy * b.vy + b.vz * b.vz)
        for j in i+1:n
            c = bodies[j]
            dx = b.x - c.x
            dy = b.y - c.y
            dz = b.z - c.z
            e -= b.mass * c.mass / sqrt(dx * dx + dy * dy + dz * dz)
        end
    end
    return e
end

function advance!(bodies::Vector{Body}, dt::Float64)
    n = length(bodies)
    for i in 1:n
        b = bodies[i]
        for j in i+1:n
            c = bodies[j]
            dx = b.x - c.x
            dy = b.y - c.y
            dz = b.z - c.z
            d2 = dx * dx + dy * dy + dz * dz
            mag = dt / (d2 * sqrt(d2))
            b.vx -= dx * c.mass * mag
            b.vy -= dy * c.mass * mag
            b.vz -= dz * c.mass * mag
            c.vx += dx * b.mass * mag
            c.vy += dy * b.mass * mag
            c.vz += dz * b.mass * mag
        end
    end
    for b in bodies
        b.x += dt * b.vx
        b.y += dt * b.vy
        b.z += dt * b.vz
    end
    return
end

function simulate(steps::Int)
    bodies = make_bodies()
    offset_momentum!(bodies)
    before = energy(bodies)
    for _ in 1:steps
        advance!(bodies, 0.01)
    end
    return before, energy(bodies), bodies[1].x
end

function main(steps::Int)
    before, after, x = simulate(steps)
    println("energy before: ", before)
    println("energy after ", steps, " steps: ", after)
    println("sun at x = ", x)
end

main(isempty(ARGS) ? 1000 : parse(Int, ARGS[1]))
