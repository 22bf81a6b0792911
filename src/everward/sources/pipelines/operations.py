"""What pipelines do at the data planes of services, one record a pipeline, pool and kind of command.

A deployment needs a way to what it configures: whether there is one from where its agents stand is for others to say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from everward.estate import Resource
from everward.sources.pipelines import Step, is_open, join_folders, steps_of
from everward.sources.pipelines.commands import (
    CLUSTER,
    CONFIGURATION,
    MAX_LINE,
    SQL,
    STORAGE,
    VAULT,
    Command,
    assignments,
    command_lines,
    commands_in,
    last_name,
    opens_firewall,
)
from everward.sources.pipelines.files import load_yaml
from everward.sources.pipelines.pools import Kind, Pool, pool_of
from everward.sources.pipelines.triggers import schedules_of
from everward.sources.tree import display, real
from everward.values import Origin, Unknown

TYPE: Final = "Pipelines/operations"
"""The type of a record. It is no resource of Azure: readings hand it on to those who ask who reaches what."""
SOURCE: Final = "pipelines"
MAX_BYTES: Final = 1024 * 1024
MAX_PLACES: Final = 20
MAX_FILES: Final = 2_000
"""Files of Terraform that are looked through below a folder."""

_TERRAFORM: Final = re.compile(
    r"^[^#\n]*\b(?:terraform|tofu)\s+(?:-chdir[= ](?P<folder>\S+)\s+)?(?:[^\s#]+\s+)*?(?:apply|plan|destroy)\b",
    re.MULTILINE,
)
_BLOCK: Final = re.compile(
    r'^\s*resource\s+"(?P<type>azurerm_\w+|helm_release|kubernetes_\w+|kubectl_\w+)"\s+"(?P<name>[^"]+)"'
)
BLOCKS: Final = {
    "azurerm_key_vault_secret": VAULT,
    "azurerm_key_vault_key": VAULT,
    "azurerm_key_vault_certificate": VAULT,
    "azurerm_key_vault_certificate_issuer": VAULT,
    "azurerm_app_configuration_key": CONFIGURATION,
    "azurerm_app_configuration_feature": CONFIGURATION,
    "azurerm_storage_blob": STORAGE,
    "azurerm_storage_queue": STORAGE,
    "azurerm_storage_table": STORAGE,
    "azurerm_storage_table_entity": STORAGE,
    "azurerm_storage_share": STORAGE,
    "azurerm_storage_container": STORAGE,
    "azurerm_storage_data_lake_gen2_filesystem": STORAGE,
    "azurerm_storage_data_lake_gen2_path": STORAGE,
}
"""Blocks of Terraform that the provider makes at the data plane (hashicorp/terraform-provider-azurerm, read 2026-11).

Containers, shares, queues and tables that name their account by `storage_account_id` are made by Resource Manager.
"""
_BY_MANAGER: Final = re.compile(r"^\s*storage_account_id\s*=", re.MULTILINE)
_TASKS: Final = {
    "helmdeploy": CLUSTER,
    "kubernetes": CLUSTER,
    "kubernetesmanifest": CLUSTER,
    "azure/k8s-deploy": CLUSTER,
    "azurekeyvault": VAULT,
    "azurefilecopy": STORAGE,
    "sqlazuredacpacdeployment": SQL,
    "azure/sql-action": SQL,
}
_NAMES: Final = ("kubernetesCluster", "keyVaultName", "storage", "ServerName", "cluster-name")
"""Inputs of tasks that name what they talk to."""


@dataclass(slots=True)
class Operation:
    """One kind of command at one instance, in one pipeline and pool."""

    step: Step
    pool: Pool
    service: str
    name: str
    target: str | Unknown | None
    opens: bool = False
    places: dict[tuple[Path, int | None], None] = field(default_factory=dict)
    blocks: list[dict[str, Any]] = field(default_factory=list)


def operations_of(repository: Path, environment: str | None = None, root: Path | None = None) -> list[Resource]:
    """The records of a repository's pipelines, in order of files; those of one environment when it is chosen."""
    repository = repository.resolve()
    steps = [
        step for step in steps_of(repository) if environment is None or step.environment in (None, environment.lower())
    ]
    made: dict[tuple[Any, ...], Operation] = {}
    for step in steps:
        for operation in _operations(step, repository):
            written = operation.target.text if isinstance(operation.target, Unknown) else operation.target
            key = (step.entry, operation.pool, operation.service, operation.name, written)
            kept = made.setdefault(key, operation)
            kept.places |= operation.places
            kept.opens = kept.opens or operation.opens
            if kept is not operation:
                kept.blocks += [block for block in operation.blocks if block not in kept.blocks]
    folders = _folders(steps)
    return [_record(one, repository, root, folders.get(one.step.entry, [])) for one in made.values()]


def _folders(steps: list[Step]) -> dict[Path, list[str]]:
    """The folders in which each pipeline runs Terraform."""
    found: dict[Path, dict[str, None]] = {}
    for step in steps:
        for folder in _roots(step):
            found.setdefault(step.entry, {})[folder] = None
    return {entry: list(listed) for entry, listed in found.items()}


def _operations(step: Step, repository: Path) -> Iterator[Operation]:
    pool = pool_of(step.pool, github=step.entry.parts[-3:-1] == (".github", "workflows"))
    if pool.kind is Kind.NONE:
        return
    for script, file in _scripts(step, repository):
        filled = step.text(script)
        names, opens = assignments(filled), opens_firewall(filled)
        for command in commands_in(filled):
            target = _target(command.target, names)
            places = {_place(step, file, command): None}
            yield Operation(step, pool, command.service, command.name, target, opens, places)
    service = _TASKS.get(step.task)
    if service is not None:
        named = next((value for name in _NAMES if isinstance(value := step.inputs.get(name), str)), None)
        written = None if named is None else _target(step.text(named), {})
        place = (step.files[-1], _line(step.files[-1], step.task))
        yield Operation(step, pool, service, step.task, written, places={place: None})
    yield from _applied(step, pool, repository)


def _scripts(step: Step, repository: Path) -> Iterator[tuple[str, Path | None]]:
    """The scripts of a step, those in files of the repository among them."""
    for script in step.scripts:
        yield script, None
    for name in ("filePath", "scriptPath", "ScriptPath"):
        written = step.inputs.get(name)
        folder = join_folders(step.text(written)) if isinstance(written, str) else None
        file = None if folder is None or is_open(folder) else _inside(repository, folder)
        text = None if file is None else _text(file)
        if text is not None:
            yield text, file


def _inside(repository: Path, name: str) -> Path | None:
    """A file or folder of the repository; None for what lies outside, or what no path can be."""
    try:
        found = (repository / name).resolve()
    except (OSError, ValueError):
        return None
    return found if found.is_relative_to(repository) else None


def _text(file: Path) -> str | None:
    """The text of a file; None when it is large, or cannot be read."""
    try:
        status = file.stat()
    except (OSError, ValueError):
        return None
    return _content(file, status.st_mtime_ns, status.st_size) if status.st_size <= MAX_BYTES else None


# Every command of a script asks for the same file.
@lru_cache(maxsize=256)
def _content(file: Path, _changed: int, _size: int) -> str | None:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None


def _target(written: str | None, names: dict[str, str]) -> str | Unknown | None:
    """What a command calls its instance: a text, or a hole decided by the last name of the variable."""
    if written is None or not is_open(written):
        return written
    name = last_name(written)
    seen: set[str] = set()
    while name in names and name not in seen:
        seen.add(name)
        name = names[name]
    return Unknown(reason="it is set where pipelines run", decided_by=(name,), text=written)


def _place(step: Step, file: Path | None, command: Command) -> tuple[Path, int | None]:
    """Where a command stands: in the innermost file that has its line."""
    for one in (file,) if file is not None else reversed(step.files):
        for fragment in _fragments(command):
            line = _line(one, fragment)
            if line is not None:
                return one, line
    return step.files[-1], None


def _fragments(command: Command) -> Iterator[str]:
    """Parts of the line that a file may have as they are: what is filled in is not there as it is written."""
    yield command.line
    for length in (60, 40, 25):
        yield command.line[:length]
    yield command.name


def _line(file: Path, text: str) -> int | None:
    content = _text(file)
    at = content.lower().find(text.lower()) if content is not None and text else -1
    return content.count("\n", 0, at) + 1 if content is not None and at >= 0 else None


# Terraform


def _roots(step: Step) -> Iterator[str]:
    folders: list[str | None] = [None] if step.task.startswith("terraform") else []
    for script in step.scripts:
        found = (_TERRAFORM.match(line) for line in command_lines(step.text(script)))
        folders += [match["folder"] for match in found if match is not None]
    for folder in folders:
        joined = join_folders(step.folder, folder)
        if joined is not None and not is_open(joined):
            yield joined


def _applied(step: Step, pool: Pool, repository: Path) -> Iterator[Operation]:
    """What a step makes at data planes by Terraform: one operation a service."""
    for folder in dict.fromkeys(_roots(step)):
        by_service: dict[str, list[dict[str, Any]]] = {}
        for service, block in _blocks(_inside(repository, folder)):
            by_service.setdefault(service, []).append(block)
        for service, blocks in by_service.items():
            place = (step.files[-1], _terraform_line(step.files[-1]))
            yield Operation(step, pool, service, "terraform apply", None, places={place: None}, blocks=blocks)


def _terraform_line(file: Path) -> int | None:
    """The line that runs Terraform: the one that applies, where there are several."""
    lines = (_text(file) or "").splitlines()
    found = [index for index, line in enumerate(lines, 1) if len(line) <= MAX_LINE and _TERRAFORM.match(line)]
    applying = [index for index in found if " apply" in lines[index - 1]]
    return next(iter([*applying, *found]), None)


def _blocks(folder: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in _terraform_files(folder) if folder is not None else ():
        lines = (_text(file) or "").splitlines()
        for index, line in enumerate(lines):
            match = _BLOCK.match(line) if len(line) <= MAX_LINE else None
            if match is None:
                continue
            service = BLOCKS.get(match["type"], CLUSTER if not match["type"].startswith("azurerm_") else None)
            if service is not None and not (service == STORAGE and _by_manager(lines[index:])):
                yield service, {"block": f"{match['type']}.{match['name']}", "file": file, "line": index + 1}


def _terraform_files(folder: Path) -> list[Path]:
    """The files of a root and of modules below it, in order; hidden folders hold copies."""
    found: list[Path] = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        found += [Path(place, name) for name in sorted(files) if name.endswith(".tf")]
        if len(found) > MAX_FILES:
            break
    return sorted(found[:MAX_FILES])


def _by_manager(lines: list[str]) -> bool:
    """Whether a block of storage names its account by id, which Resource Manager understands."""
    body = "\n".join(lines[:60])
    return _BY_MANAGER.search(body.partition("\n}")[0]) is not None


# Records


def _record(one: Operation, repository: Path, root: Path | None, folders: list[str]) -> Resource:
    real_root = real(root) if root is not None else None

    def shown(path: Path) -> str:
        inner = real(path)
        if root is not None and real_root is not None and inner.is_relative_to(real_root):
            return display(root / inner.relative_to(real_root))
        return display(path)

    entry = shown(one.step.entry)
    found = [(shown(file), line) for file, line in one.places][:MAX_PLACES]
    properties: dict[str, Any] = {
        "pipeline": entry,
        "environment": one.step.environment,
        "pool": one.pool.name,
        "poolKind": str(one.pool.kind),
        "poolLine": _line(one.step.entry, one.pool.name or "pool:"),
        "service": one.service,
        "operation": one.name,
        "target": one.target,
        "opensFirewall": one.opens,
        "schedules": list(schedules_of(load_yaml(one.step.entry))),
        "places": [{"file": file, "line": line} for file, line in found],
        "blocks": [{**block, "file": shown(block["file"])} for block in one.blocks],
        "roots": [shown(repository / folder) for folder in folders],
    }
    written = one.target.text if isinstance(one.target, Unknown) else one.target
    name = f"{one.name} {written or ''}".strip()
    origin = Origin(source=SOURCE, file=found[0][0], line=found[0][1])
    return Resource(f"{SOURCE}:{entry}#{name}", TYPE, name, {"properties": properties}, origin)
