"""GitLab pipelines: the scripts of their jobs, local files and templates of jobs followed.

Keywords: docs.gitlab.com/ci/yaml, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from everward.sources.pipelines.files import environment_in, load_yaml
from everward.sources.pipelines.step import Step

MAX_DEPTH: Final = 20
"""Levels of included files and of `extends` that are followed."""

_RESERVED: Final = frozenset(
    {"default", "include", "stages", "variables", "workflow", "image", "services", "cache", "spec"}
)
"""Keys at the top that are no jobs."""
_SCRIPTS: Final = ("before_script", "script", "after_script")
_VARIABLE: Final = re.compile(r"\$\{?(\w+)\}?")


def steps_of(entry: Path, repository: Path) -> list[Step]:
    """The jobs with scripts of a pipeline, in order."""
    files: list[Path] = []
    document = _merged(entry, repository, files)
    outer = _texts(document.get("variables"))
    return [
        step
        for name, job in document.items()
        if name not in _RESERVED and not name.startswith(".") and isinstance(job, dict)
        for step in _of_job(entry, tuple(files), document, job, outer)
    ]


def _merged(path: Path, repository: Path, files: list[Path]) -> dict[str, Any]:
    """A file with those that it includes below it: what it says itself wins."""
    document = load_yaml(path)
    if not isinstance(document, dict) or path in files or len(files) >= MAX_DEPTH:
        return {}
    files.append(path)
    merged: dict[str, Any] = {}
    for local in _local(document.get("include")):
        included = _merged(repository / local.lstrip("/"), repository, files)
        merged = _over(merged, included)
    return _over(merged, {str(key): value for key, value in document.items()})


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two documents as one: objects under the same key are joined, key by key."""
    found = dict(below)
    for key, value in above.items():
        old = found.get(key)
        found[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return found


def _local(include: Any) -> Iterator[str]:
    for item in include if isinstance(include, list) else [include]:
        named = item.get("local") if isinstance(item, dict) else item
        if isinstance(named, str) and "://" not in named and "*" not in named:
            yield named


def _of_job(
    entry: Path, files: tuple[Path, ...], document: Mapping[str, Any], job: Mapping[str, Any], outer: Mapping[str, str]
) -> Iterator[Step]:
    job = _extended(document, job, 0)
    default = document.get("default")
    env = {**outer, **_texts(job.get("variables"))}
    scripts = [
        text
        for key in _SCRIPTS
        if (text := _script(job.get(key, default.get(key) if isinstance(default, dict) else None)))
    ]
    if not _script(job.get("script")):
        return
    environment = job.get("environment")
    named = environment.get("name") if isinstance(environment, dict) else environment
    guard = _fill(named, env) if isinstance(named, str) and named.strip() else None
    plain = guard.partition("/")[0].lower() if guard is not None and "$" not in guard else None
    yield Step(
        entry=entry,
        files=files,
        text=partial(_fill, env=env),
        environment=plain or environment_in(entry.stem),
        env=env,
        scripts=tuple(scripts),
        guard=guard,
    )


def _extended(document: Mapping[str, Any], job: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """A job over those that it extends."""
    above = job.get("extends")
    found: dict[str, Any] = {}
    for name in above if isinstance(above, list) else [above]:
        base = document.get(name) if isinstance(name, str) else None
        if isinstance(base, dict) and depth < MAX_DEPTH:
            found = _over(found, _extended(document, base, depth + 1))
    return _over(found, {str(key): value for key, value in job.items()})


def _script(value: Any) -> str:
    lines = value if isinstance(value, list) else [value]
    return "\n".join(line for line in lines if isinstance(line, str))


def _texts(env: Any) -> dict[str, str]:
    if not isinstance(env, dict):
        return {}
    given = {name: value.get("value") if isinstance(value, dict) else value for name, value in env.items()}
    return {str(name): str(value) for name, value in given.items() if isinstance(value, str | int | float | bool)}


def _fill(text: str, env: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: env.get(match[1], match[0]), text)
