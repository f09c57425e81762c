# The order in which Base is made.
#
# Evaluated in the new, empty module Base, after core/boot.jl. Each file names, at its head, what it may assume; the
# order below is what makes those assumptions true. `include(Base, path)` is the runtime's, relative to this folder.

using Core
using Core: memoryrefnew, memoryrefget, memoryrefset!, memoryrefoffset, memorynew, memoryref_isassigned, svec,
    SimpleVector, memoryref, MethodInstance, CodeInstance, CodeInfo, TypeofBottom, Typeof, kwcall, UndefInitializer,
    _apply_iterate, apply_type, TypeName, @nospecialize
using Core.Intrinsics: add_int, sub_int, mul_int, neg_int, sdiv_int, udiv_int, srem_int, urem_int, and_int, or_int,
    xor_int, not_int, shl_int, lshr_int, ashr_int, bswap_int, ctpop_int, ctlz_int, cttz_int, eq_int, ne_int, slt_int,
    sle_int, ult_int, ule_int, flipsign_int, add_float, sub_float, mul_float, div_float, neg_float, eq_float, ne_float,
    lt_float, le_float, fpiseq, abs_float, copysign_float, sqrt_llvm, floor_llvm, ceil_llvm, trunc_llvm, rint_llvm,
    fma_float, muladd_float, have_fma, bitcast, trunc_int, sext_int, zext_int, fptosi, fptoui, sitofp, uitofp, fptrunc,
    fpext, checked_sadd_int, checked_uadd_int, checked_ssub_int, checked_usub_int, checked_smul_int, checked_umul_int,
    checked_sdiv_int, checked_udiv_int, checked_srem_int, checked_urem_int, pointerref, pointerset, add_ptr, sub_ptr,
    cglobal, atomic_fence, atomic_pointerref, atomic_pointerset, atomic_pointerswap, atomic_pointermodify,
    atomic_pointerreplace, llvmcall

import Core: convert, @doc, @__doc__, @cmd, @int128_str, @uint128_str, @big_str

const is_primary_base_module = true
eval(x) = Core.eval(Base, x)
eval(m::Module, x) = Core.eval(m, x)

include(Base, "first.jl")
include(Base, "essentials.jl")
include(Base, "exports.jl")
include(Base, "generator.jl")
include(Base, "reflection.jl")
include(Base, "refvalue.jl")
include(Base, "pointer.jl")
include(Base, "promotion.jl")
include(Base, "number.jl")
include(Base, "operators.jl")
include(Base, "int.jl")
include(Base, "bool.jl")
include(Base, "checked.jl")
include(Base, "tuple.jl")
include(Base, "namedtuple.jl")
include(Base, "pair.jl")
include(Base, "conversions.jl")
include(Base, "error.jl")
include(Base, "range.jl")
include(Base, "float.jl")
include(Base, "rounding.jl")
include(Base, "twiceprecision.jl")
include(Base, "indices.jl")
include(Base, "array.jl")
include(Base, "subarray.jl")
include(Base, "views.jl")
include(Base, "cartesian.jl")
include(Base, "reshape.jl")
include(Base, "concatenation.jl")
include(Base, "arraymath.jl")
include(Base, "reduce.jl")
include(Base, "reducedim.jl")
include(Base, "missing.jl")
include(Base, "broadcast.jl")
include(Base, "hashing.jl")
include(Base, "dict.jl")
include(Base, "set.jl")
include(Base, "iterators.jl")
include(Base, "ordering.jl")
include(Base, "sort.jl")
include(Base, "intfuncs.jl")
include(Base, "math.jl")
include(Base, "rational.jl")
include(Base, "complex.jl")
include(Base, "bitarray.jl")
include(Base, "linearalgebra.jl")
include(Base, "gc.jl")
include(Base, "c.jl")
include(Base, "sys.jl")
include(Base, "libc.jl")
include(Base, "char.jl")
include(Base, "strings.jl")
include(Base, "unicode.jl")
include(Base, "io.jl")
include(Base, "stringutil.jl")
include(Base, "regex.jl")
include(Base, "parse.jl")
include(Base, "floatprint.jl")
include(Base, "show.jl")
include(Base, "arrayshow.jl")
include(Base, "typeshow.jl")
include(Base, "exprshow.jl")
include(Base, "errorshow.jl")
include(Base, "methodshow.jl")
include(Base, "methoderror.jl")
include(Base, "meta.jl")
include(Base, "simdloop.jl")
include(Base, "cartesianmacros.jl")
include(Base, "fastmath.jl")
include(Base, "version.jl")
include(Base, "gmp.jl")
include(Base, "mpfr.jl")
include(Base, "env.jl")
include(Base, "path.jl")
include(Base, "enums.jl")
include(Base, "logging.jl")
include(Base, "util.jl")
include(Base, "macros.jl")
include(Base, "atomics.jl")
include(Base, "docs.jl")
include(Base, "task.jl")
include(Base, "scopedvalues.jl")
include(Base, "timing.jl")
include(Base, "deprecated.jl")
include(Base, "random.jl")
include(Libc, "libdl.jl")
include(Base, "process.jl")
include(Base, "shell.jl")
include(Base, "experimental.jl")
include(Base, "compiler.jl")
include(Base, "exercise.jl")
include(Base, "loading.jl")
