"""The public reference workload: its charts and manifests, and what its pipelines make of them in each environment."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from everward.estate import Reading, Resource
from everward.sources import ReadOptions, read_workload
from everward.values import Unknown

FOLDER = os.environ.get("EVERWARD_MCO")
pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="EVERWARD_MCO does not name a checkout of the reference workload"
)
ENVIRONMENTS = ("prod", "int")
STAMPS = {"prod": ("swedencentral", "brazilsouth"), "int": ("uksouth", "australiaeast")}


@lru_cache(maxsize=2)
def reading(environment: str) -> Reading:
    options = ReadOptions(environment=environment)
    (found,) = [item for item in read_workload([Path(FOLDER or "")], options) if item.source == "kubernetes"]
    return found


def of_kind(environment: str, kind: str) -> list[Resource]:
    return [item for item in reading(environment).resources if item.type.endswith(f"/{kind}")]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_chart_and_manifest_is_read(environment: str) -> None:
    found = reading(environment)
    names = {Path(item.path).name for item in found.inputs if item.used}
    assert {"catalogservice", "healthservice", "backgroundprocessor", "cert-manager-config"} <= names
    assert {"container-azm-ms-agentconfig.yaml", "values.helm.yaml", f"azure-release-{environment}.yaml"} <= names
    assert not [item for item in found.unresolved if "not rendered" in item.reason or "refuses" in item.reason]
    told = " ".join(item.subject for item in found.unresolved)
    assert "jetstack/cert-manager" in told
    assert "cert-manager.crds.yaml" in told
    assert "ingress-nginx/ingress-nginx" in told


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_objects_stand_in_the_clusters_of_both_stamps(environment: str) -> None:
    for kind, count in (("Deployment", 6), ("NetworkPolicy", 20), ("ServiceAccount", 6), ("SecretProviderClass", 6),
                        ("Ingress", 4), ("PodDisruptionBudget", 6), ("ClusterIssuer", 2)):  # fmt: skip
        found = of_kind(environment, kind)
        assert len(found) == count
        for stamp in STAMPS[environment]:
            assert sum(f"-stamp-{stamp}-rg/" in item.id for item in found) == count // 2


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_ingress_is_a_load_balancer_on_the_stamps_public_ip_open_to_all(environment: str) -> None:
    services = [item for item in of_kind(environment, "Service") if item.name == "ingress-nginx-controller"]
    assert [item.get("properties.spec.type") for item in services] == ["LoadBalancer"] * 2
    frontends = of_kind(environment, "LoadBalancerFrontend")
    assert len(frontends) == 2
    for found in frontends:
        address: Any = found.get("properties.publicIPAddress")
        assert isinstance(address, Unknown)
        assert address.reference is not None
        assert address.reference.endswith("-ingress-pip")
        assert found.get("properties.allowedSources") == ["Internet"]
        assert [rule["frontendPort"] for rule in found.get("properties.rules")] == [80, 443]  # type: ignore[union-attr]
        assert found.get("properties.rules[0].probe.requestPath") == "/healthz"
        assert (found.origin.file or "").endswith("jobs-deploy-configuration.yaml")
    assert [item.get("properties.destinationPortRanges") for item in of_kind(environment, "SecurityRule")] == [
        ["80", "443"],
        ["80", "443"],
    ]


def test_snippets_are_allowed_and_the_check_of_the_front_door_is_there() -> None:
    (settings, *_) = [item for item in of_kind("prod", "ConfigMap") if item.name == "ingress-nginx-controller"]
    assert settings.get("properties.data.allow-snippet-annotations") == "true"
    assert settings.get("properties.data.enable-modsecurity") == "true"
    for ingress in of_kind("prod", "Ingress"):
        annotations: Any = ingress.get("properties.metadata.annotations")
        snippet = annotations["nginx.ingress.kubernetes.io/modsecurity-snippet"]
        assert isinstance(snippet, Unknown)
        assert snippet.text is not None
        assert "X-Azure-FDID" in snippet.text
        assert "{azurerm_cdn_frontdoor_profile.main.resource_guid}" in snippet.text
        issuer = annotations.get("cert-manager.io/cluster-issuer")
        assert issuer == ("cert-manager-alwayson" if ingress.name == "healthservice-ingress" else None)
        assert ingress.get("properties.spec.ingressClassName") == "nginx"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_service_accounts_act_as_the_identities_of_their_stamp(environment: str) -> None:
    found = of_kind(environment, "WorkloadIdentity")
    assert len(found) == 6
    for fact in found:
        assert fact.condition is True
        identity: Any = fact.get("properties.identity")
        stamp = next(name for name in STAMPS[environment] if f"-stamp-{name}-rg/" in fact.id)
        assert f"-stamp-{stamp}-rg/" in identity.reference
        assert identity.reference.rpartition("/")[2] + "-identity" in fact.id


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_vault_of_the_stamp_is_mounted(environment: str) -> None:
    for found in of_kind(environment, "SecretProviderClass"):
        vault: Any = found.get("properties.keyVault")
        stamp = next(name for name in STAMPS[environment] if f"-stamp-{name}-rg/" in found.id)
        assert f"-stamp-{stamp}-rg/providers/Microsoft.KeyVault/vaults/" in vault.reference


def test_the_pods_are_as_the_charts_have_them() -> None:
    (catalog, *_) = [item for item in of_kind("prod", "PodTemplate") if item.name == "catalogservice-deploy"]
    (container,) = catalog.get("properties.containers")  # type: ignore[misc]
    assert container["securityContext"] == {
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
    }
    assert isinstance(container["image"], Unknown)
    assert len(catalog.get("properties.ingressPolicies")) == 2  # type: ignore[arg-type]
    assert len(catalog.get("properties.egressPolicies")) == 3  # type: ignore[arg-type]
    assert len(catalog.get("properties.disruptionBudgets")) == 1  # type: ignore[arg-type]
    assert catalog.get("properties.replicas") == 3


def test_the_issuer_has_the_address_of_the_pipeline() -> None:
    emails = [item.get("properties.spec.acme.email") for item in of_kind("prod", "ClusterIssuer")]
    assert all(isinstance(email, str) and "@" in email for email in emails)
