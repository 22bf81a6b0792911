"""Makes small estates of networks, for tests."""

from typing import Any

from everward.estate import Estate, Reading, Resource
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import Service
from everward.values import Origin, Unknown

GROUP = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg"
HOLE = Unknown(reason="variable without value", decided_by=("var.x",))
NETWORK = "Microsoft.Network"


def made(type_: str, name: str, properties: dict[str, Any] | Any, **more: Any) -> Resource:
    """A resource in the group of tests; a `/` in the name makes it a child."""
    namespace, *types = type_.split("/")
    parts = "".join(f"/{kind}/{part}" for kind, part in zip(types, name.split("/"), strict=True))
    origin = Origin(source="inventory", file="estate.json", line=1, address=more.pop("declared", None))
    body = {"properties": properties, **more}
    return Resource(f"{GROUP}/providers/{namespace}{parts}", type_, name.rpartition("/")[2], body, origin)


def estate(*resources: Resource) -> Estate:
    return Estate([Reading("inventory", "test", list(resources))])


def world(*resources: Resource, services: tuple[Service, ...] = ()) -> Networks:
    return Networks(estate(*resources), services)


def ref(type_: str, name: str) -> dict[str, str]:
    return {"id": made(type_, name, {}).id}


def rule(name: str, priority: int, access: Any = "Allow", **more: Any) -> dict[str, Any]:
    """A rule for everything inbound over TCP, but for what is said otherwise."""
    body = {
        "priority": priority,
        "access": access,
        "direction": "Inbound",
        "protocol": "Tcp",
        "sourcePortRange": "*",
        "destinationPortRange": "*",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "*",
    }
    return {"name": name, "properties": {**body, **more}}


def nsg(name: str, *rules: dict[str, Any]) -> Resource:
    return made(f"{NETWORK}/networkSecurityGroups", name, {"securityRules": list(rules)})


def subnet(name: str, prefix: Any, group: str | None = None, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"addressPrefix": prefix, **more}
    if group is not None:
        body["networkSecurityGroup"] = ref(f"{NETWORK}/networkSecurityGroups", group)
    return {"name": name, "properties": body}


def vnet(name: str, prefix: Any, *subnets: dict[str, Any], **more: Any) -> Resource:
    body = {"addressSpace": {"addressPrefixes": [prefix]}, "subnets": list(subnets), **more}
    return made(f"{NETWORK}/virtualNetworks", name, body)


def subnet_id(network: str, name: str) -> dict[str, str]:
    return {"id": f"{made(f'{NETWORK}/virtualNetworks', network, {}).id}/subnets/{name}"}


def nic(
    name: str, network: str, in_subnet: str, address: Any = None, public: str | None = None, **more: Any
) -> Resource:
    body: dict[str, Any] = {"subnet": subnet_id(network, in_subnet), "privateIPAddress": address, **more.pop("ip", {})}
    if public is not None:
        body["publicIPAddress"] = ref(f"{NETWORK}/publicIPAddresses", public)
    return made(
        f"{NETWORK}/networkInterfaces", name, {"ipConfigurations": [{"name": "one", "properties": body}], **more}
    )


def pip(name: str, address: Any = None, sku: str | None = "Standard", **more: Any) -> Resource:
    found: dict[str, Any] = {} if sku is None else {"sku": {"name": sku}}
    found |= {"location": more.pop("location", "westeurope"), "declared": more.pop("declared", None)}
    return made(f"{NETWORK}/publicIPAddresses", name, {"ipAddress": address, **more}, **found)
