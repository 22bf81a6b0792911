"""What access finds, as facts: grants, secrets and purges by whom, escalations, numbers of assignments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from everward.estate import Estate, Resource, Unresolved
from everward.facts.access.activation import NOT_READ
from everward.facts.access.counts import COUNT, count_facts
from everward.facts.access.dataroles import KEY, keys_count
from everward.facts.access.denials import DENIAL, denial_facts
from everward.facts.access.escalation import Escalation, escalations
from everward.facts.access.federation_facts import CONNECTION, FEDERATION, connection_facts, federation_facts
from everward.facts.access.grants import Grant, Standing
from everward.facts.access.holdings import Holdings, readers, writers
from everward.facts.access.membership_facts import MEMBERSHIP, membership_facts
from everward.facts.access.names import Names
from everward.facts.access.propagation import PROPAGATION, propagation_facts
from everward.facts.access.radius import RADIUS, radius_facts
from everward.facts.access.rights import Rights, Verdict
from everward.facts.access.vaults import VAULT_TYPE
from everward.facts.access.words import reading, writing
from everward.facts.interface import Analysis, Derived, fact
from everward.policy.hierarchy import scope_of
from everward.values import Truth, Unknown, try_parse_id

GRANT: Final = "Access/grants"
RIGHT: Final = "Access/rights"
ESCALATION: Final = "Access/escalations"
KEYS: Final = "Access/keys"
READER: Final = "Access/readers"
DOCUMENTS: Final = "Access/documentRoles"

QUESTIONS: Final = (
    ("purgeSecret", "Microsoft.KeyVault/vaults/secrets/purge/action", "microsoft.keyvault/vaults"),
    ("purgeKey", "Microsoft.KeyVault/vaults/keys/purge/action", "microsoft.keyvault/vaults"),
    ("purgeCertificate", "Microsoft.KeyVault/vaults/certificates/purge/action", "microsoft.keyvault/vaults"),
    ("readSecrets", "Microsoft.KeyVault/vaults/secrets/getSecret/action", "microsoft.keyvault/vaults"),
    (
        "writeItems",
        "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create",
        "microsoft.documentdb/databaseaccounts",
    ),
    (
        "writeBlobs",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
        "microsoft.storage/storageaccounts",
    ),
)
"""Rights that are listed for every resource of a type: what it is called, the operation, the type."""


class AccessAnalysis(Analysis):
    """Who may do what."""

    name = "access"

    def derive(self, estate: Estate) -> Derived:
        """The facts of an estate."""
        rights = Rights(estate)
        derived = Derived()
        names = Names()
        steps = list(escalations(rights))
        holdings = Holdings(rights, steps)
        derived.facts.extend(self.kept(_grants(holdings, names), GRANT))
        derived.facts.extend(self.kept(_escalations(steps, names), ESCALATION))
        for maker in _MAKERS:
            derived.facts.extend(self.kept(maker(rights, names), *_MADE.get(maker, ())))
        derived.facts.extend(self.kept(_documents(holdings, names), DOCUMENTS))
        derived.facts.extend(self.kept(denial_facts(rights.denials, names), DENIAL))
        derived.facts.extend(self.kept(radius_facts(rights, steps, names), RADIUS))
        for resource, reason in rights.grants.unread:
            derived.unresolved.append(
                Unresolved(
                    subject=f"assignment `{resource.name}`",
                    reason=f"{reason}, so what it grants is not known",
                    origin=resource.origin,
                    help="read the role definitions too",
                )
            )
        return derived


def _grants(holdings: Holdings, names: Names) -> Iterator[Resource]:
    rights = holdings.rights
    for grant in rights.grants.all:
        if grant.kind == KEY:
            # Whether keys count is said of each service; what one may do is asked, not told of every key there is.
            continue
        name = names.make(grant.scope, "grant", grant.principal.key, grant.role.id, str(grant.standing))
        yield fact(
            grant.scope,
            GRANT,
            name,
            {
                **_grantee(grant),
                **holdings.of(grant),
                "privileged": grant.privileged,
                "scope": grant.scope,
                "scopeKind": scope_kind(grant.scope),
                "scopeType": _scope_type(grant.scope),
            },
            origin=grant.origin,
            condition=grant.active,
            sort=holdings.sort(grant),
        )
    for resource, reason in rights.grants.unread:
        scope = resource.id if resource.type_key == VAULT_TYPE.lower() else scope_of(resource.id)
        found = holdings.unread(resource, reason, scope)
        if found is not None:
            sort, said = found
            where = {"scope": scope, "scopeKind": scope_kind(scope), "scopeType": _scope_type(scope)}
            name = names.make(scope, "unread", resource.id)
            yield fact(scope, GRANT, name, {**said, **where}, origin=resource.origin, sort=sort)


def _grantee(grant: Grant) -> dict[str, Any]:
    return {
        "principal": grant.principal.key,
        "principalName": grant.principal.name,
        "principalKind": grant.principal.kind,
        "human": grant.principal.is_human,
        "role": grant.role.name,
        "roleId": grant.role.id,
        "builtInRole": grant.role.built_in,
        "kind": grant.kind,
        "standing": str(grant.standing),
        "lasting": grant.standing is Standing.PERMANENT,
        "condition": grant.condition,
        **_activation(grant),
        "expires": grant.expires,
        "expired": grant.expired,
        "throughGroup": grant.group.name if grant.group is not None else None,
        "unusable": grant.dead,
    }


def _activation(grant: Grant) -> dict[str, Any]:
    """What an activation asks for, where there is one."""
    rules = grant.activation
    if rules is None:
        return {"approval": None, "multiFactor": None, "justification": None, "longest": None, "weak": None}
    return {
        "approval": _asked(grant, rules.approval, "approval"),
        "multiFactor": _asked(grant, rules.multi_factor, "a second factor"),
        "justification": _asked(grant, rules.justification, "a justification"),
        "longest": rules.maximum,
        "weak": _asked(grant, rules.weak, "approval or a second factor"),
    }


def _asked(grant: Grant, said: Truth, what: str) -> Truth:
    """What activating an eligible grant asks for; without the rules of its role and scope nobody knows."""
    if said is not NOT_READ:
        return said
    return Unknown(
        reason=f"no rule says whether activating `{grant.role.name}` needs {what}",
        decided_by=(f"the activation rules of `{grant.role.name}` at `{grant.scope}`",),
        origin=grant.origin,
    )


def scope_kind(scope: str) -> str:
    """`tenant`, `managementGroup`, `subscription`, `resourceGroup` or `resource`."""
    lowered = scope.rstrip("/").lower()
    if not lowered:
        return "tenant"
    if lowered.startswith("/providers/microsoft.management/managementgroups/"):
        return "managementGroup"
    parsed = try_parse_id(scope)
    if parsed is None:
        return "resource"
    kinds = {
        "microsoft.resources/subscriptions": "subscription",
        "microsoft.resources/subscriptions/resourcegroups": "resourceGroup",
    }
    return kinds.get(parsed.type.lower(), "resource")


def _scope_type(scope: str) -> str:
    parsed = try_parse_id(scope)
    return "" if parsed is None else parsed.type


def _rights(rights: Rights, names: Names) -> Iterator[Resource]:
    """Who may do what matters most, resource by resource."""
    for title, operation, type_ in QUESTIONS:
        for resource in rights.estate.of_type(type_):
            for principal, answer in rights.who_may(operation, resource.id, data=True):
                if answer.verdict is Verdict.DENIED or principal.kind == KEY:
                    continue
                proof = answer.proofs[0]
                certain: Truth = answer.hole if answer.hole is not None else True
                yield fact(
                    resource,
                    RIGHT,
                    names.make(resource.id, title, principal.key),
                    {
                        **_grantee(proof.grant),
                        "principal": principal.key,
                        "principalName": principal.name,
                        "principalKind": principal.kind,
                        "right": title,
                        "operation": operation,
                        "target": resource.id,
                        "targetType": resource.type,
                        "scope": proof.grant.scope,
                        "whole": proof.grant.scope.lower() == resource.key,
                        "verdict": str(answer.verdict),
                    },
                    origin=proof.grant.origin,
                    condition=certain,
                )


def _escalations(steps: Iterable[Escalation], names: Names) -> Iterator[Resource]:
    """One for each way from somebody to something: several operations may lead there, of which the surest is told.

    What one grant gives on many things alike is told once, of its scope: a role on a management group is a step on
    every machine below it.
    """
    alike: dict[tuple[str, str, str], list[Escalation]] = {}
    for step in steps:
        alike.setdefault((step.principal.key, step.edge, step.target.lower()), []).append(step)
    told: dict[tuple[Any, ...], list[Escalation]] = {}
    for key, same in alike.items():
        step = min(same, key=lambda one: (one.certain is not True, not one.standing))
        operations = tuple(one.operation for one in same)
        proof = step.proof if step.certain is True else None
        held = key if proof is None else (*key[:2], id(proof.grant), bool(step.gains))
        told.setdefault((held, step.operation, operations), []).append(step)
    for (_, _, operations), found in told.items():
        yield _escalation(found, operations, names)


def _escalation(found: Sequence[Escalation], operations: Sequence[str], names: Names) -> Resource:
    """A step that is the same for one target or several."""
    step, grant = found[0], found[0].proof.grant if found[0].proof is not None else None
    several = grant is not None and len(found) > 1
    target = grant.scope if grant is not None and several else step.target
    told_apart = (step.operation, "gains" if step.gains else "") if several else ()
    return fact(
        target,
        ESCALATION,
        names.make(target, str(step.edge), step.principal.key, *told_apart),
        {
            "principal": step.principal.key,
            "principalName": step.principal.name,
            "principalKind": step.principal.kind,
            "edge": str(step.edge),
            "operation": step.operation,
            "operations": list(operations),
            "target": target,
            "targets": [one.target for one in found],
            "gains": list(dict.fromkeys(gained.name for one in found for gained in one.gains)),
            "standing": step.standing,
            "role": grant.role.name if grant is not None else None,
        },
        origin=grant.origin if grant is not None else None,
        condition=step.certain,
    )


def _readers(rights: Rights, names: Names) -> Iterator[Resource]:
    """Who reads the secrets of which vault, and how many share it."""
    for reader in readers(rights):
        yield fact(
            reader.vault,
            READER,
            names.make(reader.vault.id, "reader", reader.principal.key, reader.target.lower()),
            {
                **_grantee(reader.grant),
                "principal": reader.principal.key,
                "principalName": reader.principal.name,
                "principalKind": reader.principal.kind,
                "vault": reader.vault.id,
                "target": reader.target,
                "whole": reader.target.lower() == reader.vault.key,
                "shared": reader.shared,
                "secrets": reader.secrets,
                "summary": reading(reader.principal, reader.vault.id, reader.secret, reader.shared, reader.secrets),
            },
            origin=reader.origin,
            condition=reader.certain,
        )


def _documents(holdings: Holdings, names: Names) -> Iterator[Resource]:
    """Who writes documents of Cosmos DB, and how much of an account."""
    for writer in writers(holdings.rights, holdings.powers):
        grant = writer.grant
        yield fact(
            grant.scope,
            DOCUMENTS,
            names.make(grant.scope, "documents", grant.principal.key, grant.role.id),
            {
                **_grantee(grant),
                "scope": grant.scope,
                "level": writer.level,
                "writes": writer.writes,
                "summary": writing(grant, writer.level, writer.writes),
            },
            origin=grant.origin,
            condition=grant.active,
        )


_KEYED: Final = (
    "Microsoft.Storage/storageAccounts",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.EventHub/namespaces",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.Cache/redis",
    "Microsoft.Search/searchServices",
    "Microsoft.CognitiveServices/accounts",
)


def _keys(rights: Rights, names: Names) -> Iterator[Resource]:
    """Services whose keys open them, although identities could serve."""
    within = _holders_within(rights, _KEYED)
    for type_ in _KEYED:
        for resource in rights.estate.of_type(type_):
            works = keys_count(resource)
            identities = sorted(within.get(resource.key, ()))
            yield fact(
                resource,
                KEYS,
                names.make(resource.id, "keys"),
                {
                    "target": resource.id,
                    "targetType": resource.type,
                    "keysWork": works,
                    "identities": identities,
                    "identitiesServe": bool(identities),
                },
            )


def _holders_within(rights: Rights, types: Iterable[str]) -> Mapping[str, set[str]]:
    """Who holds something on a resource of some types or on a part of it: names by the resource's key."""
    keys = {resource.key for type_ in types for resource in rights.estate.of_type(type_)}
    found: dict[str, set[str]] = {}
    for grant in rights.grants.all:
        if grant.kind == KEY:
            continue
        scope = grant.scope.lower()
        # The scope itself, then everything that it is a part of.
        end = len(scope)
        while end > 0:
            if scope[:end] in keys:
                found.setdefault(scope[:end], set()).add(grant.principal.name)
            end = scope.rfind("/", 0, end)
    return found


_MAKERS: Final = (
    _rights, _readers, _keys, count_facts, connection_facts, federation_facts, membership_facts, propagation_facts,
)  # fmt: skip
"""What derives facts from rights alone."""

_MADE: Final[Mapping[Any, tuple[str, ...]]] = {
    _rights: (RIGHT,),
    _readers: (READER,),
    _keys: (KEYS,),
    count_facts: (COUNT,),
    connection_facts: (CONNECTION,),
    federation_facts: (FEDERATION,),
    membership_facts: (MEMBERSHIP,),
    propagation_facts: (PROPAGATION,),
}
"""What each of them makes."""
