"""GitHub workflows: the runs of Terraform in their jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from everward.sources.terraform.pipelines.commands import commands_in
from everward.sources.terraform.pipelines.runs import Run, environment_in, load_yaml

_ENV = re.compile(r"\$\{\{\s*env\.([A-Za-z_]\w*)\s*\}\}")


def runs_of(workflow: Path) -> list[Run]:
    """The runs of Terraform in a workflow, in order."""
    document = load_yaml(workflow)
    jobs = document.get("jobs") if isinstance(document, dict) else None
    found: list[Run] = []
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if isinstance(job, dict):
            found += _runs_of_job(workflow, document, job)
    return found


def _runs_of_job(workflow: Path, document: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[Run]:
    outer = {**_texts(document.get("env")), **_texts(job.get("env"))}
    default_folder = _default_folder(job) or _default_folder(document)
    named = job.get("environment")
    environment = named.get("name") if isinstance(named, dict) else named
    steps = job.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, dict) or not isinstance(step.get("run"), str):
            continue
        env = {**outer, **_texts(step.get("env"))}
        for command in commands_in(_fill(step["run"], env)):
            for name, value in env.items():
                if name.startswith("TF_VAR_"):
                    command.variables.setdefault(name[7:], _fill(value, env))
            folder = step.get("working-directory") or default_folder
            plain = isinstance(environment, str) and re.fullmatch(r"[\w-]+", environment)
            yield Run(
                command=command,
                entry=workflow,
                files=(workflow,),
                folder=_fill(str(folder), env) if folder else None,
                environment=environment.lower()
                if plain and isinstance(environment, str)
                else environment_in(workflow.stem),
                variables={},
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
