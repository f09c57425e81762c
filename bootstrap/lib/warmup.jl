# Calls that almost every program makes, made once before an image is saved.
#
# An image carries what each call was found to run, so a program that starts from it need not look it up again. This file
# only calls; it defines no names. What it prints goes nowhere.

let out = open("/dev/null", "w")
    for x in Any[1, 2.5, true, 'c', "text", :name, nothing, missing, 1:3, [1, 2], [1.5], ["a"], (1, "a"), 0x1f,
        Dict(1 => 2), Dict("a" => 1), Int, Vector{Int}, 1 // 2, 1 => 2, (a=1,), Any[1, "a"], Set([1]), 1 + 2im, println]
        print(out, x)
        println(out, x)
        show(out, x)
        show(out, MIME("text/plain"), x)
        println(out, "value: ", x, " and ", x)
        string(x, "-")
        "$x"
    end
    println(out)
    for e in Any[ErrorException("e"), ArgumentError("a"), BoundsError([1], 2), UndefVarError(:x, Main), KeyError(1),
        MethodError(sin, ("a",)), TypeError(:f, "", Int, "a"), DomainError(-1, "d"), InexactError(:Int64, Int64, 1.5),
        LoadError("f", 1, ErrorException("e")), DivideError(), StackOverflowError(), AssertionError("a")]
        try
            throw(e)
        catch err
            display_error = Base.display_error
            display_error(out, err, Base.catch_backtrace())
        end
    end
    for i in 1:3, j in 1:2
        push!([i], j)
    end
    join(["a", "b"], ", ")
    split("a b c")
    parse(Int, "12")
    sort([3, 1, 2])
    sum([1, 2, 3])
    length(collect(1:3))
    [x + 1 for x in 1:3]
    map(x -> x + 1, [1, 2])
    push!(Int[], 1)
    close(out)
end
Base.Exercise.run()
