"""What the facts about a large estate cost: `python -m tests.bench.graphs COUNT`.

Prints JSON: seconds of the processor and of the clock to derive what `reach` and `access` find, each from the estate
on; the mebibytes that the process held at most, the estate among them; how many resources and facts there are. The
estate is made by chance, the same every time.
"""

from __future__ import annotations

import gc
import json
import random
import resource as limits
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tests.bench.identities import COMMON, MANAGEMENT, assignments, guid, management_groups, members
from tests.bench.networks import group_with, made

if TYPE_CHECKING:
    from everward.estate import Resource

SEED = 7
GROUPS, SUBSCRIPTIONS = 12, 25
MACHINES = 27
SUBNETS = ("front", "back", "data", "links")
NETWORK: Final = "Microsoft.Network"


def landscape(count: int) -> list[Resource]:
    """An estate of at least `count` resources: as many resource groups as that takes, in turns over subscriptions."""
    rng = random.Random(SEED)
    found = [*management_groups(GROUPS), *members(GROUPS, SUBSCRIPTIONS)]
    unit = 0
    while len(found) < count:
        scope = f"/subscriptions/{guid(3, unit % SUBSCRIPTIONS)}/resourceGroups/rg{unit}"
        found.extend(network(rng, scope, unit))
        found.extend(machines(rng, scope, unit))
        found.extend(services(rng, scope, unit))
        found.extend(assigned(rng, scope, unit))
        unit += 1
    return found


def network(rng: random.Random, scope: str, unit: int) -> Iterator[Resource]:
    """A network of four subnets with groups, behind one route table; ranges come round again after 4,096 of them."""
    groups = [group_with(rng, f"nsg{unit}-{name}", 8, scope) for name in SUBNETS]
    yield from groups
    hop = {"addressPrefix": "0.0.0.0/0", "nextHopType": rng.choice(("Internet", "VirtualAppliance"))}
    hop |= {"nextHopIpAddress": "10.0.0.4"} if hop["nextHopType"] == "VirtualAppliance" else {}
    routes = made(f"{NETWORK}/routeTables", f"rt{unit}", {"routes": [{"name": "out", "properties": hop}]}, scope)
    yield routes
    high, low = f"10.{unit // 16 % 256}", unit % 16 * 16
    subnets = [
        {
            "name": name,
            "properties": {
                "addressPrefix": f"{high}.{low + index}.0/24",
                "networkSecurityGroup": {"id": group.id},
                **({"routeTable": {"id": routes.id}} if name == "back" else {}),
                **({"serviceEndpoints": [{"service": "Microsoft.Storage"}]} if name == "data" else {}),
            },
        }
        for index, (name, group) in enumerate(zip(SUBNETS, groups, strict=True))
    ]
    space = {"addressSpace": {"addressPrefixes": [f"{high}.{low}.0/20"]}, "subnets": subnets}
    yield made(f"{NETWORK}/virtualNetworks", f"vnet{unit}", space, scope)


def _subnet(scope: str, unit: int, name: str) -> dict[str, str]:
    return {"id": f"{scope}/providers/{NETWORK}/virtualNetworks/vnet{unit}/subnets/{name}"}


def machines(rng: random.Random, scope: str, unit: int) -> Iterator[Resource]:
    """Virtual machines, each with an interface; some have an address of their own on the Internet."""
    for index in range(MACHINES):
        name = f"vm{unit}-{index}"
        subnet = rng.randrange(3)
        address = f"10.{unit // 16 % 256}.{unit % 16 * 16 + subnet}.{10 + index}"
        properties: dict[str, Any] = {
            "subnet": _subnet(scope, unit, SUBNETS[subnet]),
            "privateIPAddress": address,
            "privateIPAllocationMethod": "Static",
            "primary": True,
        }
        if rng.random() < 0.1:
            public = made(
                f"{NETWORK}/publicIPAddresses",
                f"ip-{name}",
                {"publicIPAllocationMethod": "Static", "ipAddress": f"20.{unit % 256}.{unit // 256}.{index}"},
                scope,
                sku={"name": "Standard"},
            )
            yield public
            properties["publicIPAddress"] = {"id": public.id}
        card = {"ipConfigurations": [{"name": "ip", "properties": properties}]}
        interface = made(f"{NETWORK}/networkInterfaces", f"nic-{name}", card, scope)
        yield interface
        profile = {"networkProfile": {"networkInterfaces": [{"id": interface.id}]}}
        identity = {"type": "SystemAssigned", "principalId": guid(6, unit * MACHINES + index)}
        yield made("Microsoft.Compute/virtualMachines", name, profile, scope, identity=identity)
        yield made("Microsoft.Compute/disks", f"disk-{name}", {"diskSizeGB": 128}, scope)


def services(rng: random.Random, scope: str, unit: int) -> Iterator[Resource]:
    """Platform services, open or closed by chance, and a private endpoint into the first account."""
    for index in range(3):
        closed = rng.choice(("Enabled", "Disabled"))
        rules: dict[str, Any] = {
            "defaultAction": rng.choice(("Allow", "Deny")),
            "bypass": "AzureServices",
            "ipRules": [],
        }
        properties = {"publicNetworkAccess": closed, "networkAcls": rules}
        account = made("Microsoft.Storage/storageAccounts", f"st{unit}x{index}", properties, scope)
        yield account
        if index == 0:
            link = {"name": "blob", "properties": {"privateLinkServiceId": account.id, "groupIds": ["blob"]}}
            placed = {"subnet": _subnet(scope, unit, "links"), "privateLinkServiceConnections": [link]}
            yield made(f"{NETWORK}/privateEndpoints", f"pe{unit}", placed, scope)
    policies = [{"objectId": guid(1, rng.randrange(2_000)), "permissions": {"secrets": ["get", "list"]}}]
    for index, by_role in enumerate((True, False)):
        vault: dict[str, Any] = {"enableRbacAuthorization": by_role, "accessPolicies": [] if by_role else policies}
        yield made("Microsoft.KeyVault/vaults", f"kv{unit}-{index}", vault, scope)
    yield made("Microsoft.ContainerRegistry/registries", f"cr{unit}", {"publicNetworkAccess": "Enabled"}, scope)
    yield made("Microsoft.ManagedIdentity/userAssignedIdentities", f"id{unit}", {"principalId": guid(5, unit)}, scope)


def assigned(rng: random.Random, scope: str, unit: int) -> Iterator[Resource]:
    """Five assignments on the resource group; on its subscription and on management groups only now and then."""
    from everward.facts.access.roles import built_in_roles

    roles, subscription = list(built_in_roles()), scope.rpartition("/resourceGroups/")[0]
    yield from assignments(rng, 5, roles, 2_000, [[scope]], unit * 8)
    if unit % 10 == 0:
        yield from assignments(rng, 1, COMMON, 2_000, [[subscription]], unit * 8 + 6)
    if unit % 50 == 0:
        top = f"{MANAGEMENT}/mg{rng.randrange(GROUPS)}"
        yield from assignments(rng, 1, COMMON, 2_000, [[top]], unit * 8 + 7)


def peak() -> float:
    """Mebibytes that this process held at most so far."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return limits.getrusage(limits.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Measure and print."""
    from everward.estate import Estate, Reading
    from everward.facts.access.facts import AccessAnalysis
    from everward.facts.interface import Analysis
    from everward.facts.reach.facts import ReachAnalysis

    count = int(sys.argv[1])
    # As the command does.
    gc.disable()
    estate = Estate([Reading("inventory", "bench", landscape(count))])
    answer: dict[str, Any] = {"resources": sum(1 for _ in estate), "before": peak()}
    analyses: tuple[Analysis, ...] = (ReachAnalysis(), AccessAnalysis())
    kept = []
    for analysis in analyses:
        wall, cpu = time.perf_counter(), time.process_time()
        kept.append(analysis.derive(estate))
        answer[analysis.name] = {
            "cpu": time.process_time() - cpu,
            "wall": time.perf_counter() - wall,
            "facts": len(kept[-1].facts),
            "unresolved": len(kept[-1].unresolved),
        }
    sys.stdout.write(json.dumps(answer | {"peak": peak()}) + "\n")


if __name__ == "__main__":
    main()
