# ruff: noqa: E501 - files of a repository read best on one line

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.manifests.repository import find, kinds, read, reasons

from everward.values import Unknown

STEPS = "pool: x\nsteps:\n- script: |\n    az aks get-credentials -n aks -g rg\n    helm upgrade ingress-nginx %s -n edge %s\n"
CHART = "ingress-nginx/ingress-nginx"


def reading(folder: Path, arguments: str = "", chart: str = CHART) -> Any:
    return read(folder, {"azure-pipelines.yml": STEPS % (chart, arguments)})


def test_the_controller_is_a_load_balancer_on_both_ports(tmp_path: Path) -> None:
    found = reading(tmp_path, "--version 4.10.0")
    assert kinds(found) == [
        "Service ingress-nginx-controller",
        "ConfigMap ingress-nginx-controller",
        "IngressClass nginx",
    ]
    service = find(found, "Service", "ingress-nginx-controller")
    assert service.get("properties.spec.type") == "LoadBalancer"
    ports: Any = service.get("properties.spec.ports")
    assert [(item["name"], item["port"], item["targetPort"]) for item in ports] == [
        ("http", 80, "http"),
        ("https", 443, "https"),
    ]
    assert isinstance(service.get("properties.metadata.labels"), Unknown)
    assert str(service.origin).endswith("azure-pipelines.yml:5")
    assert str(service.origin_of("properties.spec.type")).endswith("azure-pipelines.yml:5")
    assert any("only the services of the controller" in item for item in reasons(found))
    assert found.incomplete


def test_values_decide(tmp_path: Path) -> None:
    arguments = (
        "--set controller.service.enableHttp=false,controller.service.ports.https=8443,fullnameOverride=edge"
        " --set controller.service.internal.enabled=true,controller.service.internal.annotations.x=y"
        " --set controller.service.loadBalancerSourceRanges={10.0.0.0/8},controller.config.a=b,tcp.9000=ns/svc:9000"
        " --set controller.ingressClassResource.default=true,controller.service.externalTrafficPolicy=Local"
    )
    found = reading(tmp_path, arguments)
    service = find(found, "Service", "edge-controller")
    ports: Any = service.get("properties.spec.ports")
    assert [(item["name"], item["port"]) for item in ports] == [
        ("https", 8443),
        ("9000-tcp", 9000),
    ]
    assert service.get("properties.spec.externalTrafficPolicy") == "Local"
    assert service.get("properties.spec.loadBalancerSourceRanges") == ["10.0.0.0/8"]
    assert find(found, "Service", "edge-controller-internal").get("properties.metadata.annotations") == {"x": "y"}
    assert find(found, "ConfigMap", "edge-controller").get("properties.data") == {"a": "b"}


@pytest.mark.parametrize(
    ("chart", "arguments"),
    [
        ("bitnami/ingress-nginx", ""),
        (CHART, "--version 5.0.0"),
        ("ingress-nginx", "--repo https://example.org/charts"),
        ("other/chart", ""),
    ],
)
def test_other_charts_are_not_taken_for_it(chart: str, arguments: str, tmp_path: Path) -> None:
    found = reading(tmp_path, arguments, chart)
    assert kinds(found) == []
    assert any("so what it makes is not read" in item for item in reasons(found))


def test_the_repository_of_the_chart_may_be_named_by_its_address(tmp_path: Path) -> None:
    assert kinds(reading(tmp_path, "--repo https://kubernetes.github.io/ingress-nginx", "ingress-nginx"))
