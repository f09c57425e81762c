# Unit tests: @test and its relatives, and test sets that collect and summarise what they find.
#
# A test evaluates an expression so that, should it fail, the values that were compared can be shown. Its outcome is
# a Result, recorded in the innermost test set; outside of any, a failure is printed and thrown at once.

module Test

export @test, @test_throws, @test_broken, @test_skip, @test_logs, @test_warn, @test_nowarn, @testset, @inferred, detect_ambiguities,
    detect_unbound_args, GenericString, GenericSet, GenericDict, GenericArray, GenericOrder, TestSetException

## results

abstract type Result end

"""
A test that passed.
"""
struct Pass <: Result
    test_type::Symbol
    orig_expr
    data
    value
    source::Union{Nothing,LineNumberNode}
    message_only::Bool
end
struct Fail <: Result
    test_type::Symbol
    orig_expr::String
    data::Union{Nothing,String}
    value::String
    context::Union{Nothing,String}
    source::LineNumberNode
    message_only::Bool
end
struct Error <: Result
    test_type::Symbol
    orig_expr::String
    value::String
    backtrace::String
    context::Union{Nothing,String}
    source::LineNumberNode
end
struct Broken <: Result
    test_type::Symbol
    orig_expr
end

function Base.show(io::IO, t::Pass)
    print(io, "Test Passed")
    if t.test_type === :test_throws
        print(io, "\n  Expression: ", t.orig_expr)
        t.data === nothing || (t.message_only ? print(io, "\n     Message: ", t.data) : print(io, "\n      Thrown: ", t.data))
    end
end
function Base.show(io::IO, t::Fail)
    print(io, "Test Failed")
    print(io, " at ")
    print(io, t.source.file, ":", t.source.line)
    print(io, "\n  Expression: ", t.orig_expr)
    if t.test_type === :test_throws_wrong
        if t.message_only
            print(io, "\n    Expected: ", t.data, "\n     Message: ", t.value)
        else
            print(io, "\n    Expected: ", t.data, "\n      Thrown: ", t.value)
        end
    elseif t.test_type === :test_throws_nothing
        print(io, "\n    Expected: ", t.data, "\n  No exception thrown")
    elseif t.test_type === :test && t.data !== nothing
        print(io, "\n   Evaluated: ", t.data)
    end
    t.context === nothing || print(io, "\n     Context: ", t.context)
    println(io)
end
function Base.show(io::IO, t::Error)
    if t.test_type === :test_interrupted
        print(io, "Interrupted")
        return
    end
    print(io, "Error During Test at ", t.source.file, ":", t.source.line)
    if t.test_type === :test_nonbool
        println(io)
        println(io, "  Expression evaluated to non-Boolean")
        println(io, "  Expression: ", t.orig_expr)
        print(io, "       Value: ", t.value)
        println(io)
    elseif t.test_type === :test_error
        println(io)
        println(io, "  Test threw exception")
        println(io, "  Expression: ", t.orig_expr)
        t.context === nothing || println(io, "     Context: ", t.context)
        print(io, join(map(l -> isempty(l) ? l : string("  ", l), split(t.backtrace, '\n')), "\n"))
        println(io)
    elseif t.test_type === :test_unbroken
        println(io)
        println(io, " Unexpected Pass")
        println(io, " Expression: ", t.orig_expr)
        println(io, " Got correct result, please change to @test if no longer broken.")
        println(io)
    elseif t.test_type === :nontest_error
        println(io)
        println(io, "  Got exception outside of a @test")
        print(io, join(map(l -> isempty(l) ? l : string("  ", l), split(t.backtrace, '\n')), "\n"))
        println(io)
    end
end
function Base.show(io::IO, t::Broken)
    print(io, "Test Broken\n")
    t.test_type === :skipped ? print(io, "  Skipped: ", t.orig_expr) : print(io, "  Expression: ", t.orig_expr)
end

struct Returned
    value
    data
    source::LineNumberNode
end
struct Threw
    exception
    backtrace
    source::LineNumberNode
end

## test sets

abstract type AbstractTestSet end

struct FallbackTestSet <: AbstractTestSet end
struct FallbackTestSetException <: Exception
    msg::String
end
Base.showerror(io::IO, e::FallbackTestSetException) = print(io, repr(e))

record(::FallbackTestSet, t::Union{Pass,Broken}) = t
function record(::FallbackTestSet, t::Union{Fail,Error})
    println(t)
    throw(FallbackTestSetException("There was an error during testing"))
end
finish(ts::FallbackTestSet) = ts

"""
    TestSetException

Thrown at the end of the outermost test set when tests in it failed.
"""
struct TestSetException <: Exception
    pass::Int
    fail::Int
    error::Int
    broken::Int
    errors_and_fails::Vector{Union{Fail,Error}}
end
Base.show(io::IO, e::TestSetException) = print(io, "Some tests did not pass: ", e.pass, " passed, ", e.fail, " failed, ", e.error, " errored, ", e.broken, " broken.")
Base.showerror(io::IO, e::TestSetException, bt; backtrace=true) = show(io, e)
Base.showerror(io::IO, e::TestSetException) = show(io, e)

mutable struct DefaultTestSet <: AbstractTestSet
    description::String
    results::Vector{Any}
    n_passed::Int
    anynonpass::Bool
    verbose::Bool
    showtiming::Bool
    time_start::Float64
    time_end::Union{Float64,Nothing}
    failfast::Bool
    file::Union{String,Nothing}
end
DefaultTestSet(desc::AbstractString; verbose::Bool=false, showtiming::Bool=true, failfast::Bool=false, source=nothing, rng=nothing) =
    DefaultTestSet(String(desc), Any[], 0, false, verbose, showtiming, time(), nothing, failfast, nothing)

extract_file(source) = source === nothing ? nothing : string(source.file)

function record(ts::DefaultTestSet, t::Pass)
    ts.n_passed += 1
    return t
end
record(ts::DefaultTestSet, t::Broken) = (push!(ts.results, t); t)
function record(ts::DefaultTestSet, t::Union{Fail,Error})
    print(ts.description, ": ")
    print(t)
    println()
    push!(ts.results, t)
    return t
end
record(ts::DefaultTestSet, t::AbstractTestSet) = push!(ts.results, t)

struct TestCounts
    passes::Int
    fails::Int
    errors::Int
    broken::Int
end
function get_test_counts(ts::DefaultTestSet)
    p = ts.n_passed
    f = e = b = 0
    for t in ts.results
        if t isa Fail
            f += 1
        elseif t isa Error
            e += 1
        elseif t isa Broken
            b += 1
        elseif t isa DefaultTestSet
            c = get_test_counts(t)
            p += c.passes
            f += c.fails
            e += c.errors
            b += c.broken
        end
    end
    ts.anynonpass = f + e > 0
    return TestCounts(p, f, e, b)
end

filter_errors(ts::DefaultTestSet) = Union{Fail,Error}[x for t in ts.results for x in (t isa DefaultTestSet ? filter_errors(t) : t isa Union{Fail,Error} ? [t] : Union{Fail,Error}[])]

const print_when_passing = Ref(true)

function finish(ts::DefaultTestSet; print_results::Bool=true)
    ts.time_end = time()
    if get_testset_depth() != 0
        record(get_testset(), ts)
        get_test_counts(ts)
        return ts
    end
    c = get_test_counts(ts)
    print_results && print_test_results(ts)
    if c.fails + c.errors > 0
        throw(TestSetException(c.passes, c.fails, c.errors, c.broken, filter_errors(ts)))
    end
    return ts
end

function duration_text(ts::DefaultTestSet)
    t = ts.time_end === nothing ? 0.0 : ts.time_end - ts.time_start
    tenths = round(Int, 10t)
    tenths < 600 && return string(tenths ÷ 10, ".", tenths % 10, "s")
    m, s = divrem(tenths, 600)
    return string(m, "m", lpad(string(s ÷ 10), 2, '0'), ".", s % 10, "s")
end

# Whether the parts of a set get lines of their own.
shows_parts(ts::DefaultTestSet) = ts.verbose || ts.anynonpass

function longest_description(ts::DefaultTestSet, depth::Int)
    n = 2depth + textwidth(ts.description)
    if shows_parts(ts)
        for t in ts.results
            t isa DefaultTestSet && (n = max(n, longest_description(t, depth + 1)))
        end
    end
    return n
end

function print_test_results(ts::DefaultTestSet, depth::Int=0)
    c = get_test_counts(ts)
    total = c.passes + c.fails + c.errors + c.broken
    width(n, title) = n > 0 ? max(length(title), ndigits(n)) : 0
    pw = width(c.passes, "Pass")
    fw = width(c.fails, "Fail")
    ew = width(c.errors, "Error")
    bw = width(c.broken, "Broken")
    tw = total == 0 ? 0 : max(5, ndigits(total))
    time_width = max(4, length(duration_text(ts)))
    align = max(longest_description(ts, depth), length("Test Summary:"))
    print(rpad("Test Summary:", align), " |")
    for (w, title) in ((pw, "Pass"), (fw, "Fail"), (ew, "Error"), (bw, "Broken"))
        w > 0 && print(" ", lpad(title, w), " ")
    end
    if tw > 0
        print(" ", lpad("Total", tw))
    else
        print(" ", lpad("Total", 5))
    end
    println("  ", lpad("Time", time_width))
    print_counts(ts, depth, align, pw, fw, ew, bw, max(tw, 5), time_width)
    return
end
function print_counts(ts::DefaultTestSet, depth::Int, align::Int, pw, fw, ew, bw, tw, time_width)
    c = get_test_counts(ts)
    total = c.passes + c.fails + c.errors + c.broken
    print(rpad(string("  "^depth, ts.description), align), " |")
    for (w, n) in ((pw, c.passes), (fw, c.fails), (ew, c.errors), (bw, c.broken))
        w > 0 && print(" ", lpad(n > 0 ? string(n) : " ", w), " ")
    end
    if total == 0
        print(" ", lpad("None", tw))
    else
        print(" ", lpad(string(total), tw))
    end
    println("  ", lpad(duration_text(ts), time_width))
    if shows_parts(ts)
        for t in ts.results
            t isa DefaultTestSet && print_counts(t, depth + 1, align, pw, fw, ew, bw, tw, time_width)
        end
    end
end

const testset_stack = AbstractTestSet[]
get_testset() = isempty(testset_stack) ? FallbackTestSet() : testset_stack[end]
get_testset_depth() = length(testset_stack)
push_testset(ts::AbstractTestSet) = (push!(testset_stack, ts); nothing)
pop_testset() = isempty(testset_stack) ? FallbackTestSet() : pop!(testset_stack)

## @test

const comparison_functions = (:(==), :!=, :<, :>, :<=, :>=, :≤, :≥, :≠, :(===), :(!==), :≈, :≉, :in, :∈, :∉, :isa, :⊆, :<:, :>:, :≡, :≢, :isapprox)

is_operator_call(ex) = Base.isexpr(ex, :call) && ex.args[1] isa Symbol && Base.isoperator(ex.args[1])

"""
    @test ex
    @test f(args...) key=val ...
    @test ex broken=true
    @test ex skip=true

Tests that `ex` is true.
"""
macro test(ex, kws...)
    broken = nothing
    skip = nothing
    context = nothing
    rest = Any[]
    for k in kws
        if Base.isexpr(k, :(=)) && k.args[1] === :broken
            broken = k.args[2]
        elseif Base.isexpr(k, :(=)) && k.args[1] === :skip
            skip = k.args[2]
        elseif Base.isexpr(k, :(=)) && k.args[1] === :context
            context = k.args[2]
        elseif Base.isexpr(k, :(=))
            push!(rest, Expr(:kw, k.args[1], k.args[2]))
        else
            throw(ArgumentError("invalid test macro call: @test $ex $(join(kws, " "))"))
        end
    end
    isempty(rest) || (ex = add_keywords(ex, rest))
    shown = QuoteNode(ex)
    result = get_test_result(ex, __source__)
    run = quote
        if $(broken === nothing ? false : esc(broken))
            do_broken_test($result, $shown)
        else
            do_test($result, $shown)
        end
    end
    skip === nothing && return run
    return quote
        if $(esc(skip))
            record(get_testset(), Broken(:skipped, $shown))
        else
            $run
        end
    end
end
function add_keywords(ex, kws)
    Base.isexpr(ex, :call) || throw(ArgumentError("invalid test macro call: @test $ex does not accept keyword arguments"))
    ex = copy(ex)
    if length(ex.args) >= 2 && Base.isexpr(ex.args[2], :parameters)
        append!(ex.args[2].args, kws)
    else
        insert!(ex.args, 2, Expr(:parameters, kws...))
    end
    return ex
end

# Code that evaluates ex to a Returned or Threw. Operands are evaluated one by one, so that they can be shown.
function get_test_result(ex, source)
    line = QuoteNode(source)
    if Base.isexpr(ex, :comparison)
        operands = Any[esc(ex.args[i]) for i in 1:2:length(ex.args)]
        ops = Any[ex.args[i] for i in 2:2:length(ex.args)]
        functions = Any[esc(o) for o in ops]
        body = :(eval_comparison(Any[$(operands...)], Any[$(functions...)], $(Expr(:vect, map(QuoteNode, ops)...)), $line))
    elseif is_operator_call(ex) && length(ex.args) == 3 && Base.isbinaryoperator(ex.args[1]) && Base.operator_precedence(ex.args[1]) == 7 && !any(a -> Base.isexpr(a, :...) || Base.isexpr(a, :kw) || Base.isexpr(a, :parameters), ex.args)
        op = ex.args[1]
        body = :(eval_comparison(Any[$(esc(ex.args[2])), $(esc(ex.args[3]))], Any[$(esc(op))], [$(QuoteNode(op))], $line))
    elseif Base.isexpr(ex, (:<:, :>:), 2)
        body = :(eval_comparison(Any[$(esc(ex.args[1])), $(esc(ex.args[2]))], Any[$(ex.head === :<: ? :(<:) : :(>:))], [$(QuoteNode(ex.head))], $line))
    elseif Base.isexpr(ex, :call) && is_shown_call(ex)
        body = call_code(ex, line)
    else
        body = :(Returned($(esc(ex)), nothing, $line))
    end
    return quote
        try
            $body
        catch e
            e isa InterruptException && rethrow()
            Threw(e, Base.current_exceptions(), $line)
        end
    end
end
is_shown_call(ex) = ex.args[1] isa Symbol && !Base.isoperator(ex.args[1]) || is_operator_call(ex) && any(a -> Base.isexpr(a, :parameters), ex.args)

function call_code(ex, line)
    positional = Any[]
    keywords = Any[]
    for a in ex.args[2:end]
        if Base.isexpr(a, :parameters)
            append!(keywords, a.args)
        elseif Base.isexpr(a, :kw)
            push!(keywords, a)
        else
            push!(positional, a)
        end
    end
    names = Any[]
    values = Any[]
    for k in keywords
        if Base.isexpr(k, :kw) && k.args[1] isa Symbol
            push!(names, QuoteNode(k.args[1]))
            push!(values, esc(k.args[2]))
        elseif k isa Symbol
            push!(names, QuoteNode(k))
            push!(values, esc(k))
        else
            return :(Returned($(esc(ex)), nothing, $line))
        end
    end
    args = Any[Base.isexpr(a, :...) ? Expr(:..., esc(a.args[1])) : esc(a) for a in positional]
    return :(eval_call($(esc(ex.args[1])), Any[$(args...)], Symbol[$(names...)], Any[$(values...)], $(QuoteNode(ex)), $line))
end

function eval_comparison(operands::Vector{Any}, functions::Vector{Any}, ops, line)
    result = true
    for i in 1:length(functions)
        r = functions[i](operands[i], operands[i+1])
        if i == 1
            result = r
        elseif result === true
            result = r
        end
        result === true || break
    end
    parts = Any[quoted(operands[1])]
    for i in 1:length(functions)
        push!(parts, ops[i])
        push!(parts, quoted(operands[i+1]))
    end
    shown = join(map(shown_part, 1:length(parts), parts), " ")
    return Returned(result, shown, line)
end
quoted(x) = x
shown_part(i, x) = iseven(i) ? string(x) : sprint(show, x; context=:limit => true)

function eval_call(f, args::Vector{Any}, names::Vector{Symbol}, values::Vector{Any}, ex, line)
    kws = NamedTuple{Tuple(names)}(Tuple(values))
    result = isempty(names) ? f(args...) : f(args...; kws...)
    # The call is shown with its arguments' values only where these are not just what was written.
    texts = String[sprint(show, a; context=:limit => true) for a in args]
    text = string(ex.args[1], "(", join(texts, ", "), isempty(names) ? "" : string("; ", join((string(n, " = ", repr(v)) for (n, v) in zip(names, values)), ", ")), ")")
    return Returned(result, ex.args[1] in displayed_functions ? text : nothing, line)
end
const displayed_functions = (:isequal, :isapprox, :≈, :occursin, :startswith, :endswith, :isempty, :contains)

function do_test(result::Returned, ex)
    v = result.value
    if v isa Bool
        t = v ? Pass(:test, ex, result.data, v, result.source, false) :
            Fail(:test, expression_text(ex), result.data === nothing ? nothing : result.data, string(v), nothing, result.source, false)
    else
        t = Error(:test_nonbool, expression_text(ex), repr(v), "", nothing, result.source)
    end
    return record(get_testset(), t)
end
function do_test(result::Threw, ex)
    text = sprint(io -> Base.show_exception_stack(io, result.backtrace))
    return record(get_testset(), Error(:test_error, expression_text(ex), sprint(show, result.exception), text, nothing, result.source))
end
expression_text(ex) = ex isa Expr ? string(ex) : repr_literal(ex)
repr_literal(x) = x isa Symbol ? string(x) : x isa QuoteNode ? string(x) : repr(x)
function do_broken_test(result, ex)
    if result isa Returned && result.value === true
        t = Error(:test_unbroken, expression_text(ex), "true", "", nothing, result.source)
    else
        t = Broken(:test, ex)
    end
    return record(get_testset(), t)
end

"""
    @test_broken ex

A test that is known to fail; an error is recorded when it does not.
"""
macro test_broken(ex, kws...)
    result = get_test_result(isempty(kws) ? ex : add_keywords(ex, Any[Expr(:kw, k.args...) for k in kws]), __source__)
    return :(do_broken_test($result, $(QuoteNode(ex))))
end
macro test_skip(ex, kws...)
    return :(record(get_testset(), Broken(:skipped, $(QuoteNode(ex)))))
end

## @test_throws

"""
    @test_throws exception expr

Tests that `expr` throws an exception of a type, equal to a value, or with a message that contains texts or matches.
"""
macro test_throws(extype, ex)
    shown = QuoteNode(ex)
    result = quote
        try
            Returned($(esc(ex)), nothing, $(QuoteNode(__source__)))
        catch e
            e isa InterruptException && rethrow()
            Threw(e, nothing, $(QuoteNode(__source__)))
        end
    end
    return :(do_test_throws($result, $shown, $(esc(extype))))
end

message_matches(m::AbstractString, text) = occursin(m, text)
message_matches(m::Regex, text) = occursin(m, text)
message_matches(m::Function, text) = m(text)::Bool
message_matches(m::Union{AbstractArray,Tuple}, text) = all(x -> message_matches(x, text), m)

function do_test_throws(result, ex, expected)
    source = result.source
    text = expression_text(ex)
    if result isa Returned
        return record(get_testset(), Fail(:test_throws_nothing, text, expected_text(expected), "", nothing, source, false))
    end
    e = result.exception
    message_only = false
    thrown = nothing
    if expected isa Type
        while !(e isa expected) && e isa LoadError
            e = e.error
        end
        ok = e isa expected
        thrown = string(typeof(e))
    elseif expected isa Exception || !(expected isa Union{AbstractString,Regex,Function,AbstractArray,Tuple})
        ok = typeof(e) === typeof(expected) && all(i -> isequal(getfield(e, i), getfield(expected, i)), 1:nfields(expected))
        thrown = repr(e)
    else
        message_only = true
        shown = sprint(showerror, e)
        ok = message_matches(expected, shown)
        thrown = repr(shown)
    end
    if ok
        return record(get_testset(), Pass(:test_throws, ex, thrown, e, source, message_only))
    end
    if !message_only
        thrown = string(thrown, "\n      ", replace(sprint(showerror, e), "\n" => "\n      "))
    end
    return record(get_testset(), Fail(:test_throws_wrong, text, expected_text(expected), thrown, nothing, source, message_only))
end
expected_text(x) = x isa Type ? string(x) : repr(x)

## @testset

"""
    @testset [CustomTestSet] [options...] ["description"] begin ... end
    @testset "description \$v" for v in itr ... end
    @testset let v = x ... end

Groups tests; failures do not stop the set. The outermost set prints a summary and throws if anything failed.
"""
macro testset(args...)
    isempty(args) && error("No arguments to @testset")
    body = args[end]
    desc, type, options = parse_testset_args(args[1:end-1])
    Base.isexpr(body, :for) && return testset_for(desc, type, options, body, __source__)
    Base.isexpr(body, :let) && return testset_let(desc, type, options, body, __source__)
    return testset_block(desc, type, options, body, __source__)
end
function parse_testset_args(args)
    desc = nothing
    type = nothing
    options = Any[]
    for a in args
        if a isa AbstractString || Base.isexpr(a, :string)
            desc = esc(a)
        elseif Base.isexpr(a, :(=))
            push!(options, Expr(:kw, a.args[1], esc(a.args[2])))
        else
            type = esc(a)
        end
    end
    return desc, type, options
end

make_testset(type, desc, options) = type === nothing ? :(default_testset($desc; $(options...))) : :($type($desc; $(options...)))
# Without a type of its own, a set is of the type of the one around it.
function default_testset(desc; kw...)
    ts = get_testset()
    return ts isa FallbackTestSet || ts isa DefaultTestSet ? DefaultTestSet(desc; kw...) : typeof(ts)(desc; kw...)
end

function testset_block(desc, type, options, body, source)
    desc === nothing && (desc = Base.isexpr(body, :call) ? string(body.args[1]) : "test set")
    return quote
        local ts = $(make_testset(type, desc, options))
        push_testset(ts)
        try
            let
                $(esc(body))
            end
        catch err
            err isa InterruptException && rethrow()
            record_outside(ts, err, Base.current_exceptions(), $(QuoteNode(source)))
        finally
            pop_testset()
        end
        finish(ts)
    end
end
function record_outside(ts, err, stack, source)
    err isa TestSetException && return nothing
    text = sprint(io -> Base.show_exception_stack(io, stack))
    record(ts, Error(:nontest_error, "", repr(err), text, nothing, source))
    return nothing
end

function testset_for(desc, type, options, loop, source)
    ranges = Base.isexpr(loop.args[1], :block) ? loop.args[1].args : Any[loop.args[1]]
    if desc === nothing
        parts = Any[]
        for (i, r) in enumerate(ranges)
            i > 1 && push!(parts, ", ")
            push!(parts, string(r.args[1], " = "))
            push!(parts, esc(r.args[1]))
        end
        desc = Expr(:string, parts...)
    end
    block = testset_block(desc, type, options, loop.args[2], source)
    heads = Expr(:block, Any[Expr(:(=), esc(r.args[1]), esc(r.args[2])) for r in ranges]...)
    return quote
        local sets = Any[]
        $(Expr(:for, heads, :(push!(sets, $block))))
        sets
    end
end
function testset_let(desc, type, options, ex, source)
    return Expr(:let, esc(ex.args[1]), testset_transparent(ex.args[2]))
end
testset_transparent(body) = quote
    $(esc(body))
    nothing
end

## @inferred

"""
    @inferred [AllowedType] f(x)

Tests that the call's inferred type is that of its result.
"""
macro inferred(ex)
    return inferred_code(ex, :Nothing_allowed, nothing)
end
macro inferred(allow, ex)
    return inferred_code(ex, :allowed, allow)
end
function inferred_code(ex, kind, allow)
    Base.isexpr(ex, :call) || Base.isexpr(ex, :ref) || throw(ArgumentError("@inferred requires a call expression"))
    Base.isexpr(ex, :ref) && (ex = Expr(:call, :getindex, ex.args...))
    args = Any[esc(a) for a in ex.args[2:end] if !Base.isexpr(a, :parameters)]
    return quote
        local f = $(esc(ex.args[1]))
        local args = ($(args...),)
        local allow = $(allow === nothing ? Union{} : esc(allow))
        local result = $(esc(ex))
        check_inferred(f, args, allow, result)
        result
    end
end
function check_inferred(f, args, allow, result)
    T = Base.infer_return_type(f, Tuple{map(Core.Typeof, args)...})
    R = result isa Type ? Type{result} : typeof(result)
    R <: allow || R == T || Base.typesplit(T, allow) == R || error("return type $R does not match inferred return type $T")
    return
end

## logs and warnings

macro test_logs(exs...)
    return esc(exs[end])
end
macro test_nowarn(ex)
    return esc(ex)
end
macro test_warn(msg, ex)
    return quote
        local io = IOBuffer()
        local value = Base.redirect_stderr(() -> $(esc(ex)), io)
        do_test(Returned(message_matches($(esc(msg)), String(take!(io))), nothing, $(QuoteNode(__source__))), $(QuoteNode(ex)))
        value
    end
end

detect_ambiguities(mods::Module...; kw...) = []
detect_unbound_args(mods::Module...; kw...) = []

## generic containers, to test methods on unknown subtypes

struct GenericString <: AbstractString
    string::AbstractString
end
Base.ncodeunits(s::GenericString) = ncodeunits(s.string)::Int
Base.codeunit(s::GenericString) = codeunit(s.string)::Type
Base.codeunit(s::GenericString, i::Integer) = codeunit(s.string, i)
Base.isvalid(s::GenericString, i::Integer) = isvalid(s.string, i)::Bool
Base.iterate(s::GenericString, i::Integer=1) = iterate(s.string, i)

struct GenericSet{T} <: AbstractSet{T}
    s::AbstractSet{T}
end
Base.length(s::GenericSet) = length(s.s)
Base.iterate(s::GenericSet, i...) = iterate(s.s, i...)
Base.in(x, s::GenericSet) = in(x, s.s)

struct GenericDict{K,V} <: AbstractDict{K,V}
    s::AbstractDict{K,V}
end
Base.length(s::GenericDict) = length(s.s)
Base.iterate(s::GenericDict, i...) = iterate(s.s, i...)
Base.get(s::GenericDict, k, d) = get(s.s, k, d)

struct GenericArray{T,N} <: AbstractArray{T,N}
    a::Array{T,N}
end
GenericArray{T}(args...) where {T} = GenericArray(Array{T}(args...))
Base.size(a::GenericArray) = size(a.a)
Base.getindex(a::GenericArray, i...) = a.a[i...]
Base.setindex!(a::GenericArray, x, i...) = (a.a[i...] = x)

struct GenericOrder{T}
    val::T
end
Base.isless(x::GenericOrder, y::GenericOrder) = isless(x.val, y.val)

end
