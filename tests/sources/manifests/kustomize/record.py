"""Records what kustomize builds: `python -m tests.sources.manifests.kustomize.record KUSTOMIZE`.

Writes `recorded.json` beside this file; the tests compare our reading with it and need no kustomize.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent
CASES: Final = HERE / "cases"
RECORDED: Final = HERE / "recorded.json"
FOLDERS: Final = ("base", "overlay", "second", "lists", "directives", "texts")


def main(kustomize: str) -> None:
    """Record every folder."""
    built = {folder: build(kustomize, CASES / folder) for folder in FOLDERS}
    RECORDED.write_text(json.dumps(built, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")


def build(kustomize: str, folder: Path) -> list[Any]:
    """The objects that kustomize makes of a folder."""
    done = subprocess.run([kustomize, "build", str(folder)], capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(done.stdout))


if __name__ == "__main__":
    main(sys.argv[1])
