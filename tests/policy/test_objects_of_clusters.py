"""Objects of Kubernetes are judged by policies that name their types, and by no others."""

from typing import Any

from everward.estate import Estate, Reading, Resource
from everward.policy import compile_definition, load_definition
from everward.policy.outcome import State
from everward.values import Origin

CLUSTER = (
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/app-rg/providers"
    "/Microsoft.ContainerService/managedClusters/aks"
)
NAMESPACE = f"{CLUSTER}/providers/Everward.Kubernetes/Namespace/shop"
DEPLOYMENT = Resource(
    id=f"{NAMESPACE}/providers/Everward.Kubernetes.apps/Deployment/web",
    type="Everward.Kubernetes.apps/Deployment",
    name="web",
    body={"kind": "Deployment", "properties": {"spec": {"replicas": 1}, "metadata": {"labels": {"app": "web"}}}},
    origin=Origin(source="kubernetes"),
)
SPACE = Resource(
    id=NAMESPACE,
    type="Everward.Kubernetes/Namespace",
    name="shop",
    body={"properties": {"metadata": {"labels": {}}}},
    origin=Origin(source="kubernetes"),
)
POLICY = Resource(
    id=f"{NAMESPACE}/providers/Everward.Kubernetes.networking.k8s.io/NetworkPolicy/deny",
    type="Everward.Kubernetes.networking.k8s.io/NetworkPolicy",
    name="deny",
    body={"properties": {"spec": {"podSelector": {}}}},
    origin=Origin(source="kubernetes"),
)


ELSEWHERE = Resource(
    id=f"{CLUSTER}/providers/Everward.Kubernetes/Namespace/other/providers/{POLICY.type}/deny",
    type=POLICY.type,
    name="deny",
    body=POLICY.body,
    origin=Origin(source="kubernetes"),
)


def state(rule: dict[str, Any], *resources: Resource, mode: str = "All", then: dict[str, Any] | None = None) -> State:
    definition = {"mode": mode, "policyRule": {"if": rule, "then": then or {"effect": "audit"}}}
    policy = compile_definition(load_definition({"properties": definition}))
    return policy.evaluate(resources[0], Estate([Reading("kubernetes", "here", list(resources))])).state


def test_a_policy_that_names_the_type_judges_the_object() -> None:
    rule = {
        "allOf": [
            {"field": "type", "equals": "Everward.Kubernetes.apps/Deployment"},
            {"field": "Everward.Kubernetes.apps/Deployment/spec.replicas", "less": 2},
        ]
    }
    assert state(rule, DEPLOYMENT) is State.NON_COMPLIANT


def test_a_policy_about_all_of_azure_passes_by() -> None:
    missing_tag = {"field": "tags['owner']", "exists": False}
    for mode in ("All", "Indexed"):
        assert state(missing_tag, DEPLOYMENT, mode=mode) is State.NOT_APPLICABLE
    not_allowed = {"not": {"field": "type", "in": ["Microsoft.Storage/storageAccounts"]}}
    assert state(not_allowed, DEPLOYMENT) is State.NOT_APPLICABLE


def test_what_a_namespace_must_have_is_looked_for_in_it() -> None:
    then = {
        "effect": "auditIfNotExists",
        "details": {
            "type": "Everward.Kubernetes.networking.k8s.io/NetworkPolicy",
            "existenceCondition": {
                "value": "[length(field('Everward.Kubernetes.networking.k8s.io/NetworkPolicy/spec.podSelector'))]",
                "equals": 0,
            },
        },
    }
    rule = {"field": "type", "equals": "Everward.Kubernetes/Namespace"}
    assert state(rule, SPACE, POLICY, then=then) is State.COMPLIANT
    assert state(rule, SPACE, then=then) is State.NON_COMPLIANT
    assert state(rule, SPACE, ELSEWHERE, then=then) is State.NON_COMPLIANT
