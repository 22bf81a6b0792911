"""The service connections and logins by which pipelines act in Azure, one record a pipeline and connection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from everward.estate import Resource
from everward.sources.pipelines import Step, is_open, join_folders, steps_of
from everward.sources.pipelines.applying import applied
from everward.sources.pipelines.assigning import Assigning, assignings
from everward.sources.pipelines.files import load_yaml
from everward.sources.pipelines.signin import SignIn, sign_ins
from everward.sources.pipelines.triggers import triggers_of
from everward.sources.tree import display, real
from everward.values import Origin, Unknown

TYPE: Final = "Pipelines/connections"
"""The type of a record. It is no resource of Azure: readings hand it on to those who analyse rights."""
ASSIGNING_TYPE: Final = "Pipelines/roleAssignments"
"""The type of a record of a command that assigns a role."""
SOURCE: Final = "pipelines"

_DEPLOY: Final = re.compile(
    r"\baz\s+deployment\b|\baz\s+stack\b|\bNew-Az(?:\w*Deployment|DeploymentStack)\b|\bazd\s+(?:up|provision)\b", re.I
)
_DEPLOYING: Final = ("azureresourcemanagertemplatedeployment", "azureresourcegroupdeployment", "azure/arm-deploy")


Place = tuple[Path, int | None]
"""A file and a line of it."""


@dataclass(slots=True)
class Connection:
    """What a pipeline does in Azure by one connection, or one login."""

    platform: str
    pipeline: Path
    sign_in: SignIn
    environment: str | None
    place: Place
    scheme: str | None = None
    scheme_place: Place | None = None
    guards: dict[str, None] = field(default_factory=dict)
    """Environments of the platform whose jobs use it, in order."""
    unguarded: bool = False
    """Whether jobs that deploy to no environment use it too."""
    tasks: dict[str, None] = field(default_factory=dict)

    def add(self, step: Step, sign_in: SignIn) -> None:
        """One more step that uses it."""
        if step.guard is None:
            self.unguarded = True
        else:
            self.guards[step.guard] = None
        if step.task:
            self.tasks[step.task] = None
        if self.scheme is None and sign_in.scheme is not None:
            self.scheme, self.scheme_place = sign_in.scheme, _place(step, _TELLS.get(sign_in.scheme, ""))


_TELLS: Final = {"secret": "servicePrincipalKey", "workloadIdentityFederation": "idToken"}
"""What a script says that tells the scheme of its connection."""


def connections_of(repository: Path, environment: str | None = None, root: Path | None = None) -> list[Resource]:
    """The records of a repository's pipelines, in order of files; those of one environment when it is chosen.

    Files below `root`, what the user named, are called as the user called them.
    """
    repository = repository.resolve()
    steps = steps_of(repository)
    recorder = _Recorder(repository, repository_name(repository), root)
    records = [
        recorder.record(one, [step for step in steps if step.entry == one.pipeline])
        for one in _gathered(steps)
        if environment is None or one.environment in (None, environment.lower())
    ]
    if not records:
        return []
    chosen = {
        record.body["properties"]["pipeline"] for record in records if isinstance(record.body["properties"], dict)
    }
    given = (recorder.assigning(one) for one in assignings(repository, steps))
    return [*records, *(item for item in given if chosen & set(_pipelines_of(item)))]


def _pipelines_of(record: Resource) -> list[Any]:
    properties = record.body["properties"]
    pipelines = properties.get("pipelines") if isinstance(properties, dict) else None
    return pipelines if isinstance(pipelines, list) else []


def _gathered(steps: tuple[Step, ...]) -> list[Connection]:
    made: dict[tuple[Path, str, str], Connection] = {}
    for step in steps:
        for sign_in in sign_ins(step):
            login = "" if sign_in.connection else sign_in.client or sign_in.written
            key = (step.entry, sign_in.connection or "", login)
            found = made.get(key)
            if found is None:
                place = _place(step, sign_in.written)
                found = made[key] = Connection(_platform(step), step.entry, sign_in, step.environment, place)
            found.add(step, sign_in)
    return list(made.values())


def _platform(step: Step) -> str:
    if step.entry.name.startswith(".gitlab-ci."):
        return "gitlab"
    return "github" if step.entry.parts[-3:-1] == (".github", "workflows") else "azureDevOps"


class _Recorder:
    """Makes the records of one repository."""

    def __init__(self, repository: Path, name: str | None, root: Path | None) -> None:
        self.repository = repository
        self.name = name
        self.root = root
        self.real_root = real(root) if root is not None else None

    def record(self, one: Connection, steps: list[Step]) -> Resource:
        triggers = triggers_of(one.platform, load_yaml(one.pipeline))
        branches = triggers.branches
        scheme_file, scheme_line = one.scheme_place or (None, None)
        shown = self.shown(one.pipeline)
        properties: dict[str, Any] = {
            "platform": one.platform,
            "pipeline": shown,
            "pipelineName": one.pipeline.name,
            "repository": self.name,
            "connection": _settled(one.sign_in.connection),
            "client": _settled(one.sign_in.client),
            "scheme": one.scheme,
            "schemeFile": self.shown(scheme_file) if scheme_file is not None else None,
            "schemeLine": scheme_line,
            "environment": one.environment,
            "guards": list(one.guards),
            "unguarded": one.unguarded,
            "branches": branches if isinstance(branches, Unknown) else list(branches),
            "pullRequests": triggers.pull_requests,
            "tasks": list(one.tasks),
            "roots": list(dict.fromkeys(self.roots(steps))),
            "deploys": any(_deploys(step) for step in steps),
        }
        name = one.sign_in.connection or one.sign_in.client or one.sign_in.name
        file, line = one.place
        origin = Origin(source=SOURCE, file=self.shown(file), line=line)
        return Resource(f"{SOURCE}:{shown}#{name}", TYPE, name, {"properties": properties}, origin)

    def assigning(self, one: Assigning) -> Resource:
        """A command that assigns a role, with what comes after it."""
        properties: dict[str, Any] = {
            "pipelines": [self.shown(path) for path in one.pipelines],
            "pipelineNames": [path.name for path in one.pipelines],
            "role": one.role,
            "root": self.shown(one.root) if one.root is not None else None,
            "use": one.use,
            "useFile": self.shown(one.use_file) if one.use_file is not None else None,
            "useLine": one.use_line,
            "waits": one.waits,
            "retries": one.retries,
        }
        file = self.shown(one.file)
        origin = Origin(source=SOURCE, file=file, line=one.line)
        return Resource(
            f"{SOURCE}:{file}:{one.line}", ASSIGNING_TYPE, one.file.name, {"properties": properties}, origin
        )

    def shown(self, path: Path) -> str:
        """A path as the user would open it."""
        if self.root is not None and self.real_root is not None:
            inner = real(path)
            if inner.is_relative_to(self.real_root):
                return display(self.root / inner.relative_to(self.real_root))
        return display(path)

    def roots(self, steps: list[Step]) -> Iterator[str]:
        """The folders in which a pipeline applies Terraform, as far as they are known."""
        for step in steps:
            folders: list[str | None] = [None] if _is_apply_task(step) else []
            for script in step.scripts:
                folders += applied(step.text(script))
            for folder in folders:
                joined = join_folders(step.folder, folder)
                if joined is not None and not is_open(joined):
                    yield self.shown(self.repository / joined)


def _settled(text: str | None) -> str | Unknown | None:
    if text is None or not is_open(text):
        return text
    return Unknown(reason="it is set where pipelines run", decided_by=(text,), text=text)


def _is_apply_task(step: Step) -> bool:
    return step.task.startswith("terraform") and str(step.inputs.get("command", "")).lower() == "apply"


def _deploys(step: Step) -> bool:
    if step.task in _DEPLOYING or _is_apply_task(step):
        return True
    return any(any(True for _ in applied(script)) or _DEPLOY.search(script) for script in step.scripts)


def _place(step: Step, written: str) -> Place:
    """The line that says something: in the innermost file that does."""
    for file in reversed(step.files):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            continue
        at = text.find(written) if written else -1
        if at >= 0:
            return file, text.count("\n", 0, at) + 1
    return step.entry, None


_REMOTE: Final = re.compile(
    r"^\s*url\s*=\s*(?:https://(?:[^@/\s]+@)?|git@|ssh://git@)(?P<host>github\.com|gitlab\.com)[:/]"
    r"(?P<name>[\w.-]+(?:/[\w.-]+?)+?)(?:\.git)?/?\s*$",
    re.MULTILINE,
)
MAX_CONFIG: Final = 64 * 1024


def repository_name(repository: Path) -> str | None:
    """The name by which GitHub or GitLab knows a repository, from where it was cloned; None when that is not told."""
    path = repository / ".git" / "config"
    try:
        if path.stat().st_size > MAX_CONFIG:
            return None
        match = _REMOTE.search(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return match["name"] if match is not None else None
