# Asks rows of the corpus of inference: what a call of a function returns, and what effects it has.
#
# ARGS: a file with three string literals a line, separated by spaces: definitions, the function, and the types of its arguments.
# Prints, per row: the return type, the effects, and the return types without optimisation.

include("canon.jl")

# Names that are numbered, and those of the row's own module, are written without number and module.
reduced(text) = replace(replace(text, r"(Main\.)?Row[0-9]+\." => ""), r"#[A-Za-z_!]*#*[0-9]+(#[0-9]+)*" => "#")
function respond(n, src, f, argtypes)
    m = Module(Symbol("Row", n), true)
    Core.eval(m, :(using Base))
    for x in Meta.parseall(src).args
        Core.eval(m, x)
    end
    g = Core.eval(m, Meta.parse(f))
    t = Core.eval(m, Meta.parse(argtypes))
    rettype = Base.invokelatest(Base.infer_return_type, g, t)
    effects = Base.invokelatest(Base.infer_effects, g, t)
    list = Base.invokelatest(code_typed, g, t; optimize=false)
    return join([canon(rettype), effects, join([canon(x.second) for x in list], ", ")], "\t")
end
for (n, line) in enumerate(eachline(ARGS[1]))
    row = Core.eval(Main, Meta.parse(string("(", line, ")")))
    answer = try
        respond(n, row...)
    catch e
        string("err ", sprint(showerror, e))
    end
    println(repr(reduced(answer)))
end
