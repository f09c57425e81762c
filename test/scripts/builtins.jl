# Asks rows of the corpora of builtins and raw memory: expressions, evaluated in Main.
#
# ARGS: the preludes, then a file with a string literal per line: the source of an expression. Prints, per row, the type of
# its value and the value, or what it threw, as a string literal.

include("canon.jl")

function described(@nospecialize e)
    e isa Exception || return string("throw ", repr(e))
    name = string(nameof(typeof(e)))
    text = hasfield(typeof(e), :msg) && isdefined(e, :msg) ? string(e.msg) : sprint(showerror, e)
    startswith(text, string(name, ": ")) && (text = text[ncodeunits(name)+3:end])
    return string(name, ": ", first(split(text, '\n')))
end
is_type(@nospecialize x) = typeof(x) in (DataType, Union, UnionAll, Core.TypeofBottom)
function respond(src)
    value = try
        Core.eval(Main, Meta.parse(src))
    catch e
        return string("err\t", described(e))
    end
    return string(canon(typeof(value)), '\t', is_type(value) ? canon(value) : repr(value))
end

for prelude in ARGS[1:end-1]
    include(prelude)
end
for line in eachline(ARGS[end])
    println(repr(Base.invokelatest(respond, Meta.parse(line))))
end
