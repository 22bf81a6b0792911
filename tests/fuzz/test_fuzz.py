"""Made inputs are judged or refused, never worse; what failed once is tried again."""

from __future__ import annotations

import time

import pytest
from tests.fuzz.running import HangError, check, in_time, known_inputs, run, sample_estate

SECONDS = 2


def test_made_inputs_are_judged_or_refused() -> None:
    cases, failures = run(SECONDS, seed=20221)
    assert cases > 20
    assert not failures, failures[0].what


def test_seeds_and_what_failed_once_are_judged_or_refused() -> None:
    estate = sample_estate()
    failures = [failure for content in known_inputs() if (failure := check(content, estate)) is not None]
    assert not failures, failures[0].what


def test_what_takes_too_long_is_found() -> None:
    with pytest.raises(HangError), in_time(0.05):
        time.sleep(1)
