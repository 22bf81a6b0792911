"""Our reading of templates beside Helm's own, recorded by `record.py` with Helm 3.17.3."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.manifests.helm.record import DUMPED, EXPRESSIONS, RECORDED, SETTINGS, write_chart

from everward.sources.limits import Limits
from everward.sources.manifests.helm.chart import load_chart
from everward.sources.manifests.helm.functions.calling import plain_text
from everward.sources.manifests.helm.functions.encoding import floats, go_json
from everward.sources.manifests.helm.functions.quoting import go_quote
from everward.sources.manifests.helm.holes import Holes
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.helm.render import Release, render
from everward.sources.manifests.helm.values import set_values
from everward.sources.manifests.helm.yamldump import dump
from everward.sources.manifests.placed import plain
from everward.sources.manifests.yamltext import read_documents
from everward.sources.tree import Tree
from everward.values import Unknown

ROWS: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
WRITTEN = [row for row in ROWS if "expression" in row]
SET = [row for row in ROWS if "settings" in row]
DUMPS = [row for row in ROWS if "yaml" in row]
KINDS = {"--set": "typed", "--set-string": "text", "--set-json": "json"}


def outcome(folder: Path, text: str, values: dict[str, Any]) -> tuple[str | None, list[str]]:
    """What a template prints, and what is said when it does not."""
    write_chart(folder, text)
    tree = Tree(folder)
    rendered = render(load_chart(folder, tree, Limits()), Release("rel", "space"), values, tree, Limits())
    if not rendered.made:
        return None, [item.error.message for item in rendered.failed]
    (made,) = rendered.made
    out = made.document.value["out"]
    assert not isinstance(out, Unknown)
    return base64.b64decode(out).decode(), []


def test_everything_is_recorded() -> None:
    assert [row["expression"] for row in WRITTEN] == list(EXPRESSIONS)
    assert [tuple(row["settings"]) for row in SET] == list(SETTINGS)
    assert sum(row["output"] is None for row in (*WRITTEN, *SET)) > 15
    assert len(DUMPS) == len(DUMPED)


@pytest.mark.parametrize("row", WRITTEN, ids=lambda row: row["expression"][:60])
def test_an_expression_comes_to_what_helm_makes_of_it(row: dict[str, Any], tmp_path: Path) -> None:
    printed, said = outcome(tmp_path / "recorded", row["expression"], {})
    assert printed == row["output"], said
    assert (printed is None) == bool(said)


@pytest.mark.parametrize("row", SET, ids=lambda row: " ".join(row["settings"])[:60])
def test_settings_are_laid_over_values_as_helm_does(row: dict[str, Any], tmp_path: Path) -> None:
    values: dict[str, Any] = {}
    words = row["settings"]
    order = ("--set-json", "--set", "--set-string")
    try:
        for option, text in sorted(zip(words[::2], words[1::2], strict=True), key=lambda pair: order.index(pair[0])):
            set_values(values, text, Holes(), kind=KINDS[option])
    except TemplateError as error:
        refused: TemplateError | None = error
    else:
        refused = None
    if refused is not None:
        assert row["output"] is None
        assert refused.refused
        return
    printed, said = outcome(tmp_path / "recorded", "{{ toJson .Values }}", values)
    assert printed == row["output"], said


@pytest.mark.parametrize("row", DUMPS, ids=lambda row: repr(row["value"])[:40])
def test_values_are_written_as_helm_writes_them(row: dict[str, Any]) -> None:
    value = floats(row["value"])
    assert dump(value) == row["yaml"]
    assert go_json(value) == row["json"]
    if not isinstance(value, dict | list | None):
        assert plain_text(value) == row["printed"]
        assert go_quote(plain_text(value)) == row["quoted"]


def test_what_is_written_rarely_is_refused() -> None:
    for value in ({"a\nb": 1}, "a\u2028b", {"x" * 200: 1}):
        with pytest.raises(TemplateError):
            dump(value)


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(
    alphabet="ab :#-'\"\\\n\t1.é{}[],&*!|>%@`", max_size=12), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(alphabet="ab :#-1.", max_size=5), inner, max_size=3)))  # fmt: skip
def test_what_is_written_means_the_value(value: Any) -> None:
    (document,) = read_documents(dump(value) + "\n", "f", Limits())
    assert floats(plain(document.value)) == (float(value) if type(value) is float else value)
