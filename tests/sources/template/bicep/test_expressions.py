"""Expressions of Bicep have the values that the compiler gives them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sources.template.bicep.support import reasons, value, values

from everward.values import Unknown

CASES: list[tuple[str, Any]] = [
    ("'a'", "a"),
    ("''", ""),
    (r"'it\'s \\ \n \r \t \$ \u{1F600}'", "it's \\ \n \r \t $ \U0001f600"),
    ("'$a ${'b'} $$ {c}'", "$a b $$ {c}"),
    ("'${1}${true}'", "1True"),
    ("'x${'y${'z'}'}x'", "xyzx"),
    ("'${{ a: 'b' }.a}'", "b"),
    ("'''\none\n  two'''", "one\n  two"),
    ("'''a'b''c'''", "a'b''c"),
    ("''''a''''", "'a'"),
    ("'''${a}'''", "${a}"),
    ("''''''", ""),
    ("$'''\n1 ${'x'}\n'''", "1 x\n"),
    ("$$'''${a} $${1 + 1}'''", "${a} 2"),
    ("12", 12),
    ("-3", -3),
    ("- -3", 3),
    ("+3", 3),
    ("9223372036854775807", 9223372036854775807),
    ("-4294967296", -4294967296),
    ("true", True),
    ("null", None),
    ("[]", []),
    ("[1, 2]", [1, 2]),
    ("[\n  1\n\n  2, 3\n]", [1, 2, 3]),
    ("{}", {}),
    ("{ a: 1, b: 'x' }", {"a": 1, "b": "x"}),
    ("{\n  'a b': 1\n  '${'c'}': 2\n  for: 3\n}", {"a b": 1, "c": 2, "for": 3}),
    ("{ a: 1, ...{ b: 2 }, c: 3 }", {"a": 1, "b": 2, "c": 3}),
    ("[0, ...[1, 2], 3]", [0, 1, 2, 3]),
    ("[...[1], ...[2]]", [1, 2]),
    ("1 + 2 * 3 - 4 / 2 % 3", 5),
    ("(1 + 2) * 3", 9),
    ("(\n1 +\n 2\n)", 3),
    ("10 - 3 - 2", 5),
    ("1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2", True),
    ("false || true && false", False),
    ("1 == 1 && 'a' != 'b' && 'A' =~ 'a' && 'A' !~ 'b'", True),
    ("!true", False),
    ("!!true", True),
    ("null ?? null ?? 'x'", "x"),
    ("true ? 'a' : 'b'", "a"),
    ("false\n  ? 'a'\n  : true\n    ? 'b'\n    : 'c'", "b"),
    ("{ a: { b: [1, 2] } }.a.b[1]", 2),
    ("{ a: 1 }['a']", 1),
    ("{ a: 1 }.?b", None),
    ("{ a: 1 }.?b.c.d", None),
    ("[1][?5]", None),
    ("[\n1\n]\n[\n0\n]".replace("]\n[", "]["), 1),
    ("{ a: 1 }!.a!", 1),
    ("any('x')", "x"),
    ("sys.any('x')", "x"),
    ("sys.concat('a', 'b')", "ab"),
    ("nameof({ a: 1 }.a)", "a"),
    ("nameof({ a: 1 }['b'])", "b"),
    ("map([1, 2], x => x + 1)", [2, 3]),
    ("map(['a'], (x, i) => '${x}${i}')", ["a0"]),
    ("map([1, 2], x =>\n x)", [1, 2]),
    ("[for x in [1, 2]: x * 2]", [2, 4]),
    ("[for (x, i) in ['a']: { v: x, n: i }]", [{"v": "a", "n": 0}]),
    ("map([1], x => map([2], y => x + y))", [[3]]),
    ("map([1], x => filter([1, 2], x => x > 1))", [[2]]),
    ("length([for i in range(0, 3): i])", 3),
    ("join(\n  ['a', 'b'],\n  '-'\n)", "a-b"),
    ("json('{\"a\": 1.5}').a", 1.5),
    ("toObject(['a'], k => k, k => toUpper(k))", {"a": "A"}),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_values(tmp_path: Path, expression: str, expected: Any) -> None:
    found = value(tmp_path, expression)
    assert found == expected
    assert type(found) is type(expected)


def test_names_mean_what_is_nearest(tmp_path: Path) -> None:
    text = (
        "var x = 'outer'\nparam a = map([1], x => x)\nparam b = x\nvar sys = { concat: 'own' }\nparam c = sys.concat\n"
    )
    assert values(tmp_path, text) == {"a": [1], "b": "outer", "c": "own"}


def test_functions_of_the_author(tmp_path: Path) -> None:
    text = (
        "func double(n int) int => n * 2\n"
        "func pair(a string, b {\n  x: string\n}) { a: string, b: string } => {\n  a: a\n  b: '${b.x}${prefix}'\n}\n"
        "var prefix = '-p'\n"
        "param a = double(double(2))\n"
        "param b = pair('q', { x: 'r' })\n"
        "param c = map([1, 2], n => double(n))\n"
    )
    assert values(tmp_path, text) == {"a": 8, "b": {"a": "q", "b": "r-p"}, "c": [2, 4]}


def test_parameters_and_variables_use_one_another_in_any_order(tmp_path: Path) -> None:
    text = "param a = b\nparam b = c\nvar c = '${d}!'\nvar d = 'x'\nparam A = 'other'\n"
    assert values(tmp_path, text) == {"a": "x!", "b": "x!", "A": "other"}


WRONG = [
    ("param a = b\n", "1: the name `b` is not declared"),
    ("param a = nme\nvar name = 1\n", "1: the name `nme` is not declared"),
    ("param a = sys\n", "1: `sys` has no value here: it is a namespace"),
    ("param a = sys.b\n", "1: `sys` has no value `b`"),
    ("param a = x => x\n", "1: a lambda can only be the argument of a function"),
    ("param a = concat(x => x)\n", "1: `lambda` is not a value"),
    ("param a = add(1, 2)\n", "1: Bicep has no function `add`"),
    ("param a = 'x'.f()\n", "1: a value has no function `f`"),
    ("param a = any()\n", "1: the function `any` takes 1 argument"),
    ("param a = nameof('x')\n", "1: `nameof` takes a symbol or a property"),
    ("param a = nosuch()\n", "1: the function `nosuch` does not exist"),
    ("param a = resourceGroup().location\n", "1: the function `resourceGroup` is not available"),
    ("param a = listKeys('x', 'y')\n", "1: `listKeys` is not available in a parameter file"),
    ("param a = utcNow()\n", "1: the function `utcNow` is not available"),
    ("\n\nparam a = int('x')\n", "3: "),
    ("param a = {\n  b: {}.c\n}\n", "2: "),
    ("param a = [1][5]\n", "1: "),
    ("param a = a\n", "1: a cycle: `a` needs itself"),
    ("param a = b\nvar b = a\n", "1: a cycle: `a` needs itself"),
    ("func f(n int) int => f(n)\nparam a = f(1)\n", "1: functions call each other more than 64 levels deep"),
    ("func f(n int) int => n\nparam a = f()\n", "2: the function `f` takes 1 arguments, not 0"),
    ("param a = az.getSecret('a')\n", "1: the function `getSecret` takes 4 or 5 arguments, not 1"),
    ("param a = externalInput(readEnvironmentVariable('NONE'))\n", "1: `externalInput` takes a kind"),
    ("param a = readEnvironmentVariable(1)\n", "1: the name of an environment variable must be a string"),
    ("param a = 99999999999999999999\n", "1: a number does not fit in 64 bits"),
    ("param a = 1.5\n", "1: Bicep has no numbers with a fraction"),
    ("type t = string\nparam a = t\n", "2: `t` has no value here: it is the name of a type"),
]


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    found = reasons(tmp_path, "using none\n" + text)
    line, _, rest = reason.partition(": ")
    assert len(found) == 1
    assert found[0].startswith(f"{int(line) + 1}: {rest}")


def test_one_wrong_value_leaves_the_others(tmp_path: Path) -> None:
    from tests.sources.template.bicep.support import opened

    file = opened(tmp_path, "using none\nparam a = int('x')\nparam b = 1\nparam c = '${a}'\n")
    entries = file.entries()
    assert entries["b"] == {"value": 1}
    for name in ("a", "c"):
        assert isinstance(entries[name]["value"], Unknown)
        assert entries[name]["value"].present


def test_a_suggestion_for_a_name_that_is_misspelt(tmp_path: Path) -> None:
    from tests.sources.template.bicep.support import problems

    (problem,) = problems(tmp_path, "using none\nvar location = 'x'\nparam a = locaton\n")
    assert problem.help == "did you mean `location`?"


@pytest.mark.parametrize(
    "text",
    [
        "param a = " + "[" * 5_000,
        "param a = " + "(" * 5_000 + "1" + ")" * 5_000,
        "param a = " + "-" * 5_000 + "1",
        "param a = " + "1 + " * 5_000 + "1",
        "param a = {}" + ".a" * 5_000,
        "param a = " + "true ? 1 : " * 5_000 + "1",
        "param a = " + "'${" * 3_000,
        "param a = " + "x => " * 3_000 + "1",
        "param a = 'x${" + "{ a: " * 3_000,
        "func f0(n int) int => n\n"
        + "".join(f"func f{i}(n int) int => f{i - 1}(n) + f{i - 1}(n)\n" for i in range(1, 60))
        + "param a = f59(1)\n",
    ],
    ids=range(10),
)
def test_what_is_nested_too_deeply_is_refused(tmp_path: Path, text: str) -> None:
    found = reasons(tmp_path, "using none\n" + text)
    assert any(word in reason for word in ("levels", "times", "not closed") for reason in found), found


def test_a_long_chain_of_variables_ends(tmp_path: Path) -> None:
    text = "var v0 = 1\n" + "".join(f"var v{i} = v{i - 1}\n" for i in range(1, 5_000)) + "param a = v4999\n"
    (reason,) = reasons(tmp_path, "using none\n" + text)
    assert "too many levels" in reason or "too deeply" in reason


SCALARS = st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=12)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=15,
)


def quoted(text: str) -> str:
    out = []
    for character in text:
        if character in "'\\$":
            out.append("\\" + character)
        elif character.isprintable():
            out.append(character)
        else:
            out.append(f"\\u{{{ord(character):x}}}")
    return "'" + "".join(out) + "'"


def spelled(item: Any) -> str:
    """A value as Bicep writes it."""
    if isinstance(item, dict):
        return "{\n" + "\n".join(f"{quoted(key)}: {spelled(below)}" for key, below in item.items()) + "\n}"
    if isinstance(item, list):
        return "[" + "\n".join(map(spelled, item)) + "]"
    if isinstance(item, str):
        return quoted(item)
    return {None: "null", True: "true", False: "false"}[item] if item is None or isinstance(item, bool) else str(item)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(item=JSON)
def test_every_value_reads_as_it_was_written(tmp_path: Path, item: Any) -> None:
    assert value(tmp_path, spelled(item)) == item
