import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.expressions import (
    Call,
    Expression,
    ExpressionError,
    Index,
    Literal,
    Member,
    Node,
    calls_in,
    is_expression,
    nodes_in,
    parse_expression,
    print_node,
    unescape,
)
from everward.expressions.limits import bounds

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_$]{0,5}", fullmatch=True)
CALLED = NAMES | st.tuples(NAMES, NAMES).map(".".join)
LITERALS = (
    st.text(max_size=6)
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
).map(Literal)


def _grow(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return (
        st.builds(Call, CALLED, st.lists(below, max_size=3).map(tuple))
        | st.builds(Member, below, NAMES, st.booleans())
        | st.builds(Index, below, below, st.booleans())
    )


TREES: st.SearchStrategy[Node] = st.recursive(LITERALS, _grow, max_leaves=12)


def root(text: str) -> Node:
    return parse_expression(text).root


def broken(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[concat('a')]", True),
        ("[]", True),
        ("[[concat('a')]", False),
        ("[a", False),
        ("a]", False),
        ("[", False),
        ("", False),
        ('[\n"one"]\n', False),
    ],
)
def test_an_expression_stands_in_single_brackets(text: str, expected: bool) -> None:
    assert is_expression(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("[[x]", "[x]"), ("[[x", "[[x"), ("x", "x"), ("[[]", "[]"), ("[[[x]", "[[x]"), ("", "")],
)
def test_a_doubled_bracket_stands_for_one(text: str, expected: str) -> None:
    assert unescape(text) == expected


def test_a_call_with_accesses_is_a_tree_with_positions() -> None:
    tree = root("[ns.get('it''s', -2).a.?b[?first(x())]]")
    assert tree == Index(
        Member(Member(Call("ns.get", (Literal("it's"), Literal(-2))), "a"), "b", safe=True),
        Call("first", (Call("x", ()),)),
        safe=True,
    )
    assert isinstance(tree, Index)
    assert [node.at for node in nodes_in(tree)] == [25, 24, 21, 1, 8, 17, 27, 33]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", Literal(1)),
        ("+7", Literal(7)),
        ("- 5", Literal(-5)),
        ("2.5", Literal(2.5)),
        ("-1e3", Literal(-1000.0)),
        ("9223372036854775807", Literal(2**63 - 1)),
        ("TRUE", Literal(True)),
        ("false", Literal(False)),
        ("Null", Literal(None)),
        ("(('a'))", Literal("a")),
        ("'\n'", Literal("\n")),
        (" \r\n f ( ) ", Call("f", ())),
        ("(f()).a", Member(Call("f", ()), "a")),
        ("f(g(1), 'x')", Call("f", (Call("g", (Literal(1),)), Literal("x")))),
        ("f().a [ 0 ]", Index(Member(Call("f", ()), "a"), Literal(0))),
        ("f() . ? a", Member(Call("f", ()), "a", safe=True)),
        ("f(_$0())", Call("f", (Call("_$0", ()),))),
    ],
)
def test_the_grammar_is_that_of_templates_and_policies(text: str, expected: Node) -> None:
    assert root(text) == expected
    assert root(f"[{text}]") == expected


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("[]", "an expression is empty", 1),
        ("", "an expression is empty", 0),
        ("[  ]", "an expression is empty", 3),
        ("['a]", "a string has no end", 1),
        ("[f(#)]", "unexpected character `#`", 3),
        ('[f("a")]', 'unexpected character `"`', 3),
        ("[f(]", "the expression ends where a value is expected", 3),
        ("[f(,1)]", "`,` stands where a value is expected", 3),
        ("[f(1,)]", "`)` stands where a value is expected", 5),
        ("[f('a' 'b')]", "a string stands where `,` or `)` is expected", 7),
        ("[f(1]", "the call of `f` is not closed by `)`", 1),
        ("[(1]", "a bracket is not closed by `)`", 1),
        ("[f()[0]", "a bracket is not closed by `]`", 4),
        ("[f()[0)]", "`)` stands where `]` is expected", 6),
        ("[f())]", "`)` stands where the end is expected", 4),
        ("[(1,2)]", "`,` stands where `)` is expected", 3),
        ("[1,2]", "`,` stands where the end is expected", 2),
        ("[f().1]", "`1` stands where a property name is expected", 5),
        ("[f().]", "the expression ends where a property name is expected", 5),
        ("[f() g()]", "`g` stands where the end is expected", 5),
        ("[f()(1)]", "`(` stands where the end is expected", 4),
        ("[1 - 2]", "`-` stands where the end is expected", 3),
        ("[-f()]", "`-` stands where a value is expected", 1),
        ("[f().a(1)]", "`(` stands where the end is expected", 6),
        ("[name]", "`name` is not a value", 1),
        ("[a '.' b (1)]", "`a` is not a value", 1),
        ("[9223372036854775808]", "a number does not fit in 64 bits", 1),
        (f"[{'9' * 5000}]", "a number does not fit in 64 bits", 1),
        ("[1e999]", "the number `1e999` is too large", 1),
    ],
)
def test_an_error_says_what_and_where(text: str, message: str, position: int) -> None:
    error = broken(text)
    assert (error.message, error.position, error.text) == (message, position, text)


def test_help_is_given_for_common_slips() -> None:
    assert broken('[f("a")]').help == "strings are written in single quotes"
    assert "twice" in str(broken("['a]").help)
    assert "brackets behind their name" in str(broken("[copyIndex]").help)
    assert broken("[f(#)]").help is None


def nested(opener: str, closer: str, levels: int, core: str = "1") -> str:
    return f"[{opener * levels}{core}{closer * levels}]"


@pytest.mark.parametrize(("opener", "closer"), [("f(", ")"), ("f()[", "]"), ("f(1, ", ")")])
def test_two_hundred_levels_are_read_and_more_than_the_limit_are_an_error(opener: str, closer: str) -> None:
    assert len(list(nodes_in(root(nested(opener, closer, 200))))) > 200
    assert "nested deeper than" in broken(nested(opener, closer, bounds().nesting + 1)).message


def test_accesses_count_as_levels_too() -> None:
    assert isinstance(root("f()" + ".a" * 200), Member)
    assert "nested deeper" in broken("f()" + ".a" * bounds().nesting).message
    assert "nested deeper" in broken("f()" + "[0]" * bounds().nesting).message
    # Whatever is combined: no tree is higher than the limit.
    assert "nested deeper" in broken("f(" * 200 + "1" + ").a" * 200).message


def test_text_beyond_any_limit_is_an_error() -> None:
    assert "longer than" in broken(nested("f(", ")", 100_000)).message
    assert "longer than" in broken("'" + "x" * bounds().expression + "'").message
    assert "nested deeper" in broken(nested("(", ")", 20_000)).message


def test_the_same_text_gives_the_same_object() -> None:
    assert parse_expression("[cached(1)]") is parse_expression("[cached(1)]")


def test_calls_can_be_read_off() -> None:
    expression = parse_expression("[concat(parameters('a'), f()[variables('b')].c, 1)]")
    assert [call.name for call in calls_in(expression)] == ["concat", "parameters", "f", "variables"]


@given(TREES)
def test_a_printed_tree_reads_as_the_same_tree(tree: Node) -> None:
    printed = print_node(tree)
    assert root(printed) == tree
    assert hash(root(printed)) == hash(tree)
    assert print_node(root(f"[{printed}]")) == printed


def test_trees_differ_when_they_say_something_else() -> None:
    texts = ["1", "1.0", "true", "'1'", "f()", "g()", "f(1)", "f().a", "f().?a", "f().b", "f()[0]", "f()[?0]", "f()[1]"]
    trees = [root(text) for text in texts]
    assert len(set(trees)) == len(texts)
    assert all((one == other) is (one is other) for one in trees for other in trees)


@given(st.text(alphabet="ab1'()[].,?- $\\\n\"#e+", max_size=60))
def test_any_text_is_read_or_is_an_expression_error(text: str) -> None:
    result = attempt(text)
    if isinstance(result, ExpressionError):
        assert result.position is not None
        assert 0 <= result.position <= len(text)
        assert result.text == text
    else:
        assert root(print_node(result.root)) == result.root


def attempt(text: str) -> Expression | ExpressionError:
    try:
        return parse_expression(text)
    except ExpressionError as error:
        return error
