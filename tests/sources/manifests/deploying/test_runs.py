from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.manifests.repository import write

from everward.sources.manifests.deploying.bindings import shown_text
from everward.sources.manifests.deploying.commands import calls_in, read_call
from everward.sources.manifests.deploying.runs import ApplyRun, HelmRun, runs_of
from everward.sources.pipelines import steps_of


def runs(folder: Path, steps: str, name: str = "azure-pipelines.yml") -> list[HelmRun | ApplyRun]:
    head = "pool: x\nsteps:\n" if name == "azure-pipelines.yml" else "on: push\njobs:\n  a:\n    steps:\n"
    write(folder, {name: head + steps})
    return list(runs_of(steps_of(folder)))


def script(*lines: str) -> str:
    return "- script: |\n" + "".join(f"    {line}\n" for line in lines)


def test_helm_installs_with_values_on_the_cluster_of_the_credentials(tmp_path: Path) -> None:
    steps = script(
        "az aks get-credentials --name aks -g rg --admin",
        "helm upgrade --install web charts/web -n shop --create-namespace \\",
        "  -f a.yaml,b.yaml --values=c.yaml --set x=1,y=2 --set-string z=3 --set-json 'j={}' \\",
        '  --set-file k=file.txt --version "1.2" --repo https://example.org --wait && echo done',
    )
    (run,) = runs(tmp_path, steps)
    assert isinstance(run, HelmRun)
    assert (shown_text(run.release), shown_text(run.chart)) == ("web", "charts/web")
    assert run.namespace is not None
    assert shown_text(run.namespace) == "shop"
    assert [shown_text(item) for item in run.values] == ["a.yaml", "b.yaml", "c.yaml"]
    assert [(kind, shown_text(text)) for kind, text in run.settings] == [
        ("json", "j={}"),
        ("typed", "x=1,y=2"),
        ("text", "z=3"),
        ("typed", "k={the content of a file for k}"),
    ]
    assert run.target is not None
    assert (shown_text(run.target.name), shown_text(run.target.group)) == ("aks", "rg")
    assert run.version is not None
    assert shown_text(run.version) == "1.2"
    assert (run.origin.line, run.environment) == (5, None)


def test_credentials_hold_for_later_steps_and_change(tmp_path: Path) -> None:
    found = runs(
        tmp_path,
        script("az aks get-credentials -n one -g rg")
        + script("kubectl apply -f a.yaml -n shop", "az aks get-credentials -n two -g rg")
        + script("kubectl apply -k over/", "kubectl get pods", "helm list", "kubectl apply"),
    )
    assert [shown_text(run.target.name) for run in found if run.target is not None] == ["one", "two"]
    first, second = found
    assert isinstance(first, ApplyRun)
    assert isinstance(second, ApplyRun)
    assert [shown_text(path) for path in first.paths] == ["a.yaml"]
    assert (first.kustomize, second.kustomize) == (False, True)


def test_a_command_through_the_control_plane_has_its_own_cluster(tmp_path: Path) -> None:
    steps = script("az aks command invoke -n far -g rg --command 'kubectl apply -f a.yaml'", "kubectl apply -f b.yaml")
    first, second = runs(tmp_path, steps)
    assert first.target is not None
    assert shown_text(first.target.name) == "far"
    assert second.target is None


def test_other_tools_and_forms(tmp_path: Path) -> None:
    steps = script(
        "cd deploy; kustomize build over | kubectl apply -f -",
        "helm install --generate-name charts/x",
        "helm upgrade onlyname",
        "# helm upgrade commented charts/x",
        "kubectl create -fpods.yaml",
        "kubectl apply --filename=a.yaml",
        "helm template web charts/web > out.yaml",
    )
    found = runs(tmp_path, steps)
    texts = [
        [shown_text(path) for path in run.paths] if isinstance(run, ApplyRun) else shown_text(run.chart)
        for run in found
    ]
    assert texts == [["over"], ["-"], "charts/x", ["pods.yaml"], ["a.yaml"], "charts/web"]
    assert found[0].folder == "deploy"


def test_tasks_of_azure_devops(tmp_path: Path) -> None:
    steps = """
- task: HelmDeploy@0
  inputs:
    kubernetesCluster: aks
    azureResourceGroup: rg
    namespace: shop
    command: upgrade
    chartType: FilePath
    chartPath: charts/web
    releaseName: web
    valueFile: values.yaml
    overrideValues: |
      a=1
      b=2
    arguments: --set-string c=3 --version 2
- task: HelmDeploy@0
  inputs: {command: ls}
- task: KubernetesManifest@1
  inputs: {action: deploy, manifests: "a.yaml\\nb.yaml", namespace: shop}
- task: KubernetesManifest@1
  inputs: {action: bake, helmChart: charts/x, overrideFiles: v.yaml, overrides: "a:1", releaseName: x, namespace: n}
- task: KubernetesManifest@1
  inputs: {action: bake, kustomizationPath: over}
- task: Kubernetes@1
  inputs: {command: apply, useConfigurationFile: true, configuration: c.yaml}
- task: Other@1
"""
    found = runs(tmp_path, steps)
    first = found[0]
    assert isinstance(first, HelmRun)
    assert [(kind, shown_text(text)) for kind, text in first.settings] == [
        ("typed", "a=1"),
        ("typed", "b=2"),
        ("text", "c=3"),
    ]
    assert first.version is not None
    assert shown_text(first.version) == "2"
    assert [shown_text(run.target.name) for run in found if run.target is not None] == ["aks"] * 5
    rest = [run for run in found[1:] if isinstance(run, ApplyRun)]
    assert [[shown_text(path) for path in run.paths] for run in rest] == [["a.yaml", "b.yaml"], ["over"], ["c.yaml"]]
    (baked,) = [run for run in found[1:] if isinstance(run, HelmRun)]
    assert [(kind, shown_text(text)) for kind, text in baked.settings] == [("typed", "a=1")]


def test_actions_of_github(tmp_path: Path) -> None:
    steps = """
    - uses: azure/aks-set-context@v4
      with: {cluster-name: aks, resource-group: rg}
    - uses: azure/k8s-deploy@v5
      with: {manifests: "k8s/a.yaml, k8s/b.yaml", namespace: shop}
    - uses: azure/k8s-bake@v3
      with: {renderEngine: helm, helmChart: ./charts/x, overrideFiles: v.yaml, releaseName: x}
    - run: kubectl apply -f c.yaml
"""
    found = runs(tmp_path, steps, ".github/workflows/deploy-prod.yml")
    assert [run.environment for run in found] == ["prod"] * 3
    first = found[0]
    assert isinstance(first, ApplyRun)
    assert [shown_text(path) for path in first.paths] == ["k8s/a.yaml", "k8s/b.yaml"]
    assert first.target is not None
    assert shown_text(first.target.name) == "aks"


@pytest.mark.parametrize(
    ("line", "tools"),
    [
        ("if x; then helm upgrade a b; fi", ["helm"]),
        ("sudo kubectl apply -f x", ["kubectl"]),
        ("FOO=1 helm install a b", ["helm"]),
        ("echo helm upgrade a b", []),
        ("a | kubectl apply -f -", ["kubectl"]),
        ("helm repo update && helm upgrade a b || kubectl get x", ["helm", "helm", "kubectl"]),
        ("helm.exe upgrade a b", ["helm"]),
    ],
)
def test_commands_are_found_where_a_shell_runs_them(line: str, tools: list[str]) -> None:
    assert [call.tool for call in calls_in(line)] == tools


def test_options_with_and_without_values() -> None:
    call = read_call(
        "helm", iter(["upgrade", "--install", "a", "-n", "x", "--set=b=1", "--timeout", "5m", "c", "--set"])
    )
    assert call.words == ["upgrade", "a", "c"]
    assert call.all("--set") == ["b=1", ""]
    assert call.last("-n", "--namespace") == "x"
    assert call.last("--absent") is None
