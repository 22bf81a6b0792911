"""Where objects go: the clusters that pipelines name, that the user states, or stand-ins."""

# ruff: noqa: E501 - files of a repository read best on one line

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.manifests.repository import find, kinds, read, reasons, write

from everward.estate import Estate, Reading, Resource
from everward.sources import ReadOptions, read_workload
from everward.values import Unknown

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
CHART = {
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/web/values.yaml": "a: default\nb: default\nlist: []\n",
    "charts/web/templates/pod.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n"
        "  annotations: {a: {{ .Values.a | quote }}, b: {{ .Values.b | quote }}}\n"
    ),
}
CLUSTERS = """
variable "suffix" {}
resource "azurerm_kubernetes_cluster" "a" {
  for_each            = toset(["north", "west"])
  name                = "aks-${each.key}"
  location            = each.key
  resource_group_name = "rg-${each.key}"
}
output "clusters" {
  value = [for item in azurerm_kubernetes_cluster.a : { name = item.name, group = item.resource_group_name }]
}
output "single" { value = azurerm_kubernetes_cluster.a["north"].name }
"""
LOOP = """
trigger: none
variables: [{name: environment, value: %s}]
steps:
- pwsh: |
    $out = Get-Content x.json | ConvertFrom-Json; echo
    $all = Get-ChildItem *.json | Get-Content | ConvertFrom-Json
    foreach($c in $all.clusters.value) {
      az aks get-credentials --name $c.name --resource-group $c.group
      helm upgrade --install web charts/web --namespace shop --set a=%s --set b="$(c.name)-$($c.name)"
    }
"""
AKS = "/subscriptions/{subscription}/resourceGroups/rg-%s/providers/Microsoft.ContainerService/managedClusters/aks-%s"


def clusters(reading: Reading) -> set[Any]:
    return {item.body["properties"]["cluster"] for item in reading.resources if item.type.endswith("/Pod")}  # type: ignore[index,call-overload]


def annotated(resource: Resource) -> Any:
    return resource.get("properties.metadata.annotations")


def test_a_chart_goes_to_every_cluster_of_the_loop_with_that_clusters_values(tmp_path: Path) -> None:
    files = {**CHART, "infra/main.tf": CLUSTERS, ".ado/release-prod.yaml": LOOP % ("prod", "one")}
    reading = read(tmp_path, files, environment="prod")
    assert clusters(reading) == {AKS % ("north", "north"), AKS % ("west", "west")}
    pods = [item for item in reading.resources if item.type.endswith("/Pod")]
    assert [annotated(item)["a"] for item in pods] == ["one", "one"]
    texts = [annotated(item)["b"] for item in pods]
    assert [item.text for item in texts if isinstance(item, Unknown)] == ["{c.name}-aks-north", "{c.name}-aks-west"]
    assert not any("stand-in" in item for item in reasons(reading))
    release = find_first(reading, "Release")
    assert release.get("properties.read") == "chart of the repository"
    assert str(release.origin).endswith(".ado/release-prod.yaml:10")


def find_first(reading: Reading, kind: str) -> Resource:
    return next(item for item in reading.resources if item.type.endswith(f"/{kind}"))


def test_what_differs_between_environments_is_open_until_one_is_chosen(tmp_path: Path) -> None:
    files = {
        **CHART,
        "infra/main.tf": CLUSTERS,
        ".ado/release-prod.yaml": LOOP % ("prod", "one"),
        ".ado/release-int.yaml": LOOP % ("int", "two"),
    }
    found = annotated(find_first(read(tmp_path, files), "Pod"))["a"]
    assert isinstance(found, Unknown)
    assert found.decided_by == ("--environment",)
    assert annotated(find_first(read(tmp_path, environment="int"), "Pod"))["a"] == "two"


def test_what_only_one_environment_has_may_be_there(tmp_path: Path) -> None:
    other = "trigger: none\nvariables: [{name: environment, value: int}]\nsteps:\n- script: kubectl apply -f x.yaml\n"
    files = {**CHART, "x.yaml": POD, ".ado/release-prod.yaml": LOOP % ("prod", "one"), ".ado/release-int.yaml": other}
    pod = find(read(tmp_path, files), "Pod", "p")
    assert isinstance(pod.condition, Unknown)
    assert pod.condition.reason == "only for environment int"
    chosen = find(read(tmp_path, environment="prod"), "Pod", "p")
    assert "stand" in str(chosen.get("properties.cluster")) or "cluster of" in str(chosen.get("properties.cluster"))


def test_a_cluster_that_is_named_and_not_in_the_estate_keeps_its_name(tmp_path: Path) -> None:
    steps = (
        "pool: x\nsteps:\n- script: |\n    az aks get-credentials -n far -g rg\n    kubectl apply -f a.yaml -n shop\n"
    )
    reading = read(tmp_path, {"a.yaml": POD, "azure-pipelines.yml": steps})
    assert clusters(reading) == {
        "/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/far"
    }
    assert find(reading, "Pod", "p").get("properties.metadata.namespace") == "shop"


def test_a_cluster_whose_name_is_open_has_a_stand_in(tmp_path: Path) -> None:
    steps = "pool: x\nsteps:\n- script: |\n    az aks get-credentials -n $(name) -g rg\n    kubectl apply -f a.yaml\n"
    reading = read(tmp_path, {"a.yaml": POD, "azure-pipelines.yml": steps})
    assert clusters(reading) == {"/providers/Everward.Kubernetes/Cluster/{cluster of name}"}
    assert any("a stand-in takes its place" in item for item in reasons(reading))
    assert find(reading, "Cluster", "{cluster of name}").get("properties.standIn") is True


def test_the_only_cluster_of_the_root_is_the_one(tmp_path: Path) -> None:
    root = 'variable "n" {}\nresource "azurerm_kubernetes_cluster" "a" {\n  name = var.n\n  location = "x"\n  resource_group_name = "rg"\n}\noutput "name" { value = random_pet.x.id }\nresource "random_pet" "x" {}\n'
    steps = "pool: x\nsteps:\n- script: |\n    name=$(terraform output -raw name)\n    az aks get-credentials -n $name -g rg\n    kubectl apply -f a.yaml\n"
    reading = read(tmp_path, {"a.yaml": POD, "azure-pipelines.yml": steps, "infra/main.tf": root})
    (cluster,) = clusters(reading)
    assert cluster.endswith("managedClusters/{var.n}")


@pytest.mark.parametrize(
    ("given", "tail"),
    [
        ("aks-north", "resourceGroups/rg-north/providers/Microsoft.ContainerService/managedClusters/aks-north"),
        ("nowhere", "{resource group of nowhere}/providers/Microsoft.ContainerService/managedClusters/nowhere"),
        (AKS % ("west", "west"), "managedClusters/aks-west"),
    ],
)
def test_the_user_states_the_cluster(given: str, tail: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": POD, "infra/main.tf": CLUSTERS})
    reading = read(tmp_path, clusters=((None, given),))
    (cluster,) = clusters(reading)
    assert cluster.endswith(tail)
    assert not any("stand-in" in item for item in reasons(reading))


def test_the_closest_statement_counts_and_beats_the_pipeline(tmp_path: Path) -> None:
    steps = "pool: x\nsteps:\n- script: |\n    az aks get-credentials -n far -g rg\n    kubectl apply -f a/b/p.yaml\n"
    write(tmp_path, {"a/b/p.yaml": POD, "azure-pipelines.yml": steps})
    stated = ((tmp_path / "a" / "b", "near"), (tmp_path / "a", "middle"), (None, "anywhere"))
    (cluster,) = clusters(read(tmp_path, clusters=stated))
    assert cluster.endswith("/near")


def test_files_that_declare_the_same_are_deployments_of_their_own(tmp_path: Path) -> None:
    reading = read(tmp_path, {"one.yaml": POD, "two.yaml": POD, "three.yaml": POD.replace("name: p", "name: q")})
    assert len(clusters(reading)) == 2
    assert not Estate([reading]).differing


def test_namespaces_that_nobody_declares_are_there(tmp_path: Path) -> None:
    declared = "apiVersion: v1\nkind: Namespace\nmetadata: {name: own, labels: {a: b}}\n"
    other = POD.replace("name: p", "name: q, namespace: own")
    reading = read(tmp_path, {"a.yaml": POD + "---\n" + declared + "---\n" + other})
    own, default = find(reading, "Namespace", "own"), find(reading, "Namespace", "default")
    assert own.get("properties.metadata.labels") == {"a": "b"}
    assert default.get("properties.declared") is False
    assert isinstance(default.get("properties.metadata.labels"), Unknown)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("kubectl apply -f https://example.org/x.yaml", "it is fetched while the pipeline runs"),
        ("kubectl apply -f $(file)", "the file is not in the repository"),
        ("kubectl apply -f absent.yaml", "the file is not in the repository"),
        ("helm upgrade a repo/chart --version 1", "the chart is not in the repository, so what it makes is not read"),
        ("helm upgrade a charts/web -f absent.yaml", "the file of values `absent.yaml` is not in the repository"),
        ("helm upgrade a charts/web -f broken.yaml", "not readable as YAML"),
        ("helm upgrade a charts/web --set a", "has a key without a value"),
        ("helm upgrade a charts/web -f ../../../../etc/hostname", "is not in the repository"),
    ],
)
def test_what_a_pipeline_deploys_and_nobody_can_read_is_said(line: str, reason: str, tmp_path: Path) -> None:
    steps = f"pool: x\nsteps:\n- script: |\n    az aks get-credentials -n far -g rg\n    {line}\n"
    reading = read(tmp_path, {**CHART, "azure-pipelines.yml": steps, "broken.yaml": "a: [\n"})
    assert any(reason in item for item in reasons(reading)), reasons(reading)
    assert reading.incomplete


def test_a_pipeline_outside_of_what_was_asked_for_adds_nothing(tmp_path: Path) -> None:
    steps = "pool: x\nsteps:\n- script: |\n    kubectl apply -f https://example.org/x.yaml\n    helm upgrade a repo/b\n    helm upgrade w charts/web -n shop\n"
    write(tmp_path, {**CHART, "azure-pipelines.yml": steps, "k8s/a.yaml": POD})
    (reading,) = [item for item in read_workload([tmp_path / "k8s"], ReadOptions()) if item.source == "kubernetes"]
    assert kinds(reading) == ["Pod p"]
    assert not reading.incomplete


def test_a_chart_that_nobody_installs_has_its_own_values(tmp_path: Path) -> None:
    reading = read(tmp_path, CHART)
    assert annotated(find(reading, "Pod", "web")) == {"a": "default", "b": "default"}
    assert clusters(reading) == {f"/providers/Everward.Kubernetes/Cluster/{{cluster of {shown(tmp_path)}|charts|web}}"}


def shown(path: Path) -> str:
    from everward.sources.tree import display

    return display(path).replace("/", "|")


def test_a_library_makes_nothing(tmp_path: Path) -> None:
    files = {**CHART, "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\ntype: library\n"}
    assert kinds(read(tmp_path, {**files, "a.yaml": POD})) == ["Pod p"]


def test_definitions_of_a_chart_are_applied_as_they_are(tmp_path: Path) -> None:
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: '{{ x }}'}\n"
    reading = read(tmp_path, {**CHART, "charts/web/crds/a.yaml": crd, "charts/web/crds/b.yaml": "a: ["})
    assert kinds(reading) == ["Pod web", "CustomResourceDefinition %7B%7B x %7D%7D"]
    assert any("not readable as YAML" in item for item in reasons(reading))


def test_values_files_are_laid_over_one_another(tmp_path: Path) -> None:
    steps = "pool: x\nsteps:\n- script: helm upgrade web charts/web -f one.yaml -f two.yaml --set b=set\n"
    files = {**CHART, "azure-pipelines.yml": steps, "one.yaml": "a: one\nb: one\n", "two.yaml": "a: two\n"}
    reading = read(tmp_path, files)
    assert annotated(find(reading, "Pod", "web")) == {"a": "two", "b": "set"}
    assert [item.path.rpartition("/")[2] for item in reading.inputs if item.role == "values of a chart"] == [
        "one.yaml",
        "two.yaml",
    ]


def test_a_repository_without_manifests_whose_pipeline_deploys_is_read(tmp_path: Path) -> None:
    steps = "pool: x\nsteps:\n- script: helm upgrade a repo/b -n shop\n"
    reading = read(tmp_path, {"azure-pipelines.yml": steps})
    assert [item.type.rpartition("/")[2] for item in reading.resources] == ["Release"]


def test_two_paths_are_two_readings(tmp_path: Path) -> None:
    write(tmp_path, {"a/p.yaml": POD, "b/p.yaml": POD})
    found = [item for item in read_workload([tmp_path / "a", tmp_path / "b"], ReadOptions()) if item.resources]
    assert len(found) == 2
    assert not Estate(found).differing


def test_a_file_that_the_user_names_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"p.txt": POD})
    (reading,) = [item for item in read_workload([tmp_path / "p.txt"], ReadOptions()) if item.source == "kubernetes"]
    assert kinds(reading) == ["Pod p"]


def test_kustomizations_that_a_pipeline_applies_go_to_its_cluster(tmp_path: Path) -> None:
    steps = "pool: x\nsteps:\n- script: |\n    az aks get-credentials -n far -g rg\n    kubectl apply -k over -n shop\n"
    files = {"over/kustomization.yaml": "resources: [p.yaml]\n", "over/p.yaml": POD, "azure-pipelines.yml": steps}
    reading = read(tmp_path, files)
    assert find(reading, "Pod", "p").id.endswith(
        "managedClusters/far/providers/Everward.Kubernetes/Namespace/shop/providers/Everward.Kubernetes/Pod/p"
    )
    assert kinds(reading) == ["Pod p"]


def test_names_and_namespaces_that_are_open_stay_open(tmp_path: Path) -> None:
    steps = """
trigger: none
steps:
- script: |
    az aks get-credentials -n aks-north -g rg-north
    helm upgrade --install $(name) charts/web --namespace $(space)
    kubectl apply -f plain.yaml -n $(space)
    kubectl apply -k overlay -n $(space)
"""
    overlay = {
        "overlay/kustomization.yaml": "resources: [q.yaml]\n",
        "overlay/q.yaml": POD.replace("name: p", "name: q"),
    }
    reading = read(tmp_path, {**CHART, **overlay, "plain.yaml": POD, ".ado/x.yaml": steps})
    pods = [item for item in reading.resources if item.type.endswith("/Pod")]
    assert sorted(item.name for item in pods) == ["p", "q", "{name}"]
    assert {item.id.split("/Namespace/")[1].split("/")[0] for item in pods} == {"{space}"}
    release = find_first(reading, "Release")
    assert release.name == "{name}"


def test_a_release_tells_what_its_charts_own_values_would_configure(tmp_path: Path) -> None:
    ingress = (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n"
        "    cert-manager.io/issuer: {{ .Values.b }}\n"
        "    nginx.ingress.kubernetes.io/configuration-snippet: check {{ .Values.a | quote }};\n"
    )
    files = {**CHART, "charts/web/templates/ingress.yaml": ingress, "infra/main.tf": CLUSTERS}
    reading = read(tmp_path, {**files, ".ado/release-prod.yaml": LOOP % ("prod", "one")}, environment="prod")
    snippet = "nginx.ingress.kubernetes.io/configuration-snippet"
    assert annotated(find_first(reading, "Ingress"))[snippet] == 'check "one";'
    release = find_first(reading, "Release")
    assert release.get("properties.byDefault") == [{"name": "web", "annotations": {snippet: 'check "default";'}}]
