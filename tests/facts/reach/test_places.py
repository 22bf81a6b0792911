"""What stands at an address, and which resource a name belongs to."""

from typing import Any

import pytest
from tests.facts.reach.test_ingress import cluster, frontend
from tests.facts.reach.test_platform_doors import gateway, listener
from tests.facts.reach.world import HOLE, NETWORK, estate, made, nic, nsg, pip, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.hostnames import HostNames, service_names
from everward.facts.reach.places import places_at
from everward.facts.reach.services import ALL_PORTS
from everward.values import Unknown

WEB = ((443, 443),)
NET = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24"), subnet("nodes", "10.0.2.0/24"), subnet("gw", "10.0.5.0/24"))


def balancer(*rules: dict[str, Any]) -> Resource:
    front = {"name": "f", "properties": {"subnet": subnet_id("v", "s"), "privateIPAddress": "10.0.1.9"}}
    return made(
        f"{NETWORK}/loadBalancers", "lb", {"frontendIPConfigurations": [front], "loadBalancingRules": list(rules)}
    )


def passing(front: str = "f", one: int = 443, two: int = 8443, pool: str = "/p") -> dict[str, Any]:
    body = {
        "protocol": "Tcp",
        "frontendPort": one,
        "backendPort": two,
        "frontendIPConfiguration": {"id": f"/x/frontendIPConfigurations/{front}"},
        "backendAddressPool": {"id": pool},
    }
    return {"name": "r", "properties": body}


MACHINE = nic("n", "v", "s", "10.0.1.4", ip={"loadBalancerBackendAddressPools": [{"id": "/p"}]})


def names_at(address: Any, *resources: Resource, ports: Any = WEB) -> list[tuple[str, Any]]:
    return [(place.endpoint.resource.name, place.ports) for place in places_at(world(NET, *resources), address, ports)]


def test_interfaces_and_what_is_behind_load_balancers() -> None:
    assert names_at("10.0.1.4", MACHINE) == [("n", WEB)]
    assert names_at("10.0.1.9", MACHINE, balancer(passing())) == [("n", ((8443, 8443),))]
    assert names_at("10.0.1.9", MACHINE, balancer(passing("other"))) == [("v", WEB)], "the subnet, at least"
    assert names_at("10.0.1.9", MACHINE, balancer(passing(one=80))) == [("v", WEB)]
    assert names_at("10.0.1.9", MACHINE, balancer(passing(one=0, two=0)), ports=ALL_PORTS) == [("n", ALL_PORTS)]
    assert names_at("10.0.1.77") == [("v", WEB)]


def test_clusters_and_gateways() -> None:
    inside = frontend(internal=True, address="10.0.2.250")
    assert names_at("10.0.2.250", cluster("nodes"), inside) == [("aks", WEB)]
    assert names_at(
        "10.0.2.250", cluster("nodes"), frontend(internal=True, address="10.0.2.250", ports=((80, 80),))
    ) == [("v", WEB)]
    assert names_at("10.0.5.9", gateway(listener("in", front="private"))) == [("agw", WEB)]
    assert names_at("10.0.5.8", gateway()) == [("v", WEB)]


@pytest.mark.parametrize("address", [None, "nonsense", "192.168.0.1", HOLE, ""])
def test_what_no_source_knows_is_nowhere(address: Any) -> None:
    assert names_at(address, MACHINE, nsg("g")) == []


def test_a_reference_to_what_has_the_address() -> None:
    hole = Unknown(reason="known after apply", decided_by=("azurerm_network_interface.n.private_ip_address",))
    own = made(f"{NETWORK}/networkInterfaces", "n", MACHINE.body["properties"], declared="azurerm_network_interface.n")
    assert names_at(hole, own) == [("n", WEB)]


def test_names_of_resources() -> None:
    manager = made(f"{NETWORK}/trafficManagerProfiles", "tm", {"dnsConfig": {"relativeName": "shop"}})
    site = made(
        "Microsoft.Web/sites",
        "app",
        {"hostNames": ["www.contoso.com", 5, HOLE], "defaultHostName": "app-x.azurewebsites.net"},
    )
    label = Unknown(reason="x", text="{var.a}-api", decided_by=("var.a",))
    address = pip("p", "203.0.113.5", dnsSettings={"domainNameLabel": label})
    found = HostNames(estate(manager, site, address))
    for name, owner in (
        ("shop.trafficmanager.net", "tm"),
        ("WWW.contoso.com.", "app"),
        ("app.azurewebsites.net", "app"),
        ("app-x.azurewebsites.net", "app"),
        ("{var.a}-api.westeurope.cloudapp.azure.com", "p"),
        ("203.0.113.5", "p"),
    ):
        resource = found.owner(name)
        assert resource is not None
        assert resource.name == owner
    assert found.owner("elsewhere.example.com") is None
    assert found.owner(None) is None
    assert found.owner(Unknown(reason="x", reference=address.id)) is not None
    assert service_names(made("Microsoft.KeyVault/vaults", "KV", {})) == ("kv.vault.azure.net",)
