# The package Logging: the names of Base's loggers, for programs that say `using Logging`.

module Logging

using Base.CoreLogging: AbstractLogger, LogLevel, NullLogger, SimpleLogger, ConsoleLogger, BelowMinLevel, Debug, Info, Warn,
    Error, AboveMaxLevel, with_logger, current_logger, global_logger, disable_logging, @debug, @info, @warn, @error, @logmsg
import Base.CoreLogging: handle_message, shouldlog, min_enabled_level, catch_exceptions

export AbstractLogger, LogLevel, NullLogger, SimpleLogger, ConsoleLogger, with_logger, current_logger, global_logger,
    disable_logging, @debug, @info, @warn, @error, @logmsg
public handle_message, shouldlog, min_enabled_level, catch_exceptions, Debug, Info, Warn, Error, BelowMinLevel, AboveMaxLevel

end
