# What the rows of the tables next to this file speak of.

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
