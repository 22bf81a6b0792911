"""Find the inputs of a root module in the repository that holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from everward.sources.pipelines import Step, environment_in, is_open, join_folders, steps_of
from everward.sources.terraform.pipelines.runs import Run, runs_in
from everward.sources.tree import display, real
from everward.values import Origin


@dataclass(frozen=True, slots=True)
class Found:
    """The value that a pipeline gives to a variable."""

    name: str
    text: str
    """As typed on the command line, everything that files settle filled in."""
    open: bool
    """Whether a part of the text is set only while the pipeline runs; then there is no value yet."""
    origin: Origin
    """Where it is passed."""
    environment: str | None


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A variable file, beside the root or named by a pipeline."""

    path: Path
    environment: str | None
    origin: Origin
    """Where it is named, or the file itself."""
    named: bool
    """Whether a pipeline names it for this root."""


@dataclass(slots=True)
class Discovery:
    """What was found for one root."""

    environments: tuple[str, ...] = ()
    """Environments for which inputs were found, sorted."""
    elsewhere: tuple[str, ...] = ()
    """Environments for which the repository has inputs of other roots, sorted."""
    environment: str | None = None
    """The one that the values below belong to; None when the user must choose."""
    values: dict[str, Found] = field(default_factory=dict)
    files: list[FoundFile] = field(default_factory=list)
    """Variable files of the chosen environment that a pipeline names, in order, then those found beside the root."""
    pipelines: list[Path] = field(default_factory=list)
    """Pipelines and templates that lead to runs in this root."""


def discover(repository: Path, root: Path, environment: str | None) -> Discovery:
    """Look for inputs of the root module `root`.

    Pipelines whose run stands in this very folder count; where a pipeline's folder cannot be worked out it is passed
    over, so that one root never gets another's inputs. With no `environment` asked for, values are given only when
    all inputs belong to one environment.
    """
    root = root.resolve()
    repository = repository.resolve()
    every = _runs(repository)
    runs = [run for run in every if _runs_in(run, root, repository)]
    beside = list(_beside(root))
    names = {run.environment for run in runs} | {file.environment for file in beside}
    environments = tuple(sorted(name for name in names if name is not None))
    chosen = environment.lower() if environment else (environments[0] if len(environments) == 1 else None)
    elsewhere = {run.environment for run in every if run.environment is not None} - set(environments)
    found = Discovery(environments=environments, elsewhere=tuple(sorted(elsewhere)), environment=chosen)
    found.pipelines = list(dict.fromkeys(file for run in runs for file in run.files))
    matching = [run for run in runs if run.environment in (chosen, None)] if chosen or not environments else []
    for run in matching:
        _take(found, run, root)
    named = {file.path for file in found.files}
    found.files += [file for file in beside if file.path not in named]
    found.files.sort(key=lambda file: (not file.named, file.environment not in (chosen, None)))
    return found


def _take(found: Discovery, run: Run, root: Path) -> None:
    for name, text in run.command.variables.items():
        origin = _place_of(run, name)
        candidate = Found(name, text, is_open(text), origin, run.environment)
        known = found.values.get(name)
        # A later run of the same root repeats its inputs; one that is settled wins over one that is still open.
        if known is None or (known.open and not candidate.open):
            found.values[name] = candidate
    for text in run.command.files:
        path = real(root / text)
        if not is_open(text) and path.is_file() and path not in {file.path for file in found.files}:
            place = Origin(source="terraform", file=display(run.files[-1]))
            found.files.append(FoundFile(path, run.environment, place, named=True))


def _place_of(run: Run, name: str) -> Origin:
    """The line that passes a variable: in the innermost file that mentions it."""
    wanted = re.compile(rf"(?:-var[= ]+['\"]*|TF_VAR_){re.escape(name)}\b")
    for file in reversed(run.files):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            continue
        match = wanted.search(text)
        if match is not None:
            return Origin(source="terraform", file=display(file), line=text.count("\n", 0, match.start()) + 1)
    return Origin(source="terraform", file=display(run.entry))


def _beside(root: Path) -> Iterator[FoundFile]:
    """Variable files in the root's folder and one level below that Terraform does not load by itself."""
    paths = [*root.glob("*.tfvars"), *root.glob("*.tfvars.json"), *root.glob("*/*.tfvars")]
    for path in sorted(paths):
        if path.name in ("terraform.tfvars", "terraform.tfvars.json") or ".auto.tfvars" in path.name:
            continue
        folder = path.parent.name if path.parent != root else ""
        environment = environment_in(path.name.partition(".")[0]) or environment_in(folder)
        yield FoundFile(path.resolve(), environment, Origin(source="terraform", file=display(path)), named=False)


def _runs(repository: Path) -> tuple[Run, ...]:
    """The runs of all pipelines. Every root of a repository asks for them, so they are worked out once."""
    return _found(steps_of(repository))


@lru_cache(maxsize=4)
def _found(steps: tuple[Step, ...]) -> tuple[Run, ...]:
    return tuple(run for step in steps for run in runs_in(step))


def _runs_in(run: Run, root: Path, repository: Path) -> bool:
    """Whether a run stands in `root`; its folder is the step's, then what the script changes to."""
    folder = join_folders(run.folder, run.command.folder)
    if folder is None or is_open(folder):
        return False
    return real(repository / folder) == root
