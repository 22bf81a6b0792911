"""Functions beyond what the recorded answers cover: files, limits, errors."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.terraform.workspace import hole, value_of, write

from everward.sources.limits import Limits
from everward.sources.terraform.language.functions.encoding import json_text
from everward.sources.terraform.language.scope import EvaluationError
from everward.sources.terraform.language.types import STRING
from everward.sources.terraform.language.values import ListValue, number_text, outward, to_number
from everward.values import ProblemError, Unknown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return write(
        tmp_path,
        {
            "a.txt": "héllo",
            "b.bin": b"\xff\x00",
            "t.tpl": "Hi ${name}%{ if more } and ${more}%{ endif }\n",
            "plain.tpl": "Hi ${name} $${x}\nbye ${ other }",
            "bad.tpl": "${",
            "own.tpl": '${templatefile("t.tpl", {})}',
            "q/one.kql": "1",
            "q/two.kql": "2",
            "q/r/three.kql": "3",
        },
    )


def test_files_are_read(folder: Path) -> None:
    assert value_of('file("a.txt")', folder) == "héllo"
    assert value_of('file("./q/../a.txt")', folder) == "héllo"
    assert value_of('fileexists("a.txt")', folder) is True
    assert value_of('fileexists("nope")', folder) is False
    assert value_of('filebase64("b.bin")', folder) == base64.b64encode(b"\xff\x00").decode()
    assert value_of('filemd5("a.txt") == md5(file("a.txt"))', folder) is True
    assert value_of('filebase64sha256("a.txt") == base64sha256(file("a.txt"))', folder) is True


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ('file("nope")', "there is no file `nope`"),
        ('file("b.bin")', "not text in UTF-8"),
        ('file("q")', "there is no file `q`"),
        ('fileexists("q")', "is not a regular file"),
        ('file("a\\u0000b")', "is not a path"),
        ('templatefile("bad.tpl", {})', r"not well formed, line \d"),
        ('templatefile("t.tpl", {})', "line 1: `name` is not given to the template"),
        ('templatefile("plain.tpl", { name = "x" })', "line 2: `other` is not given"),
        ('templatefile("own.tpl", {})', "cannot fill in another"),
        ('templatefile("t.tpl", [])', "a map is needed, not a tuple"),
        ('fileset(".", "[")', "is not a pattern"),
        ('fileset(".", "[-]")', "is not a pattern"),
    ],
)
def test_files_that_cannot_be_had_are_told(folder: Path, expression: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        value_of(expression, folder)


def test_templates_are_filled_in(folder: Path) -> None:
    assert value_of('templatefile("t.tpl", { name = "A", more = true })', folder) == "Hi A and true\n"
    assert value_of('templatefile("plain.tpl", { name = 1, other = 2 })', folder) == "Hi 1 ${x}\nbye 2"
    open_ = value_of('templatefile("plain.tpl", { name = x, other = 2 })', folder, x=hole("var.x"))
    assert isinstance(open_, Unknown)
    assert open_.text == "Hi {var.x} ${x}\nbye 2"


def test_filesets_follow_their_pattern(folder: Path) -> None:
    (folder / "q" / "loop").symlink_to(folder / "q")
    assert value_of('fileset("q", "*.kql")', folder) == ["one.kql", "two.kql"]
    assert value_of('fileset("q/", "**/*.kql")', folder) == ["one.kql", "r/three.kql", "two.kql"]
    assert value_of('fileset(".", "q/{one,two}.*")', folder) == ["q/one.kql", "q/two.kql"]
    assert value_of('fileset(".", "q/[^o]??.kql")', folder) == ["q/two.kql"]
    assert value_of('fileset("nowhere", "*")', folder) == []


@pytest.mark.parametrize("path", ["/etc/hostname", "~/.ssh/id_rsa.pub", "../../../../../../../../etc/hostname", "link"])
def test_files_outside_the_workload_are_not_read(folder: Path, path: str) -> None:
    (folder / "link").symlink_to("/etc/hostname")
    for call in (f'file("{path}")', f'fileexists("{path}")', f'fileset("{path}", "*")', f'filemd5("{path}")',
                 f'filebase64("{path}")', f'templatefile("{path}", {{}})'):  # fmt: skip
        value = value_of(call, folder)
        assert isinstance(value, Unknown), call
        assert value.reason == "a file outside the workload"


def test_without_a_repository_the_folders_above_still_belong(tmp_path: Path) -> None:
    write(tmp_path, {"infra/shared/a.txt": "x"})
    root = write(tmp_path / "infra" / "live" / "prod", {"b.txt": "y"})
    assert value_of('file("../../shared/a.txt")', root) == "x"


def test_large_files_are_left_alone(folder: Path) -> None:
    with pytest.raises(EvaluationError, match="is larger than 3 bytes") as caught:
        value_of('file("a.txt")', folder, Limits(file_bytes=3))
    assert "--limit file-bytes=N" in (caught.value.help or "")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("nope()", "there is no function `nope`"),
        ("upper()", "needs more arguments"),
        ('upper("a", "b")', "needs fewer arguments"),
        ("upper(null)", "must not be null"),
        ("lookup([], 1)", "a map is needed, not a tuple"),
        ("max(x...)", "`...` needs a list"),
        ("can(1, 2)", "one expression"),
        ("try()", "no expression has a value"),
        ("range(2000)", "more than 1024 numbers"),
        ("range(1, 2, 3, 4)", "one to three numbers"),
        ("setproduct(range(640), range(640))", "more than 250,000 combinations"),
        ('regex("(", "a")', "is not a regular expression"),
        ("concat()", "at least one list"),
        ("coalesce()", "at least one value"),
        ("setproduct([1])", "at least two lists"),
        ('parseint("1", 99)', "lies outside 2 to 62"),
        ("parseint(1, 10)", "text is needed"),
        ('format("%99999999s", "a")', "is wider than 32,000,000 characters"),
        ('format("%.99999999f", 1)', "is wider than"),
        ('format("%", 1)', "`%` is not a verb"),
        ('indent(99999999, "a\\n")', "the text is too large"),
        ('replace("aaaa", "a", join("", [for i in range(1000) : format("%20000s", "x")]))', "the text is too large"),
        ('format("%q", tostring(null))', "has no text"),
        ('formatdate("\'", "2020-01-01T00:00:00Z")', "a quote is not closed"),
        ('formatdate("YYYYYY", "2020-01-01T00:00:00Z")', "is no part of a date"),
        ('timeadd("2020-01-01T00:00:00Z", "9999999h")', "is too long"),
        ('timeadd("2020-13-01T00:00:00Z", "1h")', "not a point in time"),
        ('jsondecode("NaN")', "not JSON"),
        ('jsondecode("1e9999")', "a number beyond reach"),
        ('textencodebase64("é", "us-ascii")', "cannot encode"),
        ('textencodebase64("é", "ascii-ish")', "not an encoding"),
        ('textdecodebase64("!", "utf-8")', "is not base64"),
        ('textdecodebase64("/w==", "utf-8")', "not text in base64 of `utf-8`"),
        ("sum([])", "no sum"),
        ("0 / 0", "division by zero"),
        ("pow(-8, 0.5)", "not a number"),
        ("indent(1.5, \"a\")", "whole number"),
        ("pow(2, 1000) * 0.5 / 1e300 * " + " * ".join(["1e300"] * 9), "too large"),
        ('[1]["x"]', "`x` is not a number"),
        ("null.a", "a null has no attribute `a`"),
        ("null[0]", "has no elements"),
        ("{ a = 1 }[null]", "null is no key"),
        ("{ (null) = 1 }", "must not be null"),
        ('"a${null}"', "a null value stands in a text"),
        ("[for x in 1 : x]", "a number has no elements"),
    ],
)  # fmt: skip
def test_what_has_no_value_is_told(expression: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message.replace(".", r"\.")) as caught:
        value_of(expression, x=1)
    assert caught.value.line == 2


def test_what_yaml_says_arrives(tmp_path: Path) -> None:
    text = "d: 2020-01-02\nt: 2020-01-02T03:04:05+01:00\nb: !!binary aGk=\nf: 1.5\n"
    assert value_of("yamldecode(t)", t=text) == {
        "d": "2020-01-02T00:00:00Z",
        "t": "2020-01-02T03:04:05+01:00",
        "b": "aGk=",
        "f": value_of("1.5"),
    }
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    with pytest.raises(EvaluationError, match="too large"):
        value_of("yamldecode(t)", t=bomb)


def test_deep_text_is_told() -> None:
    for call in ("jsondecode(t)", "yamldecode(t)"):
        with pytest.raises(EvaluationError, match=r"not JSON|not YAML|levels deep"):
            value_of(call, t="[" * 20_000)


@given(st.integers(-(10**40), 10**40))
def test_whole_numbers_are_exact(number: int) -> None:
    assert to_number(number_text(number)) == number
    assert value_of("n + 1 - 1", n=number) == number


CALLS = st.sampled_from(
    ["upper", "lookup", "merge", "flatten", "element", "format", "join", "split", "substr", "cidrsubnet", "keys",
     "zipmap", "slice", "regex", "replace", "jsondecode", "yamldecode", "csvdecode", "formatdate", "timeadd",
     "toset", "tomap", "sum", "range", "parseint", "setunion", "transpose", "chunklist", "coalesce", "yamlencode"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 50) | st.text("ab1.,/{%:-T", max_size=8) | st.just(hole("var.x")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)


@given(CALLS, st.lists(VALUES, max_size=3))
def test_no_arguments_break_a_function(name: str, arguments: list[object]) -> None:
    names: dict[str, Any] = {f"v{position}": item for position, item in enumerate(arguments)}
    with suppress(EvaluationError):
        outward(value_of(f"{name}({', '.join(names)})", **names))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1.5 - 0.25", "1.25"),
        ("1.5 * 2", "3"),
        ("2.5 - 0.5", "2"),
        ("true ? [1] : m", '["1"]'),
        ("{ a = 1 } == { a = 1, b = 2 }", "false"),
        ("[1] == { a = 1 }", "false"),
        ("toset([1]) == toset([1])", "true"),
        ("{ a = null } == { a = 1 }", "false"),
        ('merge(tomap({ a = 1 }), tomap({ b = "x" }))', '{"a":1,"b":"x"}'),
        ("merge(tomap({ a = [1] }), tomap({ b = true }))", '{"a":[1],"b":true}'),
        ("{ for k, v in { a = 1 } : k => v }", '{"a":1}'),
        ('jsondecode("1.5") * 2', "3"),
        ('yamldecode("1.5: x\\ntrue: z\\n")', '{"1.5":"x","true":"z"}'),
        ('yamlencode({ a = " x\\ny" })', json.dumps('"a": |2-\n   x\n  y\n')),
        ('format("%+v", 5)', '"5"'),
        ('format("%s%%", "a")', '"a%"'),
        ('fileset(".", "nope/**")', "[]"),
        ("try([1][5], 7)", "7"),
        ("true ? m : []", '["a"]'),
    ],
)
def test_corners_of_operations(expression: str, expected: str) -> None:
    assert json_text(value_of(expression, m=ListValue(["a"], STRING))) == expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ('lookup({}, "a", 1, 2)', "fewer arguments"),
        ("chunklist([1], -1)", "the size is negative"),
        ("sort([null])", "an element is null"),
        ('"%%%{ if true }x%{ endif }"', "is not an expression"),
        ('csvdecode("a\\n\\"")', "this is not CSV"),
        ("index([1], 2)", "does not have the value"),
        ('cidrsubnets("10.0.0.0/8", 0)', "extended by 1 to 32 bits"),
        ("coalesce([1], true)", "all values must have one type"),
        ('yamldecode("~: y")', "a key must not be null"),
        ('format("%[9]s", "a")', "there is no argument"),
        ("range(1, 5, -1)", "leads away"),
        ("merge([1])", "a map is needed, not a tuple"),
        ("-[]", "a number is needed, not a tuple"),
    ],
)
def test_more_of_what_has_no_value(expression: str, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        value_of(expression)


def test_values_that_grow_too_large_are_told(folder: Path) -> None:
    with pytest.raises(EvaluationError, match="more than 250,000 elements"):
        value_of("flatten([for a in range(1000) : [for b in range(300) : b]])", folder)
