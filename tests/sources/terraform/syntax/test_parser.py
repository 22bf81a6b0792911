"""Text to tree: shapes, places, errors."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from everward.sources.limits import Limits
from everward.sources.terraform.syntax import (
    Attr,
    Binary,
    Body,
    Call,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    Index,
    Literal,
    ObjectCons,
    SourceFile,
    Splat,
    SyntaxProblem,
    Template,
    Traversal,
    TupleCons,
    Unary,
    Variable,
    parse_expression,
    parse_file,
    parse_template,
)
from everward.sources.terraform.syntax.reader import number
from everward.values import ProblemError


def read(text: str | bytes) -> SourceFile:
    return parse_file(text if isinstance(text, bytes) else text.encode(), "main.tf")


def sole_problem(text: str | bytes) -> SyntaxProblem:
    (problem,) = read(text).problems
    assert problem.origin is not None
    assert problem.origin.file == "main.tf"
    return problem


def shape(node: Any) -> Any:  # noqa: C901 - one line a kind
    """An expression as nested tuples."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Variable):
        return f"${node.name}"
    if isinstance(node, Binary):
        return (node.operator, shape(node.left), shape(node.right))
    if isinstance(node, Unary):
        return (node.operator, shape(node.operand))
    if isinstance(node, Conditional):
        return ("?", shape(node.condition), shape(node.then), shape(node.otherwise))
    if isinstance(node, Traversal):
        return ("path", shape(node.source), *map(shape, node.steps))
    if isinstance(node, Attr):
        return f".{node.name}"
    if isinstance(node, Index):
        return ["at", shape(node.key)]
    if isinstance(node, Splat):
        return ("*", *map(shape, node.steps))
    if isinstance(node, TupleCons):
        return list(map(shape, node.items))
    if isinstance(node, ObjectCons):
        return {"items": [(shape(key), shape(value)) for key, value in node.items]}
    if isinstance(node, Call):
        return (f"{node.name}()", *map(shape, node.arguments), *(["..."] if node.spread else []))
    if isinstance(node, Template):
        return ("text", *(part if isinstance(part, str) else shape(part) for part in node.parts))
    if isinstance(node, ForTuple):
        return ("for", node.key, node.value, shape(node.collection), shape(node.result), shape(node.condition))
    if isinstance(node, ForObject):
        return ("for", node.key, node.value, shape(node.collection), shape(node.name), shape(node.result), node.grouped)
    return node if node is None else type(node).__name__


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", ("+", 1, ("*", 2, 3))),
        ("!a.b == -c", ("==", ("!", ("path", "$a", ".b")), ("-", "$c"))),
        ("a ? b : c ? d : e", ("?", "$a", "$b", ("?", "$c", "$d", "$e"))),
        ("a ? b : c ? d : e ? f : g", ("?", "$a", "$b", ("?", "$c", "$d", ("?", "$e", "$f", "$g")))),
        ("(a ? b : c) ? d : e", ("?", "Parenthesis", "$d", "$e")),
        ("a ? b ? 1 : 2 : 3", ("?", "$a", ("?", "$b", 1, 2), 3)),
        ("a.b[0].c", ("path", "$a", ".b", ["at", 0], ".c")),
        ("a.0.b", ("path", "$a", ["at", 0], ".b")),
        ('a["x"]', ("path", "$a", ["at", "x"])),
        ("a.*.b", ("path", "$a", ("*", ".b"))),
        ("a[*].b[0]", ("path", "$a", ("*", ".b", ["at", 0]))),
        ("f(a, b...)", ("f()", "$a", "$b", "...")),
        ("provider::x::f(1)", ("provider::x::f()", 1)),
        ('{ a = 1, "b" : 2 }', {"items": [("a", 1), ("b", 2)]}),
        ('"a${b}c"', ("text", "a", "$b", "c")),
        ('"  a  ${b}  "', ("text", "  a  ", "$b", "  ")),
        ("[for k, v in a : v if k]", ("for", "k", "v", "$a", "$v", "$k")),
        ("{ for v in a : v => 1... }", ("for", None, "v", "$a", "$v", 1, True)),
        ("1e9", 1_000_000_000),
        ("12345678901234567890", 12345678901234567890),
        ("1.50", Decimal("1.50")),
        ("null", None),
        ("true", True),
        ('"\\u00e9\\n"', "é\n"),
    ],
)
def test_expressions_nest_as_the_language_has_it(text: str, expected: Any) -> None:
    assert shape(parse_expression(text, "test")) == expected


def test_bodies_have_their_places() -> None:
    file = read('# note\nlocals {\n  a = 1\n  b = [\n    2,\n  ]\n}\nresource "x" y {\n  z {}\n}\n')
    assert file.problems == []
    first, second = file.body.blocks
    assert (first.type, first.labels, first.origin.line, first.origin.end_line) == ("locals", (), 2, 7)
    assert (first.body.attributes["a"].origin.line, first.body.attributes["a"].origin.end_line) == (3, None)
    assert (first.body.attributes["b"].origin.line, first.body.attributes["b"].origin.end_line) == (4, 6)
    assert second.labels == ("x", "y")
    assert [block.origin.line for block in second.body.blocks_of("z")] == [9]
    assert second.origin.file == "main.tf"


def test_a_byte_order_mark_means_nothing_and_other_line_ends_stay_in_texts() -> None:
    file = read(b"\xef\xbb\xbfa = 1\r\nb = <<EOT\r\nx\r\nEOT\r\n")
    assert file.problems == []
    assert shape(file.body.attributes["b"].value) == "x\r\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('a = "x', 1, '`"` is missing'),
        ('blk "a" {\n  x = 1\n', 1, "`}` is missing"),
        ("a = 1\n}\n", 2, "near `}`"),
        ("b = 1\na = 1 +\n", 2, "a value is missing"),
        ("a = <<EOT\nx\n", 1, "`end of heredoc` is missing"),
        ("x = [1 2]", 1, "near `"),
        ("a = 1 b = 2", 1, "expected a new line before `b = 2`"),
        ("x {\n a = 1 b = 2\n}", 2, "expected a new line"),
        ("x = {a=1 b=2}", 1, "expected `,` or a new line before `b=2`"),
        ('a = "\n"', 1, "runs over the line end"),
        ("a = 1\na = 2", 2, "the argument `a` is given twice"),
        ("a = 1e999", 1, "within reach"),
        ('a = "\\U00110000"', 1, "is no character"),
        ('a = "%{ if x }"', 1, "syntax error"),
        ('a = "%{ endif }"', 1, "syntax error"),
        ("a = <<EOT\n%{ if x }\nEOT\n", 2, "syntax error"),
    ],
)
def test_an_error_is_told_with_its_line(text: str, line: int, message: str) -> None:
    problem = read(text).problems[0]
    assert problem.origin is not None
    assert problem.origin.line == line
    assert message in problem.message
    assert problem.help


def test_one_broken_item_costs_no_other() -> None:
    file = read('locals {\n  a = 1\n}\nlocals {\n  b = ]\n}\nresource "x" "y" {\n  c = 3\n}\n')
    assert [problem.origin.line for problem in file.problems if problem.origin] == [5]
    assert [(block.type, block.origin.line) for block in file.body.blocks] == [("locals", 1), ("resource", 7)]


@pytest.mark.parametrize("content", [b"a = 1\x00", b"\xff\xfe", b"PK\x03\x04\x00\x00"])
def test_a_binary_file_is_told(content: bytes) -> None:
    problem = sole_problem(content)
    assert problem.message == "`main.tf` is not text in UTF-8"


@pytest.mark.parametrize("left", ["[", "(", "{a=", "!", "-", "1+", "f(", "[for a in b : ", "x ? 1 : ["])
def test_two_hundred_levels_are_fine_and_a_hundred_thousand_are_told(left: str) -> None:
    right = {"[": "]", "(": ")", "{a=": "}", "f(": ")", "[for a in b : ": "]", "x ? 1 : [": "]"}.get(left, "")
    file = read("a = " + left * 200 + "1" + right * 200 + "\n")
    assert file.problems == []
    deep = read("a = " + left * 100_000 + "1" + right * 100_000 + "\n")
    assert len(deep.problems) == 1
    assert (
        f"more than {Limits().nesting} levels" in deep.problems[0].message or "syntax error" in deep.problems[0].message
    )


def test_blocks_nest_as_far() -> None:
    assert read("x {\n" * 200 + "}\n" * 200).problems == []
    assert f"more than {Limits().nesting} levels" in sole_problem("x {\n" * 50_000 + "}\n" * 50_000).message


def test_long_chains_are_not_deep() -> None:
    assert isinstance(parse_expression("a ? b : " * 2_000 + "c", "test"), Conditional)
    assert len(shape(parse_expression("a" + ".b" * 5_000, "test"))) == 5_002


@pytest.mark.parametrize("text", ["", "1 +", "a = 1", ")(", "a\n)\nb = (c", "x {}", '1)\nresource "a" "b" {}\n(2'])
def test_what_is_no_expression_is_told(text: str) -> None:
    with pytest.raises(SyntaxProblem, match="is not an expression"):
        parse_expression(text, "test")


@pytest.mark.parametrize("text", ["abc", "1.2.3", "Infinity", "1e9999", "1e-9999"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a number"):
        number(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a ${b}\n", ("text", "a ", "$b", "\n")),
        ("$${a} ${ b }", ("text", "${a} ", "$b")),
        ("$$${a}", ("text", "$${a}")),
        ("${upper(b)}", ("text", ("upper()", "$b"))),
        ("a\n${b.c}\n", ("text", "a\n", ("path", "$b", ".c"), "\n")),
        ("%%{x}${b.c}", ("text", "%{x}", ("path", "$b", ".c"))),
        ("EVERWARD\n${b.c}", ("text", "EVERWARD\n", ("path", "$b", ".c"))),
        ("%%{x}", "%{x}"),
    ],
)
def test_whole_files_are_templates(text: str, expected: Any) -> None:
    assert shape(parse_template(text, "t.tpl")) == expected


def test_a_template_that_is_broken_says_where() -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_template("a\nb\n${upper(}\n", "t.tpl")
    assert caught.value.origin is not None
    assert caught.value.origin.line == 3


NAMES = st.text("ab_", min_size=1, max_size=3)


@given(st.lists(st.one_of(st.text("ab \n\\\"'é", max_size=5), NAMES.map(lambda name: f"${{{name}}}")), max_size=6))
def test_both_ways_of_reading_a_template_agree(parts: list[str]) -> None:
    text = "".join(parts)
    # A comment inside an interpolation keeps the quick way from being taken, and means nothing.
    slow = text.replace("}", "/**/}")
    assert shape(parse_template(text, "t")) in (
        shape(parse_template(slow, "t")),
        ("text", shape(parse_template(slow, "t"))),
    )


FRAGMENTS = st.sampled_from(
    ["resource", '"a"', "{", "}", "[", "]", "(", ")", "=", "\n", "x", "1", '"', "${", "%{", "if ", "for ", " in ", ":",
     "=>", "...", "?", ".", "*", "[*]", "<<EOT\n", "<<-EOT\n", "EOT\n", "\\", "#", "/*", "*/", "//", ",", "!", "&&", "\x00", "é", "~}"]
)  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=40).map("".join))
@example('a = "${~')
@example("a = <<-EOT\n%{ for x in y ~}\nEOT\n")
@example("x = {for a in b : c => d... if e}")
def test_no_text_breaks_the_parser(text: str) -> None:
    file = read(text)
    assert isinstance(file.body, Body)
    for problem in file.problems:
        assert problem.message
        assert problem.origin is not None
    for reader in (parse_expression, parse_template):
        with suppress(ProblemError):
            assert isinstance(reader(text, "test"), Expression)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_parser(content: bytes) -> None:
    file = read(content)
    assert all(problem.message for problem in file.problems)
