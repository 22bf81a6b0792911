"""Modes and effects of resource providers."""

import pytest
from tests.policy.effects.requests import request, results
from tests.policy.make import hole, judge, policy, resource

from everward.policy import State
from everward.policy.effects import Result, Verdict

CLUSTER = resource("Microsoft.ContainerService/managedClusters", "aks", {})
CLUSTERS = {"field": "type", "equals": "Microsoft.ContainerService/managedClusters"}
NETWORK = resource("Microsoft.Network/virtualNetworks", "vnet", {"env": "prod"})
NETWORKS = {"field": "type", "equals": "Microsoft.Network/virtualNetworks"}
CERTIFICATE = resource("Microsoft.KeyVault.Data/vaults/certificates", "v/c", {})
CERTIFICATES = {"field": "type", "equals": "Microsoft.KeyVault.Data/vaults/certificates"}


@pytest.mark.parametrize(
    ("mode", "effect", "decided_by"),
    [
        ("Microsoft.Kubernetes.Data", "deny", "the objects in the cluster"),
        ("Microsoft.Kubernetes.Data", "mutate", "the objects in the cluster"),
        ("Microsoft.ContainerService.Data", "enforceSetting", "the objects in the cluster"),
        ("Microsoft.MachineLearningServices.v2.Data", "enforceRegoPolicy", "the assets in the workspace"),
        ("Microsoft.Brand.New.Data", "audit", "Azure's own compliance state"),
        ("All", "mutate", "Azure's own compliance state"),
    ],
)
def test_a_scan_says_what_would_decide(mode: str, effect: str, decided_by: str) -> None:
    outcome = judge(policy(CLUSTERS, effect, {"templateInfo": {}}, mode=mode), CLUSTER)
    assert outcome.state is State.UNKNOWN
    assert outcome.hole is not None
    assert outcome.hole.decided_by[0] == decided_by


def test_policies_on_objects_in_a_cluster_do_not_touch_requests_for_the_cluster() -> None:
    decision = request(CLUSTER, policy(CLUSTERS, "deny", {"kinds": []}, mode="Microsoft.Kubernetes.Data"))
    assert decision.verdict is Verdict.ALLOWED
    assert results(decision) == [Result.PROVIDER]


def test_a_network_joins_a_network_group() -> None:
    joins = policy(NETWORKS, "addToNetworkGroup", {"networkGroupId": "/g"}, mode="Microsoft.Network.Data")
    decision = request(NETWORK, joins)
    assert decision.verdict is Verdict.ALLOWED
    assert results(decision) == [Result.PROVIDER]
    assert decision.events[0].message == "the resource becomes a member of the network group `/g`"
    maybe = policy(
        {"field": "properties.env", "equals": hole()}, "addToNetworkGroup", {}, mode="Microsoft.Network.Data"
    )
    assert results(request(NETWORK, maybe)) == [Result.UNKNOWN]


def test_requests_that_a_provider_judges_are_not_decided() -> None:
    decision = request(CERTIFICATE, policy(CERTIFICATES, "deny", mode="Microsoft.KeyVault.Data"))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.hole is not None
    assert decision.hole.decided_by[0] == "the keys, secrets and certificates in the vault"
    assert request(CLUSTER, policy(CERTIFICATES, "deny", mode="Microsoft.KeyVault.Data")).events == ()
    assert request(CLUSTER, policy(CLUSTERS, "mutate")).verdict is Verdict.UNKNOWN
