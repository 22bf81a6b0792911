"""One step of a pipeline, as far as files tell what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final


@dataclass(slots=True, eq=False)
class Step:
    """A step with the environment and the files that it comes from. Its texts are as written: `text` fills them in."""

    entry: Path
    """The pipeline that is started."""
    files: tuple[Path, ...]
    """The pipeline and the templates that lead to the step, outermost first."""
    text: Callable[[str], str]
    """Fills in what files settle of a text; what is set while the pipeline runs stays as it is written."""
    folder: str | None = None
    """Its working folder as far as it is known; relative ones start at the repository."""
    environment: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Variables of the pipeline by lower-case name, which `$(name)` stands for."""
    env: Mapping[str, Any] = field(default_factory=dict)
    """Variables of the process, those of the pipeline among them, with values as written."""
    scripts: tuple[str, ...] = ()
    """Shell or PowerShell that it runs."""
    task: str = ""
    """The task or action that it is, in lower case and without its version: `helmdeploy`, `azure/k8s-deploy`."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What the task or action is given."""
    pool: Any = None
    """What runs it, as the pipeline says: a pool of agents by name, an image of the platform, labels of a runner."""
    guard: str | None = None
    """The environment of the platform that its job deploys to, whose checks must pass before it runs; as written."""
    retries: int = 0
    """How often the platform runs it again when it fails."""


_ANCHORS: Final[Sequence[str]] = (
    "$(Build.SourcesDirectory)", "$(System.DefaultWorkingDirectory)", "$(Build.Repository.LocalPath)",
    "$(Pipeline.Workspace)/s", "${{ github.workspace }}", "${{github.workspace}}", "$GITHUB_WORKSPACE",
)  # fmt: skip
"""How pipelines write the folder into which they check out the repository."""


def join_folders(*given: str | None) -> str | None:
    """A folder of the repository from parts, each below the one before unless it begins at the repository."""
    parts: list[str] = []
    for part in given:
        if part is None:
            continue
        for anchor in _ANCHORS:
            if part.lower().startswith(anchor.lower()):
                parts.clear()
                part = part[len(anchor) :]
                break
        parts.append(part.replace("\\", "/").strip("/"))
    return "/".join(part for part in parts if part) if parts else None
