"""What is not known passes through templates, and decides what it decides and nothing else."""

# ruff: noqa: E501 - files of a repository read best on one line

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from everward.sources.limits import Limits
from everward.sources.manifests.helm.chart import load_chart
from everward.sources.manifests.helm.render import MAX_RENDERINGS, Made, Release, Rendered, render
from everward.sources.tree import Tree
from everward.values import Unknown

OPEN = Unknown(reason="set while the pipeline runs", decided_by=("x",), text="{x}")
OTHER = Unknown(reason="set while the pipeline runs", decided_by=("y",), text="{y}")


def rendered(folder: Path, template: str, **values: Any) -> Rendered:
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 1.0.0\n")
    (folder / "templates" / "a.yaml").write_text(template)
    tree = Tree(folder)
    return render(load_chart(folder, tree, Limits()), Release("rel", "space"), values, tree, Limits())


def made(folder: Path, template: str, **values: Any) -> list[Made]:
    result = rendered(folder, template, **values)
    assert [item.error.message for item in result.failed] == []
    return result.made


def value(folder: Path, expression: str, **values: Any) -> Any:
    (one,) = made(folder, f"v: {expression}\n", **{"x": OPEN, **values})
    return one.document.value["v"]


def test_a_hole_that_is_printed_is_the_value(tmp_path: Path) -> None:
    assert value(tmp_path, "{{ .Values.x }}") == OPEN
    assert value(tmp_path, "{{ .Values.x | quote }}") == OPEN


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ('"a-{{ .Values.x }}-b"', "a-{x}-b"),
        ('{{ printf "%s/%s" .Values.x .Values.y }}', "{x}/{y}"),
        ('{{ cat "n" .Values.x }}', "n {x}"),
        ('{{ print "n" .Values.x | quote }}', "n{x}"),
        ('{{ list "a" .Values.x | join "," }}', "a,{x}"),
        ('{{ printf "%q" (print "a" .Values.x) }}', "a{x}"),
        ('{{ tpl "{{ .Values.x }}!" . }}', "{x}!"),
        ('{{ print "a" .Values.x "b" | trim | toString }}', "a{x}b"),
    ],
)
def test_a_text_keeps_what_is_known_of_it(expression: str, text: str, tmp_path: Path) -> None:
    found = value(tmp_path, expression, y=OTHER)
    assert isinstance(found, Unknown)
    assert found.text == text
    assert found.present


@pytest.mark.parametrize(
    "expression",
    [
        "{{ lower .Values.x }}",
        '{{ replace "a" "b" .Values.x }}',
        "{{ trunc 3 (print .Values.x) }}",
        "{{ b64enc .Values.x }}",
        "{{ sha256sum (print .Values.x) }}",
        '{{ eq .Values.x "a" }}',
        "{{ len .Values.x }}",
        "{{ int .Values.x }}",
        "{{ add 1 .Values.x }}",
        '{{ default "d" .Values.x }}',
        '{{ coalesce .Values.none .Values.x "z" }}',
        '{{ trimSuffix "-" (print "a" .Values.x) }}',
        "{{ index .Values.x 0 }}",
        '{{ get .Values.x "a" }}',
        "{{ .Values.x.deeper.still }}",
        "{{ toYaml (first (list .Values.x)) | trim }}",
        '{{ printf "%5s" .Values.x }}',
        '{{ semverCompare ">=1.2.0" .Values.x }}',
        "{{ .Values.x | fromYaml }}",
        '{{ split "," .Values.x }}',
        "{{ kindOf .Values.x }}",
        "{{ merge .Values.x (dict) }}",
        "{{ keys .Values.x }}",
        "{{ indent .Values.x `a` }}",
        '{{ dig "a" "none" .Values.x }}',
        "{{ uniq (list .Values.x `a`) }}",
        "{{ toPrettyJson .Values.x }}",
        "{{ nindent .Values.x `a` }}",
        '{{ join "," .Values.x }}',
        "{{ append .Values.x 1 }}",
        "{{ dict .Values.x 1 }}",
        "{{ index .Values.map .Values.x }}",
        "{{ tpl .Values.x . }}",
        "{{ tpl (print `{{ 1 }}` .Values.x) . }}",
    ],
)
def test_what_looks_at_a_hole_is_a_hole(expression: str, tmp_path: Path) -> None:
    found = value(tmp_path, expression, map={"a": 1})
    assert isinstance(found, Unknown)
    assert "x" in found.decided_by


@pytest.mark.parametrize("name", ["now", "randAlphaNum 5", "uuidv4", 'genCA "a" 1'])
def test_what_is_new_each_time_is_a_hole_that_is_there(name: str, tmp_path: Path) -> None:
    found = value(tmp_path, f"{{{{ {name} }}}}")
    assert isinstance(found, Unknown)
    assert found.present
    assert value(tmp_path, f"{{{{ if {name} }}}}there{{{{ else }}}}not{{{{ end }}}}") == "there"


def test_a_hole_as_an_object_is_the_object(tmp_path: Path) -> None:
    found = value(tmp_path, "{{ toYaml .Values.x | nindent 2 }}")
    assert found == OPEN
    assert value(tmp_path, "{{ toYaml .Values.map | nindent 2 }}", map={"k": OPEN, "l": [1, OPEN]}) == {
        "k": OPEN,
        "l": [1, OPEN],
    }
    assert value(tmp_path, "{{ toJson .Values.map }}", map={"k": OPEN}) == {"k": OPEN}


def test_a_condition_on_a_hole_leaves_open_what_it_decides(tmp_path: Path) -> None:
    template = "v: {{ if .Values.x }}one{{ else }}two{{ end }}\nsame: {{ if .Values.x }}a{{ else }}a{{ end }}\n"
    (one,) = made(tmp_path, template, x=OPEN)
    assert one.condition is None
    assert isinstance(one.document.value["v"], Unknown)
    assert one.document.value["v"].decided_by == ("x",)
    assert one.document.value["same"] == "a"


def test_an_object_that_a_hole_decides_may_be_there(tmp_path: Path) -> None:
    template = "kind: A\nmetadata: {name: a}\n---\n{{ if .Values.x }}\nkind: B\nmetadata: {name: b}\n{{ end }}\n"
    first, second = made(tmp_path, template, x=OPEN)
    assert first.condition is None
    assert isinstance(second.condition, Unknown)
    assert second.condition.decided_by == ("x",)


def test_a_key_that_a_hole_decides_is_open(tmp_path: Path) -> None:
    (one,) = made(tmp_path, "a: 1\n{{ with .Values.x }}\nb: {{ . }}\n{{ end }}\n", x=OPEN)
    assert one.document.value["a"] == 1
    assert isinstance(one.document.value["b"], Unknown)
    assert not one.document.value["b"].present


def test_a_loop_over_a_hole_has_any_number_of_elements(tmp_path: Path) -> None:
    template = "v:\n- first\n{{ range .Values.x }}\n- {{ . }}\n{{ end }}\n"
    (one,) = made(tmp_path, template, x=OPEN)
    first, rest = one.document.value["v"]
    assert first == "first"
    assert isinstance(rest, Unknown)
    assert rest.many


def test_a_question_is_answered_once(tmp_path: Path) -> None:
    template = "{{ if .Values.x }}\nkind: A\n{{ else }}\nkind: B\n{{ end }}\n---\nv: {{ if not .Values.x }}b{{ else }}a{{ end }}\n"
    documents = [item for item in made(tmp_path, template, x=OPEN) if "v" in item.document.value]
    assert len(documents) == 1
    (one,) = made(tmp_path, "v: {{ and .Values.x (not .Values.x) }}\n", x=OPEN)
    assert isinstance(one.document.value["v"], Unknown)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('{{ if or .Values.x "sure" }}sure{{ else }}not{{ end }}', "sure"),
        ('{{ if and .Values.x "" }}sure{{ else }}not{{ end }}', "not"),
        ('{{ if or "sure" .Values.x }}sure{{ end }}', "sure"),
        ('{{ if print "a" .Values.x }}sure{{ else }}not{{ end }}', "sure"),
        ('{{ if default "d" .Values.x }}sure{{ else }}not{{ end }}', "sure"),
        ("{{ if empty (list .Values.x) }}not{{ else }}sure{{ end }}", "sure"),
        ('{{ ternary "same" "same" (eq .Values.x "a") }}', "same"),
        ('{{ if or (not .Values.x) .Values.x "" }}a{{ else }}a{{ end }}', "a"),
    ],
)
def test_what_is_true_whatever_the_hole_is_is_known(expression: str, found: str, tmp_path: Path) -> None:
    assert value(tmp_path, expression) == found


def test_answers_that_helm_refuses_are_not_the_ones(tmp_path: Path) -> None:
    template = '{{ if .Values.x }}{{ fail "not together" }}{{ end }}\nv: 1\n'
    (one,) = made(tmp_path, template, x=OPEN)
    assert one.document.value == {"v": 1}
    refused = rendered(tmp_path, '{{ if .Values.x }}{{ fail "a" }}{{ else }}{{ fail "b" }}{{ end }}', x=OPEN)
    assert refused.made == []
    assert refused.failed[0].error.refused


def test_too_many_questions_are_too_many(tmp_path: Path) -> None:
    names = [f"v{number}" for number in range(8)]
    template = "".join(f"{name}: {{{{ if .Values.{name} }}}}a{{{{ else }}}}b{{{{ end }}}}\n" for name in names)
    holes = {name: Unknown(reason="open", decided_by=(name,)) for name in names}
    (failed,) = rendered(tmp_path, template, **holes).failed
    assert str(MAX_RENDERINGS) in failed.error.message


def test_a_value_that_is_known_not_to_be_empty_is_true(tmp_path: Path) -> None:
    filled = Unknown(reason="open", decided_by=("x",), present=True, filled=True)
    assert value(tmp_path, "{{ if .Values.x }}sure{{ else }}not{{ end }}", x=filled) == "sure"
    assert value(tmp_path, '{{ default "d" .Values.x }}', x=filled) == filled


def test_the_cluster_decides_what_only_it_knows(tmp_path: Path) -> None:
    template = '{{ if .Capabilities.APIVersions.Has "x.io/v1" }}\nkind: A\n{{ end }}\n---\nkind: B\nv: {{ .Release.IsUpgrade }}\n'
    by_kind = {item.document.value["kind"]: item for item in made(tmp_path, template)}
    assert isinstance(by_kind["A"].condition, Unknown)
    assert isinstance(by_kind["B"].document.value["v"], Unknown)
    assert value(tmp_path, '{{ semverCompare ">=1.21-0" .Capabilities.KubeVersion.Version }}') is True
    assert value(tmp_path, '{{ semverCompare "<1.21-0" .Capabilities.KubeVersion.Version }}') is False
    assert isinstance(value(tmp_path, '{{ semverCompare ">=1.40-0" .Capabilities.KubeVersion.Version }}'), Unknown)
    assert isinstance(value(tmp_path, '{{ lookup "v1" "Secret" "a" "b" }}'), Unknown)


def test_a_key_that_is_not_known_opens_its_object(tmp_path: Path) -> None:
    (one,) = made(tmp_path, "v:\n  {{ .Values.x }}: 1\n  b: 2\nw: 3\n", x=OPEN)
    assert isinstance(one.document.value["v"], Unknown)
    assert one.document.value["w"] == 3


def test_characters_that_stand_for_holes_are_refused(tmp_path: Path) -> None:
    (failed,) = rendered(tmp_path, "v: \ue0f50\ue0f6\n").failed
    assert "stand for unknown values" in failed.error.message
