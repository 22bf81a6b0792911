"""Segments: which subnets admit which by default, and what leaves them."""

import gc
import weakref
from typing import Any

import pytest
from tests.facts.reach.world import (
    HOLE,
    NETWORK,
    estate,
    made,
    nic,
    nsg,
    pip,
    ref,
    rule,
    subnet,
    subnet_id,
    vnet,
    world,
)

from everward.facts.analyses import add_facts
from everward.facts.reach import facts as reach_facts
from everward.facts.reach import segments as module
from everward.facts.reach.facts import ReachAnalysis
from everward.facts.reach.paths import Networks
from everward.facts.reach.segments import Segment, Sort, segments
from everward.values import Unknown

CLOSED = rule("deny", 4096, "Deny", protocol="*")


def found(*resources: Any) -> dict[str, Segment]:
    return {item.subnet.name: item for item in segments(world(*resources))}


def names(subnets: Any) -> list[str]:
    return [item.name for item in subnets]


def test_the_rules_that_every_group_has_let_the_network_in() -> None:
    made_ = found(nsg("g"), vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24", "g"), subnet("b", "10.0.1.0/24")))
    assert (made_["a"].sort, names(made_["a"].open_to), names(made_["a"].reaches)) == (Sort.SEGMENT, ["b"], ["b"])
    assert (made_["b"].sort, names(made_["b"].open_to), made_["b"].neighbours) == (Sort.UNGROUPED, ["a"], 1)


def test_a_rule_that_denies_makes_a_perimeter() -> None:
    made_ = found(
        nsg("g", CLOSED), vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24", "g"), subnet("b", "10.0.1.0/24"))
    )
    assert (made_["a"].open_to, names(made_["b"].open_to)) == ([], ["a"])


def test_a_lone_subnet_has_no_neighbours() -> None:
    other = vnet("w", "10.1.0.0/16", subnet("far", "10.1.0.0/24"))
    made_ = found(nsg("g"), vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24", "g")), other)
    assert (made_["a"].sort, made_["a"].neighbours) == (Sort.LONE, 0)


def test_the_platform_s_subnets_and_those_of_private_endpoints_are_none() -> None:
    endpoint = made(f"{NETWORK}/privateEndpoints", "pe", {"subnet": subnet_id("v", "links")})
    made_ = found(
        vnet("v", "10.0.0.0/16", subnet("GatewaySubnet", "10.0.0.0/27"), subnet("links", "10.0.1.0/24")), endpoint
    )
    assert not made_


def test_what_is_not_known_is_told() -> None:
    two = subnet("b", "10.0.1.0/24")
    open_ = found(
        nsg("g", rule("deny", 4096, access=HOLE, protocol="*")),
        vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24", "g"), two),
    )
    assert (open_["a"].open_to, [item.decided_by for item in open_["a"].perhaps]) == ([], [("var.x",)])
    missing = found(vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24", "gone"), two))
    assert "is in no source" in missing["a"].perhaps[0].reason
    hole = subnet("a", "10.0.0.0/24")
    hole["properties"]["networkSecurityGroup"] = {"id": HOLE}
    unknown = found(vnet("v", "10.0.0.0/16", hole, two))
    assert unknown["a"].perhaps


def test_an_appliance_on_the_way_is_told_as_open() -> None:
    away = {
        "routes": [{"name": "r", "properties": {"addressPrefix": "10.0.1.0/24", "nextHopType": "VirtualAppliance"}}]
    }
    table = ref(f"{NETWORK}/routeTables", "t")
    made_ = found(
        made(f"{NETWORK}/routeTables", "t", away),
        vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24", routeTable=table), subnet("b", "10.0.1.0/24")),
    )
    assert isinstance(made_["b"].perhaps[0], Unknown)


def test_what_leaves_is_told_where_something_runs() -> None:
    network = vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24", "g"))
    facts = {}
    for title, parts in {
        "open": [nsg("g"), network, pip("p"), nic("n", "v", "a", "10.0.0.4", "p")],
        "empty": [nsg("g"), network],
    }.items():
        [fact] = add_facts(estate(*parts), ["reach"]).of_type("Everward.Reach/segments")
        facts[title] = fact.get("properties.egress")
    assert facts == {"open": "open", "empty": "nothing runs in it"}


def test_too_many_pairs_are_told_and_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAIRS", 1)
    network = vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24"), subnet("b", "10.0.1.0/24"))
    grown = add_facts(estate(network), ["reach"])
    assert not grown.of_type("Everward.Reach/segments")
    assert [item.incomplete for item in grown.unresolved if "subnets" in item.subject] == [True]


def test_networks_are_compared_with_their_peers_in_the_order_of_the_estate() -> None:
    def network(name: str, second: int, *peers: str) -> Any:
        peerings = [
            {
                "name": f"{name}-{peer}",
                "properties": {
                    "remoteVirtualNetwork": ref(f"{NETWORK}/virtualNetworks", peer),
                    "peeringState": "Connected",
                    "allowVirtualNetworkAccess": True,
                },
            }
            for peer in peers
        ]
        own = subnet(f"{name}1", f"10.{second}.1.0/24"), subnet(f"{name}2", f"10.{second}.2.0/24")
        return vnet(name, f"10.{second}.0.0/16", *own, virtualNetworkPeerings=peerings)

    made_ = found(network("a", 1, "c"), network("b", 2), network("c", 3, "a"))
    assert list(made_) == ["a1", "a2", "b1", "b2", "c1", "c2"]
    assert {name: (names(one.open_to), names(one.reaches)) for name, one in made_.items()} == {
        "a1": (["a2", "c1", "c2"], ["a2", "c1", "c2"]),
        "a2": (["a1", "c1", "c2"], ["a1", "c1", "c2"]),
        "b1": (["b2"], ["b2"]),
        "b2": (["b1"], ["b1"]),
        "c1": (["c2", "a1", "a2"], ["a1", "a2", "c2"]),
        "c2": (["c1", "a1", "a2"], ["a1", "a2", "c1"]),
    }


def test_what_was_worked_out_is_let_go_without_a_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    worlds: list[weakref.ref[Networks]] = []

    def kept(given: Any) -> Networks:
        made_world = Networks(given)
        worlds.append(weakref.ref(made_world))
        return made_world

    monkeypatch.setattr(reach_facts, "Networks", kept)
    open_ = nsg("g", rule("in", 100))
    placed = vnet("v", "10.0.0.0/16", subnet("a", "10.0.0.0/24", "g"), subnet("b", "10.0.1.0/24", "g"))
    was = gc.isenabled()
    gc.disable()
    try:
        derived = ReachAnalysis().derive(estate(open_, placed, nic("n", "v", "a", "10.0.0.4", "ip"), pip("ip")))
        assert {"Everward.Reach/exposures", "Everward.Reach/segments"} <= {item.type for item in derived.facts}
        assert [made_world() for made_world in worlds] == [None]
    finally:
        if was:
            gc.enable()
