"""What published parameter files leave open is open, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.support import by_id, expand, template

from everward.sources.template.placeholders import open_placeholders
from everward.values import Unknown


@pytest.mark.parametrize(
    "text",
    ["<vaultResourceId>", "<your subscription id>", "<a-b>", "x(<value>)", "GEN-UNIQUE", "GEN-SSH-PUB-KEY", "<a>/<b>"],
)
def test_a_placeholder_is_no_value(text: str) -> None:
    value, found = open_placeholders(text, "p")
    assert isinstance(value, Unknown)
    assert value.decided_by == ("parameters.p",)
    assert value.text == "[parameters('p')]"
    assert text in value.reason
    assert len(found) == 1


@pytest.mark.parametrize(
    "value",
    [
        "a < b > c",
        "<policies><inbound /></policies>",
        "<a>text</a>",
        "<1>",
        "<>",
        "gen-unique",
        "GENERAL",
        "x > y",
        3,
        None,
        True,
        ["<", ">"],
        {"a": "->"},
    ],
)
def test_what_is_none_stays(value: Any) -> None:
    assert open_placeholders(value, "p") == (value, [])


def test_each_has_its_own_place() -> None:
    value, found = open_placeholders({"a": [{"b c": "<x>"}, "<x>"], "<id>": "known"}, "it's")
    assert found == ["<x>", "<x>"]
    assert value["a"][0]["b c"].text == "[parameters('it''s').a[0]['b c']]"  # type: ignore[index,call-overload,union-attr]
    assert value["a"][1].text == "[parameters('it''s').a[1]]"  # type: ignore[index,call-overload,union-attr]
    assert value["{id}"] == "known"  # type: ignore[index,call-overload]


def test_of_an_id_what_is_written_is_known() -> None:
    value, _ = open_placeholders("/subscriptions/<sub>/resourceGroups/rg", "p")
    assert isinstance(value, Unknown)
    assert value.reference == "/subscriptions/{sub}/resourceGroups/rg"


def test_a_file_with_placeholders_is_told_once(tmp_path: Path) -> None:
    kinds = {"a": "array", "b": "string", "c": "object", "d": "int"}
    content = template(
        (
            {
                "type": "A.B/c",
                "apiVersion": "1",
                "name": "x",
                "properties": {
                    "a": "[parameters('a')]",
                    "b": "[concat(parameters('b'), '-1')]",
                    "d": "[parameters('d')]",
                },
            },
        ),
        parameters={name: {"type": kind} for name, kind in kinds.items()},
    )
    reading = expand(tmp_path, content, a="<list>", b="<b>", c={"x": "<b>", "y": 1}, d=4)
    (note,) = reading.unresolved
    assert note.reason == "placeholders stand where values should be: `<list>`, `<b>`"
    assert note.decided_by == ("parameters.a", "parameters.b", "parameters.c")
    assert not note.incomplete
    properties: Any = by_id(reading)["A.B/c/x"].properties
    assert properties["d"] == 4
    assert properties["a"].decided_by == ("parameters.a",)
    assert properties["b"].text == "[concat(parameters('b'), '-1')]"


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    names = [f"p{index}" for index in range(9)]
    content = template((), parameters={name: {"type": "string"} for name in names})
    values: Any = {name: f"<{name}>" for name in names}
    (note,) = expand(tmp_path, content, **values).unresolved
    assert note.reason.endswith("`<p5>`, …")
    assert len(note.decided_by) == 9
