from pathlib import Path

import pytest
from tests.sources.manifests.repository import find, kinds, read, reasons, write

from everward.sources.limits import Limits
from everward.sources.manifests.kustomize import Kustomizations
from everward.sources.manifests.scan import scan
from everward.sources.tree import Tree

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'nginx:1'}]}\n"


def test_overlays_are_deployments_of_their_own_and_bases_are_none(tmp_path: Path) -> None:
    overlay = "resources: [../../base]\nnamePrefix: %s-\n"
    reading = read(
        tmp_path,
        {
            "k8s/base/kustomization.yaml": "resources: [pod.yaml]\n",
            "k8s/base/pod.yaml": POD,
            "k8s/overlays/prod/kustomization.yaml": overlay % "prod",
            "k8s/overlays/int/kustomization.yml": overlay % "int",
        },
    )
    assert kinds(reading) == ["Pod int-p", "Pod prod-p"]
    clusters = {item.body["properties"]["cluster"] for item in reading.resources if item.name.endswith("-p")}  # type: ignore[index,call-overload]
    assert len(clusters) == 2
    assert [(item.role, item.detail) for item in reading.inputs] == [("kustomization", "1 object")] * 2


def test_places_are_those_of_the_files_that_say_it(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        {
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "base/pod.yaml": POD,
            "over/kustomization.yaml": "resources: [../base]\npatches:\n- path: patch.yaml\n",
            "over/patch.yaml": "# more\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostNetwork: true\n",
        },
    )
    pod = find(reading, "Pod", "p")
    assert str(pod.origin).endswith("base/pod.yaml:1")
    assert str(pod.origin_of("properties.spec.hostNetwork")).endswith("over/patch.yaml:6")
    assert str(pod.origin_of("properties.spec.containers[0].image")).endswith("base/pod.yaml:4")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("resources: [absent.yaml]", "the kustomization names it, and it is not there"),
        ("resources: ['https://example.org/x.yaml']", "it is fetched when the kustomization is built"),
        ("resources: ['github.com/a/b?ref=v1']", "it is fetched when the kustomization is built"),
        ("resources: ['../../../../../../etc/hostname']", "the kustomization names it, and it is not there"),
        ("components: [nowhere]", "the kustomization names it, and it is not there"),
        ("components: ['https://example.org/x']", "it is fetched when the kustomization is built"),
        ("helmCharts: [{name: x}]", "it is not read here"),
        ("vars: []", "it is not read here"),
        ("nonsense: 1", "kustomize has no field `nonsense`"),
        ("patches: 5", "`patches` must be a list, and is none"),
        ("images: nginx", "`images` must be a list, and is none"),
        ("images: [nginx]", "`images[0]` must be an object, and is none"),
        ("replicas: [{name: p, count: true}]", "`replicas[0].count` must be a whole number, and is not"),
        ("namespace: 5", "`namespace` must be a text, and is not"),
        ("commonLabels: {a: 1.5}", "`commonLabels.a` must be a text, and is not"),
        ("kind: Nonsense", "it must be `Kustomization` or `Component`"),
        ("patches: [{path: a, patch: b}]", "a patch has both a path and a text"),
        ("patchesJson6902: [{target: {kind: Pod}, patch: 'a: b'}]", "the patch is no list of operations"),
        ('patches: [{target: {kind: Pod}, patch: "a: b\\n---\\nc: d"}]', "a patch with a target must be one document"),
        ("patches: [{target: {name: '(a)*'}, patch: '[]'}]", "the pattern `(a)*` is not read here"),
        ("patches: [{target: {name: '['}, patch: '[]'}]", "`[` is no pattern"),
        ("patches: [{target: {labelSelector: '???'}, patch: '[]'}]", "`???` is no selector"),
        ("configMapGenerator: [{name: x, literals: [a=1, a=2]}]", "`x` has the key `a` twice"),
        ("configMapGenerator: [{name: x, literals: [a]}]", "a literal must be written as `key=value`"),
        ("configMapGenerator: [{name: x, files: [a=b=c]}]", "`a=b=c` is neither a path nor a key and a path"),
        ("replacements: [{source: {kind: Pod}}]", "a replacement needs a source and targets"),
        ("replacements: [{path: absent.yaml}]", "the kustomization names it, and it is not there"),
        ("replacements: [{path: a, source: {kind: Pod}}]", "a replacement has a path and more beside it"),
        ("replacements: [{source: {kind: Job}, targets: []}]", "the source of a replacement, Job `*`, is no object"),
        ("replicas: [{name: nobody, count: 1}]", "nothing that has replicas is called `nobody`"),
        ("patches: [{path: absent.yaml}]", "the kustomization names it, and it is not there"),
        ("patches: [{target: {kind: Pod}}]", "a patch has neither a path nor a text"),
        ("patches: [{patch: '[{op: remove, path: /spec}]'}]", "a JSON patch needs a target"),
        (
            "patches: [{target: {kind: Pod}, patch: '[{op: remove, path: /absent}]'}]",
            "`absent` is not there to be patched",
        ),
        ("patches: [{target: {kind: Pod}, patch: '[{op: x, path: /spec}]'}]", "`x` is no operation of a JSON patch"),
        ("patches: [{target: {kind: Pod}, patch: '[{op: add, path: spec}]'}]", "`spec` is no path of a JSON patch"),
        ("patches: [{target: {kind: Pod}, patch: '[1]'}]", "an operation of a JSON patch is no object"),
        (
            "patches: [{target: {kind: Pod}, patch: '[{op: test, path: /kind, value: X}]'}]",
            "the test of `/kind` fails",
        ),
        (
            "patches: [{target: {kind: Pod}, patch: '[{op: remove, path: /metadata/name}]'}]",
            "the patch takes the name of Pod `p` away",
        ),
        (
            "patches: [{target: {kind: Pod}, patch: '[{op: add, path: /kind/x, value: 1}]'}]",
            "`kind` is not there to be patched",
        ),
        (
            "patches: [{target: {kind: Pod}, patch: '[{op: add, path: /spec/containers/7, value: 1}]'}]",
            "there is no element `7` to be patched",
        ),
        ("patches: [{target: {kind: Pod}, patch: 'a: ['}]", "not readable as YAML"),
        ("configMapGenerator: [{}]", "a generator has no name"),
        ("configMapGenerator: [{name: x, behavior: merge}]", "there is no ConfigMap `x` to merge"),
        ("configMapGenerator: [{name: x, files: [absent]}]", "the kustomization names it, and it is not there"),
        ("resources: [{a: b}]", "it is fetched when the kustomization is built"),
        ("a: [", "not readable as YAML"),
    ],
)
def test_what_is_not_read_is_said(text: str, reason: str, tmp_path: Path) -> None:
    head = "" if text.startswith(("resources", "a: [")) else "resources: [pod.yaml]\n"
    reading = read(tmp_path, {"kustomization.yaml": f"{head}{text}\n", "pod.yaml": POD})
    assert any(reason in item for item in reasons(reading)), reasons(reading)
    assert reading.incomplete


def test_a_patch_that_chooses_nothing_is_said_and_leaves_nothing_open(tmp_path: Path) -> None:
    patch = "patches: [{target: {kind: Job}, patch: '[{op: remove, path: /spec}]'}]"
    reading = read(tmp_path, {"kustomization.yaml": f"resources: [pod.yaml]\n{patch}\n", "pod.yaml": POD})
    assert "the patch of Job `*` meets no object" in reasons(reading)
    assert not reading.incomplete


def test_a_circle_ends(tmp_path: Path) -> None:
    write(tmp_path, {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"})
    tree = Tree(tmp_path)
    found = Kustomizations(tree, scan(tree, Limits()).kustomizations, Limits())
    assert found.build(tmp_path / "a") == []
    assert [item.reason for item in found.unresolved] == ["kustomizations name one another in a circle"]


def test_a_circle_that_nothing_leads_to_is_said_and_what_it_has_is_read(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        {
            "a/kustomization.yaml": "resources: [../b, pod.yaml]\n",
            "a/pod.yaml": POD,
            "b/kustomization.yaml": "resources: [../a]\n",
            "self/kustomization.yaml": "resources: [., absent.yaml]\n",
        },
    )
    assert kinds(reading) == ["Pod p"]
    assert sum("in a circle" in item for item in reasons(reading)) == 2
    assert "the kustomization names it, and it is not there" in reasons(reading)
    assert reading.incomplete


def test_an_empty_field_is_no_fault(tmp_path: Path) -> None:
    reading = read(tmp_path, {"kustomization.yaml": "resources: [pod.yaml]\npatches:\nimages: []\n", "pod.yaml": POD})
    assert kinds(reading) == ["Pod p"]
    assert not reading.incomplete


def test_bases_that_are_taken_in_again_and_again_meet_a_limit(tmp_path: Path) -> None:
    files = {"l0/kustomization.yaml": "resources: [pod.yaml]\n", "l0/pod.yaml": POD}
    for level in range(1, 12):
        names = ", ".join([f"../l{level - 1}"] * 9)
        files[f"l{level}/kustomization.yaml"] = f"resources: [{names}]\nnamePrefix: x\n"
    reading = read(tmp_path, files, limits=Limits(elements=5_000))
    assert any("the limit `elements` is met" in item for item in reasons(reading))


def test_the_content_of_generated_secrets_is_not_kept(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        {"kustomization.yaml": "secretGenerator: [{name: s, literals: [p=hunter2], namespace: n}]\n"},
    )
    assert "hunter2" not in str([item.body for item in reading.resources])
    assert "aHVudGVyMg" not in str([item.body for item in reading.resources])


def test_a_generator_names_files_and_variables(tmp_path: Path) -> None:
    text = (
        "configMapGenerator:\n- name: c\n  files: [a.txt, other=a.txt]\n  env: v.env\n"
        "  options: {disableNameSuffixHash: true, annotations: {x: y}}\n"
        "- {name: open, files: [absent.txt]}\n"
    )
    reading = read(tmp_path, {"kustomization.yaml": text, "a.txt": "A", "v.env": "# note\nK=v\n"})
    properties = find(reading, "ConfigMap", "c").body["properties"]
    assert properties["data"] == {"K": "v", "a.txt": "A", "other": "A"}  # type: ignore[index,call-overload]
    assert any("{digest}" in item.name for item in reading.resources)


def test_a_pattern_that_python_warns_of_is_used_without_a_word(tmp_path: Path) -> None:
    patch = "[{op: replace, path: /spec/containers/0/image, value: 'nginx:2'}]"
    reading = read(
        tmp_path,
        {
            "kustomization.yaml": f'resources: [pod.yaml]\npatches:\n- target: {{name: "[[p]"}}\n  patch: "{patch}"\n',
            "pod.yaml": POD,
        },
    )
    assert find(reading, "Pod", "p").get("properties.spec.containers[0].image") == "nginx:2"
