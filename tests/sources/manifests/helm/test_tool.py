"""The user's own Helm: what is left to it, and what comes of it when it fails."""

# ruff: noqa: E501 - files of a repository read best on one line

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from everward.sources.limits import Limits
from everward.sources.manifests.helm import tool
from everward.sources.manifests.helm.chart import load_chart
from everward.sources.manifests.helm.render import NotRendered, Release, Rendered, render
from everward.sources.manifests.helm.tool import render_missing
from everward.sources.tree import Tree
from everward.values import Unknown

OPEN = Unknown(reason="open", decided_by=("x",), text="{x}")
CHART = "apiVersion: v2\nname: c\nversion: 1.0.0\n"
NOT_READ = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: {{ .Values.x | quote }}, y: {{ "1.2" | semver | toString | len | quote }}}\n'


def chart(folder: Path, template: str = NOT_READ) -> Path:
    (folder / "c" / "templates").mkdir(parents=True)
    (folder / "c" / "Chart.yaml").write_text(CHART)
    (folder / "c" / "templates" / "a.yaml").write_text(template)
    (folder / "c" / "templates" / "b.yaml").write_text("kind: B\napiVersion: v1\nmetadata: {name: b}\n")
    return folder / "c"


def helm(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program called `helm` first in the path."""
    program = folder / "bin" / "helm"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def missing(folder: Path, **values: Any) -> tuple[Rendered, list[NotRendered]]:
    tree = Tree(folder)
    loaded = load_chart(folder, tree, Limits())
    rendered = render(loaded, Release("rel", "space"), values, tree, Limits())
    assert [item.template.name for item in rendered.failed] == ["c/templates/a.yaml"]
    return rendered, render_missing(loaded, Release("rel", "space"), values, rendered.failed, rendered, Limits())


def test_without_helm_nothing_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    rendered, left = missing(chart(tmp_path))
    assert len(left) == 1
    assert len(rendered.made) == 1


PRINT = """
for value; do case $before in --values) file=$value;; esac; before=$value; done
x=$(sed 's/.*"x": "\\([^"]*\\)".*/\\1/' "$file")
printf -- '---\\n# Source: c/templates/a.yaml\\napiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: a}\\n'
printf 'data: {x: "%s", size: "%s", env: "%s"}\\n' "$x" "${#x}" "$KUBECONFIG"
printf -- '---\\n# Source: c/templates/b.yaml\\nkind: Never\\n'
"""


def test_what_comes_out_different_for_different_values_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm(tmp_path, PRINT, monkeypatch)
    rendered, left = missing(chart(tmp_path), x=OPEN)
    assert left == []
    (made,) = [item for item in rendered.made if item.template == "c/templates/a.yaml"]
    data = made.document.value["data"]
    assert data["x"] == OPEN
    assert isinstance(data["size"], Unknown)
    assert data["env"] == "/dev/null"
    assert made.document.spot[0].endswith("c/templates/a.yaml")
    assert sum(item.template == "c/templates/b.yaml" for item in rendered.made) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo 'Error: no such thing' >&2; exit 1", "`helm template` failed: Error: no such thing"),
        ("exit 1", "`helm template` failed: no reason given"),
        ("exec sleep 30", "`helm template` took more than"),
        (
            "printf -- '---\\n# Source: c/templates/a.yaml\\na: [\\n'",
            "what `helm template` printed for it is not readable",
        ),
        ("head -c 3000 /dev/zero", "`helm template` printed more than"),
    ],
)
def test_what_goes_wrong_is_said(body: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "SECONDS", 0.5)
    monkeypatch.setattr(tool, "MAX_OUTPUT", 2_000)
    helm(tmp_path, body, monkeypatch)
    _, (left,) = missing(chart(tmp_path))
    assert message in left.error.message


def test_a_program_that_cannot_be_run_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm(tmp_path, "true", monkeypatch)
    (tmp_path / "bin" / "helm").write_text("#!/nonexistent/interpreter\n")
    _, (left,) = missing(chart(tmp_path))
    assert "`helm` cannot be run" in left.error.message


def test_what_helm_refuses_is_not_asked_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm(tmp_path, "echo never >&2; exit 1", monkeypatch)
    _, (left,) = missing(chart(tmp_path, '{{ fail "no" }}'))
    assert left.error.refused


@pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not installed")
def test_with_the_real_helm(tmp_path: Path) -> None:
    rendered, left = missing(chart(tmp_path), x=OPEN, n=8080.0, deep=[{"a": OPEN}])
    assert left == []
    (made,) = [item for item in rendered.made if item.template == "c/templates/a.yaml"]
    assert made.document.value["data"]["x"] == OPEN
