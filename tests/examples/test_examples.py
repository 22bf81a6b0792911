"""The examples assess as `examples/README.md` says: each planted fault in its place, and the twin clean."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from typing import Any

import pytest
from tests.examples.readme import EXAMPLES, Fault, Place, faults

FORMS = ("terraform", "arm")
SUBSCRIPTION = "5ab5c21b-7c0e-4f5a-9d55-0d2f0c6a1e01"
CHAPTERS = {"zero-trust", "threat-modelling", "network-intrusion", "data-integrity", "governance"}
FAULTS = faults()


@cache
def assess(twin: str, form: str) -> tuple[int, Any]:
    """The exit code and the report of one form of one twin, as a user gets them."""
    where = ["--subscription", SUBSCRIPTION] if form == "arm" else []
    command = [sys.executable, "-m", "everward", "assess", f"examples/{twin}/{form}", *where, "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=EXAMPLES.parent, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def placed(finding: Any) -> tuple[str, Place]:
    """The criterion of a finding, and the place that decides it."""
    file = finding["origin"]["file"].removeprefix("examples/faulty/")
    return finding["criterion"], Place(file, finding["origin"]["line"])


def promised(fault: Fault, form: str) -> tuple[str, Place]:
    return fault.criterion, fault.terraform if form == "terraform" else fault.arm


def test_faults_are_planted_in_every_chapter() -> None:
    assert {fault.chapter for fault in FAULTS} == CHAPTERS
    assert 10 <= len(FAULTS) <= 20
    assert [fault.id for fault in FAULTS] == [f"F{number:02}" for number in range(1, len(FAULTS) + 1)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_planted_fault_is_found_once_in_its_place(fault: Fault, form: str) -> None:
    code, report = assess("faulty", form)
    assert code == 1
    found = [finding for finding in report["findings"] if placed(finding) == promised(fault, form)]
    assert len(found) == 1
    assert found[0]["chapter"] == fault.chapter


@pytest.mark.parametrize("form", FORMS)
def test_nothing_else_is_found(form: str) -> None:
    report = assess("faulty", form)[1]
    expected = {promised(fault, form) for fault in FAULTS}
    assert [placed(finding) for finding in report["findings"] if placed(finding) not in expected] == []


@pytest.mark.parametrize("form", FORMS)
def test_one_cause_in_two_stamps_is_one_finding(form: str) -> None:
    findings = assess("faulty", form)[1]["findings"]
    assert max(Counter(placed(finding) for finding in findings).values()) == 1
    vaults = [finding for finding in findings if finding["criterion"] == "key-vault-purge-protection"]
    assert [sorted(resource.rpartition("/")[2] for resource in finding["resources"]) for finding in vaults] == [
        ["ferry-prod-neu-kv", "ferry-prod-sdc-kv"]
    ]


@pytest.mark.parametrize("form", FORMS)
def test_the_hardened_twin_is_clean(form: str) -> None:
    code, report = assess("hardened", form)
    assert [(finding["criterion"], finding["origin"]) for finding in report["findings"]] == []
    assert code == 0
    open_ends = [verdict for verdict in report["verdicts"] if verdict["state"] in ("unknown", "error")]
    # What the clusters run is no part of the examples, so nobody can count what it asks of the vault of its stamp.
    assert [verdict["criterion"] for verdict in open_ends] == ["key-vault-below-its-limit"] * 2
    assert report["summary"]["complete"]
    assert report["summary"]["verified"] > 100


@pytest.mark.parametrize("twin", ["faulty", "hardened"])
def test_both_languages_lead_to_the_same_verdicts(twin: str) -> None:
    mine, other = (
        {
            (verdict["criterion"], verdict["resource"].lower()): verdict["state"]
            for verdict in assess(twin, form)[1]["verdicts"]
            if "resource" in verdict
        }
        for form in FORMS
    )
    both = mine.keys() & other.keys()
    assert len(both) > 100
    assert {key: (mine[key], other[key]) for key in both if mine[key] != other[key]} == {}
