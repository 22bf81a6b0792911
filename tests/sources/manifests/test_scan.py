from pathlib import Path

import pytest
from tests.sources.manifests.repository import read, write

from everward.sources.limits import Limits
from everward.sources.manifests.scan import deploys, is_manifest, scan
from everward.sources.tree import Tree


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.yaml", "apiVersion: v1\nkind: Pod\n", True),
        ("a.yml", "# note\n---\nkind: Pod\nmetadata: {}\napiVersion: v1\n", True),
        ("a.yaml", "--- \napiVersion: v1\r\nkind: Pod\r\n", True),
        ("a.yaml", '"apiVersion": v1\n"kind": Pod\n', True),
        ("a.yaml", "{apiVersion: v1, kind: Pod}", False),
        ("a.yaml", '{"apiVersion": "v1", "kind": "Pod"}', True),
        ("a.json", '{"kind": "Pod", "apiVersion": "apps/v1"}', True),
        ("a.json", '{"$schema": "https://x/deploymentTemplate.json#", "apiVersion": "v1", "kind": "x"}', False),
        ("a.json", '{"apiVersion": "2023-01-01", "kind": "StorageV2"}', False),
        ("a.yaml", "apiVersion: v1\n", False),
        ("a.yaml", "x:\n  apiVersion: v1\n  kind: Pod\n", False),
        ("a.yaml", "\ufeffapiVersion: v1\nkind: Pod\n", True),
        ("a.yaml", "# " + "x" * 70_000 + "\napiVersion: v1\nkind: Pod\n", True),
        ("a.yaml", "# " + "x" * 70_000 + "\nname: x\n", False),
        ("a.yaml", "", False),
    ],
)
def test_a_manifest_is_told_by_its_text(name: str, text: str, found: bool, tmp_path: Path) -> None:
    write(tmp_path, {name: text})
    assert is_manifest(tmp_path / name, Tree(tmp_path), Limits()) is found


def test_a_tree_is_sorted_into_charts_kustomizations_and_manifests(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\n"
    write(
        tmp_path,
        {
            "chart/Chart.yaml": "name: c\n",
            "chart/templates/pod.yaml": pod,
            "chart/charts/sub/Chart.yaml": "name: s\n",
            "k/kustomization.yaml": "apiVersion: v1\nkind: Kustomization\n",
            "k/Kustomization": "",
            "plain/a.yaml": pod,
            "plain/notes.txt": pod,
            "azure-pipelines.yml": "steps: []\n",
        },
    )
    found = scan(Tree(tmp_path), Limits())
    assert [path.name for path in found.charts] == ["chart"]
    assert [path.name for path in found.manifests] == ["a.yaml"]
    assert list(found.kustomizations) == [tmp_path / "k"]
    assert [path.name for path in found.files] == ["Chart.yaml", found.kustomizations[tmp_path / "k"].name, "a.yaml"]


def test_a_file_that_the_user_names_may_be_called_anything(tmp_path: Path) -> None:
    write(tmp_path, {"deploy.txt": "apiVersion: v1\nkind: Pod\n"})
    assert scan(Tree(tmp_path / "deploy.txt"), Limits()).manifests == [tmp_path / "deploy.txt"]


def test_a_file_that_is_too_large_is_not_searched(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "# " + "x" * 70_000 + "\napiVersion: v1\nkind: Pod\n"})
    assert not is_manifest(tmp_path / "a.yaml", Tree(tmp_path), Limits(file_bytes=1_000))


def test_pipelines_that_deploy_are_told_from_others(tmp_path: Path) -> None:
    texts = ("- run: helm upgrade a b\n", "- task: HelmDeploy@0\n", "- uses: azure/k8s-deploy@v5\n", "- run: make\n")
    paths = []
    for number, text in enumerate(texts):
        write(tmp_path, {f"p{number}.yml": text})
        paths.append(tmp_path / f"p{number}.yml")
    assert [path.name for path in deploys(paths, Tree(tmp_path))] == ["p0.yml", "p1.yml", "p2.yml"]


def test_a_manifest_in_utf16_is_named_and_not_passed_over(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n"
    files: dict[str, str | bytes] = {
        "a.yaml": text,
        "b.yaml": text.encode("utf-16"),
        "notes.yaml": "a: b\n".encode("utf-16"),
    }
    reading = read(tmp_path, files)
    assert [(item.subject.rpartition("/")[2], item.incomplete) for item in reading.unresolved if item.incomplete] == [
        ("b.yaml", True)
    ]
