"""Made inputs are used up or refused, never worse; what failed once is tried again."""

from __future__ import annotations

import pytest
from tests.fuzz.running import HangError, check, in_time, run
from tests.fuzz.targets import TARGETS, target

SECONDS = 2


@pytest.mark.parametrize("name", TARGETS)
def test_made_inputs_are_used_up_or_refused(name: str) -> None:
    cases, failures = run(target(name), SECONDS, seed=20221)
    assert cases > 20
    assert not failures, failures[0].what


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_what_failed_once_are_used_up_or_refused(name: str) -> None:
    fed = target(name)
    failures = [failure for content in fed.known_inputs() if (failure := check(content, fed)) is not None]
    assert not failures, failures[0].what


def test_what_takes_too_long_is_found() -> None:
    def work() -> None:
        while True:
            pass

    with pytest.raises(HangError), in_time(0.05):
        work()
