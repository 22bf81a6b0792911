"""Module calls: where the module of a call is, and what is not there because a call has no instance."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from everward.sources.limits import limit_help
from everward.sources.terraform.evaluation.session import Absent, Session
from everward.sources.terraform.language.values import Data, Sensitive
from everward.sources.terraform.modules import Module, creates_resources, is_local
from everward.sources.terraform.syntax import Attribute, Block, Literal
from everward.values import Origin, Unknown

if TYPE_CHECKING:
    from everward.sources.terraform.evaluation.module import ModuleInstance

_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})


def module_of(caller: ModuleInstance, name: str, block: Block) -> Module | str:
    """The declarations of a call's module, or why they cannot be read; that is told as well."""
    session = caller.session
    subject = f"module `{'.'.join([*caller.path, name])}`"
    attribute = block.body.attributes.get("source")
    if attribute is None:
        return _unread(session, subject, "it has no `source`", block.origin, None)
    source = _source(caller, attribute, subject)
    if not isinstance(source, str):
        return _without_source(session, subject, source, attribute.origin)
    folder = _folder(session, caller.module, (*caller.path, name), source)
    if folder is None:
        reason = f"`{source}` is not in the repository"
        advice = "run `terraform init` in the root, so that `.terraform/modules` has it, or assess a plan"
        needed = creates_resources(source)
        return _unread(session, subject, reason, attribute.origin, advice, incomplete=needed)
    if not folder.is_dir():
        return _unread(session, subject, f"`{source}` does not exist", attribute.origin, None)
    if not _is_inside(session, folder):
        reason = f"`{source}` leads out of the workload"
        advice = "assess the repository that holds both, or a plan"
        return _unread(session, subject, reason, attribute.origin, advice)
    if os.path.realpath(folder) in caller.chain:
        advice = "break the cycle: a module cannot call one that calls it"
        return _unread(session, subject, f"`{source}` calls itself", attribute.origin, advice)
    deepest = session.limits.modules
    if len(caller.chain) >= deepest:
        reason = f"modules nest more than {deepest} deep"
        return _unread(session, subject, reason, attribute.origin, limit_help("modules"))
    module = session.loader.load(folder)
    for item in module.unresolved:
        session.report(item)
    if not module.files:
        return _unread(session, subject, f"`{source}` has no Terraform files", attribute.origin, None)
    return module


def _source(caller: ModuleInstance, attribute: Attribute, subject: str) -> Data:
    """Where a module comes from: variables and locals may say it, as far as they are known beforehand."""
    if isinstance(attribute.value, Literal):
        return attribute.value.value
    value = caller.session.value_of(attribute, caller.scope, subject)
    # Neither Terraform nor OpenTofu take such a source, and messages would quote it.
    return Unknown(reason="it is sensitive") if isinstance(value, Sensitive) else value


def _without_source(session: Session, subject: str, source: Data, origin: Origin) -> str:
    advice = None
    reason = "its source is not text"
    if isinstance(source, Unknown):
        reason = f"its source is not known: {source.reason}"
        names = [name.removeprefix("var.") for name in source.decided_by if name.startswith("var.")]
        advice = f"give it a value: `--var {names[0]}=…` or `--var-file FILE`" if names else None
    return _unread(session, subject, reason, origin, advice)


def _folder(session: Session, module: Module, path: tuple[str, ...], source: str) -> Path | None:
    """The folder of a module: beside the one that calls it, or where `terraform init` put it."""
    if is_local(source):
        return Path(os.path.normpath(module.folder / source.replace("\\", "/")))
    return session.vendored.get(".".join(path))


def _is_inside(session: Session, folder: Path) -> bool:
    """Whether a folder belongs to the workload: what the user named, or the repository around it."""
    top = os.path.realpath(session.loader.tree.root)
    return os.path.realpath(folder).startswith(top + os.sep) or not isinstance(
        session.files.locate(str(folder)), Unknown
    )


def _unread(
    session: Session, subject: str, reason: str, origin: Origin, help: str | None, *, incomplete: bool = True
) -> str:
    session.report_at(subject, reason, origin, incomplete=incomplete, help=help)
    return f"{subject} cannot be read"


def check_arguments(caller: ModuleInstance, name: str, block: Block, module: Module) -> None:
    """Tell arguments that the module has no variable for."""
    for key, attribute in block.body.attributes.items():
        if key not in _META and key not in module.variables:
            subject = f"module `{'.'.join([*caller.path, name])}`"
            caller.session.report_at(subject, f"it has no variable `{key}`", attribute.origin, incomplete=False)


def note_absent(caller: ModuleInstance, name: str, block: Block, module: Module, reason: str) -> None:
    """Note that a call has no instance, and with it no block of its module and of those that it calls in turn."""
    address = f"{caller.address}.module.{name}" if caller.address else f"module.{name}"
    caller.session.absent.append(Absent(address, "module", block, reason))
    chain = (*caller.chain, os.path.realpath(module.folder))
    _note_below(caller.session, address, module, (*caller.path, name), f"`{address}` has no instance", chain)


def _note_below(
    session: Session, address: str, module: Module, path: tuple[str, ...], reason: str, chain: tuple[str, ...]
) -> None:
    session.modules.setdefault(os.path.realpath(module.folder), module)
    for item in module.unresolved:
        session.report(item)
    for (mode, kind, label), block in module.resources.items():
        inner = f"{kind}.{label}" if mode == "managed" else f"{mode}.{kind}.{label}"
        session.absent.append(Absent(f"{address}.{inner}", mode, block, reason))
    for name, block in module.calls.items():
        session.absent.append(Absent(f"{address}.module.{name}", "module", block, reason))
        source = block.body.attributes.get("source")
        text = source.value.value if source is not None and isinstance(source.value, Literal) else None
        folder = _folder(session, module, (*path, name), text) if isinstance(text, str) else None
        if folder is not None and folder.is_dir() and os.path.realpath(folder) not in chain:
            below = (*chain, os.path.realpath(folder))
            if len(below) < session.limits.modules:
                inner_module = session.loader.load(folder)
                _note_below(session, f"{address}.module.{name}", inner_module, (*path, name), reason, below)
