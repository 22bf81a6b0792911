"""Pods and network policies: by hand, and against a plain evaluator."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reach.clusters import CLUSTER, KUBERNETES, ORIGIN, cluster, named, namespace, networks, pods, policy
from tests.facts.reach.naive_pods import allowed
from tests.facts.reach.world import HOLE, NETWORK, made, subnet_id

from everward.estate import Estate, Reading, Resource
from everward.facts.reach.paths import Networks
from everward.facts.reach.podfacts import PODS, pod_facts
from everward.facts.reach.podpolicies import EGRESS, INGRESS
from everward.facts.reach.pods import INTERNET, METADATA, PodNetworks
from everward.facts.reach.services import Service
from everward.values import Unknown

WEB, DATA = {"app": "web"}, {"app": "data"}
DENY: dict[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def tcp(found: PodNetworks, port: int) -> int:
    return found.space.mask(Service("tcp", ports=((port, port),)))


def facts(*resources: Resource) -> dict[str, Any]:
    world = Networks(Estate([Reading("kubernetes", "test", list(resources))]))
    return {item.id.split("/")[-5]: item for item in pod_facts(world) if isinstance(item, Resource)}


def told(fact: Resource) -> Any:
    return fact.body["properties"]


# Properties


def pod_world() -> st.SearchStrategy[dict[str, Any]]:
    labels = st.fixed_dictionaries({}, optional={"app": st.sampled_from("ab"), "tier": st.sampled_from("xy")})
    expression = st.one_of(
        st.fixed_dictionaries(
            {
                "key": st.sampled_from(["app", "tier"]),
                "operator": st.sampled_from(["In", "NotIn"]),
                "values": st.lists(st.sampled_from("abxy"), min_size=1, max_size=2),
            }
        ),
        st.fixed_dictionaries(
            {"key": st.sampled_from(["app", "tier"]), "operator": st.sampled_from(["Exists", "DoesNotExist"])}
        ),
    )
    selector = st.fixed_dictionaries(
        {}, optional={"matchLabels": labels, "matchExpressions": st.lists(expression, max_size=2)}
    )
    port = st.one_of(
        st.fixed_dictionaries({}, optional={"protocol": st.sampled_from(["TCP", "UDP"])}),
        st.fixed_dictionaries(
            {"port": st.sampled_from([80, 443, 8080])}, optional={"protocol": st.sampled_from(["TCP", "UDP"])}
        ),
        st.just({"port": 443, "endPort": 8080}),
        st.fixed_dictionaries({"port": st.sampled_from(["http", "metrics"])}),
    )
    peer = st.one_of(
        st.fixed_dictionaries({"podSelector": selector}, optional={"namespaceSelector": selector}),
        st.fixed_dictionaries({"namespaceSelector": selector}),
        st.sampled_from(
            [
                {"ipBlock": {"cidr": "0.0.0.0/0"}},
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32", "8.8.0.0/16"]}},
                {"ipBlock": {"cidr": "8.0.0.0/8"}},
                {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
            ]
        ),
    )

    def rule(side: str) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries(
            {}, optional={side: st.lists(peer, max_size=2), "ports": st.lists(port, max_size=2)}
        )

    spec = st.fixed_dictionaries(
        {"podSelector": selector},
        optional={
            "policyTypes": st.lists(st.sampled_from(["Ingress", "Egress"]), max_size=2, unique=True),
            "ingress": st.lists(rule("from"), max_size=2),
            "egress": st.lists(rule("to"), max_size=2),
        },
    )
    space = st.sampled_from(["shop", "other"])
    pod = st.fixed_dictionaries(
        {
            "namespace": space,
            "labels": labels,
            "address": st.just("10.1.2.3"),
            "ports": st.sampled_from([{}, {"http": ("TCP", 8080)}, {"http": ("TCP", 80), "metrics": ("UDP", 443)}]),
        }
    )
    return st.fixed_dictionaries(
        {
            "namespaces": st.fixed_dictionaries({"shop": labels, "other": labels}),
            "pods": st.dictionaries(st.sampled_from("pqr"), pod, min_size=2, max_size=3),
            "policies": st.lists(st.fixed_dictionaries({"namespace": space, "spec": spec}), max_size=4),
        }
    )


def made_world(world: dict[str, Any]) -> PodNetworks:
    made = [cluster(podCidr="10.1.0.0/16")]
    made += [namespace(name, labels) for name, labels in world["namespaces"].items()]
    for name, pod in world["pods"].items():
        ports = [
            {"name": title, "containerPort": number, "protocol": protocol}
            for title, (protocol, number) in pod["ports"].items()
        ]
        made.append(pods(name, pod["labels"], pod["namespace"], containers=[{"ports": ports}]))
    for index, item in enumerate(world["policies"]):
        made.append(policy(f"p{index}", item["spec"], item["namespace"]))
    return networks(*made)


PLACES = {"8.8.8.8": "8.8.8.8/32", "8.1.1.1": "8.1.1.1/32", "20.0.0.1": "20.0.0.1/32"}
PACKETS = [(protocol, port) for protocol in ("TCP", "UDP") for port in (1, 80, 443, 444, 8079, 8080, 8081, 65535)]


@settings(max_examples=100, deadline=None)
@given(pod_world())
def test_what_passes_is_what_a_plain_evaluator_lets_pass(world: dict[str, Any]) -> None:
    found = made_world(world)
    for source in world["pods"]:
        for protocol, port in PACKETS:
            bit = found.space.mask(Service(protocol.lower(), ports=((port, port),)))
            for destination in world["pods"]:
                if source == destination:
                    continue
                passage = found.between(named(found, source), named(found, destination))
                # A block of addresses that holds some pods and not others leaves it open: here it never does.
                expected = allowed(world, source, destination, protocol, port)
                assert (bool(passage.least & bit), bool(passage.most & bit)) == (expected, expected)
            metadata = found.to_place(named(found, source), METADATA)
            assert bool(metadata.least & bit) == allowed(world, source, "169.254.169.254", protocol, port)
            anywhere = any(allowed(world, source, place, protocol, port) for place in PLACES)
            assert bool(found.to_place(named(found, source), INTERNET).least & bit) == anywhere


def opened(value: Any, picks: Any) -> Any:
    """A policy with some of its parts not known."""
    if isinstance(value, dict):
        return {key: HOLE if picks.draw(st.integers(0, 9)) == 0 else opened(item, picks) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item, picks) for item in value]
    return value


@settings(max_examples=60, deadline=None)
@given(pod_world(), st.data())
def test_what_is_not_known_only_widens_the_bounds(world: dict[str, Any], picks: Any) -> None:
    exact = made_world(world)
    holed = {**world, "policies": [{**item, "spec": opened(item["spec"], picks)} for item in world["policies"]]}
    loose = made_world(holed)
    for protocol, port in PACKETS:
        service = Service(protocol.lower(), ports=((port, port),))
        for source in world["pods"]:
            for destination in world["pods"]:
                if source == destination:
                    continue
                one = exact.between(named(exact, source), named(exact, destination))
                two = loose.between(named(loose, source), named(loose, destination))
                truth = bool(one.least & exact.space.mask(service))
                assert truth or not two.least & loose.space.mask(service)
                assert not truth or two.most & loose.space.mask(service)


# By hand


def test_without_an_engine_policies_do_nothing() -> None:
    for engine in (None, "none"):
        found = networks(cluster(engine), pods("web", WEB), pods("data", DATA), policy("deny", DENY))
        assert found.isolated(named(found, "web"), INGRESS) is False
        assert found.between(named(found, "web"), named(found, "data")).least == found.everything


@pytest.mark.parametrize(
    ("given_cluster", "engine"),
    [
        (cluster("azure"), "azure"),
        (cluster("Calico"), "calico"),
        (cluster(None, networkDataplane="cilium"), "cilium"),
        (cluster("none"), None),
    ],
)
def test_the_cluster_says_what_enforces_policies(given_cluster: Resource, engine: str | None) -> None:
    assert networks(given_cluster).cluster(CLUSTER.lower()).engine == engine


@pytest.mark.parametrize("profile", [{"policy": HOLE}, {"policy": None, "networkDataplane": HOLE}])
def test_an_engine_that_is_not_known_leaves_it_open(profile: dict[str, Any]) -> None:
    found = networks(cluster(**profile), pods("web", WEB), pods("data", DATA), policy("deny", DENY))
    assert isinstance(found.isolated(named(found, "web"), EGRESS), Unknown)
    passage = found.between(named(found, "web"), named(found, "data"))
    assert (passage.least, passage.most) == (0, found.everything)


def test_a_profile_that_is_not_known_leaves_it_open() -> None:
    body: dict[str, Any] = {"properties": {"networkProfile": HOLE}}
    whole = Resource(CLUSTER, "Microsoft.ContainerService/managedClusters", "aks", body, ORIGIN)
    assert networks(whole).cluster(CLUSTER.lower()).engine is HOLE
    assert isinstance(networks().cluster(CLUSTER.lower()).engine, Unknown)


def test_pods_that_no_policy_selects_are_open() -> None:
    found = networks(
        cluster(), pods("web", WEB), pods("data", DATA), policy("p", {"podSelector": {"matchLabels": WEB}})
    )
    assert found.isolated(named(found, "data"), INGRESS) is False
    assert found.isolated(named(found, "web"), INGRESS) is True
    assert found.isolated(named(found, "web"), EGRESS) is False
    assert found.between(named(found, "data"), named(found, "web")).most == 0


def test_egress_rules_make_a_policy_one_about_egress() -> None:
    spec = {"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": "8.0.0.0/8"}}], "ports": [{"port": 53}]}]}
    found = networks(cluster(), pods("web", WEB), policy("p", spec))
    web = named(found, "web")
    assert found.isolated(web, EGRESS) is True
    assert found.to_place(web, INTERNET).least == tcp(found, 53)
    assert found.to_place(web, METADATA).most == 0


def test_pods_of_another_cluster_are_not_meant() -> None:
    other = f"{CLUSTER}2"
    spec: dict[str, Any] = {"podSelector": {}, "ingress": [{"from": [{"namespaceSelector": {}}]}]}
    found = networks(cluster(), pods("web", WEB), pods("far", DATA, at=other), policy("p", spec))
    assert found.between(named(found, "far"), named(found, "web")).most == 0
    assert list(found.neighbours(named(found, "web"))) == []


def test_pods_of_a_cluster_that_nothing_names_are_neighbours_all_the_same() -> None:
    home = "/providers/Everward.Kubernetes/Cluster/{cluster of files}"
    found = networks(pods("web", WEB, at=home), pods("data", DATA, at=home), policy("deny", DENY, at=home))
    web, data = named(found, "web"), named(found, "data")
    assert list(found.neighbours(web)) == [data]
    assert web.cluster == home.lower()
    passage = found.between(web, data)
    assert (passage.least, passage.most) == (0, found.everything)


def test_a_namespace_is_labelled_with_its_name_by_the_cluster() -> None:
    by_name = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}
    by_label = {"namespaceSelector": {"matchLabels": {"team": "shop"}}}
    for peer, expected in ((by_name, True), (by_label, False)):
        spec = {"podSelector": {}, "ingress": [{"from": [peer]}]}
        found = networks(cluster(), pods("web", WEB), pods("data", DATA), policy("p", spec))
        passage = found.between(named(found, "data"), named(found, "web"))
        assert bool(passage.least) is expected
        assert passage.most == found.everything


@pytest.mark.parametrize(
    ("selector", "certain"),
    [
        ({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["shop"]}]}, True),
        ({"matchExpressions": [HOLE]}, False),
        ({"matchLabels": HOLE}, False),
        (HOLE, False),
    ],
)
def test_a_selector_of_namespaces_that_is_not_known_leaves_it_open(selector: Any, certain: bool) -> None:
    spec = {"podSelector": {}, "ingress": [{"from": [{"namespaceSelector": selector}]}]}
    holed = namespace("shop", HOLE)
    found = networks(cluster(), holed, pods("web", WEB), pods("data", DATA), policy("p", spec))
    passage = found.between(named(found, "data"), named(found, "web"))
    assert bool(passage.least) is certain


def test_engines_differ_about_blocks_of_addresses_and_pods() -> None:
    spec: dict[str, Any] = {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]}
    for engine, expected in (("calico", True), ("azure", True), ("cilium", False)):
        found = networks(cluster(engine), pods("web", WEB), pods("data", DATA), policy("p", spec))
        assert bool(found.between(named(found, "data"), named(found, "web")).least) is expected
    found = networks(cluster(HOLE), pods("web", WEB), pods("data", DATA), policy("p", spec))
    passage = found.between(named(found, "data"), named(found, "web"))
    assert (passage.least, passage.most) == (0, found.everything)


@pytest.mark.parametrize(
    ("profile", "more", "least"),
    [
        ({"networkPluginMode": "overlay"}, {}, True),
        ({"podCidrs": ["10.244.0.0/17"]}, {}, True),
        ({"podCidrs": [HOLE]}, {}, False),
        ({"networkPlugin": "none"}, {}, False),
        ({}, {}, False),
        ({}, {"vnetSubnetID": "nodes"}, True),
        ({}, {"vnetSubnetID": "nodes", "podSubnetID": "elsewhere"}, False),
        ({}, {"vnetSubnetID": "holed"}, False),
    ],
)
def test_where_pods_stand_decides_which_blocks_mean_them(profile: Any, more: Any, least: bool) -> None:
    network = f"{NETWORK}/virtualNetworks"
    subnets = [
        made(f"{network}/subnets", "v/nodes", {"addressPrefix": "10.244.1.0/24"}),
        made(f"{network}/subnets", "v/elsewhere", {"addressPrefixes": ["10.1.0.0/24"]}),
        made(f"{network}/subnets", "v/holed", {"addressPrefix": HOLE}),
    ]
    pool = {key: subnet_id("v", name)["id"] for key, name in more.items()}
    pools = [made("Microsoft.ContainerService/managedClusters/agentPools", "aks/one", pool)] if pool else []
    spec = {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.244.0.0/16"}}]}]}
    found = networks(cluster(**profile), *subnets, *pools, pods("web", WEB), pods("data", DATA), policy("p", spec))
    passage = found.between(named(found, "data"), named(found, "web"))
    assert bool(passage.least) is least
    if not least and "podSubnetID" in more:
        assert passage.most == 0
    elif not least:
        assert passage.most == found.everything


def test_pods_in_the_network_of_their_node_leave_it_open() -> None:
    host = pods("agent", {"app": "agent"}, hostNetwork=True)
    spec = {**DENY, "ingress": [{"from": [{"podSelector": {}}]}]}
    found = networks(cluster(), host, pods("web", WEB), policy("p", spec))
    agent, web = named(found, "agent"), named(found, "web")
    assert isinstance(found.isolated(agent, EGRESS), Unknown)
    assert found.filtered(agent, EGRESS, web).most == found.everything
    assert found.filtered(web, INGRESS, agent).least == 0
    alone = networks(cluster(), host)
    assert alone.isolated(named(alone, "agent"), EGRESS) is False


@pytest.mark.parametrize(
    ("type_", "inside", "open_"),
    [
        (f"{KUBERNETES}.cilium.io/CiliumNetworkPolicy", "shop", True),
        (f"{KUBERNETES}.cilium.io/CiliumNetworkPolicy", "other", False),
        (f"{KUBERNETES}.projectcalico.org/GlobalNetworkPolicy", "other", True),
    ],
)
def test_policies_of_engines_leave_it_open_and_are_told(type_: str, inside: str, open_: bool) -> None:
    own = policy("x", {}, inside, type=type_)
    world = Networks(Estate([Reading("kubernetes", "test", [cluster(), pods("web", WEB), own])]))
    noted, fact = list(pod_facts(world))
    assert "not followed" in noted.reason  # type: ignore[union-attr]
    assert isinstance(fact, Resource)
    assert isinstance(told(fact)["egressIsolated"], Unknown) is open_
    assert isinstance(told(fact)["internet"], Unknown) is open_


@pytest.mark.parametrize(
    ("port", "least", "most"),
    [
        ({"port": 80}, True, True),
        ({"port": "80"}, True, True),
        ({"port": "http"}, True, True),
        ({"port": "nothing"}, False, False),
        ({"port": HOLE}, False, True),
        ({"port": 80, "endPort": HOLE}, False, True),
        ({"port": 81, "endPort": HOLE}, False, False),
        ({"port": 70000, "endPort": HOLE}, False, False),
        ({"port": 80, "protocol": HOLE}, False, True),
        ({"port": 80, "protocol": "SCTP"}, False, False),
        ({"port": 80, "protocol": "UDP"}, False, False),
        ({"port": 90, "endPort": 80}, False, False),
        ({"port": True}, False, True),
        ({"port": -1}, False, False),
        ({"protocol": "TCP"}, True, True),
        (HOLE, False, True),
        ("80", False, True),
    ],
)
def test_ports_are_numbers_ranges_and_names(port: Any, least: bool, most: bool) -> None:
    containers = [{"ports": [{"name": "http", "containerPort": 80}, {"containerPort": 9}]}]
    spec = {"podSelector": {}, "ingress": [{"ports": [port]}]}
    found = networks(cluster(), pods("web", WEB, containers=containers), pods("data", DATA), policy("p", spec))
    passage = found.between(named(found, "data"), named(found, "web"))
    bit = tcp(found, 80)
    assert (bool(passage.least & bit), bool(passage.most & bit)) == (least, most)


@pytest.mark.parametrize("containers", [[HOLE], [{"ports": [HOLE]}], [{"ports": [{"name": HOLE, "containerPort": 1}]}]])
def test_names_of_ports_that_are_not_known_leave_it_open(containers: Any) -> None:
    spec = {"podSelector": {}, "ingress": [{"ports": [{"port": "http"}]}]}
    found = networks(cluster(), pods("web", WEB, containers=containers), pods("data", DATA), policy("p", spec))
    passage = found.between(named(found, "data"), named(found, "web"))
    assert passage.least == 0
    assert passage.most & tcp(found, 80)


def test_a_named_port_means_nothing_outside_the_cluster() -> None:
    spec = {"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": "http"}]}]}
    found = networks(cluster(), pods("web", WEB), policy("p", spec))
    assert found.to_place(named(found, "web"), INTERNET).most == 0


@pytest.mark.parametrize(
    ("block", "least", "most"),
    [
        ({"cidr": "0.0.0.0/0"}, True, True),
        ({"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}, False, False),
        ({"cidr": "0.0.0.0/0", "except": [HOLE]}, False, True),
        ({"cidr": HOLE}, False, True),
        ({"cidr": "nonsense"}, False, False),
        ({"cidr": "0.0.0.0/0", "except": ["nonsense"]}, True, True),
        (HOLE, False, True),
    ],
)
def test_blocks_of_addresses_have_exceptions(block: Any, least: bool, most: bool) -> None:
    spec = {"podSelector": {}, "egress": [{"to": [{"ipBlock": block}]}]}
    found = networks(cluster(), pods("web", WEB), policy("p", spec))
    passage = found.to_place(named(found, "web"), METADATA)
    assert (bool(passage.least), bool(passage.most)) == (least, most)


@pytest.mark.parametrize(
    "spec",
    [
        HOLE,
        {"podSelector": HOLE, "policyTypes": ["Egress"]},
        {"podSelector": {}, "policyTypes": HOLE},
        {"podSelector": {}, "policyTypes": [HOLE]},
        {"podSelector": {}, "egress": HOLE},
    ],
)
def test_a_policy_that_is_not_known_isolates_perhaps(spec: Any) -> None:
    found = networks(cluster(), pods("web", WEB), policy("p", spec))
    web = named(found, "web")
    assert isinstance(found.isolated(web, EGRESS), Unknown)
    assert found.to_place(web, INTERNET).most == found.everything


def test_a_policy_that_may_not_be_deployed_isolates_perhaps() -> None:
    found = networks(cluster(), pods("web", WEB), policy("p", DENY, condition=HOLE))
    assert isinstance(found.isolated(named(found, "web"), EGRESS), Unknown)
    sure = networks(cluster(), pods("web", WEB), policy("p", DENY, condition=HOLE), policy("q", DENY))
    assert sure.to_place(named(sure, "web"), INTERNET).most == 0


def test_rules_that_are_not_known_let_perhaps_everything_through() -> None:
    for rules in (HOLE, [HOLE]):
        found = networks(cluster(), pods("web", WEB), policy("p", {**DENY, "egress": rules}))
        passage = found.to_place(named(found, "web"), INTERNET)
        assert (passage.least, passage.most) == (0, found.everything)


# Facts


def test_a_fact_says_whom_pods_reach_and_who_reaches_them() -> None:
    spec = {
        "podSelector": {"matchLabels": DATA},
        "ingress": [{"from": [{"podSelector": WEB_SELECTOR}], "ports": PORTS}],
    }
    found = facts(cluster(), pods("web", WEB), pods("data", DATA), pods("job", {}), policy("p", spec))
    data, web = told(found["data"]), told(found["web"])
    assert found["data"].type == f"Everward.{PODS}"
    assert data["reachedBy"] == [{"pods": "shop/web", "services": ["tcp/5432"]}]
    assert {row["pods"] for row in web["reachedBy"]} == {"shop/data", "shop/job"}
    assert (data["ingressIsolated"], data["egressIsolated"], data["engine"]) == (True, False, "calico")
    assert (data["internet"], data["internetUnrestricted"], data["metadata"]) == (True, True, True)
    assert data["anyPodServices"] == []
    assert web["anyPodServices"] == ["any"]
    assert data["ingressPolicies"] == [policy("p", {}).id]


WEB_SELECTOR = {"matchLabels": WEB}
PORTS = [{"port": 5432}]


def test_neighbours_that_are_not_certain_are_marked() -> None:
    spec = {"podSelector": {"matchLabels": DATA}, "ingress": [{"from": [{"podSelector": HOLE}]}]}
    found = facts(cluster(), pods("web", WEB), pods("data", DATA), policy("p", spec))
    assert told(found["data"])["reachedBy"] == [{"pods": "shop/web", "services": ["any"], "certain": False}]


def test_the_metadata_service_is_closed_by_policies_or_by_the_cluster() -> None:
    blocked = {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}
    spec = {"podSelector": {}, "egress": [{"to": [{"ipBlock": blocked}]}]}
    assert told(facts(cluster(), pods("web", WEB), policy("p", spec))["web"])["metadata"] is False
    assert told(facts(cluster(podLinkLocalAccess="None"), pods("web", WEB))["web"])["metadata"] is False
    assert told(facts(cluster(podLinkLocalAccess="IMDS"), pods("web", WEB))["web"])["metadata"] is True
    assert isinstance(told(facts(cluster(podLinkLocalAccess=HOLE), pods("web", WEB))["web"])["metadata"], Unknown)
    on_host = pods("web", WEB, hostNetwork=True)
    assert told(facts(cluster(podLinkLocalAccess="None"), on_host)["web"])["metadata"] is True


def test_egress_that_is_limited_to_ports_is_not_unrestricted() -> None:
    spec = {"podSelector": {}, "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}]}
    found = told(facts(cluster(), pods("web", WEB), policy("p", spec))["web"])
    assert (found["internet"], found["internetUnrestricted"]) == (True, False)
    assert found["internetServices"] == ["tcp/443"]
    holed = {"podSelector": {}, "egress": HOLE}
    open_ = told(facts(cluster(), pods("web", WEB), policy("p", holed))["web"])
    assert isinstance(open_["internetUnrestricted"], Unknown)


def test_only_so_many_neighbours_are_listed() -> None:
    many = [pods(f"p{index}", {"app": str(index)}) for index in range(220)]
    found = facts(cluster(), *many)
    assert len(found) == 220
    assert len(told(found["p0"])["reaches"]) == 200
    assert told(found["p0"])["reachesCount"] == 219


def test_strange_objects_end_well() -> None:
    strange: list[Any] = [None, 7, "x", [], [1], {"podSelector": 5}, {"podSelector": {}, "ingress": [1, {"from": 3}]}]
    for spec in strange:
        found = facts(cluster(), pods("web", [1]), pods("data", None), policy("p", spec))
        assert set(found) == {"web", "data"}
