"""Our reading of templates beside Helm's own, recorded by `record.py` with Helm 3.17.3."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.manifests.helm.record import EXPRESSIONS, RECORDED, SETTINGS, write_chart

from everward.sources.limits import Limits
from everward.sources.manifests.helm.chart import load_chart
from everward.sources.manifests.helm.holes import Holes
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.helm.render import Release, render
from everward.sources.manifests.helm.values import set_values
from everward.sources.tree import Tree
from everward.values import Unknown

ROWS: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
WRITTEN = [row for row in ROWS if "expression" in row]
SET = [row for row in ROWS if "settings" in row]
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
    assert sum(row["output"] is None for row in ROWS) > 15


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
