from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.sources.manifests.deploying.bindings import (
    MAX_PIECES,
    Open,
    Output,
    Outputs,
    Variables,
    Words,
    joined,
    known_text,
    shown_text,
)

POWERSHELL = """
$out = Get-ChildItem $(Pipeline.Workspace)/x/*.json | Get-Content | ConvertFrom-JSON
foreach($stamp in $out.stamp_properties.value) {
  $name = $stamp.aks_cluster_name
  [string]$region = "north"
  $full = "$region-$name"
  $tenant = az account show --query tenantId
}
"""
SHELL = """
export NAME=$(terraform output -raw aks_name)
ALL=$(terraform output -json)
GROUP=$(echo $ALL | jq -r '.group.value')
REGION=north
for item in a b; do
"""


def variables(script: str) -> Variables:
    found = Variables()
    for line in script.splitlines():
        found.read(line)
    return found


def test_a_loop_over_outputs_gives_its_elements() -> None:
    found = variables(POWERSHELL)
    assert found.known["out"] == Outputs()
    assert found.known["name"] == Output("stamp_properties", ("aks_cluster_name",), "stamp")
    assert found.known["region"] == Words(("north",))
    assert found.known["tenant"] == Open("tenant")
    assert shown_text(found.pieces("$full")) == "north-{output.stamp_properties[*].aks_cluster_name}"
    assert shown_text(found.pieces("a $($stamp.location) $stamp.location")) == (
        "a {output.stamp_properties[*].location} {output.stamp_properties[*].location}"
    )


def test_a_shell_reads_outputs_by_name() -> None:
    found = variables(SHELL)
    assert found.known["name"] == Output("aks_name")
    assert found.known["all"] == Outputs()
    assert found.known["group"] == Output("group")
    assert found.known["item"] == Open("item")
    assert known_text(found.pieces("${REGION}-x")) == "north-x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$(Build.BuildId)", "{Build.BuildId}"),
        ("a${{ parameters.x }}b", "a{parameters.x}b"),
        ("${unset}", "{unset}"),
        ("$env:HOME", "{HOME}"),
        ("$unset.part", "{unset}.part"),
        ("$(cat file.txt)", "{cat file.txt}"),
        ("$(terraform output -raw {x})", "{terraform output -raw (x)}"),
        ("100$", "100$"),
    ],
)
def test_references_stand_in_braces(text: str, shown: str) -> None:
    assert shown_text(Variables().pieces(text)) == shown


def test_variables_that_a_pipeline_makes_of_outputs_are_outputs() -> None:
    assert Variables(published=True).pieces("$(frontdoor_id)") == (Output("frontdoor_id"),)
    assert Variables(published=True).pieces("$(Build.Id)") == (Open("Build.Id"),)


def test_a_text_with_very_many_references_is_open() -> None:
    assert Variables().pieces("$a " * MAX_PIECES) == (Open("a long text"),)


@pytest.mark.parametrize("piece", ["${{", "$(", "$a = ", " ", "a=", "for x in ", "foreach (", "$(("])
def test_long_lines_take_no_time(piece: str) -> None:
    found = Variables()
    for size in (4_000, 400_000):
        line = f"$x = {piece * (size // len(piece))}y"
        found.read(line)
        assert found.pieces(line)


def test_outputs_as_a_whole_are_no_text() -> None:
    found = variables("$all = terraform output -json\n$same = $all\n$part = $all.name")
    assert found.pieces("$all") == (Open("all"),)
    assert found.known["same"] == Open("same") or found.known["same"] == Open("all")
    assert found.known["part"] == Output("name")


def test_a_list_of_words_is_an_open_loop() -> None:
    assert variables("foreach ($x in $list) {").known["x"] == Open("x")


def test_neighbouring_texts_are_one() -> None:
    assert joined(["a", "", "b", Open("x"), "c", "d"]) == ("ab", Open("x"), "cd")
    assert known_text(()) == ""
    assert known_text((Open("x"),)) is None


@given(st.text(max_size=120))
def test_any_line_is_read(line: str) -> None:
    found = Variables()
    found.read(line)
    assert isinstance(shown_text(found.pieces(line)), str)
