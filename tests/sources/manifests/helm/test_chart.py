# ruff: noqa: E501 - files of a repository read best on one line

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.manifests.repository import find, kinds, read, reasons, write

from everward.sources.limits import Limits
from everward.sources.manifests.depth import deep_stack
from everward.sources.manifests.helm.chart import load_chart
from everward.sources.manifests.helm.render import Release, render
from everward.sources.tree import Tree
from everward.values import Unknown

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"


def rendered(folder: Path, files: dict[str, str], **values: Any) -> Any:
    write(folder, {f"c/{name}": text for name, text in files.items()})
    tree = Tree(folder / "c")
    chart = load_chart(folder / "c", tree, Limits())
    return render(chart, Release("rel", "space"), values, tree, Limits()), chart


def names(result: Any) -> list[str]:
    return [item.document.value["metadata"]["name"] for item in result.made]


PARENT = {
    "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {name: sub, alias: nick, condition: nick.enabled}\n- {name: tagged, tags: [front]}\n",
    "values.yaml": "nick: {enabled: true, name: given}\nglobal: {region: north}\ntags: {front: true}\n",
    "charts/sub/Chart.yaml": "name: sub\nversion: 1.0.0\n",
    "charts/sub/values.yaml": "name: own\nother: own\n",
    "charts/sub/templates/a.yaml": POD
    % "{{ .Values.name }}-{{ .Values.other }}-{{ .Values.global.region }}-{{ .Chart.Name }}",
    "charts/tagged/Chart.yaml": "name: tagged\nversion: 1.0.0\n",
    "charts/tagged/templates/a.yaml": POD % "tagged",
    "charts/plain/Chart.yaml": "name: plain\nversion: 1.0.0\n",
    "charts/plain/templates/a.yaml": POD % "plain",
}


def test_charts_inside_have_their_own_values_and_the_shared_ones(tmp_path: Path) -> None:
    result, chart = rendered(tmp_path, PARENT)
    assert sorted(names(result)) == ["given-own-north-sub", "plain", "tagged"]
    assert chart.unresolved == []


def test_charts_inside_are_switched_off_by_condition_and_tags(tmp_path: Path) -> None:
    result, _ = rendered(tmp_path, PARENT, nick={"enabled": False}, tags={"front": False})
    assert names(result) == ["plain"]


def test_a_switch_that_is_not_known_leaves_open_whether_it_is_there(tmp_path: Path) -> None:
    hole = Unknown(reason="open", decided_by=("x",))
    result, _ = rendered(tmp_path, PARENT, nick={"enabled": hole})
    (made,) = [item for item in result.made if "sub" in item.document.value["metadata"]["name"]]
    assert made.condition == hole


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"charts/far-1.0.0.tgz": ""}, "it is packed"),
        ({}, "it is not in the repository"),
    ],
)
def test_charts_that_are_not_there_are_said(files: dict[str, str], reason: str, tmp_path: Path) -> None:
    meta = "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {name: far, repository: https://example.org}\n- {name: [x]}\n"
    _, chart = rendered(tmp_path, {"Chart.yaml": meta, **files})
    assert [item.reason for item in chart.unresolved] == [reason]
    assert "helm pull far --repo https://example.org" in (chart.unresolved[0].help or "")


def test_ignored_files_are_no_templates(tmp_path: Path) -> None:
    files = {
        "Chart.yaml": "name: c\nversion: 1.0.0\n",
        ".helmignore": "# note\n*.bak.yaml\nold/\n/templates/only.yaml\n!x\n",
        "templates/a.yaml": POD % "a",
        "templates/b.bak.yaml": POD % "b",
        "templates/old/c.yaml": POD % "c",
        "templates/only.yaml": POD % "d",
    }
    assert names(rendered(tmp_path, files)[0]) == ["a"]


def test_notes_and_partials_make_nothing(tmp_path: Path) -> None:
    files = {
        "Chart.yaml": "name: c\nversion: 1.0.0\n",
        "templates/NOTES.txt": "kind: never",
        "templates/_x.tpl": "kind: never",
        "templates/a.yaml": "# only a note\n",
    }
    assert rendered(tmp_path, files)[0].made == []


@pytest.mark.parametrize(
    ("template", "message", "line"),
    [
        ("a: 1\nb: {{ nope }}\n", "the function `nope` is not read here", 2),
        ("a: 1\n{{ if }}{{ end }}\n", "a value is missing", 2),
        ("{{ if 1 }}\n", "a block does not end", 1),
        ("{{ end }}\n", "`end` without a beginning", 1),
        ("{{ else }}\n", "`else` without a beginning", 1),
        ("{{ if 1 }}{{ else with 2 }}{{ end }}\n", "`else` is followed by something else", 1),
        ("{{ define 1 }}{{ end }}\n", "a template needs a name in quotes", 1),
        ("{{ (1 }}\n", "a parenthesis does not close", 1),
        ("{{ 1 ) }}\n", "`)` is not expected here", 1),
        ("{{ 'ab' }}\n", "is no character", 1),
        ("{{ ! }}\n", "`!` has no meaning in an action", 1),
        ("{{ 1", "an action does not end", 1),
        ("{{ 1 2 }}\n", "something that is no function is given arguments", 1),
        ("{{ .a.b.c }}\n", "`b` is asked of nothing", 1),
        ("a: [\n", "what it makes is not readable as YAML", 1),
        ("{{ break }}\n", "`break` or `continue` stands in no loop", 1),
        ("{{ $x = 1 }}\n", "the variable `$x` is not declared", 1),
        ('{{ .Files.Glob "*" }}\n', "this function of `.Files` is not read here", 1),
        ("{{ .Files.Get 1 }}\n", "`.Files.Get` needs one name", 1),
        ("{{ include .Values.x . }}\n", "the name of a template is not known", 1),
        ('{{ tpl `{{ define "x" }}{{ end }}` . }}\n', "defines templates", 1),
        ('{{ regexMatch "(a+)+" "aaa" }}\n', "the regular expression `(a+)+` is not read here", 1),
        ('{{ regexMatch "[" "aaa" }}\n', "is no regular expression", 1),
        ('{{ repeat 99999999 "x" }}\n', "a text is repeated too often", 1),
        ("{{ until 99999999 }}\n", "numbers is not made here", 1),
        ('{{ printf "%999999d" 1 }}\n', "a width that is too large", 1),
        ('{{ indent 99999 "x" }}\n', "a text is set in too far", 1),
        ('{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}\n', "nested too deeply", 1),
        ('{{ b64dec "*" }}\n', "a text is not encoded in base 64", 1),
        ('{{ fromYaml "[1]" }}\n', "another kind of value", 1),
        ('{{ fromJson "x" }}\n', "a text is no JSON", 1),
        ('{{ upper "é" }}\n', "letters beyond ASCII", 1),
        ("{{ .Capabilities.APIVersions.Has 1 }}\n", "needs a name", 1),
        ('{{ semverCompare "^1.2" "1.2.3" }}\n', "the comparison of versions `^1.2` is not read here", 1),
        ('{{ merge 1 2 }}\n', "`merge` needs an object", 1),
        ("{{ range 1.5 }}{{ end }}\n", "`range` cannot go over float64", 1),
        ('{{ ternary 1 2 "x" }}\n', "`ternary` needs a condition", 1),
        ('{{ eq (list 1) (list 1) }}\n', "slice is not compared", 1),
        ('{{ lt "a" 1 }}\n', "have no order", 1),
        ('{{ toYaml (dict "a\\nb" 1) }}\n', "a key of several lines is not written here", 1),
        ('{{ toYaml "a\\u2028b" }}\n', "unusual ends of lines", 1),
        ("{{/* open }}\n", "a comment does not end", 1),
        ('{{ first 1 }}\n', "`first` needs a list", 1),
        ('{{ upper 1 }}\n', "`upper` needs a text", 1),
        ('{{ printf "%d" 1 2 }}\n', "more values than it writes", 1),
        ('{{ printf "%z" 1 }}\n', "is not read here", 1),
        ('{{ toYaml .Files }}\n', "a function is written as a value", 1),
    ],
)  # fmt: skip
def test_what_is_not_rendered_is_said_with_its_line(template: str, message: str, line: int, tmp_path: Path) -> None:
    result, _ = rendered(tmp_path, {"Chart.yaml": "name: c\nversion: 1.0.0\n", "templates/a.yaml": template})
    (failed,) = result.failed
    assert message in failed.error.message
    assert failed.error.line == line


@pytest.mark.parametrize(
    ("template", "limit"),
    [
        ('{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}', "templates include one another"),
        ("{{ range until 50000 }}{{ range until 50000 }}{{ end }}{{ end }}", "the limit `steps` is met"),
        (
            '{{ range until 50000 }}{{ printf "%s" "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }}{{ end }}',
            "the limit `text` is met",
        ),
        ("{{ if 1 }}" * 600 + "{{ end }}" * 600, "the limit `nesting` is met"),
        ("{{ " + "(" * 600 + "1" + ")" * 600 + " }}", "the limit `nesting` is met"),
        ("{{ range 99999999 }}{{ end }}", "the limit `elements` is met"),
        ('{{ $x := "x" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}', "the limit `text` is met"),
    ],
)
def test_what_could_do_harm_meets_a_limit(template: str, limit: str, tmp_path: Path) -> None:
    write(tmp_path, {"c/Chart.yaml": "name: c\nversion: 1.0.0\n", "c/templates/a.yaml": template})
    limits = Limits(steps=200_000, text=1_000_000)
    tree = Tree(tmp_path / "c")
    with deep_stack():
        (failed,) = render(load_chart(tmp_path / "c", tree, limits), Release("r", "n"), {}, tree, limits).failed
    assert limit in failed.error.message


def test_lines_are_those_of_the_template(tmp_path: Path) -> None:
    template = (
        "{{- $name := .Release.Name }}\n# note\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ $name }}\n"
        "spec:\n  {{- if true }}\n  hostNetwork: true\n  {{- end }}\n  containers:\n  {{- range list 1 2 }}\n"
        '  - name: "c{{ . }}"\n  {{- end }}\n'
    )
    reading = read(
        tmp_path, {"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/a.yaml": template}
    )
    pod = find(reading, "Pod", "c")
    assert pod.origin.line == 3
    assert pod.origin_of("properties.metadata.name").line == 6
    assert pod.origin_of("properties.spec.hostNetwork").line == 9
    assert pod.origin_of("properties.spec.containers[1].name").line == 13


def test_broken_charts_are_said(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "c/Chart.yaml": "a: [",
        "c/values.yaml": "a: [",
        "c/templates/a.yaml": b"\xff\xfe",
        "c/templates/_b.tpl": "{{ end }}",
        "c/.helmignore": b"\xff\xfe",
        "d/Chart.yaml": "apiVersion: v2\nname: d\nversion: 1.0.0\n",
        "d/templates/a.yaml": POD % "d",
    }
    reading = read(tmp_path, files)
    assert kinds(reading) == ["Pod d"]
    assert sum("not readable as YAML" in item for item in reasons(reading)) == 2
    assert sum("is not text in UTF-8" in item for item in reasons(reading)) == 1
    assert any("`end` without a beginning" in item for item in reasons(reading))
    assert reading.incomplete


def test_a_null_takes_a_default_away(tmp_path: Path) -> None:
    files = {
        "Chart.yaml": "name: c\nversion: 1.0.0\n",
        "values.yaml": "a: {b: 1, c: 2}\n",
        "templates/a.yaml": POD % "{{ toJson .Values.a | quote }}",
    }
    assert names(rendered(tmp_path, files, a={"b": None})[0]) == ['{"c":2}']


def test_a_release_without_a_known_name(tmp_path: Path) -> None:
    write(tmp_path, {"c/Chart.yaml": "name: c\nversion: 1.0.0\n", "c/templates/a.yaml": POD % "{{ .Release.Name }}-x"})
    tree = Tree(tmp_path / "c")
    hole = Unknown(reason="open", decided_by=("r",), text="{r}")
    (made,) = render(load_chart(tmp_path / "c", tree, Limits()), Release(hole, hole), {}, tree, Limits()).made
    assert made.document.value["metadata"]["name"].text == "{r}-x"


def test_the_steps_of_a_release_are_counted_over_all_of_its_files(tmp_path: Path) -> None:
    files = {f"templates/{name}.yaml": "{{ range until 300 }}{{ end }}\n" for name in "abcd"}
    write(
        tmp_path, {"c/Chart.yaml": "name: c\nversion: 1.0.0\n", **{f"c/{name}": text for name, text in files.items()}}
    )
    tree = Tree(tmp_path / "c")
    limits = Limits(steps=2_000)
    failed = render(load_chart(tmp_path / "c", tree, limits), Release("r", "n"), {}, tree, limits).failed
    assert [item.template.name[-6:] for item in failed] == ["d.yaml"]
    assert "the limit `steps` is met" in failed[0].error.message
