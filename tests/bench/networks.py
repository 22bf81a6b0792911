"""Networks and groups of rules for measuring: made by chance, the same every time, and by nobody's data."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from everward.estate import Resource

SUBSCRIPTION: Final = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP: Final = f"{SUBSCRIPTION}/resourceGroups/network"
TAGS: Final = (
    *("VirtualNetwork", "Internet", "AzureLoadBalancer", "AzureCloud", "Storage", "Sql", "AzureMonitor"),
    *("AzureKeyVault", "AzureFrontDoor.Backend", "AzureContainerRegistry"),
)
PORTS: Final = ("*", "22", "53", "80", "443", "1433", "3389", "5432", "6379", "8080", "9000-9100")
LENGTHS: Final = (8, 12, 16, 20, 24, 28, 32)


def made(type_: str, name: str, properties: dict[str, Any], group: str = GROUP, **more: Any) -> Resource:
    """A resource as an inventory has it."""
    from everward.estate import Resource
    from everward.values import Origin

    id_ = f"{group}/providers/{type_}/{name}"
    return Resource(id_, type_, name, {"properties": properties, **more}, Origin(source="inventory"))


def prefix(rng: random.Random, lengths: tuple[int, ...]) -> str:
    """A private range of IPv4."""
    length = rng.choice(lengths)
    address = ((10 << 24) | rng.getrandbits(24)) >> (32 - length) << (32 - length)
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{length}"


def _end(rng: random.Random) -> str:
    """One side of a rule: mostly addresses, sometimes a service tag or everything."""
    if rng.random() < 0.1:
        return "*"
    return rng.choice(TAGS) if rng.random() < 0.2 else prefix(rng, LENGTHS[2:])


def rule(rng: random.Random, name: str, priority: int, direction: str) -> dict[str, Any]:
    """A rule as people write them: one range a side, one well-known port."""
    return {
        "name": name,
        "properties": {
            "priority": priority,
            "direction": direction,
            "access": rng.choice(("Allow", "Deny")),
            "protocol": rng.choice(("Tcp", "Udp", "*")),
            "sourcePortRange": "*",
            "destinationPortRange": rng.choice(PORTS),
            "sourceAddressPrefix": _end(rng),
            "destinationAddressPrefix": _end(rng),
        },
    }


def augmented(rng: random.Random, name: str, priority: int) -> dict[str, Any]:
    """A rule with several ranges a side and ports that hardly any other rule has: many overlap, few are the same."""
    low = rng.randrange(60_000)
    ports = rng.choice(("*", str(low), f"{low}-{low + rng.randrange(1, 5_000)}", "443", "22", "80"))
    sides = {
        side: ["*"] if rng.random() < 0.1 else [prefix(rng, LENGTHS) for _ in range(rng.choice(counts))]
        for side, counts in (("source", (1, 1, 2, 5)), ("destination", (1, 1, 2)))
    }
    return {
        "name": name,
        "properties": {
            "priority": priority,
            "direction": "Inbound",
            "access": rng.choice(("Allow", "Deny")),
            "protocol": rng.choice(("*", "Tcp", "Udp")),
            "sourcePortRange": "*",
            "destinationPortRange": ports,
            **{f"{side}AddressPrefixes": prefixes for side, prefixes in sides.items()},
        },
    }


def large_group(count: int, seed: int = 1) -> Resource:
    """A network security group of `count` augmented rules."""
    rng = random.Random(seed)
    rules = [augmented(rng, f"r{index}", 100 + index) for index in range(count)]
    return made("Microsoft.Network/networkSecurityGroups", "large", {"securityRules": rules})


def group_with(rng: random.Random, name: str, rules: int, group: str = GROUP) -> Resource:
    """A network security group with `rules` rules a direction."""
    written = [
        rule(rng, f"{direction}{index}", 100 + index, direction)
        for direction in ("Inbound", "Outbound")
        for index in range(rules)
    ]
    return made("Microsoft.Network/networkSecurityGroups", name, {"securityRules": written}, group)


def one_network(subnets: int, seed: int = 3) -> list[Resource]:
    """A network of `subnets` subnets, each with one of sixty groups of forty rules."""
    rng = random.Random(seed)
    groups = [group_with(rng, f"n{index}", 20) for index in range(60)]
    listed = [
        {
            "name": f"s{index}",
            "properties": {
                "addressPrefix": f"10.{index // 256}.{index % 256}.0/24",
                "networkSecurityGroup": {"id": rng.choice(groups).id},
            },
        }
        for index in range(subnets)
    ]
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/12"]}, "subnets": listed}
    return [*groups, made("Microsoft.Network/virtualNetworks", "v", space)]
