"""Terraform in JSON gives what the native syntax gives; what JSON alone can get wrong is told."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.terraform.workspace import instances_of, session_of

from everward.sources.limits import Limits
from everward.sources.terraform.syntax import SourceFile, parse_json_file


def read(content: Any, **limits: int) -> SourceFile:
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    return parse_json_file(text.encode(), "x.tf.json", Limits(**limits) if limits else None)


def shape(file: SourceFile) -> list[tuple[str, tuple[str, ...], int | None]]:
    assert file.problems == []
    return [(block.type, block.labels, block.origin.line) for block in file.body.blocks]


def problems(file: SourceFile) -> list[tuple[str, int | None]]:
    return [(problem.message, problem.origin.line if problem.origin else None) for problem in file.problems]


def evaluated(tmp_path: Path, content: Any, **values: Any) -> tuple[dict[str, Any], list[str]]:
    session = session_of(tmp_path, {"main.tf.json": json.dumps(content, indent=1)}, **values)
    attributes = {address: instance.attributes for address, instance in instances_of(session).items()}
    return attributes, [item.reason for item in session.unresolved]


def test_labels_are_keys_and_several_blocks_are_arrays() -> None:
    file = read(
        '{"//": "c", "resource": {"a": {"x": {}, "y": [{}, {}], "//": 1}, "b": [{"z": {}}]},\n'
        ' "provider": [{"p": {}}, {"p": {"alias": "q"}}],\n "moved": [{"from": "a.b", "to": "a.c"}], "locals": {"l": 1},\n'
        ' "check": {"k": {"data": {"a": {"d": {}}}, "assert": [{"condition": true}, {"condition": true}]}}, "module": null}'
    )
    assert shape(file) == [
        ("resource", ("a", "x"), 1),
        ("resource", ("a", "y"), 1),
        ("resource", ("a", "y"), 1),
        ("resource", ("b", "z"), 1),
        ("provider", ("p",), 2),
        ("provider", ("p",), 2),
        ("moved", (), 3),
        ("locals", (), 3),
        ("check", ("k",), 4),
    ]
    inner = file.body.blocks[-1].body
    assert [(block.type, block.labels) for block in inner.blocks] == [
        ("data", ("a", "d")),
        ("assert", ()),
        ("assert", ()),
    ]


def test_a_file_may_be_an_array_and_begin_with_a_mark() -> None:
    file = parse_json_file(b'\xef\xbb\xbf[{"locals": {"a": 1}}, {"locals": {"b": 2}}]', "x.tf.json")
    assert [list(block.body.attributes) for block in file.body.blocks] == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        ("[", "`x.tf.json` is not readable as JSON: the text ends where a value should stand", 1),
        ('"x"', "a file of Terraform in JSON needs an object here", 1),
        ("[null]", "a file of Terraform in JSON needs an object here", 1),
        ('{\n"resource": 1}', "`resource` needs an object here", 2),
        ('{\n"resource": {"a":\n 1}}', "`resource.a` needs an object here", 3),
        ('{"resource": {"a": {"b":\n [{}, 1]}}}', "`resource.a.b` needs an object here", 2),
        ('{"locals": {\n"a": "${"}}', "`${` is not a template: close every `${` and `%{`", 2),
        ('{"locals": {"a":\n {"b": 1, "b": 2}}}', "`b` stands twice in one object, and only the last is read", 2),
        ('{"moved": {"from":\n "1 +"}}', "`1 +` is not an expression", 2),
        ('{"resource": {"a": {"b": {"dynamic": {"c":\n 1}}}}}', "`dynamic.c` needs an object here", 2),
        (
            '{"resource": {"a": {"b": {"dynamic": {"c": {"content":\n 1}}}}}}',
            "`dynamic.c.content` needs an object here",
            2,
        ),
        ('{"resource": {"a": {"b": {"dynamic":\n 1}}}}', "`dynamic` needs an object here", 2),
    ],
)
def test_what_is_wrong_is_told_with_its_line(content: str, message: str, line: int) -> None:
    assert problems(read(content)) == [(message, line)]


def test_bytes_that_are_no_text_are_told() -> None:
    file = parse_json_file(b"\xff\xfe\xff", "x.tf.json")
    assert file.problems[0].message == "`x.tf.json` is not text in UTF-8"


def test_nesting_has_a_limit_that_is_a_setting() -> None:
    deep = '{"locals": {"a": ' + "[" * 30 + "]" * 30 + "}}"
    assert read(deep).problems == []
    assert problems(read(deep, nesting=20)) == [
        ("`x.tf.json` is not readable as JSON: nested deeper than 20 levels", 1)
    ]


def test_blocks_of_no_known_kind_are_kept_for_whoever_tells_them() -> None:
    assert shape(read({"nonsense": {"a": 1}})) == [("nonsense", (), 2)]


def test_text_is_a_template_where_it_may_be_one(tmp_path: Path) -> None:
    content = {
        "variable": {"v": {"default": "${upper(\"x\")}"}, "n": {"default": 2}},
        "locals": {"up": "${upper(var.v)}", "sum": "${var.n + 1}", "mixed": "n=${var.n} $${x} %{if var.n > 1}big%{endif}"},
        "resource": {"a_b": {"c": {
            "count": "${var.n - 1}",
            "up": "${local.up}",
            "sum": "${local.sum}",
            "mixed": "${local.mixed}",
            "list": ["${var.n}", 1.5, 1e2, 10000000000000000000000, True, None],
            "map": {"${local.up}": "${local.sum}", "//": "a key like any other"},
            "absent": None,
            "//": "a comment",
        }}},
    }  # fmt: skip
    seen, told = evaluated(tmp_path, content)
    assert told == []
    assert seen["a_b.c[0]"] == {
        "up": '${UPPER("X")}',
        "sum": 3,
        "mixed": "n=2 ${x} big",
        "list": [2, 1.5, 100, 10000000000000000000000, True, None],
        "map": {'${UPPER("X")}': 3, "//": "a key like any other"},
    }


def test_the_schema_tells_blocks_from_arguments(tmp_path: Path) -> None:
    # The provider of these tests nests what ends in `_block`.
    content = {"resource": {"a_b": {"c": {
        "one_block": {"x": "${1 + 1}", "//": "a comment", "deep_block": {"y": 1}},
        "two_block": [{"x": 1}, {"x": 2}],
        "no_block": [],
        "null_block": None,
        "object": {"x": 1},
        "dynamic": {"made_block": {"for_each": ["p", "q"], "iterator": "it", "content": {"v": "${it.value}${it.key}", "in_block": {"z": 1}}}},
        "lifecycle": {"ignore_changes": ["object"]},
    }}}}  # fmt: skip
    seen, told = evaluated(tmp_path, content)
    assert told == []
    assert seen["a_b.c"] == {
        "one_block": [{"x": 2, "deep_block": [{"y": 1}]}],
        "two_block": [{"x": 1}, {"x": 2}],
        "no_block": [],
        "object": {"x": 1},
        "made_block": [{"v": "p0", "in_block": [{"z": 1}]}, {"v": "q1", "in_block": [{"z": 1}]}],
    }


def test_a_block_that_is_no_object_is_told_and_not_lost(tmp_path: Path) -> None:
    seen, told = evaluated(tmp_path, {"resource": {"a_b": {"c": {"x_block": [1]}}}})
    assert seen["a_b.c"] == {"x_block": []}
    assert told == ["the block `x_block` needs an object here"]


def test_a_block_with_a_broken_template_is_told_once(tmp_path: Path) -> None:
    content = {"resource": {"a_b": {"c": {"x_block": {"y": "${"}}}}}
    session = session_of(tmp_path, {"main.tf.json": json.dumps(content)})
    assert instances_of(session)["a_b.c"].attributes == {"x_block": [{"y": None}]}
    assert [item.reason for item in session.root.unresolved] == ["`${` is not a template: close every `${` and `%{`"]
    assert session.unresolved == []


def test_references_are_text(tmp_path: Path) -> None:
    content = {
        "variable": {"v": {"type": "object({a = optional(number, 3)})", "default": {}}},
        "resource": {
            "a_b": {
                "c": {"provider": "a.alias", "depends_on": ["a_b.d"], "v": "${var.v.a}"},
                "d": {"provider": "${a.alias}"},
            },
        },
        "provider": {"a": {"alias": "alias"}},
        "module": {"m": {"source": "./m", "providers": {"a": "a.alias"}, "x": "${var.v.a}"}},
    }
    files = {
        "main.tf.json": json.dumps(content),
        "m/main.tf": 'variable "x" {}\nresource "a_b" "c" {\n  v = var.x\n}\n',
    }
    session = session_of(tmp_path, files)
    assert session.unresolved == []
    seen = instances_of(session)
    assert {address: (item.provider, item.attributes) for address, item in seen.items()} == {
        "a_b.c": ("a.alias", {"v": 3}),
        "a_b.d": ("a.alias", {}),
        "module.m.a_b.c": ("a.alias", {"v": 3}),
    }


def test_an_error_in_an_expression_is_told_of_its_argument(tmp_path: Path) -> None:
    text = '{"resource": {"a_b": {"c": {\n\n"v":\n"x ${1 +\\n \\"y\\"}"}}}}'
    (item,) = session_of(tmp_path, {"main.tf.json": text}).unresolved
    assert item.reason == "`v`: `y` is not a number"
    assert item.origin is not None
    assert item.origin.line == 4


TEXT = st.text(alphabet="abcäß \n\t\"\\$%{}~/'", max_size=12).filter(
    lambda text: "$${" not in text and "%%{" not in text
)
"""The grammar cannot tell an escaped mark after another one; nobody writes that."""
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="ab_é", min_size=1, max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def native(value: Any) -> str:
    """A value in the native syntax."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{native(key)} = {native(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(native, value)) + "]"
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else text


def in_json(value: Any) -> Any:
    """A value as JSON holds it, where text is a template."""
    if isinstance(value, dict):
        return {in_json(key): in_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_json(item) for item in value]
    return value.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else value


@settings(max_examples=150, deadline=None)
@given(value=PLAIN)
def test_both_syntaxes_give_the_same_values(value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = session_of(Path(folder), f'resource "a_b" "c" {{\n  v = {native(value)}\n}}\n')
    with tempfile.TemporaryDirectory() as folder:
        seen, told = evaluated(Path(folder), {"resource": {"a_b": {"c": {"v": in_json(value)}}}})
    assert told == []
    assert written.unresolved == []
    # An argument that is null is one that is not there.
    assert seen["a_b.c"].get("v") == instances_of(written)["a_b.c"].attributes["v"] == value
