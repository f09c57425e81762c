# Arguments that builtins and intrinsics reject: run interpreted and native, the outputs must be the same (tour.test.ts).

struct Point; x::Int; y::Int; end
mutable struct Cell; a::Int; const c::Int; s::Symbol; Cell(a, c) = new(a, c); end
mutable struct Shared; @atomic n::Int; m::Int; @atomic r::Any; Shared() = new(1, 2); end
struct Empty end
struct Pair1{T}; x::T; end
mutable struct Loose{T}; x::T; @atomic y::T; Loose{T}() where {T} = new{T}(); end
plus(a, b) = a + b
const CONSTANT = 1
global typed::Int = 1
global untyped = 1
global declared
ref(T, n) = Core.memoryrefnew(Memory{T}(undef, n))
aref(T, n) = Core.memoryrefnew(AtomicMemory{T}(undef, n))
struct Inner; a::Any; b::Int; end
mutable struct Outer; n::Int; i::Inner; Outer() = new(1); end
mutable struct AtomP; @atomic i::Inner; AtomP() = new(); end
t(f, xs...) = println(try repr(f(xs...)) catch e; String(first(split(sprint(showerror, e), '\n'))) end)
f1(x) = x.i
f2(x) = x.i.b
f3(x) = isdefined(x, :i)
f4(x, v) = setfield!(x, :n, v, :monotonic)
f5(x, v) = swapfield!(x, :s, v)
f6(x) = getfield(x, 3)
f7(x, i) = getfield(x, i)
f8(x, o) = getfield(x, :x, o)
f9(x, b) = getfield(x, :x, :not_atomic, b)
f10(m, o) = Core.memoryrefget(m, o, true)
f11(m, v) = Core.memoryrefset!(m, v, :monotonic, true)
f12(x) = fieldtype(x, :nosuch)
f13(x) = isdefined(x, :zz, :monotonic)
f14() = swapglobal!(Main, :typed, "x")
f15(v) = modifyglobal!(Main, :typed, (a, b) -> b, v)
f16() = setglobal!(Main, :CONSTANT, 1)
f17(v) = invoke(plus, Tuple{Int, String}, 1, v)
f18(v) = plus(v...)
f19(m) = Core.memoryrefswap!(m, 7, :not_atomic, true)
f20(x, v) = x.c = v
f21(x, v) = setfield!(x, :nosuch, v)
f22(x) = Core.compilerbarrier(:bogus, x)
f23(x) = typeassert(1, x)
f24(x) = Core.apply_type(Complex, x)
f25(n) = Core.memorynew(Memory{Int}, n)
f26(r, i) = Core.memoryrefnew(r, i, true)
f27(x, v) = replacefield!(x, :n, 1, v, :monotonic, :acquire)
f28(s, i) = Core._svec_ref(s, i)
f29(x) = Core.ifelse(x, 1, 2)
f31(a, b) = Core.Intrinsics.checked_sdiv_int(a, b)
f32(a, b) = Core.Intrinsics.sdiv_int(a, b)
f33(x) = setfieldonce!(x, :i, Inner(1, 2))
f34(x) = x === nothing ? 1 : x::Int
f35(p) = Core.Intrinsics.atomic_pointerref(p, :release)
f36(x) = Core.sizeof(x)
go() = begin
 t(f1, Outer()); t(f2, Outer()); t(f3, Outer()); t(f1, AtomP()); t(f4, Cell(1, 2), 3); t(f4, Shared(), "x"); let c = Cell(1, 2); t(f5, c, :q); t(getfield, c, :s); end
 t(f6, (1, 2)); t(f6, Point(1, 2)); t(f7, (1, 2), 3); t(f7, Point(1, 2), :zz); t(f7, Point(1,2), 0x1); t(f8, Point(1, 2), :acquire); t(f8, Point(1, 2), :bogus); t(f8, Point(1,2), 1); t(f9, Point(1, 2), 1)
 t(f10, ref(Int, 0), :not_atomic); t(f10, ref(Int, 2), :acquire); t(f10, aref(Int, 2), :not_atomic); t(f11, ref(Int, 2), 1); t(f11, aref(Int, 2), "x"); t(f12, Point); t(f12, Union{Point,Cell}); t(f13, Point(1, 2)); t(f14); t(f15, "x"); t(f16); t(f17, 2); t(f18, Vector{Any}(undef, 2)); t(f19, ref(Any, 1)); t(f20, Cell(1, 2), 1); t(f21, Cell(1,2), 1); t(f22, 1); t(f23, 2); t(f23, Union{}); t(f24, String); t(f25, -1); t(f26, ref(Int, 2), 3); t(f27, Shared(), 1); t(f28, Core.svec(1), 2); t(f29, 1); t(f31, 1, 0); t(f32, 1, 0); t(f33, Outer()); t(f34, "x"); t(f35, C_NULL); t(f36, Union{Int,String}); t(f36, Memory{Int})
end
go()
