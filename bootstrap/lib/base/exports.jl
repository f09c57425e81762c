# The names that `using Base` brings into a module. Data, nothing else; grouped by subject.

export Base, Core, Main, MathConstants, Iterators, Broadcast, Meta, Sys, Threads, GC, Libc, Docs, ScopedValues, StackTraces

# types
export AbstractChannel, AbstractDict, AbstractIrrational, AbstractMatrix, AbstractRange, AbstractSet,
    AbstractUnitRange, AbstractVecOrMat, AbstractVector, AbstractDisplay, Array, AsyncCondition, BigFloat, BigInt,
    BitArray, BitMatrix, BitSet, BitVector, CapturedException, CartesianIndex, CartesianIndices, Channel, Cmd, Colon,
    Complex, ComplexF16, ComplexF32, ComplexF64, CompositeException, Condition, DenseMatrix, DenseVecOrMat,
    DenseVector, Dict, Dims, Enum, ExponentialBackOff, GenericMemory, HTML, IdDict, IndexCartesian, IndexLinear,
    IndexStyle, InsertionSort, InvalidStateException, IOBuffer, IOContext, IOStream, Irrational, LinRange,
    LinearIndices, MIME, Matrix, MergeSort, Missing, MissingException, NTuple, NamedTuple, OrdinalRange,
    PartialQuickSort, PermutedDimsArray, ProcessFailedException, QuickSort, Rational, ReentrantLock, Regex,
    RegexMatch, Returns, RoundDown, RoundFromZero, RoundNearest, RoundNearestTiesAway, RoundNearestTiesUp,
    RoundToZero, RoundUp, RoundingMode, Semaphore, Set, Some, StepRange, StepRangeLen, StridedArray, StridedMatrix,
    StridedVecOrMat, StridedVector, SubArray, SubString, SubstitutionString, Text, TextDisplay, Timer, UnitRange,
    Val, VecOrMat, Vector, VersionNumber, WeakKeyDict, Lockable, Pair, OncePerProcess, OncePerTask, OncePerThread,
    CodePointError, InvalidCharError, StringIndexError, DimensionMismatch, EOFError, KeyError, SystemError,
    TaskFailedException, ComposedFunction, Unsigned, Signed

# C
export Cchar, Cdouble, Cfloat, Cint, Cintmax_t, Clong, Clonglong, Cptrdiff_t, Cshort, Csize_t, Cssize_t, Cstring,
    Cuchar, Cuint, Cuintmax_t, Culong, Culonglong, Cushort, Cvoid, Cwchar_t, Cwstring, @ccall, @cfunction, C_NULL

# constants
export ARGS, DEPOT_PATH, ENDIAN_BOM, ENV, Inf, Inf16, Inf32, Inf64, LOAD_PATH, NaN, NaN16, NaN32, NaN64,
    PROGRAM_FILE, VERSION, devnull, im, missing, pi, stderr, stdin, stdout, π, ℯ, undef

# operators
export var"'", !, !=, ≠, !==, ≡, ≢, xor, ⊻, nand, ⊼, nor, ⊽, %, ÷, &, *, +, -, /, //, <, <:, <<, <=, ≤, ==, >, >:, >=, ≥, >>,
    >>>, \, ^, |, |>, ~, =>, :, ∘, √, ∛, ∜, ∈, ∉, ∋, ∌, ⊆, ⊈, ⊊, ⊇, ⊉, ⊋, ∩, ∪, ≈, ≉, ===

# numbers
export abs, abs2, acos, acosd, acosh, acot, acotd, acoth, acsc, acscd, acsch, angle, asec, asecd, asech, asin, asind,
    asinh, atan, atand, atanh, big, binomial, bitreverse, bitrotate, bswap, cbrt, fourthroot, ceil, cis, cispi,
    clamp, clamp!, cld, cmp, complex, conj, conj!, copysign, cos, cosc, cosd, cosh, cospi, cot, cotd, coth,
    count_ones, count_zeros, csc, cscd, csch, deg2rad, denominator, digits, digits!, div, divrem, eps, evalpoly,
    @evalpoly, exp, exp10, exp2, expm1, exponent, factorial, fld, fld1, fldmod, fldmod1, flipsign, float, floatmax,
    floatmin, floor, fma, frexp, gcd, gcdx, hypot, imag, inv, invmod, isapprox, iseven, isfinite, isinf, isinteger,
    isnan, isodd, isone, ispow2, isqrt, isreal, issubnormal, iszero, lcm, ldexp, leading_ones, leading_zeros, log,
    log10, log1p, log2, max, maxintfloat, min, minmax, mod, mod1, mod2pi, modf, muladd, ndigits, nextfloat, nextpow,
    nextprod, numerator, one, oneunit, powermod, precision, prevfloat, prevpow, promote, promote_rule, promote_shape,
    promote_type, rad2deg, rationalize, real, reim, reinterpret, rem, rem2pi, round, rounding, sec, secd, sech,
    set_zero_subnormals, get_zero_subnormals, setprecision, setrounding, sign, signbit, signed, significand, sin,
    sinc, sincos, sincosd, sincospi, sind, sinh, sinpi, sqrt, tan, tand, tanh, tanpi, trailing_ones, trailing_zeros,
    trunc, typemax, typemin, unsafe_trunc, unsigned, widemul, widen, zero, bitstring, zeros, ones

# arrays
export accumulate, accumulate!, adjoint, argmax, argmin, axes, broadcast, broadcast!, cat, checkbounds, checkindex,
    circcopy!, circshift, circshift!, collect, copy!, copyto!, cumprod, cumprod!, cumsum, cumsum!, diff, dropdims,
    eachcol, eachindex, eachrow, eachslice, eltype, extrema, extrema!, fill, fill!, findall, findfirst, findlast,
    findmax, findmax!, findmin, findmin!, findnext, findprev, first, firstindex, getindex, hcat, hvcat, hvncat,
    indexin, insertdims, invperm, invpermute!, isassigned, isperm, issorted, keepat!, last, lastindex, length,
    mapslices, maximum, maximum!, minimum, minimum!, ndims, parent, parentindices, partialsort, partialsort!,
    partialsortperm, partialsortperm!, permute!, permutedims, permutedims!, prod, prod!, range, logrange, kron!, reshape, resize!,
    reverse, reverse!, reverseind, rot180, rotl90, rotr90, searchsorted, searchsortedfirst, searchsortedlast,
    insorted, selectdim, setindex!, similar, size, sort, sort!, sortperm, sortperm!, sortslices, stack, step, stride,
    strides, sum, sum!, to_indices, transpose, trues, falses, vcat, vec, view, @view, @views, Slices, AbstractSlices,
    allequal, allunique, copy, deepcopy, valtype, keytype, unsafe_copyto!, unsafe_wrap

# collections
export all, all!, any, any!, append!, count, count!, delete!, deleteat!, empty, empty!, filter, filter!, foldl,
    foldr, foreach, get, get!, getkey, getproperty, haskey, in, insert!, intersect, intersect!, isdisjoint, isempty,
    issetequal, issubset, iterate, keys, map, map!, mapfoldl, mapfoldr, mapreduce, memoryref, merge, merge!, mergewith,
    mergewith!, modifyproperty!, ntuple, only, pairs, pop!, popat!, popfirst!, prepend!, push!, pushfirst!, reduce,
    replace, replace!, replaceproperty!, setdiff, setdiff!, setproperty!, sizehint!, skipmissing, splice!,
    swapproperty!, symdiff, symdiff!, union, union!, unique, unique!, values, zip, enumerate, setpropertyonce!,
    eachrsplit, eachsplit, ismissing, coalesce, @coalesce, something, @something, isnothing, nonmissingtype,
    propertynames, hasproperty, eof

# strings and characters
export ascii, bytes2hex, chomp, chop, chopprefix, chopsuffix, codepoint, codeunit, codeunits, contains, countlines,
    endswith, escape_string, hex2bytes, hex2bytes!, isascii, iscntrl, isdigit, isletter, islowercase, isnumeric,
    isprint, ispunct, isspace, isuppercase, isxdigit, join, lowercase, lowercasefirst, lpad, lstrip, match,
    eachmatch, ncodeunits, nextind, occursin, parse, prevind, repeat, repr, rpad, rsplit, rstrip, show, showerror,
    split, sprint, startswith, string, strip, summary, textwidth, thisind, titlecase, tryparse, transcode,
    unescape_string, uppercase, uppercasefirst, isvalid, ltruncate, ctruncate, rtruncate, @b_str, @r_str, @s_str,
    @v_str, @raw_str, @html_str, @text_str, @MIME_str, @lazy_str, @big_str, @int128_str, @uint128_str, @cmd, hash,
    objectid

# input and output, files, processes
export abspath, addenv, atexit, atreplinit, basename, bytesavailable, cd, chmod, chown, close, closewrite, cp, ctime,
    detach, dirname, display, dump, eachline, exit, expanduser, filemode, filesize, flush, getpid, hardlink, homedir,
    ignorestatus, include_string, isblockdev, ischardev, isdir, isdirpath, isexecutable, isfifo, isfile,
    isinteractive, islink, ismarked, ismount, isopen, ispath, isreadable, isreadonly, issetgid, issetuid, issocket,
    issticky, iswritable, joinpath, kill, lstat, mark, mkdir, mkpath, mktemp, mktempdir, mtime, mv, open, operm,
    peek, pipeline, popdisplay, position, print, println, printstyled, process_exited, process_running, pushdisplay,
    pwd, read, read!, readavailable, readbytes!, readchomp, readdir, readeach, readline, readlines, readlink,
    readuntil, copyuntil, copyline, realpath, redirect_stderr, redirect_stdin, redirect_stdio, redirect_stdout,
    redisplay, relpath, reset, rm, run, seek, seekend, seekstart, setenv, shell_escape, skip, skipchars, splitdir,
    splitdrive, splitext, splitpath, stat, success, symlink, systemerror, take!, tempdir, tempname, touch, truncate,
    uperm, unmark, unsafe_read, unsafe_write, walkdir, withenv, write, gperm, isfull, fd, displaysize, PipeBuffer,
    Pipe, diskstat, disable_sigint, reenable_sigint, @threadcall, functionloc, showable, hton, htol, ntoh, ltoh, unsafe_string

# tasks
export asyncmap, asyncmap!, bind, current_task, errormonitor, fetch, islocked, isready, istaskdone, istaskfailed,
    istaskstarted, lock, notify, put!, schedule, sleep, task_local_storage, timedwait, trylock, unlock, wait,
    waitany, waitall, yield, yieldto, @async, @sync, @task, @lock, Task

# errors
export AssertionError, CanonicalIndexError, catch_backtrace, backtrace, current_exceptions, error, rethrow, stacktrace, @assert, throw, retry

# reflection and evaluation
export applicable, convert, cglobal, evalfile, eval, fieldcount, fieldname, fieldnames, fieldoffset, fieldtypes,
    fieldtype, fullname, gensym, @gensym, getglobal, hasfield, hasmethod, ifelse, include_dependency, instances,
    invokelatest, isabstracttype, isbits, isbitstype, isconcretetype, isconst, isdispatchtuple, isexported, ispublic,
    isimmutable, ismutable, ismutabletype, isprimitivetype, issingletontype, isstructtype, macroexpand, @macroexpand,
    @macroexpand1, methods, nameof, names, nfields, parentmodule, pathof, pkgdir, pkgversion, setglobal!, sizeof,
    supertype, typeintersect, typejoin, which, finalize, finalizer, oftype, pointer, pointer_from_objref,
    unsafe_load, unsafe_modify!, unsafe_pointer_to_objref, unsafe_replace!, unsafe_store!, unsafe_swap!, identity,
    isequal, isless, precompile, time, time_ns, @timev, esc, nothing, code_lowered, code_typed

# macros
export @allocated, @allocations, @assume_effects, @atomic, @atomiconce, @atomicreplace, @atomicswap, @boundscheck,
    @deprecate, @doc, @elapsed, @enum, @eval, @fastmath, @generated, @goto, @inbounds, @inline, @invoke,
    @invokelatest, @isdefined, @kwdef, @label, @main, @NamedTuple, @Kwargs, @noinline, @nospecialize, @polly,
    @propagate_inbounds, @show, @showtime, @simd, @specialize, @static, @time, @timed, @.
