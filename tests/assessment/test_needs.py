"""Which few inputs settle most."""

import time
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.assessment import Verdict
from everward.assessment.needs import RANKED, can_give, rank_needs
from everward.estate import Unresolved
from everward.policy import State


def unknown(*names: str) -> Verdict:
    return Verdict(criterion="c", state=State.UNKNOWN, resource="r", decided_by=names)


def ranked(verdicts: Sequence[Verdict], unresolved: Sequence[Unresolved] = ()) -> list[tuple[str, int]]:
    return [(need.name, need.settles) for need in rank_needs(verdicts, unresolved)]


def test_the_input_that_settles_most_comes_first() -> None:
    verdicts = [unknown("var.b"), unknown("var.a"), unknown("var.b"), unknown("var.b")]
    assert ranked(verdicts) == [("var.b", 3), ("var.a", 4)]


def test_inputs_that_only_pay_together_are_chosen_together() -> None:
    verdicts = [unknown("var.a", "var.b")] * 3 + [unknown("var.c")]
    assert ranked(verdicts) == [("var.a", 0), ("var.b", 3), ("var.c", 4)]
    assert ranked([unknown("var.a", "var.b"), unknown("var.a")]) == [("var.a", 1), ("var.b", 2)]


def test_what_decides_the_resources_comes_before_everything() -> None:
    gap = Unresolved("module.x", "unknown", decided_by=("var.stamps",), incomplete=True)
    value = Unresolved("var.z", "unset", decided_by=("var.z",))
    needs = rank_needs([unknown("var.a")] * 5 + [unknown("var.stamps")], [gap, value])
    assert [(need.name, need.resources, need.settles) for need in needs] == [
        ("var.stamps", True, 1),
        ("var.a", False, 6),
    ]


def test_what_users_can_give_comes_before_what_only_a_deployment_tells() -> None:
    verdicts = [unknown("azurerm_a.b.id")] * 9 + [unknown("var.a")]
    needs = rank_needs(verdicts, [])
    assert [(need.name, need.given) for need in needs] == [("var.a", True), ("azurerm_a.b.id", False)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("var.a", True),
        ("parameters('a')", True),
        ("--subscription", True),
        ("module `x`", True),
        ("an export of Microsoft.Security/pricings", True),
        ("data.azurerm_a.b.id", False),
        ("timestamp()", False),
    ],
)
def test_what_users_can_give(name: str, expected: bool) -> None:
    assert can_give(name) is expected


def test_a_list_of_names_that_may_have_been_cut_promises_nothing() -> None:
    names = tuple(f"var.{number}" for number in range(12))
    assert ranked([unknown(*names)]) == []


def test_only_unknown_verdicts_count() -> None:
    failed = Verdict(criterion="c", state=State.NON_COMPLIANT, decided_by=("var.a",))
    assert ranked([failed, unknown()]) == []


SETS = st.lists(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=25)


@given(SETS)
def test_the_promise_is_kept(sets: list[set[str]]) -> None:
    needs = rank_needs([unknown(*sorted(f"var.{name}" for name in names)) for names in sets], [])
    given: set[str] = set()
    for need in needs:
        given.add(need.name.removeprefix("var."))
        assert need.settles == sum(names <= given for names in sets)
        assert need.concerns == sum(need.name.removeprefix("var.") in names for names in sets)
    assert len(given) == len(needs)
    assert given == set().union(*sets)


def by_search(sets: Sequence[frozenset[str]]) -> list[tuple[str, int]]:
    """The greedy cover as it is defined, without any index: what users can give alone, then with the rest."""
    ours = [names for names in sets if all(map(can_give, names))]
    chosen = cover_by_search(ours, {})
    settled = max(chosen.values(), default=0)
    partly = {name for names in sets for name in names if can_give(name)} - chosen.keys()
    concerns = Counter(name for names in sets for name in names)
    chosen.update((name, settled) for name in sorted(partly, key=lambda name: (-concerns[name], name)))
    rest = [names for names in sets if not all(map(can_give, names))]
    return list(cover_by_search(rest, chosen).items())


def cover_by_search(sets: Sequence[frozenset[str]], before: dict[str, int]) -> dict[str, int]:
    left = Counter(sets)
    chosen = dict(before)
    settled = max(chosen.values(), default=0)

    def gain(names: frozenset[str]) -> tuple[bool, float, int, list[str]]:
        added = sorted(names - chosen.keys())
        settles = sum(count for other, count in left.items() if other <= names | chosen.keys())
        return (not all(map(can_give, added)), -settles / len(added), len(added), added)

    while left:
        for name in sorted(min(left, key=gain) - chosen.keys()):
            chosen[name] = 0
            for names in [names for names in left if names <= chosen.keys()]:
                settled += left.pop(names)
            chosen[name] = settled
    return chosen


NAMES = st.sampled_from(["var.a", "var.b", "var.c", "var.d", "var.e", "x.y", "x.z"])


@given(st.lists(st.frozensets(NAMES, min_size=1, max_size=4), max_size=25))
def test_the_index_gives_what_a_search_would(sets: list[frozenset[str]]) -> None:
    assert ranked([unknown(*sorted(names)) for names in sets]) == by_search(sets)


def test_many_inputs_are_ranked_quickly_and_none_is_lost() -> None:
    verdicts = [unknown(f"var.v{number}", f"var.v{number * 7 % 2000}") for number in range(2000)]
    started = time.process_time()
    needs = rank_needs(verdicts, [])
    assert time.process_time() - started < 2
    assert len(needs) == len({need.name for need in needs}) == 2000
    assert needs[-1].settles == 2000
    assert [need.settles for need in needs] == sorted(need.settles for need in needs)
    assert len(needs) > RANKED


def test_what_users_give_is_promised_only_what_it_settles_without_the_rest() -> None:
    verdicts = [unknown("azurerm_a.b.id", "var.a")] * 3 + [unknown("var.a")]
    assert ranked(verdicts) == [("var.a", 1), ("azurerm_a.b.id", 4)]
    mixed = [unknown("azurerm_a.b.id"), unknown("azurerm_a.b.id", "var.b")]
    assert ranked(mixed) == [("var.b", 0), ("azurerm_a.b.id", 2)]
