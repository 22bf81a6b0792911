"""One run of Terraform as a pipeline starts it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from everward.sources.terraform.pipelines.commands import Command

MAX_FILE_BYTES = 2_000_000
"""Larger YAML files hold data, not pipelines."""


@dataclass(slots=True)
class Run:
    """A command with the folder, the environment and the files that it comes from."""

    command: Command
    entry: Path
    """The pipeline that is started."""
    files: tuple[Path, ...]
    """The pipeline and the templates that lead to the command, outermost first."""
    folder: str | None = None
    """Its working folder as far as it is known; relative ones start at the repository."""
    environment: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Variables of the pipeline by lower-case name, which `$(name)` stands for."""


def load_yaml(path: Path) -> Any:
    """The content of a YAML file, or None when it cannot be read: pipelines are looked at, not judged, here.

    What comes back is shared: treat it as read-only.
    """
    try:
        status = path.stat()
    except OSError:
        return None
    return _load(path, status.st_mtime_ns, status.st_size) if status.st_size <= MAX_FILE_BYTES else None


# Every root of a repository asks for the same pipelines, and every pipeline for the same templates.
@lru_cache(maxsize=512)
def _load(path: Path, _changed: int, _size: int) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=loader)  # noqa: S506 - it is the safe loader
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return None


_ENVIRONMENTS = frozenset(
    {
        "dev",
        "development",
        "test",
        "tst",
        "e2e",
        "qa",
        "uat",
        "int",
        "integration",
        "stage",
        "staging",
        "stg",
        "preprod",
        "pre",
        "nonprod",
        "prod",
        "production",
        "prd",
        "live",
        "sandbox",
        "sbx",
        "demo",
        "perf",
    }
)


def environment_in(text: str) -> str | None:
    """The environment that a file name names: `prod` in `azure-release-prod.yaml`."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", text) if word.lower() in _ENVIRONMENTS]
    return words[-1].lower() if words else None
