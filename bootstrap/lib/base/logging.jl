# Log messages: @debug, @info, @warn, @error, printed to standard error in the way of Julia's console logger.

module CoreLogging

import ..Base: show, isless, string, print, println, convert, ==, sprint

export LogLevel, Debug, Info, Warn, Error, AbstractLogger, NullLogger, SimpleLogger, ConsoleLogger, with_logger, global_logger, current_logger,
    @debug, @info, @warn, @error, @logmsg, handle_message, shouldlog, min_enabled_level

struct LogLevel
    level::Int32
end
LogLevel(l::LogLevel) = l
isless(a::LogLevel, b::LogLevel) = isless(a.level, b.level)
Base.:+(l::LogLevel, n::Base.Integer) = LogLevel(l.level + n)
const Debug = LogLevel(-1000)
const Info = LogLevel(0)
const Warn = LogLevel(1000)
const Error = LogLevel(2000)
show(io::IO, l::LogLevel) = print(io, level_name(l))
level_name(l::LogLevel) = l == Debug ? "Debug" : l == Info ? "Info" : l == Warn ? "Warn" : l == Error ? "Error" : string("LogLevel(", l.level, ")")

abstract type AbstractLogger end
struct NullLogger <: AbstractLogger end
struct SimpleLogger <: AbstractLogger
    stream::IO
    min_level::LogLevel
end
SimpleLogger(stream::IO=Base.stderr, level=Info) = SimpleLogger(stream, LogLevel(level))
const ConsoleLogger = SimpleLogger
shouldlog(::AbstractLogger, args...) = true
min_enabled_level(l::SimpleLogger) = l.min_level
min_enabled_level(::NullLogger) = LogLevel(1000001)
min_enabled_level(::AbstractLogger) = Info
handle_message(::NullLogger, args...; kw...) = nothing
catch_exceptions(::AbstractLogger) = true

function handle_message(l::SimpleLogger, level, message, _module, group, id, file, line; kwargs...)
    io = IOBuffer()
    lines = Base.split(Base.chomp(string(message)), '\n')
    entries = Base.String[]
    for (k, v) in kwargs
        push_entry!(entries, k, v)
    end
    many = length(lines) > 1 || !Base.isempty(entries) || level >= Warn
    title = level_name(level)
    level == Warn && (title = "Warning")
    if !many
        println(io, "[ ", title, ": ", lines[1])
    else
        println(io, "┌ ", title, ": ", lines[1])
        for i in 2:length(lines)
            println(io, "│ ", lines[i])
        end
        for e in entries
            println(io, "│   ", e)
        end
        if level >= Warn
            println(io, "└ @ ", _module, " ", file, ":", line)
        else
            text = Base.String(Base.take!(io))
            i = Base.findlast("│ ", text)
            print(io, text[1:Base.prevind(text, Base.first(i))], "└ ", text[Base.last(i)+1:end])
        end
    end
    Base.write(l.stream, Base.take!(io))
    Base.flush(l.stream)
    return nothing
end
push_entry!(entries, k, v) = Base.push!(entries, string(k, " = ", v isa Base.Exception ? sprint(Base.showerror, v) : sprint(Base.show, v)))

mutable struct LogState
    logger::Base.Union{AbstractLogger,Base.Nothing}
end
const state = LogState(nothing)
current_logger() = state.logger === nothing ? SimpleLogger(Base.stderr, Info) : state.logger
global_logger() = current_logger()
global_logger(l::AbstractLogger) = (old = current_logger(); state.logger = l; old)
function with_logger(f::Base.Function, l::AbstractLogger)
    old = state.logger
    state.logger = l
    try
        return f()
    finally
        state.logger = old
    end
end

function log_call(level, source, mod, message, args...)
    kws = Any[]
    for a in args
        if Base.isexpr(a, :(=))
            push!(kws, Expr(:kw, a.args[1], esc(a.args[2])))
        elseif Base.isexpr(a, :...)
            push!(kws, Expr(:..., esc(a.args[1])))
        else
            push!(kws, Expr(:kw, Base.Symbol(sprint(Base.show_unquoted, a)), esc(a)))
        end
    end
    file = source.file === nothing ? "" : string(source.file)
    return quote
        local level = $level
        local logger = current_logger()
        if level >= min_enabled_level(logger) && shouldlog(logger, level, $mod, :none, :none)
            handle_message(logger, level, $(esc(message)), $mod, :none, :none, $file, $(source.line); $(kws...))
        end
        nothing
    end
end
macro debug(exs...) log_call(:(Debug), __source__, __module__, exs...) end
macro info(exs...) log_call(:(Info), __source__, __module__, exs...) end
macro warn(exs...) log_call(:(Warn), __source__, __module__, exs...) end
macro error(exs...) log_call(:(Error), __source__, __module__, exs...) end
macro logmsg(level, exs...) log_call(:(LogLevel($(esc(level)))), __source__, __module__, exs...) end

end

using .CoreLogging: @debug, @info, @warn, @error, @logmsg
export @debug, @info, @warn, @error, @logmsg
