"""Releases and manifests that Terraform deploys itself."""

# ruff: noqa: E501 - files of a repository read best on one line

from __future__ import annotations

from pathlib import Path

from tests.sources.manifests.repository import find, kinds, read, reasons

from everward.values import Unknown

TERRAFORM = """
variable "size" {}
resource "azurerm_kubernetes_cluster" "a" {
  name                = "aks"
  location            = "westeurope"
  resource_group_name = "rg"
}
resource "helm_release" "web" {
  name      = "web"
  chart     = "../charts/web"
  namespace = "shop"
  values    = [yamlencode({ a = "from values", list = [1] })]
  set {
    name  = "b"
    value = var.size
  }
  set {
    name  = "c"
    value = "3"
    type  = "string"
  }
  set_list {
    name  = "l"
    value = ["x", "y"]
  }
}
resource "helm_release" "edge" {
  name       = "edge"
  repository = "https://kubernetes.github.io/ingress-nginx"
  chart      = "ingress-nginx"
  version    = "4.11.0"
  namespace  = "edge"
  set {
    name  = "controller.service.annotations.service\\\\.beta\\\\.kubernetes\\\\.io/azure-load-balancer-internal"
    value = "true"
    type  = "string"
  }
}
resource "kubernetes_manifest" "config" {
  manifest = {
    apiVersion = "v1"
    kind       = "ConfigMap"
    metadata   = { name = "settings", namespace = "shop" }
    data       = { size = var.size, list = "a" }
  }
}
resource "kubectl_manifest" "more" {
  count     = var.size
  yaml_body = <<-EOT
    apiVersion: v1
    kind: Service
    metadata: {name: svc}
    spec: {ports: [{port: 80}]}
  EOT
}
resource "helm_release" "open" {
  name   = "open"
  chart  = var.size
  values = [file("${var.size}.yaml")]
  set {
    name  = ""
    value = "x"
  }
}
resource "kubectl_manifest" "broken" { yaml_body = "a: [" }
resource "kubernetes_manifest" "unknown" { manifest = var.size }
"""
POD = (
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n"
    '  annotations: {a: {{ .Values.a }}, b: {{ .Values.b | quote }}, c: {{ .Values.c | quote }}, l: {{ join "," .Values.l | quote }}}\n'
)
FILES = {
    "infra/main.tf": TERRAFORM,
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/web/templates/pod.yaml": POD,
}
CLUSTER = "/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks"


def test_releases_and_manifests_stand_in_the_cluster_of_their_root(tmp_path: Path) -> None:
    reading = read(tmp_path, FILES)
    assert sorted(kinds(reading)) == [
        "ConfigMap edge-ingress-nginx-controller",
        "ConfigMap settings",
        "IngressClass nginx",
        "Pod web",
        "Service edge-ingress-nginx-controller",
        "Service svc",
    ]
    for name in ("web", "settings", "svc"):
        assert any(item.id.startswith(CLUSTER) and item.name == name for item in reading.resources)
    pod = find(reading, "Pod", "web")
    assert pod.id.startswith(f"{CLUSTER}/providers/Everward.Kubernetes/Namespace/shop/")
    annotations = pod.get("properties.metadata.annotations")
    assert isinstance(annotations, dict)
    assert (annotations["a"], annotations["c"], annotations["l"]) == ("from values", "3", "x,y")
    assert isinstance(annotations["b"], Unknown)
    assert annotations["b"].decided_by == ("var.size",)
    frontend = find(reading, "LoadBalancerFrontend", "edge-ingress-nginx-controller")
    assert frontend.get("properties.internal") is True
    settings = find(reading, "ConfigMap", "settings")
    assert (settings.origin.file or "").endswith("infra/main.tf")
    assert isinstance(settings.get("properties.data.size"), Unknown)
    assert isinstance(find(reading, "Service", "svc").condition, Unknown)


def test_what_is_not_known_of_them_is_said(tmp_path: Path) -> None:
    found = reasons(read(tmp_path, FILES))
    assert "its values are not known" in found
    assert "its manifest is not known" in found
    assert any("not readable as YAML" in item for item in found)
    assert any("so what it makes is not read" in item for item in found)


def test_of_several_clusters_a_stand_in_takes_the_place(tmp_path: Path) -> None:
    more = (
        'resource "azurerm_kubernetes_cluster" "b" {\n  name = "b"\n  location = "x"\n  resource_group_name = "rg"\n}\n'
    )
    reading = read(tmp_path, {**FILES, "infra/more.tf": more})
    assert "/providers/Everward.Kubernetes/Cluster/{cluster of the providers of" in find(reading, "Pod", "web").id
    stated = read(tmp_path, clusters=((tmp_path / "charts", "b"),))
    assert find(stated, "Pod", "web").id.startswith(CLUSTER.replace("aks", "b"))


def test_terraform_alone_is_enough(tmp_path: Path) -> None:
    reading = read(tmp_path, {"main.tf": TERRAFORM})
    assert "ConfigMap settings" in kinds(reading)
