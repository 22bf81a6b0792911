"""What Terraform takes from the environment it runs in: `TF_VAR_…` and `TF_WORKSPACE`; and the workspace in use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from everward.sources.interface import ReadOptions
from everward.sources.terraform.evaluation import GivenValue
from everward.sources.terraform.inputs.tfvars import typed_values
from everward.sources.terraform.modules import Module
from everward.values import ProblemError

PREFIX: Final = "TF_VAR_"
WORKSPACE: Final = "TF_WORKSPACE"
_CHOSEN: Final = Path(".terraform") / "environment"


def environment_values(
    root: Module, environment: Mapping[str, str] = os.environ
) -> tuple[dict[str, GivenValue], list[ProblemError]]:
    """The values that `TF_VAR_` variables give to variables that a root declares."""
    given = {name.removeprefix(PREFIX): text for name, text in environment.items() if name.startswith(PREFIX)}
    return typed_values(given, root, PREFIX)


def find_workspace(folder: Path, options: ReadOptions, environment: Mapping[str, str] = os.environ) -> str | None:
    """The workspace that a root is deployed with: as the user says, the environment, or `terraform workspace select`.

    None when none of them says it: which one a run will choose is not in the files.
    """
    given = options.variables.get("terraform.workspace") or environment.get(WORKSPACE)
    if given:
        return given
    try:
        chosen = (folder / _CHOSEN).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return chosen or None
