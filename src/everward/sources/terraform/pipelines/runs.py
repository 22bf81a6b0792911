"""One run of Terraform as a pipeline starts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from everward.sources.pipelines import Step, split_words
from everward.sources.terraform.pipelines.commands import Command, commands_in, read_arguments


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


def runs_in(step: Step) -> Iterator[Run]:
    """The runs of Terraform in a step, in order."""
    for script in step.scripts:
        if "terraform" in script or "tofu" in script:
            for command in commands_in(step.text(script)):
                yield _run(command, step)
    options = step.inputs.get("commandOptions")
    if isinstance(options, str) and step.task.startswith("terraform"):
        yield _run(read_arguments(split_words(step.text(options))), step)


def _run(command: Command, step: Step) -> Run:
    for name, value in step.env.items():
        if str(name).lower().startswith("tf_var_") and isinstance(value, str | int | float | bool):
            command.variables.setdefault(str(name)[7:], step.text(str(value)))
    return Run(command, step.entry, step.files, step.folder, step.environment)
