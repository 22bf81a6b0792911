"""How far somebody gets: what they can change, delete and read, themselves and as all whom they can become."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.access.connections import DEPLOYER
from everward.facts.access.counts import Stamps
from everward.facts.access.dataroles import KEY
from everward.facts.access.edges import Edge
from everward.facts.access.escalation import Escalation
from everward.facts.access.grants import Grant, Standing
from everward.facts.access.names import Names
from everward.facts.access.principals import Principal
from everward.facts.access.rights import Rights, Verdict
from everward.facts.access.roles import Role
from everward.facts.access.vaults import VAULT_TYPE
from everward.facts.access.words import who
from everward.facts.interface import fact
from everward.facts.shape import inner, properties
from everward.policy.hierarchy import scope_of
from everward.values import try_parse_id

RADIUS: Final = "Access/blastRadius"
_SECRETS: Final = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
_UNLOCK: Final = "Microsoft.Authorization/locks/delete"
_LOCK_TYPE: Final = "Microsoft.Authorization/locks"
_GROUPS: Final = "/providers/microsoft.management/managementgroups/"
_LEFT_OUT: Final = ("microsoft.authorization/", "microsoft.graph/", "microsoft.resources/", "everward.")
"""How the types begin that are not counted: who may do what, groups, and what stands inside of clusters."""
_SOURCES: Final = ("terraform", "template", "plan")
_STORES: Final = (
    (
        "microsoft.documentdb/databaseaccounts",
        "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
    ),
    (
        "microsoft.storage/storageaccounts",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    ),
    ("microsoft.eventhub/namespaces", "Microsoft.EventHub/namespaces/messages/send/action"),
    ("microsoft.servicebus/namespaces", "Microsoft.ServiceBus/namespaces/messages/send/action"),
)
"""Stores, and the operation that writes into them."""


class Radius(NamedTuple):
    """What a principal can get at, itself and as others."""

    principal: Principal
    becomes: tuple[Principal, ...]
    """Whom it can act as, in the order in which it gets there."""
    steps: tuple[Escalation, ...]
    """The first step that leads to each of them."""
    targets: tuple[str, ...]
    """Scopes at which any of them holds something."""
    unlimited: bool
    """Whether it can give rights to anybody somewhere."""
    writes: int = 0
    """A set of resources that it can change, a bit each."""
    deletes: int = 0
    secrets: tuple[Resource, ...] = ()
    """Vaults whose secrets it can read."""
    stores: tuple[Resource, ...] = ()
    """Stores into which it can write."""


class Reach:
    """Answers how far principals of an estate get."""

    def __init__(self, rights: Rights, steps: Iterable[Escalation]) -> None:
        self.rights = rights
        self._steps: dict[str, list[Escalation]] = {}
        for step in steps:
            self._steps.setdefault(step.principal.key, []).append(step)
        self.resources = sorted(_counted(rights), key=lambda item: f"{item.key}/")
        """What is counted, in the order of bits."""
        self._keys = [f"{item.key}/" for item in self.resources]
        self._types: dict[str, int] = {}
        for index, item in enumerate(self.resources):
            self._types[item.type_key] = self._types.get(item.type_key, 0) | (1 << index)
        self._by_role: dict[tuple[int, str], int] = {}
        self._below: dict[str, int] = {}

    @property
    def actors(self) -> list[Principal]:
        """Everybody who holds something, or can take a step, each once."""
        found = {grant.principal.key: grant.principal for grant in self.rights.grants.all}
        for steps in self._steps.values():
            found.setdefault(steps[0].principal.key, steps[0].principal)
        return list(found.values())

    def steps_of(self, principal: Principal) -> list[Escalation]:
        """The steps that a principal can take itself, or by its groups."""
        return list(self._taken_by(principal))

    def of(self, principal: Principal, *, activated: bool = False) -> Radius:
        """What a principal can get at when it takes every step that is certain.

        `activated` counts what first has to be activated too.

        INVARIANT: nobody is visited twice, so identities that can become one another end all the same.
        """
        met: dict[str, Principal] = {principal.key: principal}
        queue = [principal]
        taken: list[Escalation] = []
        unlimited = False
        while queue:
            current = queue.pop(0)
            for step in self._taken_by(current):
                if step.certain is not True or not (activated or step.standing):
                    continue
                unlimited = unlimited or step.edge is Edge.GRANT
                for gained in step.gains:
                    if gained.key not in met:
                        met[gained.key] = gained
                        taken.append(step)
                        queue.append(gained)
        grants = [grant for one in met.values() for grant in self.rights.held_by(one) if _counts(grant, activated)]
        keys = {key for one in met.values() for key in (one.key, *one.groups)}
        made = self._declared if DEPLOYER in met else 0
        return Radius(
            principal,
            tuple(one for key, one in met.items() if key != principal.key),
            tuple(taken),
            tuple(dict.fromkeys(grant.scope for grant in grants)),
            unlimited,
            self._reached(grants, "write", met.values()) | made,
            self._reached(grants, "delete", met.values()) | made,
            self._readers.of(keys),
            self._writers.of(keys),
        )

    def _taken_by(self, principal: Principal) -> Iterator[Escalation]:
        yield from self._steps.get(principal.key, ())
        for group in sorted(principal.groups):
            yield from self._steps.get(group, ())

    def _reached(self, grants: Iterable[Grant], verb: str, holders: Iterable[Principal]) -> int:
        """The resources on which any of the grants allows a verb, less those that are denied or locked."""
        found = 0
        freed = 0
        for grant in grants:
            if grant.kind == "role assignment" and grant.condition is None:
                below = self._at_or_below(grant.scope)
                found |= self._of_role(grant.role, verb) & below
                if any(permission.condition is None for permission, _ in grant.role.grants(_UNLOCK)):
                    freed |= below
        for locked, level, mask in self._locks:
            if (level == "readonly" or verb == "delete") and freed & self._at_or_below(locked) != mask:
                found &= ~mask
        return found & ~self._denied(verb, holders) if found and self.rights.denials else found

    def _of_role(self, role: Role, verb: str) -> int:
        key = (id(role), verb)
        known = self._by_role.get(key)
        if known is None:
            known = 0
            for type_, mask in self._types.items():
                if any(permission.condition is None for permission, _ in role.grants(f"{type_}/{verb}")):
                    known |= mask
            self._by_role[key] = known
        return known

    def _at_or_below(self, scope: str) -> int:
        key = scope.rstrip("/").lower()
        known = self._below.get(key)
        if known is None:
            known = self._below[key] = self._worked_out(key)
        return known

    def _worked_out(self, key: str) -> int:
        if not key:
            return (1 << len(self._keys)) - 1
        if key.startswith(_GROUPS):
            heads = {"/".join(item.split("/")[:3]) for item in self._keys if item.startswith("/subscriptions/")}
            held = (head for head in heads if self.rights.hierarchy.contains(key, head) is True)
            found = 0
            for head in held:
                found |= self._at_or_below(head)
            return found
        low = bisect_left(self._keys, f"{key}/")
        # In order of characters, `0` comes right after the slash.
        high = bisect_left(self._keys, f"{key}0", low)
        return (1 << high) - (1 << low)

    def _denied(self, verb: str, holders: Iterable[Principal]) -> int:
        """What deny assignments keep all of some principals from."""
        every = -1
        for holder in holders:
            mine = 0
            for denial in self.rights.denials:
                if denial.keeps(holder, self.rights.grants.principals) is True:
                    types = 0
                    for type_, mask in self._types.items():
                        if any(item.grants(f"{type_}/{verb}") for item in denial.permissions):
                            types |= mask
                    mine |= types & (self._at_or_below(denial.scope) if denial.own_only is False else 0)
            every &= mine
        return 0 if every == -1 else every

    @cached_property
    def _locks(self) -> list[tuple[str, str, int]]:
        found = []
        for lock in self.rights.estate.of_type(_LOCK_TYPE):
            scope = scope_of(lock.id)
            level = str(inner(properties(lock.body), "level") or "").lower()
            if lock.condition is True:
                found.append((scope, level, self._at_or_below(scope)))
        return found

    @cached_property
    def _declared(self) -> int:
        """What the sources declare: whoever deploys them must be able to change and delete it."""
        found = 0
        for index, item in enumerate(self.resources):
            if item.origin.source in _SOURCES:
                found |= 1 << index
        return found

    @cached_property
    def _readers(self) -> _Able:
        return _Able(self.rights, ((vault, _SECRETS) for vault in self.rights.estate.of_type(VAULT_TYPE)))

    @cached_property
    def _writers(self) -> _Able:
        asked = ((store, name) for type_, name in _STORES for store in self.rights.estate.of_type(type_))
        return _Able(self.rights, asked)


class _Able:
    """Resources by who may do something to them."""

    def __init__(self, rights: Rights, asked: Iterable[tuple[Resource, str]]) -> None:
        self._resources: list[Resource] = []
        self._by_principal: dict[str, list[int]] = {}
        for index, (resource, operation) in enumerate(asked):
            self._resources.append(resource)
            for principal, answer in rights.who_may(operation, resource.id, data=True):
                if answer.verdict is Verdict.ALLOWED:
                    self._by_principal.setdefault(principal.key, []).append(index)

    def of(self, keys: Iterable[str]) -> tuple[Resource, ...]:
        """The resources to which any of some principals may do it."""
        found = {index for key in keys for index in self._by_principal.get(key, ())}
        return tuple(self._resources[index] for index in sorted(found))


def blast_radius(rights: Rights, principal: Principal, steps: Iterable[Escalation]) -> Radius:
    """What one principal can get at; for many of them, keep one `Reach`."""
    return Reach(rights, steps).of(principal)


def _counted(rights: Rights) -> Iterator[Resource]:
    """Resources in groups, without those that only say who may do what."""
    for resource in rights.estate:
        parsed = try_parse_id(resource.id)
        if parsed is None or parsed.resource_group is None:
            continue
        if not resource.type_key.startswith(_LEFT_OUT):
            yield resource


def _counts(grant: Grant, activated: bool) -> bool:
    return grant.active is True and (activated or grant.standing is not Standing.ELIGIBLE)


def radius_facts(rights: Rights, steps: list[Escalation], names: Names) -> Iterator[Resource]:
    """How far each principal gets."""
    reach = Reach(rights, steps)
    stamps = Stamps(rights.estate)
    placed: dict[str, int] = {}
    for index, item in enumerate(reach.resources):
        stamp = stamps.of(item, item.id)
        if stamp is not None:
            placed[stamp] = placed.get(stamp, 0) | (1 << index)
    for principal in reach.actors:
        if principal.kind == KEY:
            # How far a key gets is said of what it is a key of.
            continue
        radius = reach.of(principal)
        eligible = any(grant.standing is Standing.ELIGIBLE for grant in rights.held_by(principal))
        later = reach.of(principal, activated=True) if eligible else radius
        if not (_counts_for_something(radius) or _counts_for_something(later)):
            continue
        scope = principal.resource.id if principal.resource is not None else ""
        touched = sum(bool(mask & (radius.writes | radius.deletes)) for mask in placed.values())
        yield fact(
            scope,
            RADIUS,
            names.make(scope, "radius", principal.key),
            {
                "principal": principal.key,
                "principalName": principal.name,
                "principalKind": principal.kind,
                "human": principal.is_human,
                **_told(radius, len(reach.resources)),
                "stamps": touched,
                "allStamps": len(placed) > 1 and touched == len(placed),
                "afterActivation": {"writes": later.writes.bit_count(), "deletes": later.deletes.bit_count()},
            },
            origin=principal.origin,
        )


def _counts_for_something(radius: Radius) -> bool:
    return bool(
        radius.writes or radius.deletes or radius.secrets or radius.stores or radius.becomes or radius.unlimited
    )


def _told(radius: Radius, total: int) -> Mapping[str, Any]:
    writes, deletes = radius.writes.bit_count(), radius.deletes.bit_count()
    return {
        "becomes": [one.name for one in radius.becomes],
        "edges": sorted({str(step.edge) for step in radius.steps}),
        "unlimited": radius.unlimited,
        "resources": total,
        "writes": writes,
        "deletes": deletes,
        "writeShare": round(writes / total, 4) if total else 0,
        "deleteShare": round(deletes / total, 4) if total else 0,
        "secretVaults": [vault.id for vault in radius.secrets],
        "dataStores": [store.id for store in radius.stores],
        "summary": summary(radius, total),
        "proof": [f"{one.name} by {step.operation}" for one, step in zip(radius.becomes, radius.steps, strict=False)],
    }


def summary(radius: Radius, total: int) -> str:
    """How far somebody gets, in one sentence."""
    writes, deletes = radius.writes.bit_count(), radius.deletes.bit_count()
    said = [f"changes {writes:,} and deletes {deletes:,} of {total:,} resources"]
    if radius.secrets:
        said.append(f"reads the secrets of {len(radius.secrets):,} vault{'s' if len(radius.secrets) > 1 else ''}")
    if radius.stores:
        said.append(f"writes into {len(radius.stores):,} store{'s' if len(radius.stores) > 1 else ''}")
    tail = ", and can give rights to anybody" if radius.unlimited else ""
    as_others = f", also as {len(radius.becomes):,} others" if radius.becomes else ""
    return f"{who(radius.principal)} {', '.join(said)}{as_others}{tail}"
