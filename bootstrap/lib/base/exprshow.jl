# Showing expressions: an Expr as the Julia source it could have come from.
#
# print(io, ex) writes the source, show(io, ex) the source of a quotation of it (`:(x + 1)`, `quote ... end`). Infix
# operators get parentheses around every operand that is itself an infix operation of no higher precedence, so the
# structure can be read off without knowing which way an operator associates. What has no syntax is written as `$(Expr(...))`.

## operators and names

# Operators by precedence, low to high; the numbers are those of Julia's parser.
const operator_table = (
    (1, "= := += -= −= *= /= //= |= ^= ÷= %= <<= >>= >>>= \\= &= ⊻= ≔ ⩴ ≕ ~ .= .+= .-= .*= ./= .^="),
    (2, "=>"),
    (3, "?"),
    (4, "← → ↔ ↚ ↛ ↞ ↠ ↢ ↣ ↦ ↤ ↮ ⇎ ⇍ ⇏ ⇐ ⇒ ⇔ ⇴ ⇶ ⇷ ⇸ ⇹ ⇺ ⇻ ⇼ ⇽ ⇾ ⇿ ⟵ ⟶ ⟷ ⟹ ⟺ ⟻ ⟼ ⟽ ⟾ ⟿ --> <-- <-->"),
    (5, "||"),
    (6, "&&"),
    (7, "in isa > < >= ≥ <= ≤ == === ≡ != ≠ !== ≢ ∈ ∉ ∋ ∌ ⊆ ⊈ ⊂ ⊄ ⊊ ∝ ∊ ∍ ∥ ∦ ∷ ∺ ∻ ∽ ∾ ≁ ≃ ≂ ≄ ≅ ≆ ≇ ≈ ≉ ≊ ≋ ≌ ≍ ≎ ≐ ≑ ≒ ≓ ≖ ≗ ≘ ≙ ≚ ≛ ≜ ≝ ≞ ≟ ≣ ≦ ≧ ≨ ≩ ≪ ≫ ≬ ≭ ≮ ≯ ≰ ≱ ≲ ≳ ≴ ≵ ≶ ≷ ≸ ≹ ≺ ≻ ≼ ≽ ≾ ≿ ⊀ ⊁ ⊃ ⊅ ⊇ ⊉ ⊋ ⊏ ⊐ ⊑ ⊒ ⊜ ⊢ ⊣ ⊩ ⊬ ⊮ ⋍ ⋐ ⋑ ⋖ ⋗ ⋚ ⋛ ⋜ ⋝ ⋞ ⋟ ⟂ <: >:"),
    (8, "<|"),
    (9, "|>"),
    (10, ": .. … ⁝ ⋮ ⋱ ⋰ ⋯"),
    (11, "+ - − ¦ | ⊕ ⊖ ⊞ ⊟ ++ ∪ ∨ ⊔ ± ∓ ∔ ∸ ≏ ⊎ ⊻ ⊽ ⋎ ⋓ ⟇ ⧺ ⧻ ⨈ ⊍"),
    (12, "* / ⌿ ÷ % & · · ⋅ ∘ × \\ ∩ ∧ ⊗ ⊘ ⊙ ⊚ ⊛ ⊠ ⊡ ⊓ ∗ ∙ ∤ ⅋ ≀ ⊼ ⋄ ⋆ ⋇ ⋉ ⋊ ⋋ ⋌ ⋏ ⋒ ⟑ ⦸ ⦼ ⦾ ⦿ ⧶ ⧷ ⨝ ⟕ ⟖ ⟗"),
    (13, "//"),
    (14, "<< >> >>>"),
    (15, "^ ↑ ↓ ⇵ ⟰ ⟱ ⤈ ⤉ ⤊ ⤋ ⤒ ⤓ ⥉ ⥌ ⥍ ⥏ ⥑ ⥔ ⥕ ⥘ ⥙ ⥜ ⥝ ⥠ ⥡ ⥣ ⥥ ⥮ ⥯ ￪ ￬"),
    (16, "::"),
    (17, "."),
)
const comparison_precedence = 7
const colon_precedence = 10
const power_precedence = 15
const unary_operators = Symbol[:+, :-, :!, :~, :¬, :√, :∛, :∜, :⋆, :±, :∓, :<:, :>:, :&, :(::), :$]
const pure_unary_operators = Symbol[:!, :~, :¬, :√, :∛, :∜]
const quoted_syntactic_operators = Symbol[Symbol("="), :(==), Symbol("::"), :..., Symbol("."), :&&, :||, :(->), Symbol("=>"),
    Symbol("+="), Symbol("-="), Symbol("*="), Symbol("/="), Symbol("^="), Symbol(".="), Symbol("?"), Symbol(":"), :(<:), :(>:)]
const syntactic_operators = Symbol[:&&, :||, Symbol("="), Symbol(".="), Symbol("->"), Symbol("+="), Symbol("-="), Symbol("*="), Symbol("/="),
    Symbol("^="), Symbol("%="), Symbol("&="), Symbol("|="), Symbol("<<="), Symbol(">>="), Symbol(":="), Symbol("..."), Symbol("::"), Symbol("."), Symbol("\$")]

const precedences = IdDict{Symbol,Int}()
function fill_precedences!()
    for (level, text) in operator_table
        for op in split(text, ' ')
            precedences[Symbol(op)] = level
        end
    end
    return precedences
end

# An operator without its leading dot and its trailing suffix characters.
function bare_operator(s::Symbol)
    haskey(precedences, s) && return s
    text = String(s)
    n = ncodeunits(text)
    if n > 1 && codeunit(text, 1) == 0x2e
        s = Symbol(text[2:end])
        haskey(precedences, s) && return s
    end
    return s
end

"""
    operator_precedence(s::Symbol)

The precedence of operator `s`, 0 if it is none.
"""
function operator_precedence(s::Symbol)
    isempty(precedences) && fill_precedences!()
    return get(precedences, bare_operator(s), 0)
end
operator_precedence(x) = 0
function operator_associativity(s::Symbol)
    p = operator_precedence(s)
    (p == 15 || p == 1 || p == 2 || p == 4 || p == 5 || p == 6 || p == 3 || s === :(->)) && return :right
    (p == 7 || s === :+ || s === :* || s === :++) && return :none
    return :left
end

isoperator(s::Symbol) = s === Symbol("'") || s === :(->) || s === :... || s === :! || s === :~ || s === :¬ || s === :√ ||
    s === :∛ || s === :∜ || s === :$ || (operator_precedence(s) != 0 && s !== :in && s !== :isa) || s === :in || s === :isa
isoperator(x) = x isa Symbol && isoperator(x)
isunaryoperator(s::Symbol) = s in unary_operators || bare_operator(s) in unary_operators
isbinaryoperator(s::Symbol) = isoperator(s) && !(s in pure_unary_operators) && s !== Symbol("'") || s === :~
ispostfixoperator(s::Symbol) = s === Symbol("'")
issyntacticoperator(s::Symbol) = s in syntactic_operators

function is_id_start(c::Char)
    ('a' <= c <= 'z' || 'A' <= c <= 'Z' || c == '_') && return true
    c < '\u00a1' && return false
    return Unicode.is_name_start(c)
end
function is_id_part(c::Char)
    (is_id_start(c) || '0' <= c <= '9' || c == '!') && return true
    c < '\u00a1' && return false
    return Unicode.is_name_part(c)
end
is_id_start_char(c::AbstractChar) = is_id_start(Char(c))
is_id_char(c::AbstractChar) = is_id_part(Char(c))

"""
    isidentifier(s)

Whether the text of `s` is a valid name of a variable.
"""
isidentifier(s::Symbol) = isidentifier(String(s))
function isidentifier(s::AbstractString)
    (isempty(s) || s == "true" || s == "false") && return false
    first = true
    for c in s
        (first ? is_id_start(c) : is_id_part(c)) || return false
        first = false
    end
    return true
end

## entry points

const indent_width = 4

show(io::IO, ex::Expr) = show_quotation(io, ex, 0)
print(io::IO, ex::Expr) = (show_unquoted(io, ex, 0, -1, 0); nothing)
show(io::IO, x::QuoteNode) = show_quotation(io, x, 0)
print(io::IO, x::QuoteNode) = (show_unquoted(io, x, 0, -1, 0); nothing)
show(io::IO, x::LineNumberNode) = show_unquoted(io, x)
print(io::IO, x::LineNumberNode) = show_unquoted(io, x)
show(io::IO, x::GlobalRef) = show_globalref(io, x)
print(io::IO, x::GlobalRef) = show_globalref(io, x)
function show_globalref(io::IO, x::GlobalRef)
    print(io, x.mod, ".")
    isidentifier(x.name) ? print(io, x.name) : isoperator(x.name) ? print(io, ":", needs_parens(x.name) ? "($(x.name))" : x.name) : show_sym(io, x.name)
end
show(io::IO, x::Core.SSAValue) = print(io, "%", x.id)
show(io::IO, x::Core.SlotNumber) = print(io, "_", x.id)
show(io::IO, x::Core.Argument) = print(io, "_", x.n)
show(io::IO, x::Core.GotoNode) = print(io, "goto %", x.label)
show(io::IO, x::Core.ReturnNode) = isdefined(x, :val) ? (print(io, "return "); show_unquoted(io, x.val)) : print(io, "unreachable")
show(io::IO, x::Core.GotoIfNot) = (print(io, "goto %", x.dest, " if not "); show_unquoted(io, x.cond))

# The runtime knows the form of lowered code; it asks for the text of the values in it.
function show(io::IO, src::Core.CodeInfo; debuginfo::Symbol=:source)
    debuginfo === :source || debuginfo === :none || throw(ArgumentError("debuginfo is :source or :none"))
    text = x -> sprint(show, x; context=io)
    print(io, ccall(:jl_code_text, Any, (Any, Any, Cint), src, text, debuginfo === :source))
end

show_unquoted(io::IO, ex) = show_unquoted(io, ex, 0, 0, 0)
show_unquoted(io::IO, ex, indent::Int) = show_unquoted(io, ex, indent, 0, 0)
show_unquoted(io::IO, ex, indent::Int, prec::Int) = show_unquoted(io, ex, indent, prec, 0)
show_unquoted(io::IO, @nospecialize(ex), indent::Int, prec::Int, quotes::Int) = show(io, ex)
show_unquoted(io::IO, x::Symbol, indent::Int, prec::Int, quotes::Int) = show_sym(io, x; allow_macroname=false)
show_unquoted(io::IO, x::Number, indent::Int, prec::Int, quotes::Int) = show(io, x)
show_unquoted(io::IO, x::GlobalRef, indent::Int, prec::Int, quotes::Int) = show_globalref(io, x)
function show_unquoted(io::IO, x::LineNumberNode, indent::Int, prec::Int, quotes::Int)
    x.file === nothing ? print(io, "#= line ", x.line, " =#") : print(io, "#= ", x.file, ":", x.line, " =#")
end
function show_unquoted(io::IO, x::QuoteNode, indent::Int, prec::Int, quotes::Int)
    if x.value isa Symbol
        show_quotation(io, x.value, indent)
    elseif quotes > 0
        print(io, "\$(QuoteNode(")
        show(io, x.value)
        print(io, "))")
    else
        show_quotation(io, x.value, indent)
    end
end

# `:(...)` or `quote ... end` around what ex stands for.
function show_quotation(io::IO, @nospecialize(ex), indent::Int)
    if ex isa Symbol
        show(io, ex)
    elseif ex isa Expr && ex.head === :block
        show_block(io, "quote", nothing, ex, indent, 1)
        print(io, "end")
    else
        print(io, ":(")
        show_unquoted(io, ex, indent + 2, -1, 1)
        print(io, ")")
    end
    return nothing
end

## parts

newline(io::IO, indent::Int) = print(io, '\n', " "^indent)

# A keyword, what stands beside it, and the indented statements of a body.
function show_block(io::IO, head, args, body, indent::Int, quotes::Int)
    print(io, head)
    if args !== nothing && !(args isa Vector && isempty(args))
        print(io, ' ')
        if args isa Vector
            show_list(io, args, ", ", indent, 0, quotes)
        else
            show_unquoted(io, args, indent, -1, quotes)
        end
    end
    inner = head == "module" || head == "baremodule" ? indent : indent + indent_width
    statements = body isa Expr && body.head === :block ? body.args : Any[body]
    for s in statements
        newline(io, inner)
        show_unquoted(io, s, inner, -1, quotes)
    end
    newline(io, indent)
end

function show_list(io::IO, items, sep, indent::Int, prec::Int, quotes::Int, kw::Bool=false)
    first = true
    for x in items
        first || print(io, sep)
        first = false
        if kw && x isa Expr && x.head === :kw && length(x.args) == 2
            show_unquoted(io, x.args[1], indent, 0, quotes)
            print(io, " = ")
            show_unquoted(io, x.args[2], indent + indent_width, 0, quotes)
        else
            show_unquoted(io, x, indent, prec, quotes)
        end
    end
end

# Arguments in delimiters, keyword arguments after a semicolon.
function show_arguments(io::IO, op, items, cl, indent::Int, quotes::Int, kw::Bool=true, one::Bool=false)
    params = Any[]
    rest = items
    if !isempty(items) && isexpr(items[1], :parameters)
        params = items[1].args
        rest = items[2:end]
    end
    print(io, op)
    show_list(io, rest, ", ", indent, 0, quotes, kw)
    one && length(rest) == 1 && isempty(params) && !isexpr(items[1], :parameters) && print(io, ',')
    if !isempty(items) && isexpr(items[1], :parameters)
        print(io, ";")
        if !isempty(params)
            print(io, " ")
            show_list(io, params, ", ", indent, 0, quotes, true)
        end
    end
    print(io, cl)
end

# A function's name where it is called: operators and compound expressions in parentheses.
function show_callee(io::IO, @nospecialize(f), indent::Int, quotes::Int)
    if f isa Symbol
        if isoperator(f) && (issyntacticoperator(f) || f === :(:))
            print(io, "(")
            print(io, f)
            print(io, ")")
        else
            show_sym(io, f)
        end
    elseif f isa Expr && f.head in (:., :curly, :macrocall, :ref) || !(f isa Expr) && !(f isa QuoteNode)
        show_unquoted(io, f, indent, 0, quotes)
    elseif f isa Expr && f.head === :call && !(f.args[1] isa Symbol && isoperator(f.args[1]))
        print(io, "(")
        show_unquoted(io, f, indent, 0, quotes)
        print(io, ")")
    else
        print(io, "(")
        show_unquoted(io, f, indent, 0, quotes)
        print(io, ")")
    end
end

spaced(op::Symbol) = op !== :(:) && op !== :(->) && op !== :(::)

# Operands joined by an operator.
function show_infix(io::IO, op, items, indent::Int, prec::Int, quotes::Int, space::Bool)
    first = true
    for x in items
        if !first
            print(io, space ? " " : "")
            print(io, op)
            print(io, space ? " " : "")
        end
        first = false
        show_unquoted(io, x, indent + indent_width, prec, quotes)
    end
end

function in_parens(f::Function, io::IO, needed::Bool)
    needed && print(io, "(")
    f()
    needed && print(io, ")")
end

## an expression

function show_unquoted(io::IO, ex::Expr, indent::Int, prec::Int, quotes::Int)
    head = ex.head
    args = ex.args
    n = length(args)

    if head === :call && n >= 1
        show_call(io, ex, indent, prec, quotes)
    elseif head === :. && n == 2 && isexpr(args[2], :tuple)
        show_callee(io, args[1], indent, quotes)
        show_arguments(io, ".(", args[2].args, ")", indent, quotes)
    elseif head === :. && n == 1
        print(io, "(.", args[1], ")")
    elseif head === :. && n == 2
        show_field(io, args[1], args[2], indent, quotes)
    elseif head === :comparison && n >= 3
        in_parens(io, comparison_precedence <= prec) do
            for i in 1:n
                if iseven(i)
                    print(io, " ")
                    print(io, args[i])
                    print(io, " ")
                else
                    show_unquoted(io, args[i], indent, comparison_precedence, quotes)
                end
            end
        end
    elseif (head === :&& || head === :||) && n == 2
        p = operator_precedence(head)
        in_parens(io, p <= prec) do
            # Both group to the right, so only an operand on the left of the same kind needs its parentheses.
            show_unquoted(io, args[1], indent + indent_width, p, quotes)
            print(io, " ", head, " ")
            show_unquoted(io, args[2], indent + indent_width, p - 1, quotes)
        end
    elseif (head === :(<:) || head === :(>:)) && n == 2
        in_parens(io, comparison_precedence <= prec) do
            show_infix(io, head, args, indent, comparison_precedence, quotes, true)
        end
    elseif (head === :(<:) || head === :(>:)) && n == 1
        print(io, head)
        show_operand(io, args[1], indent, quotes)
    elseif head === :(->) && n == 2
        in_parens(io, prec > 0) do
            lhs = args[1]
            if isexpr(lhs, :tuple)
                show_arguments(io, "(", lhs.args, ")", indent, quotes)
            else
                show_unquoted(io, lhs, indent + indent_width, 0, quotes)
            end
            print(io, "->")
            show_unquoted(io, args[2], indent + indent_width, 0, quotes)
        end
    elseif head === :(::) && n == 2
        in_parens(io, 16 <= prec) do
            show_infix(io, "::", args, indent, 16, quotes, false)
        end
    elseif head === :(::) && n == 1
        print(io, "::")
        show_unquoted(io, args[1], indent, 16, quotes)
    elseif n == 2 && (head === :(=) || head === :kw || is_assignment(head))
        in_parens(io, prec >= 1) do
            lhs = args[1]
            show_unquoted(io, lhs, indent + indent_width, 1, quotes)
            print(io, " ", head === :kw ? "=" : head, " ")
            show_unquoted(io, args[2], indent + indent_width, 1, quotes)
        end
    elseif head === :where && n >= 2
        in_parens(io, prec >= 1) do
            show_unquoted(io, args[1], indent, 16, quotes)
            print(io, " where ")
            n == 2 ? show_unquoted(io, args[2], indent, 0, quotes) : show_arguments(io, "{", args[2:end], "}", indent, quotes)
        end
    elseif head === :ref && n >= 1
        show_base(io, args[1], indent, quotes)
        show_arguments(io, "[", args[2:end], "]", indent, quotes)
    elseif head === :curly && n >= 1
        show_base(io, args[1], indent, quotes)
        show_arguments(io, "{", args[2:end], "}", indent, quotes)
    elseif head === :tuple
        n == 1 && !isexpr(args[1], :parameters) ? show_arguments(io, "(", args, ",)", indent, quotes) : show_arguments(io, "(", args, ")", indent, quotes)
    elseif head === :vect
        show_arguments(io, "[", args, "]", indent, quotes)
    elseif head === :braces
        show_arguments(io, "{", args, "}", indent, quotes)
    elseif head === :vcat || head === :hcat || head === :typed_vcat || head === :typed_hcat || head === :row || head === :bracescat
        items = args
        if head === :typed_vcat || head === :typed_hcat
            show_base(io, args[1], indent, quotes)
            items = args[2:end]
        end
        head === :row || print(io, head === :bracescat ? "{" : "[")
        show_list(io, items, head === :vcat || head === :typed_vcat || head === :bracescat ? "; " : " ", indent, 0, quotes)
        head === :vcat && length(items) == 1 && print(io, ";")
        head === :row || print(io, head === :bracescat ? "}" : "]")
    elseif head === :ncat || head === :typed_ncat || head === :nrow
        k = head === :typed_ncat ? 2 : 1
        head === :typed_ncat && show_base(io, args[1], indent, quotes)
        head === :nrow || print(io, "[")
        show_list(io, args[k+1:end], string(";"^args[k], " "), indent, 0, quotes)
        head === :nrow || print(io, "]")
    elseif (head === :comprehension || head === :typed_comprehension) && n >= 1 && is_printable_generator(args[n])
        head === :typed_comprehension && show_base(io, args[1], indent, quotes)
        print(io, "[")
        show_generator(io, args[n], indent, quotes)
        print(io, "]")
    elseif (head === :generator && n >= 2 || head === :flatten && n == 1) && is_printable_generator(ex)
        print(io, "(")
        show_generator(io, ex, indent, quotes)
        print(io, ")")
    elseif head === :... && n == 1
        # binds like a range, a little less
        dots = operator_precedence(:(:)) - 1
        dots <= prec && print(io, "(")
        show_unquoted(io, args[1], indent, dots, quotes)
        print(io, dots <= prec ? "...)" : "...")
    elseif head === Symbol("'") && n == 1
        show_operand_postfix(io, args[1], indent, quotes)
        print(io, "'")
    elseif head === :& && n == 1
        print(io, "&")
        show_operand(io, args[1], indent, quotes)
    elseif head === :$ && n == 1
        x = args[1]
        print(io, "\$")
        simple = x isa Symbol || !(x isa Expr) && !(x isa QuoteNode)
        in_parens(() -> show_unquoted(io, x, indent, 0, max(quotes - 1, 0)), io, !simple)
    elseif head === :string
        print(io, '"')
        for x in args
            if x isa AbstractString
                escape_string(io, x, ('"', '$'))
            else
                print(io, "\$(")
                show_unquoted(io, x, 0, 0, 0)
                print(io, ")")
            end
        end
        print(io, '"')
    elseif head === :macrocall && n >= 2
        show_macrocall(io, ex, indent, prec, quotes)
    elseif head === :quote && n == 1
        if args[1] isa Symbol || quotes > 0
            if quotes > 0
                print(io, "\$(Expr(:quote, ")
                show_quoted_argument(io, args[1])
                print(io, "))")
            else
                show_quotation(io, args[1], indent)
            end
        else
            show_quotation(io, args[1], indent)
        end
    elseif head === :block
        if n == 0 || !all(x -> x isa LineNumberNode, args) || true
            show_block(io, "begin", nothing, ex, indent, quotes)
            print(io, "end")
        end
    elseif head === :if && (n == 2 || n == 3)
        show_if(io, "if", ex, indent, quotes)
    elseif head === :elseif && (n == 2 || n == 3)
        show_if(io, "elseif", ex, indent, quotes)
    elseif head === :for && n == 2
        iters = isexpr(args[1], :block) ? args[1].args : Any[args[1]]
        show_block(io, "for", iters, args[2], indent, quotes)
        print(io, "end")
    elseif head === :while && n == 2
        show_block(io, "while", args[1], args[2], indent, quotes)
        print(io, "end")
    elseif head === :let && n == 2
        vars = isexpr(args[1], :block) ? args[1].args : Any[args[1]]
        show_block(io, "let", vars, args[2], indent, quotes)
        print(io, "end")
    elseif head === :try && 3 <= n <= 5
        show_try(io, args, indent, quotes)
    elseif (head === :function || head === :macro) && n == 2
        # A function without a name has its arguments as a tuple.
        show_block(io, string(head), args[1], args[2], indent, quotes)
        print(io, "end")
    elseif (head === :function || head === :macro) && n == 1
        print(io, head, ' ')
        show_unquoted(io, args[1], indent, 0, quotes)
        print(io, " end")
    elseif head === :do && n == 2
        show_unquoted(io, args[1], indent, -1, quotes)
        print(io, " do ")
        show_list(io, args[2].args[1].args, ", ", indent, 0, quotes)
        show_body(io, args[2].args[2], indent, quotes)
        print(io, "end")
    elseif head === :struct && n == 3
        show_block(io, args[1] === true ? "mutable struct" : "struct", args[2], args[3], indent, quotes)
        print(io, "end")
    elseif head === :abstract && n == 1
        print(io, "abstract type ")
        show_unquoted(io, args[1], indent, 0, quotes)
        print(io, " end")
    elseif head === :primitive && n == 2
        print(io, "primitive type ")
        show_list(io, args, " ", indent, 0, quotes)
        print(io, " end")
    elseif head === :module && n == 3
        show_block(io, args[1] ? "module" : "baremodule", args[2], args[3], indent, quotes)
        print(io, "end")
    elseif (head === :import || head === :using) && n >= 1
        print(io, head, ' ')
        first = true
        for a in args
            first || print(io, ", ")
            first = false
            show_import_path(io, a, quotes)
        end
    elseif (head === :export || head === :public) && n >= 1
        print(io, head, ' ')
        show_list(io, args, ", ", indent, 0, quotes)
    elseif head === :as && n == 2
        show_import_path(io, ex, quotes)
    elseif head === :return
        print(io, "return")
        if n == 1 && args[1] !== nothing
            print(io, " ")
            show_unquoted(io, args[1], indent, -1, quotes)
        end
    elseif (head === :break || head === :continue) && n == 0
        print(io, head)
    elseif (head === :global || head === :local) && n >= 1
        print(io, head, ' ')
        show_list(io, args, ", ", indent, 0, quotes)
    elseif head === :const && n == 1
        print(io, "const ")
        show_unquoted(io, args[1], indent, 0, quotes)
    elseif head === :parameters
        print(io, "; ")
        show_list(io, args, ", ", indent, 0, quotes, true)
    elseif head === :new
        show_arguments(io, "%new(", args, ")", indent, quotes)
    elseif head === :meta && n == 1 && args[1] in (:inline, :noinline)
        print(io, "\$(Expr(:meta, ", repr(args[1]), "))")
    elseif head === :line && n >= 1
        print(io, "#= ", n > 1 ? string(args[2], ":") : "line ", args[1], " =#")
    elseif head === :toplevel && n >= 1 && quotes < 0
        show_list(io, args, "; ", indent, 0, quotes)
    else
        print(io, "\$(Expr(")
        show(io, head)
        for a in args
            print(io, ", ")
            show_quoted_argument(io, a)
        end
        print(io, "))")
    end
    return nothing
end

show_quoted_argument(io::IO, @nospecialize x) = show(io, x)

is_assignment(head::Symbol) = head === :.= || (operator_precedence(head) == 1 && head !== :~) || (let s = String(head); sizeof(s) > 1 && endswith(s, '=') && isoperator(Symbol(s[1:prevind(s, lastindex(s))])) && !(head in (:(==), :<=, :>=, :!=, :(===), :(!==))) end)

show_operand(io::IO, @nospecialize(x), indent::Int, quotes::Int) =
    in_parens(() -> show_unquoted(io, x, indent, 0, quotes), io, x isa Expr && !(x.head in (:., :ref, :curly, :vect, :tuple)))
show_operand_postfix(io::IO, @nospecialize(x), indent::Int, quotes::Int) =
    in_parens(() -> show_unquoted(io, x, indent, 0, quotes), io, x isa Expr && needs_parens_before_postfix(x))
needs_parens_before_postfix(x::Expr) = !(x.head in (:., :ref, :curly, :vect, :tuple, :hcat, :vcat, :string, :comprehension)) &&
    !(x.head === :call && !(x.args[1] isa Symbol && isoperator(x.args[1])))
show_base(io::IO, @nospecialize(x), indent::Int, quotes::Int) =
    in_parens(() -> show_unquoted(io, x, indent, 0, quotes), io, x isa Expr && !(x.head in (:., :curly)))

function show_field(io::IO, @nospecialize(x), @nospecialize(f), indent::Int, quotes::Int)
    in_parens(() -> show_unquoted(io, x, indent, 0, quotes), io, x isa Expr && !(x.head === :.) || x isa Number)
    print(io, '.')
    value = f isa QuoteNode ? f.value : isexpr(f, :quote) ? f.args[1] : nothing
    if value isa Symbol
        if isoperator(value)
            print(io, ":")
            needs_parens(value) ? print(io, "(", value, ")") : print(io, value)
        else
            show_sym(io, value; allow_macroname=true)
        end
    elseif f isa QuoteNode && value isa QuoteNode || f isa QuoteNode
        print(io, ":(")
        show_unquoted(io, value, indent, 0, quotes)
        print(io, ")")
    else
        in_parens(() -> show_unquoted(io, f, indent, 0, quotes), io, !(isexpr(f, :$)))
    end
end
needs_parens(s::Symbol) = s in quoted_syntactic_operators

function show_call(io::IO, ex::Expr, indent::Int, prec::Int, quotes::Int)
    f = ex.args[1]
    items = ex.args[2:end]
    n = length(items)
    plain = !any(x -> isexpr(x, :parameters) || isexpr(x, :kw) || isexpr(x, :...), items)
    if f isa Symbol && plain && isoperator(f) && !issyntacticoperator(f)
        p = operator_precedence(f)
        if n == 1 && isunaryoperator(f) && (f in unary_operators)
            x = items[1]
            if x isa Number && !(x isa Union{Bool}) && f !== :! && f !== :~
                print(io, f)
                show_unquoted(io, x, indent, 0, quotes)
                return
            end
            in_parens(io, prec >= power_precedence) do
                print(io, f)
                show_operand(io, x, indent, quotes)
            end
            return
        elseif n == 2 && f === :* && items[1] isa Union{Int64,Int128,Float32,Float64} && items[2] isa Symbol && can_juxtapose(items[1], items[2])
            in_parens(io, prec >= p) do
                show(io, items[1])
                print(io, items[2])
            end
            return
        elseif n >= 2 && isbinaryoperator(f) && p > 0 && (n == 2 || f === :+ || f === :* || f === :++ || (f === :(:) && n == 3))
            in_parens(io, prec >= p) do
                show_infix(io, f, items, indent, p, quotes, spaced(f))
            end
            return
        elseif n == 1 && isunaryoperator(f)
            print(io, "(", f, ")")
            show_arguments(io, "(", items, ")", indent, quotes)
            return
        end
    end
    show_callee(io, f, indent, quotes)
    show_arguments(io, "(", items, ")", indent, quotes)
    return
end

# Whether a number written right before a name is still a number and a name.
function can_juxtapose(x, name::Symbol)
    isidentifier(name) || return false
    c = String(name)[1]
    return !(x == 0 && c in "xob") && !(c in "eEfFpP")
end

is_printable_generator(@nospecialize g) = isexpr(g, :generator) && length(g.args) >= 2 || isexpr(g, :flatten) && length(g.args) == 1
function show_generator(io::IO, g::Expr, indent::Int, quotes::Int)
    if g.head === :flatten
        loops = Any[]
        while isexpr(g, :flatten)
            g = g.args[1]
            push!(loops, g.args[2:end])
            g = g.args[1]
        end
        if isexpr(g, :generator)
            push!(loops, g.args[2:end])
            g = g.args[1]
        end
        show_unquoted(io, g, indent, 0, quotes)
        for l in loops
            print(io, " for ")
            show_ranges(io, l, indent, quotes)
        end
    else
        show_unquoted(io, g.args[1], indent, 0, quotes)
        print(io, " for ")
        show_ranges(io, g.args[2:end], indent, quotes)
    end
end
function show_ranges(io::IO, ranges, indent::Int, quotes::Int)
    if length(ranges) == 1 && isexpr(ranges[1], :filter) && length(ranges[1].args) == 2
        show_unquoted(io, ranges[1].args[2], indent, 0, quotes)
        print(io, " if ")
        show_unquoted(io, ranges[1].args[1], indent, 0, quotes)
    else
        show_list(io, ranges, ", ", indent, 0, quotes)
    end
end

function show_body(io::IO, @nospecialize(body), indent::Int, quotes::Int)
    inner = indent + indent_width
    for s in (isexpr(body, :block) ? body.args : Any[body])
        newline(io, inner)
        show_unquoted(io, s, inner, -1, quotes)
    end
    newline(io, indent)
end

function show_if(io::IO, keyword, ex::Expr, indent::Int, quotes::Int)
    cond = ex.args[1]
    print(io, keyword, ' ')
    if keyword == "elseif" && isexpr(cond, :block)
        show_list(io, cond.args, " ", indent, 0, quotes)
    else
        show_unquoted(io, cond, indent + indent_width, 0, quotes)
    end
    show_body(io, ex.args[2], indent, quotes)
    if length(ex.args) == 3
        other = ex.args[3]
        if isexpr(other, :elseif)
            show_if(io, "elseif", other, indent, quotes)
            return
        end
        print(io, "else")
        show_body(io, other, indent, quotes)
    end
    print(io, "end")
end

function show_try(io::IO, args, indent::Int, quotes::Int)
    print(io, "try")
    show_body(io, args[1], indent, quotes)
    if args[3] !== false
        print(io, "catch")
        args[2] === false || (print(io, " "); show_unquoted(io, args[2], indent, 0, quotes))
        show_body(io, args[3], indent, quotes)
    end
    if length(args) == 5
        print(io, "else")
        show_body(io, args[5], indent, quotes)
    end
    if length(args) >= 4 && args[4] !== false
        print(io, "finally")
        show_body(io, args[4], indent, quotes)
    end
    print(io, "end")
end

function show_import_path(io::IO, @nospecialize(x), quotes::Int)
    if isexpr(x, :(:))
        show_import_path(io, x.args[1], quotes)
        print(io, ": ")
        for i in 2:length(x.args)
            i > 2 && print(io, ", ")
            show_import_path(io, x.args[i], quotes)
        end
    elseif isexpr(x, :as)
        show_import_path(io, x.args[1], quotes)
        print(io, " as ")
        show_sym(io, x.args[2]; allow_macroname=true)
    elseif isexpr(x, :.)
        for i in 1:length(x.args)
            a = x.args[i]
            if a === :.
                print(io, '.')
            else
                i > 1 && x.args[i-1] !== :. && print(io, '.')
                a isa Symbol ? show_sym(io, a; allow_macroname=true) : show_unquoted(io, a, 0, 0, quotes)
            end
        end
    else
        show_unquoted(io, x, 0, 0, quotes)
    end
end

function show_macro_name(io::IO, @nospecialize(name), quotes::Int)
    if name isa Symbol
        show_sym(io, name; allow_macroname=true)
    elseif name isa GlobalRef
        print(io, name.mod, ".")
        show_sym(io, name.name; allow_macroname=true)
    else
        show_unquoted(io, name, 0, 0, quotes)
    end
end
macro_symbol(@nospecialize name) = name isa Symbol ? name : name isa GlobalRef ? name.name :
    isexpr(name, :.) && name.args[2] isa QuoteNode ? name.args[2].value : nothing

# As a statement a macro call has spaces between its arguments; inside of another expression, parentheses around them.
function show_macrocall(io::IO, ex::Expr, indent::Int, prec::Int, quotes::Int)
    name = ex.args[1]
    symbol = macro_symbol(name)
    args = ex.args[3:end]
    text = symbol === nothing ? "" : String(symbol)
    if symbol === Symbol("@cmd") && length(args) == 1 && args[1] isa String
        print(io, '`', args[1], '`')
        return
    end
    if length(args) == 1 && args[1] isa String && symbol in (Symbol("@int128_str"), Symbol("@uint128_str"), Symbol("@big_str")) && name isa GlobalRef
        print(io, args[1])
        return
    end
    if endswith(text, "_str") && 1 <= length(args) <= 2 && all(a -> a isa String, args)
        prefix = text[2:end-4]
        if !(name isa Symbol) && !(name isa GlobalRef)
            show_unquoted(io, name.args[1], indent, 0, quotes)
            print(io, '.')
        end
        print(io, prefix)
        print_raw_quoted(io, args[1])
        length(args) == 2 && print(io, args[2])
        return
    end
    line = ex.args[2]
    if line isa LineNumberNode
        show_unquoted(io, line, indent, 0, quotes)
        print(io, " ")
    end
    show_macro_name(io, name, quotes)
    if prec >= 0
        print(io, "(")
        show_list(io, args, ", ", indent, 0, quotes)
        print(io, ")")
        return
    end
    for a in args
        print(io, " ")
        show_unquoted(io, a, indent + indent_width, 0, quotes)
    end
end

"""
    remove_linenums!(ex)

Removes the line numbers from an expression.
"""
function remove_linenums!(ex::Expr)
    if ex.head === :block || ex.head === :quote || ex.head === :toplevel
        filter!(x -> !(x isa LineNumberNode) && !isexpr(x, :line), ex.args)
    elseif ex.head === :macrocall && length(ex.args) >= 2
        ex.args[2] = nothing
    end
    for a in ex.args
        a isa Expr && remove_linenums!(a)
    end
    return ex
end
remove_linenums!(x) = x
