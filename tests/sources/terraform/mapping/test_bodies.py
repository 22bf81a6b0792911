"""Every mapped type against a body that was written from the provider's source, exact to the leaf.

Who writes an expectation does not look at the mapping: `bodies/README.md` says how.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.golden import recorded_bodies
from tests.sources.terraform.mapping.expectations import (
    CITATION,
    Case,
    Leaf,
    cases_of,
    differences,
    leaves_of,
    mapped_types,
    pending,
    written,
)

from everward.estate import Reading, Resource
from everward.sources.terraform.mapping.facts import EDITIONS, Facts
from everward.values import Origin, Unknown

CASES = [(f"{path.stem}-{index}", case) for path in written() for index, case in enumerate(cases_of(path))]
WAITING = frozenset(pending())


ALL = [pytest.param(case, id=name) for name, case in CASES]
HELD = [pytest.param(case, id=name) for name, case in CASES if case.subject not in WAITING]


@pytest.mark.parametrize("case", HELD)
def test_the_mapping_makes_what_the_provider_sends(case: Case, tmp_path: Path) -> None:
    assert differences(case, case.read(tmp_path)) == []


@pytest.mark.parametrize("case", HELD)
def test_the_disposition_says_what_became_of_it(case: Case, tmp_path: Path) -> None:
    kinds = {
        one.disposition.value for one in case.read(tmp_path).dispositions if one.address.startswith(f"{case.subject}.")
    }
    assert kinds
    assert kinds <= ({"none"} if case.none else {"resource", "merged", "child"})


def test_every_mapped_type_has_an_expected_body() -> None:
    files = {path.stem for path in written()}
    uncovered = mapped_types() - files
    assert pending() == sorted(WAITING), "bodies/pending.txt is in order and names nothing twice"
    assert uncovered <= WAITING, f"write bodies/TYPE.yaml for {sorted(uncovered - WAITING)}"
    held_already = {name for name in WAITING if name in mapped_types() and name in files and _holds(name)}
    assert not held_already, f"take {sorted(held_already)} off bodies/pending.txt: what is expected holds"


def _holds(name: str) -> bool:
    import tempfile

    for number, (_, case) in enumerate(CASES):
        if case.subject == name:
            with tempfile.TemporaryDirectory() as folder:
                if differences(case, case.read(Path(folder) / str(number))):
                    return False
    return True


@pytest.mark.parametrize("case", ALL)
def test_every_line_says_where_it_comes_from(case: Case) -> None:
    wrong = [leaf for leaf in lines_of(case) if not CITATION.fullmatch(leaf.cited)]
    assert wrong == []
    assert all(CITATION.fullmatch(source) for source in case.sources)
    assert case.expected or (case.none and CITATION.fullmatch(case.none))
    assert f'resource "{case.subject}"' in case.terraform


@pytest.mark.parametrize("case", ALL)
def test_cited_defaults_stand_in_the_schema(case: Case) -> None:
    for leaf in lines_of(case):
        if cited := re.fullmatch(r"schema (\S+) v(\d+)\.\S+", leaf.cited):
            assert case.subject.startswith("azurerm_"), "there are no facts of other providers"
            assert int(cited[2]) in EDITIONS
            facts = Facts.load(int(cited[2])).of(case.subject)
            assert facts is not None
            assert facts.attributes[cited[1]].default is not None, leaf


@pytest.mark.parametrize("case", ALL)
def test_cited_records_say_the_same(case: Case) -> None:
    cited = [(leaf, leaf.cited.split()[2].lower()) for leaf in lines_of(case) if leaf.cited.startswith("recorded ")]
    if not cited:
        return
    bodies = recorded_bodies()
    for leaf, suffix in cited:
        (body,) = [body for key, body in bodies.items() if key.endswith(suffix)]
        said = dict(leaves_of(body))
        for path, value in leaves_of(leaf.value, leaf.path.lower()):
            assert said[path] == value, leaf


def lines_of(case: Case) -> list[Leaf]:
    """Every line of a case."""
    resources = [Leaf(one.type, None, one.gap) for one in case.expected if one.gap]
    return resources + [leaf for one in case.expected for leaf in (*one.leaves, *one.absent, *one.gaps)]


def _probe(tmp_path: Path, text: str) -> Case:
    path = tmp_path / "azurerm_probe.yaml"
    path.write_text(text)
    (case,) = cases_of(path)
    return case


PROBE = """
provider: 4.81.0
terraform: resource "azurerm_probe" "p" {}
expect:
  - type: A.B/c
    name: n
    body:
      - [properties.a, 1, schema a v4.81.0]
      - [properties.b.0.id, "@rg/x", schema b v4.81.0]
      - [properties.c, $unknown, schema c v4.81.0]
      - [properties.d, [y, x], schema d v4.81.0]
    gaps:
      - [properties.y, 3, schema y v4.81.0]
    absent:
      - [properties.z, schema z v4.81.0]
  - type: A.B/c/d
    name: e
    gap: schema d v4.81.0
"""
RIGHT: dict[str, Any] = {
    "a": 1,
    "B": [{"id": "/Subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/x"}],
    "c": Unknown(reason="r"),
    "d": ["x", "y"],
    "e": Unknown(reason="r"),
    "f": [],
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"a": 2}, ["A.B/c n: `properties.a` is 2, not 1"]),
        ({"a": True}, ["A.B/c n: `properties.a` is True, not 1"]),
        ({"a": None}, ["A.B/c n: `properties.a` is absent, not 1"]),
        ({"c": "c"}, ["A.B/c n: `properties.c` is 'c', not '$unknown'"]),
        ({"d": ["x", "x"]}, ["A.B/c n: `properties.d` is ['x', 'x'], not ['y', 'x']"]),
        ({"g": 0}, ["A.B/c n: `properties.g` is 0, and was not expected"]),
        ({"y": Unknown(reason="r")}, []),
        (
            {"y": 3},
            ["A.B/c n: `properties.y` is 3, and was not expected", "A.B/c n: `properties.y` is no gap any more"],
        ),
        ({"z": Unknown(reason="r")}, ["A.B/c n: `properties.z` is there, and must be absent"]),
    ],
)
def test_a_difference_is_seen(change: dict[str, Any], said: list[str], tmp_path: Path) -> None:
    body: dict[str, Any] = {"properties": {**RIGHT, **change}}
    reading = Reading(
        source="terraform", label="main.tf", resources=[Resource("/x", "a.b/C", "n", body, Origin(source="terraform"))]
    )
    assert differences(_probe(tmp_path, PROBE), reading) == said


def test_what_is_too_many_and_too_few_is_seen(tmp_path: Path) -> None:
    other = Resource("/x", "A.B/d", "n", {}, Origin(source="terraform"))
    there = Resource("/x/d/e", "A.B/c/d", "e", {}, Origin(source="terraform"))
    reading = Reading(source="terraform", label="main.tf", resources=[other, there])
    assert differences(_probe(tmp_path, PROBE), reading) == [
        "A.B/c n is there 0 times among: A.B/d n, A.B/c/d e",
        "A.B/c/d e is no gap any more",
        "A.B/d n was not expected",
    ]
