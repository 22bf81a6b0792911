"""What services make in Azure, beside what cloud-provider-azure does (`accesscontrol_test.go` has the same cases)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from tests.sources.manifests.repository import find, read

from everward.estate import Reading, Resource
from everward.values import Unknown

PREFIX = "service.beta.kubernetes.io/"
CLUSTER = """
resource "azurerm_kubernetes_cluster" "a" {
  name                = "aks"
  location            = "West Europe"
  resource_group_name = "rg"
}
resource "azurerm_public_ip" "a" {
  name                = "ingress"
  location            = "westeurope"
  resource_group_name = "net"
  allocation_method   = "Static"
}
"""


def service(annotations: str = "", spec: str = "", ports: str = "[{port: 443}, {port: 80}]") -> str:
    return (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: lb\n  annotations: {" + annotations + "}\n"
        "spec: {type: LoadBalancer, ports: " + ports + ("" if not spec else f", {spec}") + "}\n"
    )


def reading(folder: Path, text: str) -> Reading:
    return read(folder, {"a.yaml": text, "main.tf": CLUSTER}, clusters=((None, "aks"),))


def rules(found: Reading) -> list[dict[str, Any]]:
    return [item.body["properties"] for item in found.resources if item.type == "Everward.Kubernetes/SecurityRule"]  # type: ignore[misc]


def sources(found: Reading) -> list[Any]:
    return [item.get("sourceAddressPrefix", item.get("sourceAddressPrefixes")) for item in rules(found)]


def frontend(found: Reading) -> Resource:
    return find(found, "LoadBalancerFrontend", "lb")


def test_a_service_is_open_to_the_internet_where_nothing_is_said(tmp_path: Path) -> None:
    found = reading(tmp_path, service())
    (rule,) = rules(found)
    assert rule["sourceAddressPrefix"] == "Internet"
    assert (rule["access"], rule["direction"], rule["protocol"]) == ("Allow", "Inbound", "Tcp")
    assert rule["destinationPortRanges"] == ["443", "80"]
    assert isinstance(rule["priority"], Unknown)
    name = next(item.name for item in found.resources if item.type == "Everward.Kubernetes/SecurityRule")
    digest = hashlib.md5(b"Tcp_Internet_443,80", usedforsecurity=False).hexdigest()
    assert name == f"k8s-azure-lb_allow_IPv4_{digest}"
    assert frontend(found).get("properties.allowedSources") == ["Internet"]
    assert frontend(found).get("properties.loadBalancer.name") == "kubernetes"
    assert frontend(found).get("properties.loadBalancer.resourceGroup") == "MC_rg_aks_westeurope"
    assert frontend(found).get("properties.publicIP.madeByCluster") is True
    assert frontend(found).get("properties.derived") is True
    assert str(frontend(found).origin).endswith("a.yaml:1")


@pytest.mark.parametrize(
    ("annotations", "spec", "found"),
    [
        (f'{PREFIX}azure-load-balancer-internal: "true"', "", []),
        (f'{PREFIX}azure-load-balancer-internal: "TRUE"', "loadBalancerSourceRanges: [0.0.0.0/0]", [["0.0.0.0/0"]]),
        (f'{PREFIX}azure-load-balancer-internal: "false"', "", ["Internet"]),
        (f"{PREFIX}azure-allowed-service-tags: 'AzureFrontDoor.Backend, VirtualNetwork'", "",
         ["AzureFrontDoor.Backend", "VirtualNetwork"]),
        (f'{PREFIX}azure-allowed-ip-ranges: "10.0.0.0/8,192.168.0.0/16"', "", [["10.0.0.0/8", "192.168.0.0/16"]]),
        (f'{PREFIX}load-balancer-source-ranges: "10.0.0.0/8"', "", ["10.0.0.0/8"]),
        ("", 'loadBalancerSourceRanges: ["10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8"]', ["10.0.0.0/7"]),
        ("", 'loadBalancerSourceRanges: ["1.2.3.4/32", "2001:db8::/32"]', ["1.2.3.4/32", "2001:db8::/32"]),
        (f'{PREFIX}azure-allowed-ip-ranges: "0.0.0.0/0"', "", ["0.0.0.0/0"]),
        (f"{PREFIX}azure-allowed-service-tags: AzureCloud", 'loadBalancerSourceRanges: ["1.2.3.0/24"]',
         ["AzureCloud", "1.2.3.0/24"]),
        (f'{PREFIX}azure-allowed-ip-ranges: "1.2.3.0/24"', 'loadBalancerSourceRanges: ["1.2.3.0/24"]', []),
        (f'{PREFIX}azure-allowed-ip-ranges: "nonsense"', "", ["*"]),
        (f'{PREFIX}azure-allowed-ip-ranges: "10.0.0.1/8"', "", ["*"]),
        (f'{PREFIX}azure-disable-load-balancer-nsg-rule: "true"', "", []),
        (f'{PREFIX}azure-deny-all-except-load-balancer-source-ranges: "true"',
         'loadBalancerSourceRanges: ["1.2.3.0/24"]', ["1.2.3.0/24", "*"]),
        (f'{PREFIX}azure-deny-all-except-load-balancer-source-ranges: "true"', "", ["Internet"]),
    ],
)  # fmt: skip
def test_who_may_reach_a_service(annotations: str, spec: str, found: list[Any], tmp_path: Path) -> None:
    given = sources(reading(tmp_path, service(annotations, spec)))
    assert given == [item[0] if isinstance(item, list) and len(item) == 1 else item for item in found]


def test_what_is_refused_denies_everybody(tmp_path: Path) -> None:
    (rule,) = rules(reading(tmp_path, service(f'{PREFIX}azure-allowed-ip-ranges: "nonsense"')))
    assert (rule["access"], rule["destinationPortRange"], rule["priority"]) == ("Deny", "*", 4095)


def test_protocols_have_rules_of_their_own(tmp_path: Path) -> None:
    ports = "[{port: 53, protocol: UDP}, {port: 53}, {port: 1, protocol: SCTP}]"
    assert [
        (item["protocol"], item["destinationPortRanges"]) for item in rules(reading(tmp_path, service(ports=ports)))
    ] == [
        ("Tcp", ["53"]),
        ("Udp", ["53"]),
        ("*", ["1"]),
    ]


def test_without_floating_ip_the_ports_of_the_nodes_are_opened(tmp_path: Path) -> None:
    text = service(f'{PREFIX}azure-disable-load-balancer-floating-ip: "true"', ports="[{port: 443, nodePort: 30443}]")
    found = reading(tmp_path, text)
    assert rules(found)[0]["destinationPortRanges"] == ["30443"]
    assert frontend(found).get("properties.rules[0].backendPort") == 30443
    open_port = reading(tmp_path, service(f'{PREFIX}azure-disable-load-balancer-floating-ip: "true"'))
    assert isinstance(rules(open_port)[0]["destinationPortRanges"][0], Unknown)


def test_a_port_can_be_left_out(tmp_path: Path) -> None:
    found = reading(tmp_path, service(f'{PREFIX}port_80_no_lb_rule: "true"'))
    assert rules(found)[0]["destinationPortRanges"] == ["443"]


def test_the_public_ip_of_the_estate_is_found_by_name(tmp_path: Path) -> None:
    text = service(f"{PREFIX}azure-pip-name: ingress, {PREFIX}azure-load-balancer-resource-group: net")
    address = frontend(reading(tmp_path, text)).get("properties.address")
    assert isinstance(address, Unknown)
    assert address.reference is not None
    assert address.reference.endswith("/resourceGroups/net/providers/Microsoft.Network/publicIPAddresses/ingress")


@pytest.mark.parametrize(
    ("annotations", "path", "value"),
    [
        (f"{PREFIX}azure-load-balancer-ipv4: 20.1.2.3", "address", "20.1.2.3"),
        (f"{PREFIX}azure-dns-label-name: shop", "dnsLabel", "shop"),
        (f'{PREFIX}azure-pls-create: "true", {PREFIX}azure-pls-name: pls', "privateLinkService.name", "pls"),
        (f"{PREFIX}azure-load-balancer-health-probe-request-path: /healthz", "rules[0].probe.requestPath", "/healthz"),
        (f"{PREFIX}port_443_health-probe_protocol: tcp", "rules[0].probe.protocol", "tcp"),
        (
            f'{PREFIX}azure-load-balancer-internal: "true", {PREFIX}azure-load-balancer-internal-subnet: s',
            "subnet",
            "s",
        ),
        (f'{PREFIX}azure-load-balancer-internal: "true"', "loadBalancer.name", "kubernetes-internal"),
        ("", "externalTrafficPolicy", "Cluster"),
    ],
)
def test_annotations_make_the_frontend(annotations: str, path: str, value: str, tmp_path: Path) -> None:
    assert frontend(reading(tmp_path, service(annotations))).get(f"properties.{path}") == value


def test_other_services_make_nothing_in_azure(tmp_path: Path) -> None:
    texts = [
        service(spec="loadBalancerClass: example.org/own"),
        service().replace("LoadBalancer", "ClusterIP"),
        "apiVersion: v1\nkind: Service\nmetadata: {name: plain}\n",
    ]
    for text in texts:
        assert rules(reading(tmp_path, text)) == []


def test_what_is_not_known_stays_open(tmp_path: Path) -> None:
    chart = {
        "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "c/templates/a.yaml": (
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: lb\n  annotations:\n"
            f"    {PREFIX}azure-load-balancer-internal: {{{{ .Values.internal | quote }}}}\n"
            "spec:\n  type: {{ .Values.type }}\n  ports: [{port: {{ .Values.port }}}]\n"
        ),
        "azure-pipelines.yml": (
            "pool: x\nsteps:\n- script: helm upgrade a c --set internal=$(i),type=$(t),port=$(p)\n"
        ),
        "main.tf": CLUSTER,
    }
    found = read(tmp_path, chart, clusters=((None, "aks"),))
    assert isinstance(frontend(found).condition, Unknown)
    assert isinstance(frontend(found).get("properties.internal"), Unknown)
    assert isinstance(frontend(found).get("properties.loadBalancer.name"), Unknown)
    (rule,) = rules(found)
    assert isinstance(rule["sourceAddressPrefix"], Unknown)
    assert isinstance(rule["destinationPortRanges"][0], Unknown)


def test_annotations_that_are_open_as_a_whole(tmp_path: Path) -> None:
    chart = {
        "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "c/templates/a.yaml": (
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: lb\n  annotations: {{ toYaml .Values.a | nindent 4 }}\n"
            "spec: {type: LoadBalancer, ports: [{port: 1}]}\n"
        ),
        "azure-pipelines.yml": "pool: x\nsteps:\n- script: helm upgrade a c --set a=$(a)\n",
    }
    found = read(tmp_path, chart)
    assert isinstance(rules(found)[0]["sourceAddressPrefix"], Unknown)
    assert isinstance(frontend(found).get("properties.loadBalancer.resourceGroup"), Unknown)
