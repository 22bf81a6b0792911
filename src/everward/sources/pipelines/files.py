"""The files in which a repository keeps its pipelines."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

MAX_FILE_BYTES: Final = 2_000_000
"""Larger YAML files hold data, not pipelines."""

PIPELINE_FOLDERS: Final = (
    ".ado", ".azuredevops", ".azure-pipelines", ".pipelines", "pipelines", "azure-pipelines", "ci",
)  # fmt: skip
"""Folders at the top of a repository where Azure DevOps pipelines are kept."""


def load_yaml(path: Path) -> Any:
    """The content of a YAML file, or None when it cannot be read: pipelines are looked at, not judged, here.

    What comes back is shared: treat it as read-only.
    """
    try:
        status = path.stat()
    except (OSError, ValueError):
        # A name with a NUL in it is that of no file.
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


def candidates(repository: Path) -> list[Path]:
    """The files where pipelines and their templates are kept."""
    found: set[Path] = set()
    for ending in ("yml", "yaml"):
        found.update(repository.glob(f"*pipeline*.{ending}"))
        found.update((repository / ".github" / "workflows").glob(f"*.{ending}"))
        found.update(repository.glob(f".gitlab-ci.{ending}"))
        for folder in PIPELINE_FOLDERS:
            found.update((repository / folder).rglob(f"*.{ending}"))
    return sorted(found)


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
