"""Which files of a tree are of Kubernetes: charts, kustomizations, manifests."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from everward.sources.limits import Limits
from everward.sources.tree import Tree

ENDINGS: Final = (".yaml", ".yml", ".json")
KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART: Final = "Chart.yaml"
_HEAD: Final = 64 * 1024
"""Bytes in which a manifest says what it is, for the first look."""
_VERSION: Final = re.compile(rb"^(?:---[ \t]+)?[\"']?apiVersion[\"']?[ \t]*:", re.MULTILINE)
_KIND: Final = re.compile(rb"^[\"']?kind[\"']?[ \t]*:", re.MULTILINE)
_JSON: Final = re.compile(rb'"apiVersion"\s*:\s*"(?:v\d|[a-z0-9.-]+/v\d)')
_FLOW: Final = re.compile(rb"\s*(?:#[^\n]*\n\s*|---\s+)*\{")
_TERRAFORM: Final = re.compile(rb'^\s*resource\s+"(helm_release|kubernetes_manifest|kubectl_manifest)"', re.MULTILINE)
_PIPELINE_TOOLS: Final = re.compile(rb"\b(helm|kubectl)\s+(upgrade|install|apply)\b|HelmDeploy@|azure/k8s-deploy@")


@dataclass(slots=True)
class Found:
    """What was found in a tree."""

    charts: list[Path] = field(default_factory=list)
    """Folders of charts that stand in no other chart."""
    kustomizations: dict[Path, Path] = field(default_factory=dict)
    """Folders with a kustomization, and its file."""
    manifests: list[Path] = field(default_factory=list)
    """Other files with objects."""
    pipelines: list[Path] = field(default_factory=list)
    """Pipelines that bring something to a cluster."""

    @property
    def files(self) -> Iterator[Path]:
        """Every file that speaks of Kubernetes, in a stable order."""
        yield from sorted({*self.manifests, *self.kustomizations.values(), *(path / CHART for path in self.charts)})


def scan(tree: Tree, limits: Limits) -> Found:
    """Look at the files of a tree. Nothing is parsed: names and the first lines tell."""
    found = Found()
    charts = sorted({path.parent for path in tree.files if path.name == CHART})
    for folder in charts:
        if not any(folder != other and folder.is_relative_to(other) for other in found.charts):
            found.charts.append(folder)
    for path in tree.files:
        if path.name in KUSTOMIZATIONS:
            found.kustomizations.setdefault(path.parent, path)
    inside = frozenset(found.charts)
    for path in tree.files:
        if path.name in KUSTOMIZATIONS or not _is_candidate(path, tree):
            continue
        if inside and not inside.isdisjoint(path.parents):
            continue
        if is_manifest(path, tree, limits):
            found.manifests.append(path)
    return found


def _is_candidate(path: Path, tree: Tree) -> bool:
    return path.name.lower().endswith(ENDINGS) or path == tree.root


def is_manifest(path: Path, tree: Tree, limits: Limits) -> bool:
    """Whether a file has an object of Kubernetes, as far as its text tells without reading it as YAML."""
    head = tree.head(path, _HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # What Windows PowerShell writes with `>`: it is not read, but whoever reads it says so.
        head = head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    if b"apiVersion" not in head:
        try:
            if len(head) < _HEAD or path.stat().st_size > limits.file_bytes:
                return False
        except OSError:
            return False
        head = tree.read(path)
    head = head.replace(b"\r", b"\n").removeprefix(b"\xef\xbb\xbf")
    if path.name.lower().endswith(".json") or _FLOW.match(head):
        return _JSON.search(head) is not None and b'"kind"' in head and b"$schema" not in head[:400]
    return _VERSION.search(head) is not None and _KIND.search(head) is not None


def terraform_files(tree: Tree) -> list[Path]:
    """The files of Terraform that deploy into clusters."""
    return [
        path
        for path in tree.files
        if path.name.endswith(".tf") and _TERRAFORM.search(tree.head(path, 1024 * 1024)) is not None
    ]


def deploys(paths: Iterable[Path], tree: Tree) -> list[Path]:
    """The pipelines among some files that use helm or kubectl."""
    return [path for path in paths if _PIPELINE_TOOLS.search(tree.head(path, 1024 * 1024))]
