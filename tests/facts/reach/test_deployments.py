"""Whether pipelines get to what they deploy to, and where their agents stand."""

from typing import Any

import pytest
from tests.facts.reach.test_doors import linked, zone_link
from tests.facts.reach.world import HOLE, NETWORK, made, nsg, rule, subnet, subnet_id, vnet

from everward.estate import Estate, Reading, Resource
from everward.facts.reach.deploymentfacts import AGENTS, DEPLOYMENT, deployment_facts
from everward.facts.reach.paths import Networks
from everward.sources.pipelines.operations import TYPE
from everward.values import Origin, Unknown

VAULT = "Microsoft.KeyVault/vaults"
SETS = "Microsoft.Compute/virtualMachineScaleSets"
POOLS = "Microsoft.DevOpsInfrastructure/pools"


def vault(name: str = "kv", **more: Any) -> Resource:
    return made(VAULT, name, more)


CLOSED = vault(publicNetworkAccess="Disabled")


def operation(name: str = "az keyvault secret list", **more: Any) -> Resource:
    body: dict[str, Any] = {
        "pipeline": "/repo/.ado/release.yaml",
        "service": VAULT,
        "operation": name,
        "target": "kv",
        "pool": "agents",
        "poolKind": "selfHosted",
        "opensFirewall": False,
        "places": [{"file": "/repo/.ado/deploy.yaml", "line": 7}],
        "blocks": [],
        "roots": [],
    }
    origin = Origin(source="pipelines", file="/repo/.ado/deploy.yaml", line=7)
    return Resource(f"pipelines:x#{name}", TYPE, name, {"properties": {**body, **more}}, origin)


def facts(
    records: list[Resource], *resources: Resource, readings: tuple[Reading, ...] = ()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    pipelines = Reading("pipelines", "repo", elsewhere=records)
    world = Networks(Estate([Reading("inventory", "test", list(resources)), *readings, pipelines]))
    found = [item for item in deployment_facts(world) if isinstance(item, Resource)]
    one = [item.body["properties"] for item in found if item.type == f"Everward.{DEPLOYMENT}"]
    two = [item.body["properties"] for item in found if item.type == f"Everward.{AGENTS}"]
    return one, two  # type: ignore[return-value]


def outcome(record: Resource, *resources: Resource) -> Any:
    [fact], _ = facts([record], *resources)
    return fact["outcome"]


def hosted(**more: Any) -> Resource:
    return operation(poolKind="hosted", pool="ubuntu-22.04", **more)


# Agents of the platform


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (vault(), "public"),
        (CLOSED, "fails"),
        (vault(networkAcls={"defaultAction": "Deny"}), "fails"),
        (vault(networkAcls={"defaultAction": "Deny", "ipRules": [{"value": "9.9.9.9"}]}), None),
        (vault(publicNetworkAccess=HOLE), None),
    ],
)
def test_agents_of_the_platform_come_in_where_everybody_does(target: Resource, expected: str | None) -> None:
    found = outcome(hosted(), target)
    assert isinstance(found, Unknown) if expected is None else found == expected


def test_a_firewall_that_lets_all_of_azure_in_lets_agents_of_the_platform_in() -> None:
    azure = made("Microsoft.DocumentDB/databaseAccounts", "kv", {"ipRules": [{"ipAddressOrRange": "0.0.0.0"}]})
    assert outcome(hosted(service="Microsoft.DocumentDB/databaseAccounts"), azure) == "public"


def test_a_pipeline_that_opens_the_firewall_first_comes_in() -> None:
    closed = vault(networkAcls={"defaultAction": "Deny"})
    assert outcome(hosted(opensFirewall=True), closed) == "public"


def test_a_registry_builds_by_itself() -> None:
    registry = made("Microsoft.ContainerRegistry/registries", "kv", {})
    build = operation("az acr build", service="Microsoft.ContainerRegistry/registries", poolKind="hosted")
    assert outcome(build, registry) == "public"
    closed = made("Microsoft.ContainerRegistry/registries", "kv", {"publicNetworkAccess": "Disabled"})
    assert isinstance(outcome(build, closed), Unknown)


def test_what_has_no_modelled_door_is_not_known() -> None:
    odd = made("Microsoft.Odd/things", "kv", {})
    assert isinstance(outcome(hosted(service="Microsoft.Odd/things"), odd), Unknown)


# Own agents


def agents(name: str = "agents", where: str = "agents", network: str = "ops") -> Resource:
    held = {"subnet": subnet_id(network, where)}
    interface = {"name": "n", "properties": {"ipConfigurations": [{"name": "c", "properties": held}]}}
    return made(
        SETS, name, {"virtualMachineProfile": {"networkProfile": {"networkInterfaceConfigurations": [interface]}}}
    )


def peered(name: str, remote: str) -> dict[str, Any]:
    identity = made(f"{NETWORK}/virtualNetworks", remote, {}).id
    return {"virtualNetworkPeerings": [{"name": name, "properties": {"remoteVirtualNetwork": {"id": identity}}}]}


OPS = vnet("ops", "10.9.0.0/16", subnet("agents", "10.9.0.0/24"), **peered("a", "v"))
WORKLOAD = vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24"), **peered("b", "ops"))


def test_agents_in_a_peered_network_come_over_the_private_endpoint() -> None:
    resources = [item for item in linked() if item.type != VAULT]
    found = outcome(operation(), OPS, WORKLOAD, agents(), CLOSED, *resources, zone_link("ops"))
    assert found == "private"


def test_where_names_do_not_lead_to_the_endpoint_it_is_no_way() -> None:
    resources = [item for item in linked() if item.type != VAULT]
    assert outcome(operation(), OPS, WORKLOAD, agents(), CLOSED, *resources) == "fails"
    assert outcome(operation(), OPS, WORKLOAD, agents(), vault(), *resources) == "public"


def test_agents_without_any_way_fail() -> None:
    assert outcome(operation(), OPS, WORKLOAD, agents(), CLOSED) == "fails"


def test_what_is_not_known_of_the_target_leaves_it_open() -> None:
    assert isinstance(outcome(operation(), OPS, WORKLOAD, agents(), vault(publicNetworkAccess=HOLE)), Unknown)


def test_agents_that_no_source_shows_leave_it_open_unless_nothing_leads_there() -> None:
    assert outcome(operation(), CLOSED) == "fails"
    assert outcome(operation(), vault()) == "public"
    assert isinstance(outcome(operation(), vault(publicNetworkAccess=HOLE)), Unknown)
    resources = [item for item in linked() if item.type != VAULT]
    [fact], _ = facts([operation()], WORKLOAD, CLOSED, *resources)
    assert isinstance(fact["outcome"], Unknown)
    assert fact["outcome"].decided_by[-1].endswith("/virtualNetworks/v")
    assert len(fact["privateEndpoints"]) == 1


def test_a_cluster_has_a_private_endpoint_of_its_own() -> None:
    clusters = "Microsoft.ContainerService/managedClusters"
    private = made(clusters, "kv", {"apiServerAccessProfile": {"enablePrivateCluster": True}})
    assert isinstance(outcome(operation("kubectl apply", service=clusters), private), Unknown)
    assert outcome(hosted(service=clusters), private) == "fails"


def test_agents_whose_subnet_is_in_no_source_leave_it_open() -> None:
    [fact], [place] = facts([operation()], agents(network="nowhere"), vault(publicNetworkAccess=HOLE))
    assert isinstance(fact["outcome"], Unknown)
    assert fact["outcome"].decided_by == (agents().id,)
    assert isinstance(place["ownNetwork"], Unknown)


def test_a_pool_that_is_called_otherwise_is_what_the_estate_shows() -> None:
    assert outcome(operation(pool="other"), OPS, WORKLOAD, agents("build-agents"), CLOSED) == "fails"
    # Two places that differ: it depends.
    near = vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24"))
    resources = [item for item in linked() if item.type != VAULT]
    both = [agents("agent-one"), agents("agent-two", "s", "v")]
    found = outcome(operation(pool="other"), vnet("ops", "10.9.0.0/16", subnet("agents", "10.9.0.0/24")), near, *both,
                    CLOSED, *resources, zone_link("v"))  # fmt: skip
    assert isinstance(found, Unknown)
    assert len(found.decided_by) == 2


def test_what_runs_it_may_not_be_known() -> None:
    assert isinstance(outcome(operation(poolKind="unknown", pool=None), CLOSED), Unknown)


def managed(name: str, subnet: Any) -> Resource:
    return made(POOLS, name, {"fabricProfile": {"networkProfile": {"subnetId": subnet}}})


def test_managed_pools_stand_where_they_say() -> None:
    own = managed("agents", subnet_id("ops", "agents")["id"])
    assert outcome(operation(), OPS, WORKLOAD, own, CLOSED) == "fails"
    other = managed("else", subnet_id("ops", "agents")["id"])
    assert isinstance(outcome(operation(), OPS, WORKLOAD, other, vault(publicNetworkAccess=HOLE)), Unknown)
    platform = managed("agents", None)
    assert outcome(operation(), platform, vault()) == "public"
    assert outcome(operation(), platform, CLOSED) == "fails"


def test_private_networking_of_github_is_a_place_of_agents() -> None:
    settings = made("GitHub.Network/networkSettings", "gh", {"subnetId": subnet_id("ops", "agents")["id"]})
    assert outcome(operation(poolKind="unknown", pool="big"), OPS, WORKLOAD, settings, CLOSED) == "fails"


# Targets


def reading(label: str, outputs: dict[str, Any], *resources: Resource) -> Reading:
    return Reading("terraform", label, list(resources), outputs=outputs)


def test_an_output_of_terraform_names_the_target() -> None:
    hole = Unknown(reason="it is set where pipelines run", decided_by=("key_vault_name",), text="$kv")
    name = Unknown(reason="variable without value", decided_by=("var.p",), text="kv-one")
    outputs = {"stamps": [{"key_vault_name": name, "other": 5}, {"key_vault_name": "kv-two"}]}
    listed = [vault("kv-one"), vault("kv-two"), vault("kv-three")]
    own = reading("/repo/infra", outputs, *listed)
    found, _ = facts([operation(target=hole, roots=["/repo/infra"])], readings=(own,))
    assert [fact["targetName"] for fact in found] == ["kv-one", "kv-two"]
    found, _ = facts([operation(target=None, roots=["/repo/infra"])], vault("far"), readings=(own,))
    assert len(found) == 3
    nowhere, _ = facts([operation(target=hole)], vault("far"))
    assert [fact["targetName"] for fact in nowhere] == ["far"]
    assert facts([operation(target="nothing")], vault("far"))[0] == []


def test_blocks_of_terraform_name_the_targets_below_which_they_make_something() -> None:
    place = Origin(source="terraform", file="/repo/infra/main.tf", line=4)
    secret = Resource(f"{vault('kv').id}/secrets/s", f"{VAULT}/secrets", "s", {"properties": {}}, place)
    block = {"block": "azurerm_key_vault_secret.s", "file": "/repo/infra/main.tf", "line": 4}
    applied = operation("terraform apply", target=None, blocks=[block])
    found, _ = facts([applied], vault("kv"), vault("other"), secret)
    assert [fact["targetName"] for fact in found] == ["kv"]
    assert found[0]["blocks"] == [block]


def test_the_same_command_twice_has_two_names() -> None:
    pipelines = Reading("pipelines", "repo", elsewhere=[operation(), operation(pool="b")])
    world = Networks(Estate([Reading("inventory", "test", [vault()]), pipelines]))
    names = [item.name for item in deployment_facts(world) if isinstance(item, Resource)][:2]
    assert names == ["release-yaml-az-keyvault-secret-list", "release-yaml-az-keyvault-secret-list-2"]


def test_a_fact_stands_where_the_pipeline_says_what_runs_it() -> None:
    def place(record: Resource) -> tuple[Any, Any]:
        pipelines = Reading("pipelines", "repo", elsewhere=[record])
        world = Networks(Estate([Reading("inventory", "test", [vault()]), pipelines]))
        made_fact = next(item for item in deployment_facts(world) if isinstance(item, Resource))
        return made_fact.origin.file, made_fact.origin.line

    assert place(operation(poolLine=3)) == ("/repo/.ado/release.yaml", 3)
    assert place(operation()) == ("/repo/.ado/deploy.yaml", 7)


# Places of agents


def test_agents_in_a_network_of_their_own() -> None:
    _, [place] = facts([], OPS, WORKLOAD, agents())
    assert place["ownNetwork"] is True
    assert [peer.rpartition("/")[2] for peer in place["peers"]] == ["v"]
    assert place["sharedWith"] == []


def test_agents_beside_the_workload() -> None:
    nodes = {"agentPoolProfiles": [{"name": "p", "vnetSubnetID": subnet_id("v", "s")["id"]}]}
    cluster = made("Microsoft.ContainerService/managedClusters", "aks", nodes)
    group = nsg("g", rule("r", 100))
    home = vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24"), subnet("agents", "10.0.1.0/24", "g"))
    _, [place] = facts([], home, cluster, group, agents("runner", "agents", "v"))
    assert place["ownNetwork"] is False
    assert place["sharedWith"] == [cluster.id]
    assert place["group"] == group.id


def test_a_managed_pool_of_the_platform_stands_in_no_own_network() -> None:
    _, [place] = facts([], managed("agents", None))
    assert place["ownNetwork"] is False
    assert place["network"] is None


def test_a_managed_pool_of_which_nothing_is_known_may_stand_anywhere() -> None:
    known = managed("agents", None)
    hidden = Resource(known.id, known.type, known.name, {}, known.origin, opaque=True)
    [fact], [place] = facts([operation()], hidden, vault(publicNetworkAccess=HOLE))
    assert isinstance(place["ownNetwork"], Unknown)
    assert isinstance(fact["outcome"], Unknown)


def test_other_scale_sets_are_no_agents() -> None:
    _, places = facts([], OPS, agents("web"))
    assert places == []


def test_a_pool_that_the_estate_does_not_show_is_told_as_not_known() -> None:
    _, places = facts([operation(), operation("az keyvault key list"), hosted()], vault())
    [place] = places
    assert isinstance(place["ownNetwork"], Unknown)
    assert place["name"] == "agents"
