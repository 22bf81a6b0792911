"""What single grants mean, as facts: what each lets its holder do, who reads whole vaults, who writes documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.access.dataroles import COSMOS_ASSIGNMENT_TYPE
from everward.facts.access.edges import Edge
from everward.facts.access.escalation import Escalation
from everward.facts.access.grants import ASSIGNMENT_TYPE, Grant, Standing
from everward.facts.access.powers import READ_SECRETS, Powers, Runners, level, person
from everward.facts.access.principals import Principal
from everward.facts.access.rights import Answer, Rights, Verdict
from everward.facts.access.runtime import id_written
from everward.facts.access.vaults import VAULT_TYPE
from everward.facts.access.words import holding, place, proofs, who
from everward.facts.shape import id_in, inner, items, properties
from everward.values import Origin, Truth, Unknown, any_of

_SECRET_TYPE: Final = f"{VAULT_TYPE}/secrets"
_KINDS: Final = {
    ASSIGNMENT_TYPE.lower(): "role assignment",
    COSMOS_ASSIGNMENT_TYPE.lower(): "data role",
    VAULT_TYPE.lower(): "access policy",
}


_ASKED: Final = ("grantsRights", "changesEverything", "privileged", "purges", "deletes", "escalates", "removesGuards")
"""What the role of a grant decides."""


class Holdings:
    """What each grant of an estate means."""

    def __init__(self, rights: Rights, steps: Iterable[Escalation]) -> None:
        """`steps` are the escalations of the estate."""
        self.rights = rights
        self.powers = Powers(rights)
        self.runners = Runners(rights)
        self._steps: dict[int, list[Escalation]] = {}
        for step in steps:
            for proof in step.proofs:
                self._steps.setdefault(id(proof.grant), []).append(step)

    def of(self, grant: Grant) -> dict[str, Any]:
        """What a grant lets its holder do."""
        steps = [step for step in self._steps.get(id(grant), []) if _gains_something(step)]
        shown = _shown(steps)
        powers = {
            "person": person(grant.principal),
            "runsCode": self.runners.runs(grant.principal),
            "grantsRights": self.powers.grants_rights(grant),
            "changesEverything": self.powers.changes_everything(grant),
            "purges": self.powers.purges(grant),
            "deletes": self.powers.deletes(grant),
            "escalates": any_of(step.certain for step in steps if step.edge is not Edge.UNGUARD),
            "removesGuards": any_of(step.certain for step in steps if step.edge is Edge.UNGUARD),
        }
        return {
            **powers,
            "steps": shown,
            "summary": holding(grant, powers),
            "proof": self._proof(grant, shown) if powers["runsCode"] is True else [],
        }

    def _proof(self, grant: Grant, shown: list[dict[str, Any]]) -> list[str]:
        """What shows that the summary is true: purging is no step to anything, so it is told apart and first."""
        purging = self.powers.purging(grant)
        return [*([f"purges by {', '.join(purging)} on {place(grant.scope)}"] if purging else []), *proofs(shown)]

    def sort(self, grant: Grant) -> str:
        """What kind of grant it is, see `sort_of`."""
        eligible = grant.standing is Standing.ELIGIBLE
        return sort_of(grant.kind, eligible, person(grant.principal), code=self.runners.runs(grant.principal))

    def unread(self, resource: Resource, reason: str, scope: str) -> tuple[str, dict[str, Any]] | None:
        """The kind of an assignment whose role nobody knows, and what is said of it: a hole wherever the role decides.

        An access policy opens what a vault holds and nothing else, whatever it says.
        """
        kind = _KINDS.get(resource.type_key)
        if kind is None:
            return None
        hole = _why(resource, reason)
        said: dict[str, Any] = {"role": hole, "kind": kind, "standing": str(Standing.PERMANENT), "lasting": True}
        if kind == "access policy":
            said |= {name: hole if name in ("purges", "deletes") else False for name in _ASKED}
            return sort_of(kind, False, False), {
                **said,
                "summary": f"an access policy on {place(scope)} is not known yet",
            }
        body = properties(resource.body)
        written = inner(body, "principalType")
        kind_of = written if isinstance(written, str) else ""
        principal = self.rights.grants.principals.of(inner(body, "principalId"), kind_of)
        human, code = person(principal), self.runners.runs(principal)
        said |= dict.fromkeys(_ASKED, hole)
        said |= {
            "principal": principal.key,
            "principalName": principal.name,
            "principalKind": principal.kind,
            "person": human,
            "runsCode": code,
            "summary": f"{who(principal)} holds a role that nobody knows on {place(scope)}",
        }
        return sort_of(kind, False, human, code=code), said


def sort_of(kind: str, eligible: bool, human: Truth, *, code: bool = False) -> str:
    """What kind of grant it is: `role assignment/standing/program/code`.

    What is granted by, whether it must be activated first, and who holds it: `person`, `program` or `somebody`, with
    `code` where the workload's code acts as it. Criteria say by it which grants they are about.
    """
    holder = "somebody" if isinstance(human, Unknown) else "person" if human else "program"
    parts = [kind, "eligible" if eligible else "standing", holder, *(["code"] if code else [])]
    return "/".join(parts)


def _gains_something(step: Escalation) -> bool:
    """Whether a step leads to somebody else, or to more: to become oneself is none."""
    return not step.gains or any(gained.key != step.principal.key for gained in step.gains)


def _shown(steps: Iterable[Escalation]) -> list[dict[str, Any]]:
    """Each kind of step once, with the first thing that it is done to."""
    made: dict[str, dict[str, Any]] = {}
    for step in steps:
        gains = [gained.name for gained in step.gains]
        shown = {"edge": str(step.edge), "operation": step.operation, "target": step.target, "gains": gains}
        made.setdefault(step.operation, shown)
    return list(made.values())


def _why(resource: Resource, reason: str) -> Unknown:
    """Why a role or an access policy is not known, and what would decide it."""
    body = properties(resource.body)
    named = inner(body, "roleDefinitionId")
    holes = [item for item in (named, *items(inner(body, "accessPolicies"))) if isinstance(item, Unknown)]
    decided = tuple(dict.fromkeys(name for hole in holes for name in hole.decided_by))
    text = id_in(named)
    return Unknown(
        reason=reason,
        decided_by=decided or (text if isinstance(text, str) else resource.id,),
        origin=resource.origin,
    )


class Reader(NamedTuple):
    """Somebody who reads what a vault holds."""

    vault: Resource
    target: str
    """The vault, or the one secret of it."""
    principal: Principal
    grant: Grant
    certain: Truth
    shared: int | Unknown
    """How many read the whole vault, those who deploy not counted."""
    secrets: int | Unknown
    """How many secrets the vault holds."""
    origin: Origin | None

    @property
    def secret(self) -> str | None:
        """The name of the only secret that it reads; None where it reads the whole vault."""
        return None if self.target.lower() == self.vault.key else self.target.rpartition("/")[2]


def readers(rights: Rights) -> Iterator[Reader]:
    """Everybody who reads secrets: of whole vaults, and of one secret."""
    singles: Mapping[str, list[Grant]] = _singles(rights)
    for vault in rights.estate.of_type(VAULT_TYPE):
        found = [item for item in rights.who_may(READ_SECRETS, vault.id, data=True) if _reads(item[1])]
        shared, secrets = _shared(vault, found), _secrets(rights, vault)
        for principal, answer in found:
            grant = answer.proofs[0].grant
            certain: Truth = answer.hole if answer.hole is not None else True
            yield Reader(vault, vault.id, principal, grant, certain, shared, secrets, grant.origin)
        for grant in singles.get(vault.key, ()):
            held = rights.gives(grant, READ_SECRETS, grant.scope, data=True)
            if held is not False:
                yield Reader(vault, grant.scope, grant.principal, grant, held, shared, 1, grant.origin)


def _singles(rights: Rights) -> Mapping[str, list[Grant]]:
    """Grants at one secret of a vault, by the lower-case id of the vault."""
    found: dict[str, list[Grant]] = {}
    for grant in rights.grants.all:
        vault, cut, _ = grant.scope.lower().partition("/secrets/")
        if cut and VAULT_TYPE.lower() in vault:
            found.setdefault(vault, []).append(grant)
    return found


def _reads(answer: Answer) -> bool:
    return answer.verdict is not Verdict.DENIED


def _shared(vault: Resource, found: Iterable[tuple[Principal, Answer]]) -> int | Unknown:
    sure = maybe = 0
    for principal, answer in found:
        if principal.kind == "deployer" or answer.verdict is Verdict.ELIGIBLE:
            continue
        if answer.verdict is Verdict.ALLOWED and principal.known:
            sure += 1
        else:
            maybe += 1
    if maybe and sure < 2 and sure + maybe > 1:
        return Unknown(reason="it is not known who else reads this vault", decided_by=(vault.id,))
    return sure


def _secrets(rights: Rights, vault: Resource) -> int | Unknown:
    listed = rights.estate.below(vault.id, _SECRET_TYPE)
    if not listed:
        return Unknown(reason="no source lists the secrets of this vault", decided_by=(f"{vault.id}/secrets",))
    for secret in listed:
        if isinstance(secret.cardinality, Unknown):
            return len(listed) if len(listed) > 1 else secret.cardinality
    return len(listed)


class Writer(NamedTuple):
    """Somebody with a data role of Cosmos DB."""

    grant: Grant
    level: str | Unknown
    writes: Truth


def writers(rights: Rights, powers: Powers) -> Iterator[Writer]:
    """Every assignment of a data role."""
    for grant in rights.grants.all:
        if grant.kind == "data role" and grant.resource is not None:
            scope = id_written(inner(properties(grant.resource.body), "scope"))
            yield Writer(grant, level(scope), powers.writes_documents(grant))
