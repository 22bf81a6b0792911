"""Kinds of steps by which rights grow, and the operations that are such steps.

Read off Azure's roles and operations, 2026-08 (`data/provider-operations.json.gz`): a test holds that the catalogue has
every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple


class Edge(StrEnum):
    """What kind of step it is."""

    GRANT = "grant"
    """Give rights: to oneself, or to anybody."""
    DATA = "grantData"
    """Give oneself a right that a service keeps itself: a data role of Cosmos DB, an administrator of SQL."""
    RUN_AS = "runAsIdentity"
    """Run code as the identity of a resource."""
    POLICY = "policyIdentity"
    """Change what a policy deploys with the identity of its assignment."""
    ATTACH = "attachIdentity"
    """Attach an identity, or make a token of another issuer count as it."""
    KEYS = "listKeys"
    """Read keys that open the data plane to whoever has them."""
    VAULT = "vaultPolicy"
    """Give oneself access to what a vault holds, or take it away as a whole."""
    DIRECTORY = "directory"
    """Become a member of a group, or give an application a credential: by owning it, or by a role of the directory."""
    UNGUARD = "removeGuard"
    """Take a guard away: a policy, a lock, a log, a rule of the network, a backup."""
    PIPELINE = "pipeline"
    """Run a pipeline, which acts as whoever its connection stands for."""
    FEDERATED = "federatedToken"
    """Present a token of another issuer, which counts as the identity that trusts it."""


class Operation(NamedTuple):
    """An operation that is a step."""

    name: str
    edge: Edge
    types: tuple[str, ...] = ()
    """Lower-case types of resources that it is done to; none means any scope."""
    data: bool = False
    """Whether it is one of the data plane."""


def _at_scopes(edge: Edge, *names: str) -> Iterator[Operation]:
    yield from (Operation(name, edge) for name in names)


def _on(edge: Edge, type_: str, *names: str, data: bool = False) -> Iterator[Operation]:
    """Operations on a type, without the type in front; those that begin with a slash are named whole."""
    for name in names:
        whole = name[1:] if name.startswith("/") else f"{type_}/{name}"
        yield Operation(whole, edge, (type_.lower(),), data)


_AUTHORIZATION: Final = "Microsoft.Authorization"
_COMPUTE: Final = "Microsoft.Compute"

ELEVATE: Final = f"{_AUTHORIZATION}/elevateAccess/action"
"""Done at the scope of the tenant only: roles that are held below it do not give it, whatever their patterns cover."""
CLUSTER_ADMIN: Final = "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"
VAULT_WRITE: Final = "Microsoft.KeyVault/vaults/write"
VAULT_POLICY: Final = "Microsoft.KeyVault/vaults/accessPolicies/write"
VAULT_DEPLOY: Final = "Microsoft.KeyVault/vaults/deploy/action"
GRANT_ROLE: Final = f"{_AUTHORIZATION}/roleAssignments/write"

OPERATIONS: Final = (
    *_at_scopes(
        Edge.GRANT,
        GRANT_ROLE,
        f"{_AUTHORIZATION}/roleDefinitions/write",
        f"{_AUTHORIZATION}/roleEligibilityScheduleRequests/write",
        f"{_AUTHORIZATION}/roleAssignmentScheduleRequests/write",
        f"{_AUTHORIZATION}/roleManagementPolicies/write",
        ELEVATE,
    ),
    *_on(Edge.DATA, "Microsoft.DocumentDB/databaseAccounts", "sqlRoleAssignments/write", "sqlRoleDefinitions/write"),
    *_on(Edge.DATA, "Microsoft.Sql/servers", "administrators/write"),
    *_on(Edge.DATA, "Microsoft.DBforPostgreSQL/flexibleServers", "administrators/write"),
    *_on(
        Edge.RUN_AS, f"{_COMPUTE}/virtualMachines",
        "write", "runCommand/action", "runCommands/write", "extensions/write",
    ),
    *_on(Edge.RUN_AS, f"{_COMPUTE}/virtualMachines", "loginAsAdmin/action", data=True),
    *_on(
        Edge.RUN_AS, f"{_COMPUTE}/virtualMachineScaleSets",
        "write", "extensions/write", "virtualMachines/runCommand/action", "virtualMachines/runCommands/write",
        "virtualMachines/extensions/write",
    ),
    *_on(Edge.RUN_AS, "Microsoft.HybridCompute/machines", "extensions/write", "runCommands/write"),
    *_on(Edge.RUN_AS, "Microsoft.Web/sites", "write", "publishxml/action", "config/write", "host/listkeys/action"),
    *_on(Edge.RUN_AS, "Microsoft.App/containerApps", "write", "getAuthToken/action"),
    *_on(Edge.RUN_AS, "Microsoft.App/jobs", "write"),
    *_on(Edge.RUN_AS, "Microsoft.ContainerInstance/containerGroups", "write", "containers/exec/action"),
    *_on(
        Edge.RUN_AS, "Microsoft.ContainerService/managedClusters",
        "runcommand/action", f"/{CLUSTER_ADMIN}",
    ),
    *_on(
        Edge.RUN_AS, "Microsoft.Automation/automationAccounts",
        "runbooks/draft/write", "jobs/write", "webhooks/write",
    ),
    *_on(Edge.RUN_AS, "Microsoft.Logic/workflows", "write"),
    *_on(Edge.RUN_AS, "Microsoft.Resources/deploymentScripts", "write"),
    *_on(Edge.RUN_AS, "Microsoft.DataFactory/factories", "write", "pipelines/write"),
    *_on(Edge.RUN_AS, "Microsoft.Synapse/workspaces", "write"),
    *_on(Edge.RUN_AS, "Microsoft.MachineLearningServices/workspaces", "computes/write", "jobs/write"),
    *_on(Edge.RUN_AS, "Microsoft.ContainerRegistry/registries", "tasks/write", "scheduleRun/action"),
    *_on(Edge.RUN_AS, "Microsoft.Batch/batchAccounts", "pools/write"),
    *_on(Edge.POLICY, f"{_AUTHORIZATION}/policyAssignments", "write", f"/{_AUTHORIZATION}/policyDefinitions/write"),
    *_on(
        Edge.ATTACH, "Microsoft.ManagedIdentity/userAssignedIdentities",
        "assign/action", "federatedIdentityCredentials/write",
    ),
    *_on(
        Edge.KEYS, "Microsoft.Storage/storageAccounts",
        "listKeys/action", "listAccountSas/action", "listServiceSas/action", "regeneratekey/action",
    ),
    *_on(
        Edge.KEYS, "Microsoft.DocumentDB/databaseAccounts",
        "listKeys/action", "listConnectionStrings/action", "regenerateKey/action",
    ),
    *_on(
        Edge.KEYS, "Microsoft.EventHub/namespaces",
        "authorizationRules/listKeys/action", "eventhubs/authorizationRules/listKeys/action",
        "authorizationRules/regenerateKeys/action",
    ),
    *_on(
        Edge.KEYS, "Microsoft.ServiceBus/namespaces",
        "authorizationRules/listKeys/action", "queues/authorizationRules/listKeys/action",
        "topics/authorizationRules/listKeys/action",
    ),
    *_on(Edge.KEYS, "Microsoft.Relay/namespaces", "authorizationRules/listkeys/action"),
    *_on(
        Edge.KEYS, "Microsoft.ContainerRegistry/registries",
        "listCredentials/action", "generateCredentials/action",
    ),
    *_on(Edge.KEYS, "Microsoft.Cache/redis", "listKeys/action"),
    *_on(Edge.KEYS, "Microsoft.Search/searchServices", "listAdminKeys/action"),
    *_on(Edge.KEYS, "Microsoft.CognitiveServices/accounts", "listKeys/action"),
    *_on(Edge.KEYS, "Microsoft.AppConfiguration/configurationStores", "ListKeys/action"),
    *_on(Edge.KEYS, "Microsoft.SignalRService/SignalR", "listkeys/action"),
    *_on(Edge.KEYS, "Microsoft.EventGrid/topics", "listKeys/action"),
    *_on(Edge.KEYS, "Microsoft.Batch/batchAccounts", "listkeys/action"),
    *_on(Edge.KEYS, "Microsoft.Devices/IotHubs", "listkeys/action"),
    *_on(Edge.KEYS, "Microsoft.OperationalInsights/workspaces", "sharedKeys/action"),
    *_on(Edge.KEYS, f"{_COMPUTE}/disks", "beginGetAccess/action"),
    *_on(Edge.KEYS, f"{_COMPUTE}/snapshots", "beginGetAccess/action"),
    *_on(Edge.KEYS, "Microsoft.Web/sites", "config/list/action"),
    *_on(Edge.VAULT, "Microsoft.KeyVault/vaults", "write", "accessPolicies/write", "deploy/action"),
    *_on(
        Edge.VAULT, "Microsoft.KeyVault/vaults",
        "secrets/backup/action", "keys/backup/action", data=True,
    ),
    *_at_scopes(
        Edge.UNGUARD,
        f"{_AUTHORIZATION}/policyAssignments/write",
        f"{_AUTHORIZATION}/policyAssignments/delete",
        f"{_AUTHORIZATION}/policyExemptions/write",
        f"{_AUTHORIZATION}/locks/delete",
        f"{_AUTHORIZATION}/denyAssignments/delete",
        "Microsoft.Insights/diagnosticSettings/delete",
    ),
    *_on(Edge.UNGUARD, "Microsoft.Network/networkSecurityGroups", "write"),
    *_on(Edge.UNGUARD, "Microsoft.Network/firewallPolicies", "ruleCollectionGroups/write"),
    *_on(Edge.UNGUARD, "Microsoft.Network/networkManagers", "commit/action"),
    *_on(
        Edge.UNGUARD, "Microsoft.RecoveryServices/vaults",
        "/Microsoft.RecoveryServices/Vaults/backupFabrics/protectionContainers/protectedItems/delete",
    ),
    *_on(Edge.UNGUARD, "Microsoft.DataProtection/backupVaults", "backupInstances/delete"),
)  # fmt: skip
"""Every operation that is a step."""
