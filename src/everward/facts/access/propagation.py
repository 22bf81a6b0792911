"""Rights that are used in the run that gives them: assignments of roles take time until they count.

MicrosoftDocs/azure-docs role-based-access-control/troubleshooting, read 2026-11: up to 10 minutes; several hours for
what a managed identity gets by a group, and for data actions that are given at a management group. Access policies of
vaults are no assignments of roles, and count at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.access.dataroles import keys_count
from everward.facts.access.grants import ASSIGNMENT_TYPE, Grant
from everward.facts.access.names import Names
from everward.facts.access.principals import Principal
from everward.facts.access.rights import Rights
from everward.facts.access.vaults import VAULT_TYPE
from everward.facts.interface import fact
from everward.values import Origin

PROPAGATION: Final = "Access/propagation"
MINUTES: Final = 10
"""How long an assignment of a role may take to count."""
HOURS: Final = 24
"""How long one may take that reaches a managed identity by a group, or data by a management group."""

_ORDERING: Final = "Terraform/ordering"
_COMMANDS: Final = "Pipelines/roleAssignments"
_MANAGEMENT: Final = "/providers/microsoft.management/managementgroups/"


class _Part(NamedTuple):
    type: str
    operation: str
    holder: str
    """The type of what it is a part of, at which the right is asked for."""


_PARTS: Final = (
    _Part(f"{VAULT_TYPE}/secrets", f"{VAULT_TYPE}/secrets/setSecret/action", VAULT_TYPE),
    _Part(f"{VAULT_TYPE}/keys", f"{VAULT_TYPE}/keys/create/action", VAULT_TYPE),
    _Part(f"{VAULT_TYPE}/certificates", f"{VAULT_TYPE}/certificates/create/action", VAULT_TYPE),
    _Part(
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
        "Microsoft.Storage/storageAccounts",
    ),
)
"""What Terraform makes by the data plane, and the right that whoever runs it needs. Of the stores of App Configuration
the provider waits for the right itself (hashicorp/terraform-provider-azurerm, pull request 21337)."""


class _Early(NamedTuple):
    """A right that is used in the run that gives it."""

    subject: Resource
    kind: str
    what: str
    """What uses it, in words."""
    needs: str | None
    """The operation that it is needed for, where that is known."""
    assignments: list[str]
    waits: bool
    ordered: bool
    hours: bool
    origin: Origin


def propagation_facts(rights: Rights, names: Names) -> Iterator[Resource]:
    """Each use of a right in the run that gives it, whether it waits or not."""
    orderings = _Orderings(rights)
    seen: set[str] = set()
    for early in (*_of_parts(rights, orderings), *_of_blocks(orderings)):
        if early.subject.key not in seen:
            seen.add(early.subject.key)
            yield _told(early, early.subject, names)
    for reading in rights.estate.readings:
        for record in reading.elsewhere:
            if record.type == _COMMANDS:
                yield from _of_command(record, orderings, names)


def _told(early: _Early, subject: Resource, names: Names) -> Resource:
    return fact(
        subject,
        PROPAGATION,
        names.make(subject.id, "propagation", *early.assignments),
        {
            "kind": early.kind,
            "target": subject.id,
            "targetType": subject.type,
            "needs": early.needs,
            "assignments": early.assignments,
            "waits": early.waits,
            "ordered": early.ordered,
            "longest": HOURS * 60 if early.hours else MINUTES,
            "summary": _summary(early),
        },
        origin=early.origin,
        condition=subject.condition,
        sort=early.kind,
    )


def _summary(early: _Early) -> str:
    given = ", ".join(f"`{name}`" for name in early.assignments[:3])
    wait = f"{HOURS} hours" if early.hours else f"{MINUTES} minutes"
    if early.waits:
        return f"{early.what} comes after {given}, with a pause between"
    ordered = "right after" if early.ordered else "in the same run as"
    return f"{early.what} comes {ordered} {given}, which may take {wait} to count"


class _Orderings:
    """What Terraform does after assignments of roles, by block."""

    def __init__(self, rights: Rights) -> None:
        self.rights = rights

    @cached_property
    def by_block(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """What comes before a block, by the folder of its module and its address there."""
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        for reading in self.rights.estate.readings:
            for record in reading.elsewhere:
                if record.type != _ORDERING:
                    continue
                given = record.body.get("properties")
                blocks = given.get("blocks") if isinstance(given, dict) else None
                folder = str(given.get("folder")) if isinstance(given, dict) else ""
                for block in blocks if isinstance(blocks, list) else ():
                    if isinstance(block, dict):
                        found[folder, str(block.get("block"))] = block
        return found

    @cached_property
    def roots(self) -> dict[str, str]:
        """Which root of Terraform declares a resource, by its id."""
        return {
            resource.key: reading.label
            for reading in self.rights.estate.readings
            if reading.source == "terraform"
            for resource in reading.resources
        }

    def of(self, resource: Resource) -> Mapping[str, Any] | None:
        """What comes before the block that declares a resource."""
        place = block_of(resource)
        return self.by_block.get(place) if place is not None else None


_LAST: Final = re.compile(r"(?P<block>[\w-]+\.[\w-]+)(?:\[[^\]]*\])?$")


def block_of(resource: Resource) -> tuple[str, str] | None:
    """The folder and the address, within its module, of the block of Terraform that declares a resource."""
    match = _LAST.search(resource.origin.address or "")
    if match is None or resource.origin.file is None:
        return None
    return resource.origin.file.rpartition("/")[0] or ".", match["block"]


def _of_parts(rights: Rights, orderings: _Orderings) -> Iterator[_Early]:
    """What is made by the data plane, by somebody who gets the right to it in the same root only."""
    deployer = rights.grants.principals.all.get("deployer")
    if deployer is None:
        return
    for part in _PARTS:
        for resource in rights.estate.of_type(part.type):
            root = orderings.roots.get(resource.key)
            holder = _holder(rights, resource, part.holder)
            if root is None or holder is None:
                continue
            if part.holder != VAULT_TYPE and keys_count(holder) is not False:
                # Whoever has the keys of an account needs no role for its data.
                continue
            grants = _deciding(rights, deployer, part, holder)
            if not grants or any(not _is_here(grant, root, orderings) for grant in grants):
                continue
            yield _early(resource, part.operation, grants, orderings)


def _holder(rights: Rights, resource: Resource, type_: str) -> Resource | None:
    depth = 2 * (type_.count("/") + 1)
    head, cut, tail = resource.id.partition("/providers/")
    found = rights.estate.find(f"{head}{cut}{'/'.join(tail.split('/')[: depth - 1])}")
    return found if found is not None and found.type_key == type_.lower() else None


def _deciding(rights: Rights, deployer: Principal, part: _Part, holder: Resource) -> list[Grant]:
    """The grants by which whoever deploys may: all of them, as one that was there before would do."""
    answer = rights.may(deployer, part.operation, holder.id, data=True)
    return [proof.grant for proof in answer.proofs if proof.holds is True]


def _is_here(grant: Grant, root: str, orderings: _Orderings) -> bool:
    resource = grant.resource
    return (
        resource is not None
        and resource.type_key == ASSIGNMENT_TYPE.lower()
        and orderings.roots.get(resource.key) == root
    )


def _early(resource: Resource, operation: str, grants: list[Grant], orderings: _Orderings) -> _Early:
    before = orderings.of(resource) or {}
    blocks = [place[1] for grant in grants if grant.resource is not None and (place := block_of(grant.resource))]
    ordered = set(before.get("assignments", ())) & set(blocks)
    paused = set(before.get("paused", ())) & set(blocks)
    hours = any(grant.scope.lower().startswith(_MANAGEMENT) for grant in grants)
    name = resource.origin.address or resource.name
    return _Early(
        resource, "dataPlane", f"`{name}`", operation, sorted(dict.fromkeys(blocks)), bool(paused), bool(ordered),
        hours, resource.origin,
    )  # fmt: skip


def _of_blocks(orderings: _Orderings) -> Iterator[_Early]:
    """What says itself that it waits for an assignment: it needs the right, or something behind it does."""
    if not orderings.by_block:
        return
    for resource in orderings.rights.estate:
        before = orderings.of(resource)
        explicit = list(before.get("explicit", ())) if before is not None else []
        if before is None or not explicit or resource.type_key == ASSIGNMENT_TYPE.lower():
            continue
        paused = set(before.get("paused", ()))
        name = resource.origin.address or resource.name
        yield _Early(
            resource, "dependsOn", f"`{name}`", None, explicit, set(explicit) <= paused, True, False, resource.origin
        )


def _given_to_deployer(orderings: _Orderings, root: str) -> list[str]:
    """The roles that whoever deploys gets by a root of Terraform."""
    deployer = orderings.rights.grants.principals.all.get("deployer")
    held = orderings.rights.held_by(deployer) if deployer is not None else ()
    return sorted({grant.role.name for grant in held if _is_here(grant, root, orderings)})


def _of_command(record: Resource, orderings: _Orderings, names: Names) -> Iterator[Resource]:
    """A pipeline that assigns a role, or applies Terraform that gives it one, and goes on."""
    given = record.body.get("properties")
    if not isinstance(given, dict) or given.get("use") is None:
        return
    role, root = given.get("role"), given.get("root")
    roles = [role] if isinstance(role, str) else []
    if isinstance(root, str):
        roles = _given_to_deployer(orderings, root)
        if not roles:
            return
    shown = f"role {', '.join(f'`{name}`' for name in roles)}" if roles else "a role"
    waits = given.get("waits") is True
    pipelines = given.get("pipelineNames")
    tail = (
        "and waits before it goes on"
        if waits
        else f"and goes on at line {given.get('useLine')}, though that may take {MINUTES} minutes to count"
    )
    yield fact(
        "",
        PROPAGATION,
        names.make("", "propagation", record.id),
        {
            "kind": "pipeline",
            "target": None,
            "targetType": None,
            "needs": None,
            "assignments": roles,
            "root": root,
            "pipelines": pipelines,
            "command": given.get("use"),
            "commandFile": given.get("useFile"),
            "commandLine": given.get("useLine"),
            "retries": given.get("retries"),
            "waits": waits,
            "ordered": True,
            "longest": MINUTES,
            "summary": f"`{record.name}` assigns {shown} {tail}",
        },
        origin=record.origin,
        sort="pipeline",
    )
