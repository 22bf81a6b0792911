"""Services of type LoadBalancer: who comes in, by which path, and what looks at requests behind them."""

from typing import Any

import pytest
from tests.facts.reach.world import HOLE, NETWORK, estate, made, nsg, pip, rule, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.interface import with_facts
from everward.facts.reach.exposures import Exposure, Grade, exposures
from everward.facts.reach.facts import ReachAnalysis
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import format_service
from everward.values import Origin, Truth, Unknown

CLUSTERS = "Microsoft.ContainerService/managedClusters"
WEB = ((80, 80), (443, 443))
ADDRESS = made(f"{NETWORK}/publicIPAddresses", "p", {}).id


def cluster(*subnets: str) -> Resource:
    pools = [{"name": name, "vnetSubnetID": subnet_id("v", name)} for name in subnets]
    return made(CLUSTERS, "aks", {"agentPoolProfiles": pools})


def frontend(
    *, sources: Any = ("Internet",), ports: Any = WEB, floating: Any = True, condition: Truth = True, **more: Any
) -> Resource:
    id_ = made(CLUSTERS, "aks", {}).id
    service = f"{id_}/providers/Everward.Kubernetes/Service/edge"
    rules = [
        {"protocol": "TCP", "frontendPort": one, "backendPort": two, "enableFloatingIP": floating} for one, two in ports
    ]
    body: Any = {
        "internal": False,
        "publicIPAddress": ADDRESS,
        "rules": rules,
        "allowedSources": list(sources),
        "cluster": id_,
        "service": service,
        **more,
    }
    type_ = "Everward.Kubernetes/LoadBalancerFrontend"
    origin = Origin(source="manifests", file="service.yaml", line=3)
    return Resource(
        f"{service}/providers/{type_}/edge", type_, "edge", {"properties": body}, origin, condition=condition
    )


def ingress(name: str, annotation: Any = None) -> Resource:
    id_ = made(CLUSTERS, "aks", {}).id
    type_ = "Everward.Kubernetes.networking.k8s.io/Ingress"
    annotations = {} if annotation is None else {"nginx.ingress.kubernetes.io/modsecurity-snippet": annotation}
    body: Any = {"properties": {"cluster": id_, "metadata": {"name": name, "annotations": annotations}}}
    origin = Origin(source="manifests", file="ingress.yaml", line=9)
    return Resource(f"{id_}/providers/{type_}/{name}", type_, name, body, origin)


def behind(front: Resource, *others: Resource, rules: Any = None) -> Networks:
    written = (
        [rule("web", 100, destinationPortRange="", destinationPortRanges=["80", "443"])] if rules is None else rules
    )
    return world(
        nsg("g", *written),
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g"), subnet("t", "10.0.2.0/24", "g")),
        pip("p", "203.0.113.5"),
        cluster("s"),
        front,
        *others,
    )


def found(made_world: Networks) -> list[Exposure]:
    return list(exposures(made_world))


def doors(made_world: Networks) -> list[Exposure]:
    """The ways in through the load balancer, without the API server."""
    return [one for one in found(made_world) if one.kind == "kubernetes service"]


def test_a_service_is_a_way_in_through_the_group_of_the_nodes() -> None:
    [one] = doors(behind(frontend()))
    assert (one.kind, one.grade, one.certain, one.confirmed) == ("kubernetes service", Grade.INTERNET, True, True)
    assert [format_service(item) for item in one.services] == ["tcp/80", "tcp/443"]
    assert [step.what for step in one.path] == [
        "public address",
        "load balancer of the Service `edge`, floating IP",
        "nodes in `s`",
    ]
    assert [step.what for step in one.decided_by] == [
        "rule `web`, priority 100",
        "the cluster opens it in the group that it manages",
    ]
    # The address floats: what arrives is still addressed to the frontend.
    assert str(one.witness) == "tcp 198.51.100.7 -> 203.0.113.5:80"


def test_the_group_of_the_subnet_may_close_it() -> None:
    assert doors(behind(frontend(), rules=[])) == []
    edge = [rule("edge", 100, destinationPortRange="443", sourceAddressPrefix="AzureFrontDoor.Backend")]
    [one] = doors(behind(frontend(), rules=edge))
    assert one.grade is Grade.AZURE


def test_without_floating_address_the_port_of_the_nodes_counts() -> None:
    moved = frontend(ports=((443, 30443),), floating=False)
    assert doors(behind(moved)) == []
    [one] = doors(behind(moved, rules=[rule("nodes", 100, destinationPortRange="30443")]))
    assert ([format_service(item) for item in one.services], str(one.witness)) == (
        ["tcp/443"],
        "tcp 198.51.100.7 -> 10.0.1.0:30443",
    )


@pytest.mark.parametrize(
    ("sources", "grade"),
    [
        (["203.0.113.0/24"], Grade.RANGES),
        (["AzureFrontDoor.Backend"], Grade.AZURE),
        (["203.0.113.0/24", "Internet"], Grade.INTERNET),
    ],
)
def test_the_service_itself_may_narrow_who_comes(sources: list[str], grade: Grade) -> None:
    [one] = doors(behind(frontend(sources=sources)))
    assert (one.grade, one.certain) == (grade, True)


def test_what_lets_nobody_in_is_no_way_in() -> None:
    assert doors(behind(frontend(sources=[]))) == []
    assert doors(behind(frontend(internal=True))) == []


@pytest.mark.parametrize(
    "front",
    [
        frontend(sources=[HOLE]),
        frontend(sources=["NoSuchTag"]),
        frontend(internal=HOLE),
        frontend(condition=HOLE),
    ],
)
def test_what_is_not_known_is_not_certain(front: Resource) -> None:
    [one] = doors(behind(front))
    assert isinstance(one.certain, Unknown)


def test_each_subnet_of_the_nodes_is_a_way_and_a_cluster_without_one_too() -> None:
    both = world(
        nsg("g", rule("web", 100, destinationPortRange="*")),
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g"), subnet("t", "10.0.2.0/24", "g")),
        pip("p", "203.0.113.5"),
        cluster("s", "t", "t"),
        frontend(),
    )
    assert [one.path[-1].what for one in doors(both)] == ["nodes in `s`", "nodes in `t`"]
    [alone] = doors(world(cluster(), frontend(publicIPAddress=None)))
    assert (alone.path[-1].what, alone.certain) == ("nodes of the cluster", True)
    assert [step.what for step in alone.decided_by] == ["the cluster opens it in the group that it manages"]
    [orphan] = doors(world(frontend(cluster=HOLE, service=HOLE)))
    assert orphan.target.type == "Everward.Kubernetes/LoadBalancerFrontend"
    assert orphan.path[1].what == "load balancer of the Service `not known`, floating IP"


GUARD = """SecRuleEngine On
SecRule &REQUEST_HEADERS:X-Azure-FDID \\"@eq 0\\" \\"log,deny,id:106,status:403\\"
SecRule REQUEST_HEADERS:X-Azure-FDID \\"@rx ^(?!{value}).*$\\" \\"log,deny,id:107,status:403\\"
"""


def guarded(value: str) -> str:
    return GUARD.replace("{value}", value)


@pytest.mark.parametrize(
    ("annotation", "value", "meaning"),
    [
        (guarded("1234"), "1234", "refuses requests whose `X-Azure-FDID` does not begin with `1234`"),
        (guarded(""), "", "any `X-Azure-FDID` is let in, only none is refused"),
        (guarded("").partition("\n")[2].partition("\n")[2], "", "it refuses nothing"),
    ],
)
def test_a_check_of_the_header_is_read_as_it_works(annotation: str, value: str, meaning: str) -> None:
    [one] = doors(behind(frontend(), ingress("app", annotation), ingress("bare")))
    [guard] = one.guards
    assert (guard.header, guard.value) == ("X-Azure-FDID", value)
    assert meaning in guard.meaning
    assert one.notes[0].startswith("`app`: ")
    assert one.notes[1:] == (
        "that stops requests, not connections: whoever connects still reaches the controller",
        "`bare`: no check of `X-Azure-FDID`",
    )


def test_a_check_with_a_hole_and_one_that_is_written_otherwise() -> None:
    hole = Unknown(reason="known after apply", present=True, text=guarded("{profile.guid}"))
    other = 'if ($http_x_azure_fdid != "1234") { return 403; }'
    [one] = doors(behind(frontend(), ingress("hole", hole), ingress("other", other)))
    first, second = one.guards
    assert first.value is hole
    assert first.meaning.endswith("does not begin with `{profile.guid}`")
    assert (isinstance(second.value, Unknown), second.meaning) == (True, "")


def test_ingresses_of_other_clusters_do_not_count() -> None:
    foreign = ingress("app", guarded("1"))
    body: Any = foreign.properties
    body["cluster"] = "/subscriptions/other"
    [one] = doors(behind(frontend(), foreign))
    assert (one.guards, one.notes) == ((), ())


def test_the_facts_say_what_guards_the_way() -> None:
    listed = behind(frontend(), ingress("app", guarded("1234"))).estate
    facts = with_facts(estate(*listed), [ReachAnalysis()])
    [fact] = [item for item in facts.of_type("Everward.Reach/exposures") if item.get("properties.guards")]
    assert fact.get("properties.kind") == "kubernetes service"
    body: Any = fact.properties
    assert (body["guards"][0]["file"], body["guards"][0]["line"]) == ("ingress.yaml", 9)
    assert body["notes"][0].startswith("`app`: refuses requests")


def release(annotation: str, name: str = "web") -> Resource:
    id_ = made(CLUSTERS, "aks", {}).id
    type_ = "Everward.Kubernetes/Release"
    snippet = {"nginx.ingress.kubernetes.io/modsecurity-snippet": annotation}
    body: Any = {"cluster": id_, "name": name, "byDefault": [{"name": "shop", "annotations": snippet}]}
    origin = Origin(source="manifests", file="deploy.yaml", line=1)
    return Resource(f"{id_}/providers/{type_}/{name}", type_, name, {"properties": body}, origin)


def installed(name: str, annotation: str) -> Resource:
    one = ingress(name, annotation)
    body: Any = one.body
    return one.with_body({"properties": {**body["properties"], "deployment": "web"}})


def test_what_a_check_means_with_the_charts_own_values_is_told_too() -> None:
    given = installed("shop", guarded("1234"))
    [one] = doors(behind(frontend(), given, release(guarded(""))))
    own = "with the chart's own values: the value that it asks for is empty: any `X-Azure-FDID` is let in, only none"
    assert any(note.startswith(own) for note in one.notes)
    assert one.guards[0].otherwise.startswith("the value that it asks for is empty")
    [same] = doors(behind(frontend(), given, release(guarded("1234"))))
    assert not any("chart's own values" in note for note in same.notes), "the same twice is told once"
    [other] = doors(behind(frontend(), given, release(guarded(""), "another")))
    assert other.guards[0].otherwise == ""
    [none] = doors(behind(frontend(), given, release("SecRuleEngine On")))
    assert "with the chart's own values: no check" in none.notes
