"""Effective rights: whether somebody may do something somewhere, by which path, and what would decide it.

MicrosoftDocs/azure-docs role-based-access-control/overview and deny-assignments, read 2026-11: a deny assignment wins;
then any assignment whose role grants the operation suffices. The planes are separate: `*` in actions is no data action.
What a service keeps itself (access policies of vaults, data roles of Cosmos DB, administrators of SQL) it judges alone:
"any policy stored on Azure Resource Manager will be ignored", says the schema of a vault that takes access policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from everward.estate import Estate, Resource
from everward.facts.access.conditions import Context, condition_holds
from everward.facts.access.connections import Connections
from everward.facts.access.denials import Denial, denials
from everward.facts.access.grants import Grant, Grants, Standing
from everward.facts.access.principals import Principal
from everward.facts.access.roles import Permission, Role, is_data_operation
from everward.facts.access.scopes import Near, Scopes
from everward.facts.access.vaults import VAULT_TYPE, uses_roles
from everward.policy.hierarchy import Hierarchy
from everward.values import Truth, Unknown, all_of, any_of, combine, try_parse_id


class Verdict(StrEnum):
    """Whether somebody may."""

    ALLOWED = "allowed"
    DENIED = "denied"
    """A deny assignment keeps them from it."""
    ELIGIBLE = "eligible"
    """After activating a role."""
    MAYBE = "maybe"
    NOT_GRANTED = "notGranted"


@dataclass(frozen=True, slots=True)
class Proof:
    """One path by which somebody may."""

    grant: Grant
    permission: Permission
    pattern: str
    """The pattern of the role that covers the operation."""
    holds: Truth = True
    """Whether scope and conditions hold."""
    ambiguous: bool = False
    """Whether another reading of the role would say otherwise."""


class Answer(NamedTuple):
    """What came out."""

    verdict: Verdict
    proofs: tuple[Proof, ...] = ()
    """The paths, the surest first."""
    denial: Denial | None = None
    hole: Unknown | None = None
    """What would decide it."""


class Rights:
    """The effective rights of an estate."""

    def __init__(self, estate: Estate, hierarchy: Hierarchy | None = None, now: datetime | None = None) -> None:
        self.estate = estate
        self.grants = Grants(estate, now)
        self.hierarchy = hierarchy if hierarchy is not None else Hierarchy.of(estate)
        self._granting: dict[tuple[str, bool], dict[int, tuple[tuple[Permission, str], ...]]] = {}
        self._reached: tuple[str, dict[int, Truth]] = ("", {})

    @cached_property
    def connections(self) -> Connections:
        """The pipelines that act in Azure, and as whom."""
        return Connections(self.estate, self.grants.principals)

    @cached_property
    def denials(self) -> list[Denial]:
        """Every deny assignment."""
        return denials(self.grants.principals)

    @cached_property
    def _by_principal(self) -> Mapping[str, list[Grant]]:
        found: dict[str, list[Grant]] = {}
        for grant in self.grants.all:
            found.setdefault(grant.principal.key, []).append(grant)
        return found

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self.grants.all, self.hierarchy)

    def held_by(self, principal: Principal) -> Iterator[Grant]:
        """What a principal holds, itself or through groups."""
        return _held(principal, self._by_principal)

    def _patterns(self, role: Role, operation: str, data: bool) -> tuple[tuple[Permission, str], ...]:
        by_role = self._granting.setdefault((operation, data), {})
        found = by_role.get(id(role))
        if found is None:
            found = by_role[id(role)] = tuple(role.grants(operation, data=data))
        return found

    def may(
        self,
        principal: Principal,
        operation: str,
        scope: str,
        *,
        data: bool | None = None,
        context: Context | None = None,
    ) -> Answer:
        """Whether a principal may do something at a scope. `data` says the plane; else the catalogue does."""
        plane = is_data_operation(operation) if data is None else data
        held = _held(principal, self._scopes.over(scope).by_principal)
        return self._answer(principal, held, operation, scope, plane, context)

    def who_may(
        self, operation: str, scope: str, *, data: bool | None = None, context: Context | None = None
    ) -> Iterator[tuple[Principal, Answer]]:
        """Everybody who may, or perhaps may, do something at a scope, the surest first."""
        plane = is_data_operation(operation) if data is None else data
        near = self._scopes.over(scope)
        # Deny assignments, contexts and vaults make scopes differ that the same grants are held at.
        alike = near.answers is not None and context is None and not self.denials
        if near.answers is None or not alike or (plane and self._vault_of(scope) is not None):
            yield from self._allowed(near, operation, scope, plane, context)
            return
        found = near.answers.get((operation, plane))
        if found is None:
            found = near.answers[operation, plane] = tuple(self._allowed(near, operation, scope, plane, None))
        yield from found

    def _allowed(
        self, near: Near, operation: str, scope: str, plane: bool, context: Context | None
    ) -> list[tuple[Principal, Answer]]:
        holders: dict[str, Principal] = {}
        for grant in near.grants:
            may = bool(self._patterns(grant.role, operation, plane)) or _may_grant(grant, operation, plane)
            if may and self._reaches(grant, scope) is not False:
                holders[grant.principal.key] = grant.principal
        found = [
            (holder, self._answer(holder, _held(holder, near.by_principal), operation, scope, plane, context))
            for holder in holders.values()
        ]
        order = list(Verdict)
        kept = [item for item in found if item[1].verdict is not Verdict.NOT_GRANTED]
        return sorted(kept, key=lambda item: (order.index(item[1].verdict), item[0].name.lower()))

    def gives(self, grant: Grant, operation: str, scope: str, *, data: bool, context: Context | None = None) -> Truth:
        """Whether one grant by itself lets its holder do something at a scope: what others give does not count."""
        context = context or self._asked(operation, scope)
        held = any_of(proof.holds for proof in self._proofs([grant], operation, scope, data, context))
        if held is False or grant.kept_by_service:
            return held
        denial, doubt = self._denied(grant.principal, operation, scope, data, context)
        if doubt is not None:
            return all_of([held, doubt])
        return held if denial is None else False

    def _asked(self, operation: str, scope: str) -> Context:
        """What is known of a request when nothing is said of it but the operation and the resource."""
        found = self.estate.find(scope)
        return Context(operation, attributes={"Resource": _names(found.id if found is not None else scope)})

    def _reaches(self, grant: Grant, scope: str) -> Truth:
        # Many operations are asked about at one scope, one after another.
        at, reached = self._reached
        if at is not scope:
            reached = {}
            self._reached = (scope, reached)
        found = reached.get(id(grant))
        if found is None:
            found = reached[id(grant)] = self.hierarchy.contains(grant.scope, scope)
        return found

    def _answer(
        self,
        principal: Principal,
        held: Iterable[Grant],
        operation: str,
        scope: str,
        data: bool,
        context: Context | None,
    ) -> Answer:
        context = context or self._asked(operation, scope)
        denial, doubt = self._denied(principal, operation, scope, data, context)
        proofs = list(self._proofs(held, operation, scope, data, context))
        free = [proof for proof in proofs if proof.grant.kept_by_service]
        if denial is not None and (doubt is None or any(proof.holds is True for proof in free)):
            # No deny assignment takes away what a service keeps itself.
            proofs, doubt = free, None
            if not proofs:
                return Answer(Verdict.DENIED, denial=denial)
        proofs.sort(key=lambda proof: (proof.holds is not True, proof.grant.standing is Standing.ELIGIBLE))
        if not proofs:
            return Answer(Verdict.NOT_GRANTED)
        sure = [proof for proof in proofs if proof.holds is True]
        standing = [proof for proof in sure if proof.grant.standing is not Standing.ELIGIBLE]
        if doubt is not None:
            return Answer(Verdict.MAYBE, tuple(proofs), denial, doubt)
        if standing:
            return Answer(Verdict.ALLOWED, tuple(proofs))
        if sure:
            return Answer(Verdict.ELIGIBLE, tuple(proofs))
        holes = [proof.holds for proof in proofs if isinstance(proof.holds, Unknown)]
        return Answer(Verdict.MAYBE, tuple(proofs), hole=combine(holes))

    def _denied(
        self, principal: Principal, operation: str, scope: str, data: bool, context: Context
    ) -> tuple[Denial | None, Unknown | None]:
        """The deny assignment that wins, and a hole where it is not certain that one does."""
        perhaps: tuple[Denial, Unknown] | None = None
        for denial in self.denials:
            truths = [denial.resource.condition, denial.covers(operation, data, context)]
            if False in truths:
                continue
            truths += [denial.reaches(scope, self.hierarchy), denial.keeps(principal, self.grants.principals)]
            kept = all_of(truths)
            if kept is True:
                return denial, None
            if isinstance(kept, Unknown) and perhaps is None:
                perhaps = (denial, kept)
        return perhaps if perhaps is not None else (None, None)

    def _proofs(
        self, held: Iterable[Grant], operation: str, scope: str, data: bool, context: Context
    ) -> Iterator[Proof]:
        for grant in held:
            patterns = self._patterns(grant.role, operation, data)
            if not patterns and not _may_grant(grant, operation, data):
                continue
            reached = self._reaches(grant, scope)
            counts = self._counts(grant, scope, data)
            if reached is False or counts is False:
                continue
            if not patterns:
                yield Proof(grant, Permission(), "", all_of([reached, counts, *grant.role.holes]))
            for permission, pattern in patterns:
                conditions = [text for text in (permission.condition, grant.condition) if text is not None]
                truths = [reached, counts, *permission.doubts, *(condition_holds(text, context) for text in conditions)]
                holds = all_of(truths)
                if holds is not False:
                    yield Proof(grant, permission, pattern, holds, grant.role.is_ambiguous)

    def _counts(self, grant: Grant, scope: str, data: bool) -> Truth:
        """Whether a grant counts for what is asked: vaults take either roles or access policies for their data."""
        if grant.kind == "access policy" or not data:
            return grant.active
        vault = self._vault_of(scope)
        if vault is None or grant.kind != "role assignment":
            return grant.active
        return all_of([grant.active, uses_roles(vault)])

    def _vault_of(self, scope: str) -> Resource | None:
        lowered = scope.lower()
        at = lowered.find("/microsoft.keyvault/vaults/")
        if at < 0:
            return None
        end = lowered.find("/", at + len("/microsoft.keyvault/vaults/"))
        found = self.estate.find(scope if end < 0 else scope[:end])
        return found if found is not None and found.type_key == VAULT_TYPE.lower() else None


@lru_cache(maxsize=4_096)
def _names(scope: str) -> Mapping[str, str]:
    """The attributes of a resource that its id tells: its name, and those of what it stands in."""
    parsed = try_parse_id(scope)
    namespace, *types = parsed.type.split("/") if parsed is not None else ("",)
    if parsed is None or parsed.symbolic or len(types) != len(parsed.names):
        return {}
    depths = range(1, len(types) + 1)
    return {f"{'/'.join([namespace, *types[:at]])}:name": parsed.names[at - 1] for at in depths}


def _held(principal: Principal, grants: Mapping[str, list[Grant]]) -> Iterator[Grant]:
    """Of grants by principal, those of one and of its groups."""
    yield from grants.get(principal.key, ())
    # Groups that hold one another are in themselves.
    for group in sorted(principal.groups - {principal.key}):
        yield from grants.get(group, ())


def _may_grant(grant: Grant, operation: str, data: bool) -> bool:
    """Whether what is not known of a role may grant an operation: what services keep is about their own data."""
    if not grant.role.holes or grant.kind == "role assignment":
        return bool(grant.role.holes)
    _, found, service = grant.scope.lower().rpartition("/providers/")
    namespace = service.partition("/")[0] if found else _SERVICES.get(grant.kind, "")
    return data and bool(namespace) and operation.strip().lower().startswith(f"{namespace}/")


_SERVICES = {"access policy": "microsoft.keyvault", "data role": "microsoft.documentdb"}
"""Whose rights these are, where their scope is not known."""
