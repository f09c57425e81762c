# Log messages: @debug, @info, @warn, @error, @logmsg, and the loggers that take them.
#
# A macro leaves code that asks three questions before it computes the message: is the level enabled at all, does the logger
# want it, does it want this very place. The place has a name of its own (the id), by which a logger counts for `maxlog`.
# An exception while a message is computed or printed is reported as a message itself when the logger so wishes.

module CoreLogging

import ..Base: show, isless, string, print, println, convert, ==, +, -, sprint

export LogLevel, BelowMinLevel, Debug, Info, Warn, Error, AboveMaxLevel, AbstractLogger, NullLogger, SimpleLogger, ConsoleLogger, with_logger,
    global_logger, current_logger, disable_logging, @debug, @info, @warn, @error, @logmsg, handle_message, shouldlog, min_enabled_level,
    catch_exceptions

struct LogLevel
    level::Int32
end
LogLevel(l::LogLevel) = l
isless(a::LogLevel, b::LogLevel) = isless(a.level, b.level)
+(l::LogLevel, n::Base.Integer) = LogLevel(l.level + n)
-(l::LogLevel, n::Base.Integer) = LogLevel(l.level - n)
convert(::Base.Type{LogLevel}, n::Base.Integer) = LogLevel(n)
const BelowMinLevel = LogLevel(-1000001)
const Debug = LogLevel(-1000)
const Info = LogLevel(0)
const Warn = LogLevel(1000)
const Error = LogLevel(2000)
const AboveMaxLevel = LogLevel(1000001)
show(io::IO, l::LogLevel) = print(io, level_name(l))
level_name(l::LogLevel) = l == Debug ? "Debug" : l == Info ? "Info" : l == Warn ? "Warn" : l == Error ? "Error" :
    l == BelowMinLevel ? "BelowMinLevel" : l == AboveMaxLevel ? "AboveMaxLevel" : string("LogLevel(", l.level, ")")

abstract type AbstractLogger end
shouldlog(::AbstractLogger, args...) = true
min_enabled_level(::AbstractLogger) = Info
catch_exceptions(::AbstractLogger) = true

struct NullLogger <: AbstractLogger end
min_enabled_level(::NullLogger) = AboveMaxLevel
shouldlog(::NullLogger, args...) = false
handle_message(::NullLogger, args...; kw...) = Base.error("Null logger handle_message() should not be called")

# A logger without a stream writes to what `stderr` is at that time.
struct SimpleLogger <: AbstractLogger
    stream::Base.Union{IO,Base.Nothing}
    min_level::LogLevel
    message_limits::Base.Dict{Any,Base.Int}
end
SimpleLogger(stream::IO, level=Info) = SimpleLogger(stream, LogLevel(level), Base.Dict{Any,Base.Int}())
SimpleLogger(level::LogLevel=Info) = SimpleLogger(nothing, level, Base.Dict{Any,Base.Int}())
min_enabled_level(l::SimpleLogger) = l.min_level
catch_exceptions(::SimpleLogger) = false

struct ConsoleLogger <: AbstractLogger
    stream::Base.Union{IO,Base.Nothing}
    min_level::LogLevel
    meta_formatter
    show_limited::Base.Bool
    right_justify::Base.Int
    message_limits::Base.Dict{Any,Base.Int}
end
function ConsoleLogger(stream::Base.Union{IO,Base.Nothing}, level=Info; meta_formatter=default_metafmt, show_limited=true, right_justify=0)
    return ConsoleLogger(stream, LogLevel(level), meta_formatter, show_limited, right_justify, Base.Dict{Any,Base.Int}())
end
ConsoleLogger(level::LogLevel=Info; kw...) = ConsoleLogger(nothing, level; kw...)
min_enabled_level(l::ConsoleLogger) = l.min_level

const CountingLogger = Base.Union{SimpleLogger,ConsoleLogger}
shouldlog(l::CountingLogger, level, _module, group, id) = Base.get(l.message_limits, id, 1) > 0

# Whether a message with this limit may still be shown; counts it.
function within_limit!(l::CountingLogger, id, maxlog)
    maxlog isa Base.Integer || return true
    remaining = Base.get!(l.message_limits, id, Base.Int(maxlog))
    l.message_limits[id] = remaining - 1
    return remaining > 0
end
open_stream(l::CountingLogger) = l.stream isa IO && Base.isopen(l.stream) ? l.stream : Base.stderr
title_of(level) = level == Warn ? "Warning" : string(level)

function handle_message(l::SimpleLogger, level, message, _module, group, id, file, line; kwargs...)
    within_limit!(l, id, Base.get(kwargs, :maxlog, nothing)) || return nothing
    stream = open_stream(l)
    buffer = IOBuffer()
    io = Base.IOContext(buffer, stream)
    lines = Base.split(Base.chomp(string(message)), '\n')
    println(io, "┌ ", title_of(level), ": ", lines[1])
    for i in 2:Base.length(lines)
        println(io, "│ ", lines[i])
    end
    for (key, value) in kwargs
        key === :maxlog || println(io, "│   ", key, " = ", value)
    end
    println(io, "└ @ ", _module, " ", file, ":", line)
    Base.write(stream, Base.take!(buffer))
    return nothing
end

default_logcolor(level) = level < Info ? :blue : level < Warn ? :cyan : level < Error ? :yellow : :light_red

# Colour, what stands before the message, and what stands after it: the place, unless the message only informs.
function default_metafmt(level, _module, group, id, file, line)
    suffix = ""
    if !(Info <= level < Warn)
        _module === nothing || (suffix = string(_module))
        if file !== nothing
            suffix = string(suffix, _module === nothing ? "" : " ", Base.contractuser(file))
            line === nothing || (suffix = string(suffix, ":", line isa Base.UnitRange ? string(Base.first(line), "-", Base.last(line)) : line))
        end
        Base.isempty(suffix) || (suffix = string("@ ", suffix))
    end
    return default_logcolor(level), string(title_of(level), ":"), suffix
end

showvalue(io, value) = show(io, Base.MIME("text/plain"), value)
showvalue(io, e::Base.Exception) = Base.showerror(io, e)
showvalue(io, e::Base.Tuple{Base.Exception,Any}) = Base.showerror(io, e[1], e[2])

function handle_message(l::ConsoleLogger, level, message, _module, group, id, file, line; kwargs...)
    within_limit!(l, id, Base.get(kwargs, :maxlog, nothing)) || return nothing
    stream = open_stream(l)
    height, width = Base.displaysize(stream)
    lines = Any[(0, text) for text in Base.split(Base.chomp(string(message)), '\n')]
    shown = Base.length(kwargs) - (Base.haskey(kwargs, :maxlog) ? 1 : 0)
    for (key, value) in kwargs
        key === :maxlog && continue
        buffer = IOBuffer()
        rows = Base.max(1, Base.div(height, shown + 1))
        showvalue(Base.IOContext(Base.IOContext(buffer, stream), :displaysize => (rows, width - 5), :limit => l.show_limited), value)
        texts = Base.split(Base.String(Base.take!(buffer)), '\n')
        if Base.length(texts) == 1
            Base.push!(lines, (2, string(key, " = ", texts[1])))
        else
            Base.push!(lines, (2, string(key, " =")))
            for text in texts
                Base.push!(lines, (3, text))
            end
        end
    end
    color, prefix, suffix = l.meta_formatter(level, _module, group, id, file, line)
    justify = Base.min(l.right_justify, width)
    gap = 2
    title = Base.isempty(prefix) || Base.length(lines) > 1 ? 0 : Base.length(prefix) + 1
    taken = 2 + title + lines[end][1] + Base.textwidth(lines[end][2]) + (Base.isempty(suffix) ? 0 : Base.length(suffix) + gap)
    if taken > justify && !Base.isempty(suffix)
        # no room at the end of the last line: the place gets a line of its own
        Base.push!(lines, (0, ""))
        gap = 0
        taken = 2 + Base.length(suffix)
    end
    buffer = IOBuffer()
    io = Base.IOContext(buffer, stream)
    many = Base.length(lines)
    for i in 1:many
        indent, text = lines[i]
        box = many == 1 ? "[ " : i == 1 ? "┌ " : i < many ? "│ " : "└ "
        Base.printstyled(io, box; bold=true, color=color)
        i == 1 && !Base.isempty(prefix) && Base.printstyled(io, prefix, " "; bold=true, color=color)
        print(io, Base.repeat(" ", indent), text)
        if i == many && !Base.isempty(suffix)
            print(io, Base.repeat(" ", Base.max(0, justify - taken) + gap))
            Base.printstyled(io, suffix; color=:light_black)
        end
        println(io)
    end
    Base.write(stream, Base.take!(buffer))
    return nothing
end

mutable struct LogState
    logger::Base.Union{AbstractLogger,Base.Nothing}
    least::LogLevel
end
# The logger of the process, made when it is first asked for.
const process = LogState(nothing, BelowMinLevel)
# The logger of the innermost `with_logger` around the running code, or around what started its task.
const scoped_logger = Base.ScopedValues.ScopedValue{AbstractLogger}()
function global_logger()
    process.logger === nothing && (process.logger = ConsoleLogger())
    return process.logger
end
global_logger(l::AbstractLogger) = (old = global_logger(); process.logger = l; old)
function current_logger()
    found = Base.ScopedValues.get(scoped_logger)
    return found === nothing ? global_logger() : Base.something(found)
end
disable_logging(level::LogLevel) = (process.least = level + 1; nothing)
with_logger(f::Base.Function, l::AbstractLogger) = Base.ScopedValues.@with scoped_logger => l f()

# The logger for a message of that level, or nothing when it is not enabled.
function enabled_logger(level::LogLevel)
    level >= process.least || return nothing
    logger = current_logger()
    return level >= LogLevel(min_enabled_level(logger)) ? logger : nothing
end
standard_level(level) = level isa LogLevel ? level : convert(LogLevel, level)::LogLevel

function handle_message_nothrow(logger, level, msg, _module, group, id, file, line; kwargs...)
    try
        handle_message(logger, level, msg, _module, group, id, file, line; kwargs...)
    catch err
        logging_error(logger, level, _module, group, id, file, line, err, false)
    end
    return nothing
end
function logging_error(logger, level, _module, group, id, file, line, err, real)
    catch_exceptions(logger) || Base.rethrow(err)
    text = real ? "Exception while generating log record in module $_module at $file:$line" :
        "Exception while handling log message in module $_module at $file:$line"
    try
        handle_message(logger, Error, text, _module, :logevent_error, id, file, line; exception=(err, Base.catch_backtrace()))
    catch
        println(Base.stderr, text)
    end
    return nothing
end

const record_ids = Base.Dict{Base.Symbol,Base.Bool}()
function log_record_id(mod, file, line, level, message)
    name = Base.join(Base.fullname(mod), "_")
    h = Base.UInt32(Base.hash(string(name, file, line, level, message)) & 0xffffffff)
    id = Base.Symbol(name, "_", string(h; base=16, pad=8))
    while Base.haskey(record_ids, id)
        h += 0x00000001
        id = Base.Symbol(name, "_", string(h; base=16, pad=8))
    end
    record_ids[id] = true
    return id
end
default_group(file) = Base.Symbol(Base.splitext(Base.basename(file))[1])

# The code of one message; `_module`, `_group`, `_id`, `_file` and `_line` among the keywords replace what is known of the place.
function logmsg_code(mod, source, level, message, exs...)
    file = source.file === nothing ? nothing : string(source.file)
    place = Base.Dict{Base.Symbol,Any}()
    kws = Any[]
    for a in exs
        if Base.isexpr(a, :(=))
            key = a.args[1]
            key isa Base.Symbol || throw(Base.ArgumentError("Expected key of log keyword to be a Symbol, got $(Base.repr(key))"))
            if key in (:_module, :_group, :_id, :_file, :_line)
                place[key] = esc(a.args[2])
            else
                Base.push!(kws, Expr(:kw, key, esc(a.args[2])))
            end
        elseif Base.isexpr(a, :...)
            Base.push!(kws, Expr(:..., esc(a.args[1])))
        else
            Base.push!(kws, Expr(:kw, Base.Symbol(string(a)), esc(a)))
        end
    end
    id = Base.haskey(place, :_id) ? place[:_id] : Base.QuoteNode(log_record_id(mod, file, source.line, level, message))
    group = Base.haskey(place, :_group) ? place[:_group] : Base.QuoteNode(file === nothing ? nothing : default_group(file))
    return quote
        let
            level = $level
            logger = enabled_logger(standard_level(level))
            if !(logger === nothing)
                group = $group
                _module = $(Base.get(place, :_module, mod))
                id = $id
                if Base.invokelatest(shouldlog, logger, level, _module, group, id)
                    file = $(Base.get(place, :_file, file))
                    line = $(Base.get(place, :_line, source.line))
                    local msg, kwargs
                    ready = try
                        msg = $(esc(message))
                        kwargs = (; $(kws...))
                        true
                    catch err
                        Base.invokelatest(logging_error, logger, level, _module, group, id, file, line, err, true)
                        false
                    end
                    ready && Base.invokelatest(handle_message_nothrow, logger, level, msg, _module, group, id, file, line; kwargs...)
                end
            end
            nothing
        end
    end
end
macro debug(message, exs...) logmsg_code(__module__, __source__, :Debug, message, exs...) end
macro info(message, exs...) logmsg_code(__module__, __source__, :Info, message, exs...) end
macro warn(message, exs...) logmsg_code(__module__, __source__, :Warn, message, exs...) end
macro error(message, exs...) logmsg_code(__module__, __source__, :Error, message, exs...) end
macro logmsg(level, message, exs...) logmsg_code(__module__, __source__, esc(level), message, exs...) end

end

using .CoreLogging: @debug, @info, @warn, @error, @logmsg
export @debug, @info, @warn, @error, @logmsg
