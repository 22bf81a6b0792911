"""Steps by which somebody gets rights that nobody gave them.

A step counts where effective rights allow it: custom roles, wildcards, subtractions, conditions and deny assignments
all count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from everward.estate import Resource
from everward.facts.access.dataroles import keys_count
from everward.facts.access.directory_steps import directory_steps
from everward.facts.access.edges import (
    CLUSTER_ADMIN,
    ELEVATE,
    GRANT_ROLE,
    OPERATIONS,
    VAULT_DEPLOY,
    VAULT_POLICY,
    VAULT_WRITE,
    Edge,
    Operation,
)
from everward.facts.access.grants import Standing
from everward.facts.access.principals import Principal
from everward.facts.access.rights import Proof, Rights, Verdict
from everward.facts.access.vaults import uses_roles
from everward.facts.shape import flag, inner, properties, text_in
from everward.values import Truth, Unknown, negate


@dataclass(frozen=True, slots=True)
class Escalation:
    """One step that somebody can take."""

    principal: Principal
    edge: Edge
    operation: str
    target: str
    """The id of what it is done to: a resource, or the scope of the right."""
    gains: tuple[Principal, ...] = ()
    """Whom they can act as afterwards."""
    proof: Proof | None = None
    certain: Truth = True
    proofs: tuple[Proof, ...] = ()
    """Every path by which it can, the surest first: each has to be closed."""

    @property
    def standing(self) -> bool:
        """Whether it needs no activation first."""
        return self.proof is None or self.proof.grant.standing is not Standing.ELIGIBLE


def escalations(rights: Rights) -> Iterator[Escalation]:
    """Every step that a principal of the estate can take, in a stable order."""
    yield from _of_pipelines(rights)
    yield from _of_tokens(rights)
    yield from _of_directory(rights)
    # Access policies and keys are roles of their own, though many of them allow the same.
    roles = {(grant.role.permissions, bool(grant.role.holes)): grant.role for grant in rights.grants.all}.values()
    by_type: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        # Most operations are granted by no role that anybody holds: then no resource needs to be asked about.
        if not any(role.holes or any(role.grants(operation.name, data=operation.data)) for role in roles):
            continue
        if not operation.types:
            yield from _on_scopes(rights, operation)
        for type_ in operation.types:
            by_type.setdefault(type_, []).append(operation)
    for type_, asked in by_type.items():
        for resource in rights.estate.of_type(type_):
            # All about one resource, one after another: who holds something there is looked up once.
            for operation in asked:
                yield from _on_resource(rights, operation, resource)


def _of_pipelines(rights: Rights) -> Iterator[Escalation]:
    """Whoever can run a pipeline, or change it where it runs from, is whom its connection stands for."""
    for one in rights.connections.all:
        if one.principal is not None:
            runner = rights.grants.principals.add(f"pipeline:{one.given.get('pipeline')}", one.pipeline, "pipeline")
            target = one.principal.resource.id if one.principal.resource is not None else ""
            yield Escalation(
                runner, Edge.PIPELINE, f"{one.word} `{one.name}`", target, (one.principal,), certain=one.certain
            )


def _of_tokens(rights: Rights) -> Iterator[Escalation]:
    """Whoever gets a token with a subject that an identity trusts, is that identity."""
    for one in rights.connections.federations:
        if one.principal is not None and isinstance(one.subject, str):
            bearer = rights.grants.principals.add(f"token:{one.subject}".lower(), one.subject, "token")
            yield Escalation(
                bearer, Edge.FEDERATED, f"token of {one.platform}", one.resource.id, (one.principal,),
                certain=one.resource.condition,
            )  # fmt: skip


def _of_directory(rights: Rights) -> Iterator[Escalation]:
    """Whoever owns, or manages, what holds rights in the directory."""
    principals = rights.grants.principals
    holders = {grant.principal.key: grant.principal for grant in rights.grants.all if grant.active is not False}
    for step in directory_steps(principals, holders):
        if step.gained is None:
            yield Escalation(step.principal, Edge.GRANT, ELEVATE, "", certain=step.certain)
            continue
        target = step.gained.resource.id if step.gained.resource is not None else ""
        yield Escalation(step.principal, Edge.DIRECTORY, step.what, target, (step.gained,), certain=step.certain)


def _on_scopes(rights: Rights, operation: Operation) -> Iterator[Escalation]:
    """Operations that are done at a scope: once for each grant."""
    seen: set[tuple[str, str]] = set()
    for grant in rights.grants.all:
        key = (grant.principal.key, grant.scope.lower())
        if grant.kind != "role assignment" or key in seen:
            continue
        if operation.name == ELEVATE and grant.scope.strip("/"):
            continue
        answer = rights.may(grant.principal, operation.name, grant.scope, data=False)
        if answer.verdict in (Verdict.NOT_GRANTED, Verdict.DENIED):
            continue
        seen.add(key)
        proof = answer.proofs[0] if answer.proofs else None
        certain: Truth = answer.hole if answer.hole is not None else True
        yield Escalation(
            grant.principal, operation.edge, operation.name, grant.scope, (), proof, certain, answer.proofs
        )


def _on_resource(rights: Rights, operation: Operation, resource: Resource) -> Iterator[Escalation]:
    works = _works(rights, operation, resource)
    if works is False:
        return
    gains = tuple(_gains(rights, operation, resource))
    for principal, answer in rights.who_may(operation.name, resource.id, data=operation.data):
        # Whoever has a key has it already.
        if answer.verdict is Verdict.DENIED or principal.kind == "key":
            continue
        able = _able(rights, operation, resource, principal)
        if able is False:
            continue
        holes = [item for item in (answer.hole, works, able) if isinstance(item, Unknown)]
        proof = answer.proofs[0] if answer.proofs else None
        certain: Truth = holes[0] if holes else True
        yield Escalation(principal, operation.edge, operation.name, resource.id, gains, proof, certain, answer.proofs)


def _works(rights: Rights, operation: Operation, resource: Resource) -> Truth:
    """Whether anything is gained by an operation on a resource, whoever does it."""
    body = properties(resource.body)
    if operation.edge in (Edge.RUN_AS, Edge.POLICY):
        if operation.name == CLUSTER_ADMIN and flag(body, "disableLocalAccounts", default=False) is True:
            # Without local accounts a cluster has no credential of its own to list.
            return False
        # Running code on a resource without an identity gives no rights.
        return any(True for _ in rights.grants.principals.attached(resource)) or (
            inner(resource.body, "identity", "userAssignedIdentities") is not None
        )
    if operation.edge is Edge.KEYS:
        if text_in(body, "networkAccessPolicy") == "DenyAll":
            # Such a disk is handed out to nobody.
            return False
        return keys_count(resource)
    if operation.name == VAULT_POLICY:
        return negate(uses_roles(resource))
    if operation.name == VAULT_DEPLOY:
        return flag(body, "enabledForTemplateDeployment", default=False)
    return True


def _able(rights: Rights, operation: Operation, resource: Resource, principal: Principal) -> Truth:
    """Whether somebody who may do an operation gains by it.

    A vault that takes roles can be made to take access policies by those alone who may assign roles without a
    condition: MicrosoftDocs/azure-docs key-vault/general/rbac-guide, read 2026-11.
    """
    if operation.name != VAULT_WRITE:
        return True
    by_role = uses_roles(resource)
    if by_role is False:
        return True
    answer = rights.may(principal, GRANT_ROLE, resource.id, data=False)
    free = answer.verdict in (Verdict.ALLOWED, Verdict.ELIGIBLE) and not any(
        proof.grant.condition or proof.permission.condition for proof in answer.proofs[:1]
    )
    return True if free else negate(by_role)


def key_readers(rights: Rights, resource: Resource) -> list[Principal]:
    """Who may list the keys of a service, or of what keeps policies for it; sorted by name."""
    found: dict[str, Principal] = {}
    family = "/".join(resource.id.split("/")[:9])
    for operation in OPERATIONS:
        if operation.edge is Edge.KEYS and _family(resource.type_key) in map(_family, operation.types):
            for principal, answer in rights.who_may(operation.name, family, data=False):
                if answer.verdict is Verdict.ALLOWED:
                    found[principal.key] = principal
    return sorted(found.values(), key=lambda one: one.name.lower())


def _family(type_: str) -> str:
    """A type without what is below the resources that have ids of their own in a group."""
    return "/".join(type_.split("/")[:2])


def _gains(rights: Rights, operation: Operation, resource: Resource) -> Iterator[Principal]:
    principals = rights.grants.principals
    if operation.edge in (Edge.RUN_AS, Edge.POLICY):
        yield from principals.attached(resource)
    elif operation.edge is Edge.ATTACH and resource.key in principals.all:
        yield principals.all[resource.key]
    elif operation.edge is Edge.KEYS and (holder := principals.all.get(f"{resource.key}#keys:holder")) is not None:
        yield holder
