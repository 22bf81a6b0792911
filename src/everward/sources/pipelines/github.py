"""GitHub workflows: the steps of their jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from everward.sources.pipelines.files import environment_in, load_yaml
from everward.sources.pipelines.step import Step

_ENV = re.compile(r"\$\{\{\s*env\.([A-Za-z_]\w*)\s*\}\}")


def steps_of(workflow: Path) -> list[Step]:
    """The steps of a workflow that run something, in order."""
    document = load_yaml(workflow)
    jobs = document.get("jobs") if isinstance(document, dict) else None
    found: list[Step] = []
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if isinstance(job, dict):
            found += _steps_of_job(workflow, document, job)
    return found


def _steps_of_job(workflow: Path, document: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[Step]:
    outer = {**_texts(document.get("env")), **_texts(job.get("env"))}
    default_folder = _default_folder(job) or _default_folder(document)
    named = job.get("environment")
    environment = named.get("name") if isinstance(named, dict) else named
    steps = job.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, dict):
            continue
        run, uses, given = step.get("run"), step.get("uses"), step.get("with")
        if not isinstance(run, str) and not isinstance(uses, str):
            continue
        env = {**outer, **_texts(step.get("env"))}
        folder = step.get("working-directory") or default_folder
        plain = isinstance(environment, str) and re.fullmatch(r"[\w-]+", environment)
        yield Step(
            entry=workflow,
            files=(workflow,),
            text=partial(_fill, env=env),
            folder=_fill(str(folder), env) if folder else None,
            environment=environment.lower()
            if plain and isinstance(environment, str)
            else environment_in(workflow.stem),
            env=env,
            scripts=(run,) if isinstance(run, str) else (),
            task=uses.lower().partition("@")[0] if isinstance(uses, str) else "",
            inputs=given if isinstance(given, dict) else {},
            pool=job.get("runs-on"),
            guard=_fill(environment, outer) if isinstance(environment, str) and environment.strip() else None,
        )


def _default_folder(holder: Mapping[str, Any]) -> Any:
    defaults = holder.get("defaults")
    run = defaults.get("run") if isinstance(defaults, dict) else None
    return run.get("working-directory") if isinstance(run, dict) else None


def _texts(env: Any) -> dict[str, str]:
    if not isinstance(env, dict):
        return {}
    return {str(name): str(value) for name, value in env.items() if isinstance(value, str | int | float | bool)}


def _fill(text: str, env: Mapping[str, str]) -> str:
    filled = _ENV.sub(lambda match: env.get(match[1], match[0]), text)
    return re.sub(r"\$\{?(\w+)\}?", lambda match: env.get(match[1], match[0]), filled)
