"""Steps by which somebody gets rights that nobody gave them: typed edges, and what follows when they are taken in turn.

The operations are those that Azure's roles hold for it; each kind says what is gained. A step counts where effective
rights allow it: custom roles, wildcards, subtractions, conditions and deny assignments all count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from everward.estate import Resource
from everward.facts.access.dataroles import keys_count
from everward.facts.access.grants import Standing
from everward.facts.access.principals import IDENTITY_TYPE, Principal
from everward.facts.access.rights import Proof, Rights, Verdict
from everward.facts.shape import flag, inner, properties
from everward.values import Truth, Unknown


class Edge(StrEnum):
    """What kind of step it is."""

    GRANT = "grant"
    """Give rights: to oneself, or to anybody."""
    RUN_AS = "runAsIdentity"
    """Run code as the identity of a resource."""
    ATTACH = "attachIdentity"
    """Attach an identity, or make a token of another issuer count as it."""
    KEYS = "listKeys"
    """Read keys that open the data plane to whoever has them."""
    VAULT = "vaultPolicy"
    """Give oneself access to what a vault holds."""
    UNGUARD = "removeGuard"
    """Take a guard away: a policy, a lock, a log, a rule of the network."""
    PIPELINE = "pipeline"
    """Run a pipeline, which acts as whoever its connection stands for."""


class Operation(NamedTuple):
    """An operation that is a step."""

    name: str
    edge: Edge
    types: tuple[str, ...] = ()
    """Lower-case types of resources that it is done to; none means any scope."""


OPERATIONS: Final = (
    Operation("Microsoft.Authorization/roleAssignments/write", Edge.GRANT),
    Operation("Microsoft.Authorization/roleDefinitions/write", Edge.GRANT),
    Operation("Microsoft.Authorization/roleEligibilityScheduleRequests/write", Edge.GRANT),
    Operation("Microsoft.Authorization/roleAssignmentScheduleRequests/write", Edge.GRANT),
    Operation("Microsoft.Authorization/roleManagementPolicies/write", Edge.GRANT),
    Operation("Microsoft.Authorization/elevateAccess/action", Edge.GRANT),
    Operation(
        "Microsoft.Compute/virtualMachines/runCommand/action", Edge.RUN_AS, ("microsoft.compute/virtualmachines",)
    ),
    Operation(
        "Microsoft.Compute/virtualMachines/extensions/write", Edge.RUN_AS, ("microsoft.compute/virtualmachines",)
    ),
    Operation(
        "Microsoft.Compute/virtualMachineScaleSets/extensions/write",
        Edge.RUN_AS,
        ("microsoft.compute/virtualmachinescalesets",),
    ),
    Operation("Microsoft.Web/sites/write", Edge.RUN_AS, ("microsoft.web/sites",)),
    Operation("Microsoft.Web/sites/publishxml/action", Edge.RUN_AS, ("microsoft.web/sites",)),
    Operation("Microsoft.App/containerApps/write", Edge.RUN_AS, ("microsoft.app/containerapps",)),
    Operation(
        "Microsoft.ContainerInstance/containerGroups/write",
        Edge.RUN_AS,
        ("microsoft.containerinstance/containergroups",),
    ),
    Operation(
        "Microsoft.ContainerService/managedClusters/runcommand/action",
        Edge.RUN_AS,
        ("microsoft.containerservice/managedclusters",),
    ),
    Operation(
        "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
        Edge.RUN_AS,
        ("microsoft.containerservice/managedclusters",),
    ),
    Operation(
        "Microsoft.Automation/automationAccounts/runbooks/draft/write",
        Edge.RUN_AS,
        ("microsoft.automation/automationaccounts",),
    ),
    Operation("Microsoft.Logic/workflows/write", Edge.RUN_AS, ("microsoft.logic/workflows",)),
    Operation("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", Edge.ATTACH, (IDENTITY_TYPE.lower(),)),
    Operation(
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
        Edge.ATTACH,
        (IDENTITY_TYPE.lower(),),
    ),
    Operation("Microsoft.Storage/storageAccounts/listKeys/action", Edge.KEYS, ("microsoft.storage/storageaccounts",)),
    Operation(
        "Microsoft.DocumentDB/databaseAccounts/listKeys/action", Edge.KEYS, ("microsoft.documentdb/databaseaccounts",)
    ),
    Operation(
        "Microsoft.EventHub/namespaces/authorizationRules/listKeys/action",
        Edge.KEYS,
        ("microsoft.eventhub/namespaces",),
    ),
    Operation(
        "Microsoft.ServiceBus/namespaces/authorizationRules/listKeys/action",
        Edge.KEYS,
        ("microsoft.servicebus/namespaces",),
    ),
    Operation(
        "Microsoft.ContainerRegistry/registries/listCredentials/action",
        Edge.KEYS,
        ("microsoft.containerregistry/registries",),
    ),
    Operation("Microsoft.Cache/redis/listKeys/action", Edge.KEYS, ("microsoft.cache/redis",)),
    Operation("Microsoft.Search/searchServices/listAdminKeys/action", Edge.KEYS, ("microsoft.search/searchservices",)),
    Operation(
        "Microsoft.CognitiveServices/accounts/listKeys/action", Edge.KEYS, ("microsoft.cognitiveservices/accounts",)
    ),
    Operation("Microsoft.KeyVault/vaults/write", Edge.VAULT, ("microsoft.keyvault/vaults",)),
    Operation("Microsoft.KeyVault/vaults/accessPolicies/write", Edge.VAULT, ("microsoft.keyvault/vaults",)),
    Operation("Microsoft.Authorization/policyAssignments/write", Edge.UNGUARD),
    Operation("Microsoft.Authorization/policyExemptions/write", Edge.UNGUARD),
    Operation("Microsoft.Authorization/locks/delete", Edge.UNGUARD),
    Operation("Microsoft.Insights/diagnosticSettings/delete", Edge.UNGUARD),
    Operation(
        "Microsoft.Network/networkSecurityGroups/write", Edge.UNGUARD, ("microsoft.network/networksecuritygroups",)
    ),
)
"""Read off Azure's roles and operations, 2026-08; see `data/builtin-roles.json.gz`."""


_ELEVATE: Final = "Microsoft.Authorization/elevateAccess/action"
"""Done at the scope of the tenant only: roles that are held below it do not give it, whatever their patterns cover."""
_ADMIN: Final = "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"


@dataclass(frozen=True)
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
    for operation in OPERATIONS:
        if operation.types:
            yield from _on_resources(rights, operation)
        else:
            yield from _on_scopes(rights, operation)


def _of_pipelines(rights: Rights) -> Iterator[Escalation]:
    """Whoever can run a pipeline, or change it where it runs from, is whom its connection stands for."""
    for one in rights.connections.all:
        if one.principal is not None:
            runner = rights.grants.principals.add(f"pipeline:{one.given.get('pipeline')}", one.pipeline, "pipeline")
            target = one.principal.resource.id if one.principal.resource is not None else ""
            yield Escalation(
                runner, Edge.PIPELINE, f"{one.word} `{one.name}`", target, (one.principal,), certain=one.certain
            )


def _on_scopes(rights: Rights, operation: Operation) -> Iterator[Escalation]:
    """Operations that are done at a scope: once for each grant."""
    seen: set[tuple[str, str]] = set()
    for grant in rights.grants.all:
        key = (grant.principal.key, grant.scope.lower())
        if grant.kind != "role assignment" or key in seen:
            continue
        if operation.name == _ELEVATE and grant.scope.strip("/"):
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


def _on_resources(rights: Rights, operation: Operation) -> Iterator[Escalation]:
    for type_ in operation.types:
        for resource in rights.estate.of_type(type_):
            works = keys_count(resource) if operation.edge is Edge.KEYS else True
            if works is False or not _useful(rights, operation, resource):
                continue
            for principal, answer in rights.who_may(operation.name, resource.id, data=False):
                if answer.verdict is Verdict.DENIED:
                    continue
                gains = tuple(_gains(rights, operation, resource))
                holes = [item for item in (answer.hole, works) if isinstance(item, Unknown)]
                proof = answer.proofs[0] if answer.proofs else None
                certain: Truth = holes[0] if holes else True
                yield Escalation(
                    principal, operation.edge, operation.name, resource.id, gains, proof, certain, answer.proofs
                )


def _useful(rights: Rights, operation: Operation, resource: Resource) -> bool:
    """Whether anything is gained: running code on a resource without an identity gives no rights."""
    if operation.edge is not Edge.RUN_AS:
        return True
    if operation.name == _ADMIN and flag(properties(resource.body), "disableLocalAccounts", default=False) is True:
        # Without local accounts a cluster has no credential of its own to list.
        return False
    return any(True for _ in rights.grants.principals.attached(resource)) or (
        inner(resource.body, "identity", "userAssignedIdentities") is not None
    )


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
    if operation.edge is Edge.RUN_AS:
        yield from principals.attached(resource)
    elif operation.edge is Edge.ATTACH and resource.key in principals.all:
        yield principals.all[resource.key]


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


def blast_radius(rights: Rights, principal: Principal, steps: list[Escalation] | None = None) -> Radius:
    """What a principal can get at when it takes every step that is certain and needs no activation.

    INVARIANT: nobody is visited twice, so identities that can become one another end all the same.
    """
    found = list(escalations(rights)) if steps is None else steps
    queue = [principal]
    met: dict[str, Principal] = {principal.key: principal}
    taken: list[Escalation] = []
    unlimited = False
    while queue:
        current = queue.pop(0)
        for step in found:
            if (
                step.principal.key not in (current.key, *current.groups)
                or step.certain is not True
                or not step.standing
            ):
                continue
            unlimited = unlimited or step.edge is Edge.GRANT
            for gained in step.gains:
                if gained.key not in met:
                    met[gained.key] = gained
                    taken.append(step)
                    queue.append(gained)
    targets: dict[str, None] = {}
    for one in met.values():
        held = [grant for grant in rights.held_by(one) if grant.standing is not Standing.ELIGIBLE]
        targets.update(dict.fromkeys(grant.scope for grant in held if grant.active is not False))
    becomes = tuple(one for key, one in met.items() if key != principal.key)
    return Radius(principal, becomes, tuple(taken), tuple(targets), unlimited)
