"""How sites of the company are joined."""

from typing import Any

import pytest
from tests.facts.reach.world import HOLE, NETWORK, made, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.hybrid import CIRCUIT_TYPE, HYBRID, PEERING_TYPE, hybrid_facts
from everward.values import Unknown

HUB = vnet("hub", "10.0.0.0/16", subnet("GatewaySubnet", "10.0.0.0/27"))


def gateway(name: str = "gw", kind: Any = "ExpressRoute", **more: Any) -> Resource:
    held = {"ipConfigurations": [{"name": "c", "properties": {"subnet": subnet_id("hub", "GatewaySubnet")}}]}
    return made(f"{NETWORK}/virtualNetworkGateways", name, {**held, "gatewayType": kind, **more})


def circuit(*peerings: Any, name: str = "er", place: Any = "Amsterdam") -> Resource:
    listed = [{"properties": item} if isinstance(item, dict) else item for item in peerings]
    return made(CIRCUIT_TYPE, name, {"peerings": listed, "serviceProviderProperties": {"peeringLocation": place}})


def connection(name: str = "er", own: str = "gw") -> Resource:
    ends = {"virtualNetworkGateway1": {"id": gateway(own).id}, "peer": {"id": circuit(name=name).id}}
    return made(f"{NETWORK}/connections", f"to-{name}", ends)


def facts(*resources: Resource) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in hybrid_facts(world(*resources)):
        assert isinstance(item, Resource)
        assert item.type == f"Everward.{HYBRID}"
        found[item.id.split("/")[-5]] = item.body["properties"]
    return found


PRIVATE = {"peeringType": "AzurePrivatePeering"}
MICROSOFT = {"peeringType": "MicrosoftPeering"}


@pytest.mark.parametrize(
    ("peerings", "private", "microsoft"),
    [
        ((PRIVATE,), True, False),
        ((MICROSOFT,), False, True),
        ((PRIVATE, MICROSOFT), True, True),
        (({**PRIVATE, "state": "Disabled"}, MICROSOFT), False, True),
        ((), None, None),
        ((HOLE,), None, None),
        (({"peeringType": HOLE},), None, None),
    ],
)
def test_a_circuit_has_peerings(peerings: Any, private: bool | None, microsoft: bool | None) -> None:
    found = facts(circuit(*peerings))["er"]
    for name, expected in (("privatePeering", private), ("microsoftPeering", microsoft)):
        assert isinstance(found[name], Unknown) if expected is None else found[name] is expected
    assert found["note"]


def test_peerings_of_their_own_count_too() -> None:
    assert facts(circuit(), made(PEERING_TYPE, "er/AzurePrivatePeering", PRIVATE))["er"]["privatePeering"] is True


def test_nothing_leads_into_networks() -> None:
    found = facts(circuit({**PRIVATE, "state": "Disabled"}))["er"]
    assert found["note"] == "nothing leads into networks"


def test_a_connection_of_a_gateway_is_private_peering() -> None:
    found = facts(HUB, gateway(), circuit(), connection())
    assert found["er"]["privatePeering"] is True
    assert found["gw"]["circuits"] == [circuit().id.lower()]
    assert found["gw"]["network"].endswith("/virtualNetworks/hub")


def test_two_circuits_in_two_places_are_redundant() -> None:
    one, two = circuit(name="a"), circuit(name="b", place="London")
    found = facts(HUB, gateway(), one, two, connection("a"), connection("b"))["gw"]
    assert (found["onePlace"], found["peeringLocations"]) == (False, ["Amsterdam", "London"])
    single = facts(HUB, gateway(), one, circuit(name="b"), connection("a"), connection("b"))["gw"]
    assert single["onePlace"] is True
    assert facts(HUB, gateway(), one, connection("a"), connection("b"))["gw"]["onePlace"] is False


def test_a_port_of_the_company_has_a_place_of_its_own() -> None:
    direct = made(CIRCUIT_TYPE, "er", {"peeringLocation": "Paris"})
    assert facts(direct)["er"]["peeringLocation"] == "Paris"


def test_a_vpn_is_the_only_way_or_stands_beside_another() -> None:
    vpn = gateway("vpn", "Vpn", sku={"name": "VpnGw1AZ"})
    alone = facts(HUB, vpn)["vpn"]
    assert alone["onlyOverInternet"] is True
    assert alone["zoneRedundant"] is True
    assert "only way" in alone["note"]
    beside = facts(HUB, vpn, gateway())
    assert beside["vpn"]["onlyOverInternet"] is False
    assert beside["gw"]["expressRoute"] is True
    assert facts(HUB, vpn, gateway(kind=HOLE))["vpn"]["onlyOverInternet"] is False
    assert facts(HUB, vpn, gateway("second", "Vpn"))["vpn"]["onlyOverInternet"] is True


def test_a_kind_that_is_not_known_is_not_judged() -> None:
    found = facts(HUB, gateway(kind=HOLE))["gw"]
    assert found["expressRoute"] is HOLE
    assert found["onlyOverInternet"] is False


def test_a_gateway_in_no_known_network_is_told_all_the_same() -> None:
    assert facts(gateway("vpn", "Vpn"))["vpn"]["network"] is None
