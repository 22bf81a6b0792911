from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.manifests.repository import find, read

from everward.estate import Resource
from everward.sources.manifests.deploying.resolving import Cluster
from everward.sources.manifests.facts.identities import issued_by
from everward.values import Origin, Unknown

TERRAFORM = """
resource "azurerm_kubernetes_cluster" "a" {
  for_each            = toset(["north", "west"])
  name                = "aks-${each.key}"
  location            = each.key
  resource_group_name = "rg"
}
resource "azurerm_user_assigned_identity" "a" {
  for_each            = toset(["north", "west"])
  name                = "shop-${each.key}"
  location            = each.key
  resource_group_name = "rg"
}
resource "azurerm_federated_identity_credential" "a" {
  for_each            = toset(["north", "west"])
  name                = "shop-${each.key}"
  resource_group_name = "rg"
  audience            = ["api://AzureADTokenExchange"]
  issuer              = azurerm_kubernetes_cluster.a[each.key].oidc_issuer_url
  parent_id           = azurerm_user_assigned_identity.a[each.key].id
  subject             = "system:serviceaccount:shop:web"
}
"""
ACCOUNT = (
    "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n  namespace: shop\n"
    "  annotations: {azure.workload.identity/client-id: 11111111-1111-1111-1111-111111111111}\n"
)


def test_an_account_acts_as_the_identity_that_trusts_its_cluster(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.yaml": ACCOUNT, "main.tf": TERRAFORM}, clusters=((None, "aks-north"),))
    facts = [item for item in reading.resources if item.type == "Everward.Kubernetes/WorkloadIdentity"]
    (fact,) = facts
    identity = fact.get("properties.identity")
    assert isinstance(identity, Unknown)
    assert identity.reference is not None
    assert identity.reference.endswith("userAssignedIdentities/shop-north")
    assert fact.get("properties.clientId") == "11111111-1111-1111-1111-111111111111"
    assert fact.condition is True
    assert fact.id.startswith(find(reading, "ServiceAccount", "web").id)
    assert str(fact.origin).endswith("a.yaml:1")


def test_of_a_cluster_that_is_not_known_it_is_open(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.yaml": ACCOUNT, "main.tf": TERRAFORM})
    facts = [item for item in reading.resources if item.type == "Everward.Kubernetes/WorkloadIdentity"]
    assert [isinstance(item.condition, Unknown) for item in facts] == [True, True]


def test_other_accounts_act_as_nobody(tmp_path: Path) -> None:
    texts = (ACCOUNT.replace("name: web", "name: other"), ACCOUNT.replace("namespace: shop", "namespace: other"))
    for text in texts:
        reading = read(tmp_path, {"a.yaml": text, "main.tf": TERRAFORM}, clusters=((None, "aks-north"),))
        assert not any(item.type.endswith("/WorkloadIdentity") for item in reading.resources)


def aks(issuer: object) -> Cluster:
    body = {"properties": {"oidcIssuerProfile": {"issuerURL": issuer}}}
    resource = Resource("/x", "t", "aks", body, Origin(source="inventory", address="azurerm_kubernetes_cluster.a"))  # type: ignore[arg-type]
    return Cluster("/x", "here", resource)


@pytest.mark.parametrize(
    ("issuer", "own", "found"),
    [
        ("https://oidc/1/", "https://oidc/1", True),
        ("https://oidc/1", "https://oidc/2", False),
        (Unknown(reason="x", decided_by=("azurerm_kubernetes_cluster.a.oidc_issuer_url",)), None, True),
        (Unknown(reason="x", decided_by=("azurerm_kubernetes_cluster.b.oidc_issuer_url",)), None, False),
        (Unknown(reason="x", decided_by=("var.issuer",)), None, None),
        ("https://oidc/1", None, None),
    ],
)
def test_issuers_are_compared_as_far_as_they_are_known(issuer: object, own: object, found: bool | None) -> None:
    truth = issued_by(issuer, aks(own))
    assert isinstance(truth, Unknown) if found is None else truth is found
