"""Pipelines as files have them: the steps of Azure DevOps pipelines, GitHub workflows and GitLab jobs, templates
followed.

Rooms that read what pipelines deploy (Terraform, Kubernetes) ask for the steps and look for their own commands.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from everward.sources.pipelines import azure_devops, github, gitlab
from everward.sources.pipelines.files import candidates, environment_in, load_yaml
from everward.sources.pipelines.step import Step, join_folders
from everward.sources.pipelines.templating import is_open
from everward.sources.pipelines.words import join_lines, split_words

__all__ = ["Step", "environment_in", "is_open", "join_folders", "join_lines", "split_words", "steps_of"]


def steps_of(repository: Path) -> tuple[Step, ...]:
    """The steps of all pipelines of a repository, in order of files. Many ask, so they are worked out once."""
    files = candidates(repository)
    return _expand(repository, tuple((path, _stamp(path)) for path in files))


@lru_cache(maxsize=4)
def _expand(repository: Path, files: tuple[tuple[Path, tuple[int, int]], ...]) -> tuple[Step, ...]:
    workflows = repository / ".github" / "workflows"
    steps: list[Step] = []
    for path, _ in files:
        if path.parent == workflows:
            steps += github.steps_of(path)
        elif path.name.startswith(".gitlab-ci."):
            steps += gitlab.steps_of(path, repository)
        elif azure_devops.is_entry(load_yaml(path)):
            steps += azure_devops.steps_of(path, repository)
    return tuple(steps)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return status.st_mtime_ns, status.st_size
