"""Statements: what is wrong is said, and what follows is read all the same."""

from pathlib import Path

import pytest
from tests.sources.template.bicep.support import opened, problems, reasons, values

from everward.sources.template.bicep.lexer import BicepError, Kind, tokens_of
from everward.sources.template.bicep.statements import MAX_PROBLEMS, parse_file
from everward.values import Unknown


def test_everything_that_is_no_value_is_passed_over(tmp_path: Path) -> None:
    text = (
        "\ufeff// comment\r\n/* several\r\nlines */\r\n"
        "#disable-next-line BCP123\r\n"
        "@description('it\\'s \\n this')\r\n@secure()\r\n@sys.allowed([\r\n  'a'\r\n])\r\n"
        "param a = 'x' // behind\r\n"
        "@export()\r\ntype t = {\r\n  b: 'x' | 'y'\r\n}\r\n"
        "type u = 'a'\r\n  | 'b'\r\n"
        "var typed t = { b: 'x' }\r\n"
        "var inline {\r\n  c: string?\r\n}[] = []\r\n"
        "param b = typed.b\r\n"
        "extensionConfig k with {\r\n  namespace: 'x'\r\n}\r\n"
        "param c = inline"
    )
    assert values(tmp_path, text) == {"a": "x", "b": "x", "c": []}


BROKEN = [
    ("param\n", "1: the end of the line stands where the name of a parameter is expected"),
    ("param 'a' = 1\n", "1: a string stands where the name of a parameter is expected"),
    ("param a\n", "1: the end of the line stands where `=` is expected"),
    ("param a = \n\n", "1: the end of the line stands where a value is expected"),
    ("param a = 1 2\n", "1: `2` stands where the end of the line is expected"),
    ("param a = 'x\n", "1: a string is not closed"),
    ("param a = '''x\n", "1: a string of several lines is not closed"),
    ("param a = '${1'\n", "1: a string is not closed"),
    ("param a = '${1 2}'\n", "1: `2` stands where `}` is expected"),
    (r"param a = '\q'" + "\n", r"1: `\q` is no escape"),
    (r"param a = '\u{110000}'" + "\n", r"1: there is no character `\u{110000}`"),
    ('param a = "x"\n', '1: the character `"` means nothing here'),
    ("/* x\n", "1: a comment is not closed"),
    ("param a = [1 2]\n", "1: `2` stands where the end of the line or `]` is expected"),
    ("param a = { b 1 }\n", "1: `1` stands where `:` is expected"),
    ("param a = { 1: 1 }\n", "1: `1` stands where the name of a property is expected"),
    ("param a = f(1,)\n", "1: `)` stands where a value is expected"),
    ("param a = f(1 2)\n", "1: `2` stands where `)` is expected"),
    ("param a = true ? 1\n", "1: the end of the line stands where `:` is expected"),
    ("param a = b::c\n", "1: nested resources are not available here"),
    ("param a = b.1\n", "1: `1` stands where a property name is expected"),
    ("param a = [for x of y: x]\n", "1: `of` stands where `in` is expected"),
    ("resource r 'x@1' = {}\n", "1: a parameter file has no `resource`"),
    ("output o string = 'x'\n", "1: a parameter file has no `output`"),
    ("hello\n", "1: `hello` stands where `param`, `var`, `using` or another statement is expected"),
    ("= 1\n", "1: `=` stands where `param`, `var`, `using` or another statement is expected"),
    ("var v = 1\nvar v = 2\n", "2: `v` is declared twice"),
    ("import * as x from '${1}'\n", "1: a file is named by a string without expressions"),
    ("import x from 'y'\n", "1: `x` stands where `{` is expected"),
    ("import { x y } from 'y'\n", "1: `y` stands where `,` or `}` is expected"),
    ("import { x as } from 'y'\n", "1: `}` stands where a name is expected"),
    ("import * x 'y'\n", "1: `x` stands where `as` is expected"),
    ("extends x\n", "1: `x` stands where a string is expected"),
    ("extensionConfig a = {}\n", "1: `=` stands where `with` is expected"),
    ("extensionConfig a with b\n", "1: an extension is configured by an object, not by `b`"),
    ("extensionConfig a with [\n]\n", "1: an extension is configured by an object, not by this"),
    ("extensionConfig a with { ...{} }\n", "1: an extension is configured by properties"),
    ("extensionConfig a with {}\nextensionConfig a with {}\n", "2: `a` is configured twice"),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN)
def test_what_is_broken_is_said_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    found = reasons(tmp_path, text + "using none\n")
    assert found[0].startswith(reason)
    assert len(found) == 1
    assert problems(tmp_path, text)[0].incomplete


def test_a_broken_value_is_a_hole_and_what_follows_is_read(tmp_path: Path) -> None:
    text = (
        "using none\nparam a = {\n  b: [1 2]\n  var: 1\n  param: 2\n}\nparam c = 3\n@foo(\nparam d = 4\nparam e = 5\n"
    )
    file = opened(tmp_path, text)
    entries = file.entries()
    assert isinstance(entries["a"]["value"], Unknown)
    assert entries["c"] == {"value": 3}
    assert entries["e"] == {"value": 5}
    assert [item.origin.line for item in file.problems if item.origin is not None] == [3, 9]


def test_there_is_an_end_to_what_is_told(tmp_path: Path) -> None:
    assert len(reasons(tmp_path, "using none\n" + "param = 1\n" * 500)) == MAX_PROBLEMS


def test_a_template_is_read_for_what_can_be_imported() -> None:
    text = (
        "targetScope = 'subscription'\nparam p string = 'x'\nparam q {\n a: int\n}\n"
        "@export()\nvar v = 1\nvar w = 2\n"
        "resource r 'A/b@1' = if (p == 'x') {\n  name: 'n'\n  resource c 'c' = {\n    name: 'c'\n  }\n}\n"
        "module m './m.bicep' = [for i in range(0, 2): {\n  name: 'm${i}'\n}]\n"
        "output o string = p == 'x'\n  ? 'a'\n  : 'b'\n"
        "@sys.export()\nfunc f(a string) string => a\n"
    )
    file = parse_file(text, template=True)
    assert file.problems == []
    assert [(getattr(item, "name", ""), getattr(item, "exported", None)) for item in file.statements] == [
        ("p", None), ("q", None), ("v", True), ("w", False), ("r", None), ("m", None), ("o", None), ("f", True),
    ]  # fmt: skip


def test_tokens_know_where_they_stand() -> None:
    tokens = tokens_of("a = 'x${ b }y' // c\n")
    assert [(token.kind, token.text, token.at) for token in tokens] == [
        (Kind.NAME, "a", 0),
        (Kind.MARK, "=", 2),
        (Kind.PIECE, "x", 4),
        (Kind.NAME, "b", 9),
        (Kind.TEXT, "y", 11),
        (Kind.LINE, "\n", 19),
        (Kind.END, "", 20),
    ]
    broken, end = tokens_of("`")
    assert (broken.kind, end.kind) == (Kind.BROKEN, Kind.END)
    assert isinstance(broken.error, BicepError)


def test_what_follows_a_string_without_an_end_is_read(tmp_path: Path) -> None:
    text = "using none\nparam a = 'x\nparam b = 1\nvar c `\nparam d = '${e `}'\nparam f = 2\n/* "
    file = opened(tmp_path, text)
    entries = file.entries()
    assert isinstance(entries["a"]["value"], Unknown)
    assert (entries["b"], entries["f"]) == ({"value": 1}, {"value": 2})
    assert [(item.origin.line, item.reason) for item in file.problems if item.origin is not None] == [
        (2, "a string is not closed"),
        (4, "the character ``` means nothing here"),
        (5, "the character ``` means nothing here"),
        (7, "a comment is not closed"),
    ]
