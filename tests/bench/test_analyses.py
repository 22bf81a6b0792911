"""The parts of the bench about networks, rights and large estates do the work that they measure."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from tests.bench import analyses
from tests.bench.analyses import access, large, reach
from tests.bench.graphs import landscape
from tests.bench.identities import MANAGEMENT, assignments, management_groups, scopes
from tests.bench.measure import BenchError
from tests.bench.networks import large_group, one_network
from tests.bench.report import Target

from everward.facts.shape import inner


def works(targets: list[Target]) -> list[tuple[str, str, str]]:
    return [(target.work, target.figure, target.other) for target in targets]


def test_rules_and_pairs_of_subnets_are_measured() -> None:
    targets = list(reach(1, rules=40, subnets=6))
    assert works(targets) == [
        ("rules that never decide, of 40", "cpu", "limit"),
        ("all pairs of 6 subnets", "cpu", "limit"),
    ]
    assert all(target.ours.cpu > 0 for target in targets)


def test_answers_and_what_comes_before_them_are_measured() -> None:
    targets = list(access(1, assignments=300, custom=5))
    assert [target.figure for target in targets] == ["cpu", "cpu"]
    assert targets[0].work.startswith("who can, slowest answer: 300 assignments, ")
    assert targets[1].work == "rights built: 300 assignments"


def test_a_large_estate_is_measured_in_time_and_memory() -> None:
    targets = list(large(3, resources=150))
    assert [target.figure for target in targets] == ["cpu", "peak"]
    assert targets[1].ours.peak > 10
    assert targets[0].work == targets[1].work


@pytest.mark.parametrize(
    ("part", "answer", "says"),
    [
        (reach, {"rules": 10, "pairs": 2, "remarks": {"shadowed": 1}, "passing": 1}, "only 10 rules and 2 pairs"),
        (reach, {"rules": 1_000, "pairs": 249_500, "remarks": {}, "passing": 1}, "nothing was found"),
        (access, {"assignments": 10, "roles": 1_000, "operations": 20_001, "holders": 1}, "less to answer from"),
        (access, {"assignments": 10_000, "roles": 1_000, "operations": 20_001, "holders": 0}, "nobody was found"),
        (large, {"resources": 3, "reach": {"facts": 1}, "access": {"facts": 1}}, "was not analysed"),
        (large, {"resources": 100_000, "reach": {"facts": 0}, "access": {"facts": 1}}, "was not analysed"),
    ],
)
def test_less_than_there_is_means_nothing(
    part: Any, answer: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyses, "output_of", lambda _command: json.dumps(answer).encode())
    with pytest.raises(BenchError, match=says):
        next(part(1))


def test_what_is_measured_is_the_same_every_time() -> None:
    assert large_group(30).body == large_group(30).body
    assert large_group(30, seed=2).body != large_group(30).body
    for one, two in ((one_network(5), one_network(5)), (landscape(300), landscape(300))):
        assert [(item.id, item.body) for item in one] == [(item.id, item.body) for item in two]


def test_an_estate_is_as_large_as_asked_and_no_id_stands_twice() -> None:
    found = landscape(1_500)
    assert len(found) >= 1_500
    assert len({item.key for item in found}) == len(found)
    types = {item.type for item in found}
    assert {"Microsoft.Network/virtualNetworks", "Microsoft.Authorization/roleAssignments"} <= types


def test_scopes_stand_below_one_tree_of_management_groups() -> None:
    above = {item.id: str(inner(item.body, "properties", "details", "parent", "id")) for item in management_groups(10)}
    for start in above:
        seen: set[str] = set()
        scope = start
        while scope in above:
            assert scope not in seen
            seen.add(scope)
            scope = above[scope]
        assert scope == f"{MANAGEMENT}/tenant"
    levels = scopes(10, 4, 3)
    assert [len(level) for level in levels] == [10, 4, 12]
    held = {inner(item.body, "properties", "scope") for item in assignments(random.Random(1), 200, ["r"], 5, levels)}
    assert held <= {scope for level in levels for scope in level}
    assert all(held & set(level) for level in levels)
