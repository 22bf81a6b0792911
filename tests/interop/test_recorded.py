"""Our evaluator gives what Terraform gave when it was asked last: the answers are kept beside the tests."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.interop import comparing, configurations, ours, recording, syntaxes
from tests.interop.answers import Answer
from tests.interop.corpus import IMPURE, Case, functions_in
from tests.interop.recipes import CALLS
from tests.interop.workspace import prepare

from everward.sources.terraform.language.functions import FUNCTIONS

HEADER, KEPT = recording.read_expressions()
SUBJECTS: dict[str, list[tuple[Case, Answer]]] = {}
for _case, _answer in KEPT:
    SUBJECTS.setdefault(_case.subject, []).append((_case, _answer))
PLANNED = recording.read_configurations()
INTERPRETED = {"can", "try"}
"""Functions that the evaluator itself works out, as their arguments may fail."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("interop") / "expressions")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_expressions_give_what_terraform_gave(subject: str, folder: Path) -> None:
    cases, answers = zip(*SUBJECTS[subject], strict=True)
    result = comparing.compare(cases, answers, folder)
    told = [
        f"{case.expression}: Terraform {comparing.shown(theirs)}, we {comparing.shown(own)}"
        for case, theirs, own in result.disagreements
    ]
    assert told == []


def test_the_collection_is_large_and_knows_every_function() -> None:
    assert len(KEPT) >= 5000
    calls = Counter(name for case, _ in KEPT for name in functions_in(case.expression))
    assert [name for name in HEADER["functions"] if calls[name] < 15] == []
    assert [name for name in HEADER["functions"] if name not in FUNCTIONS and name not in INTERPRETED] == []
    assert sorted(CALLS) == sorted(HEADER["functions"])


def test_every_function_gives_a_value_somewhere() -> None:
    valued = {name for case, answer in KEPT if answer.state == "known" for name in functions_in(case.expression)}
    assert sorted(set(CALLS) - valued) == sorted(IMPURE.keys() & {"bcrypt", "timestamp", "uuid"})


def test_hardly_any_difference_has_a_reason(folder: Path) -> None:
    cases, answers = zip(*KEPT, strict=True)
    result = comparing.compare(cases, answers, folder)
    assert sum(result.accepted.values()) <= 40
    assert result.values >= 2500
    assert result.errors >= 2500


def test_a_difference_is_found(folder: Path) -> None:
    case = Case("numbers", "1 + 1")
    (theirs,) = comparing.compare([case], [Answer("number", 3)], folder).disagreements
    assert comparing.shown(theirs[1]) == '{"type": "number", "value": 3}'
    assert comparing.compare([case], [ours.ask("2", folder)], folder).disagreements == []


@pytest.mark.parametrize("configuration", list(configurations.written()), ids=lambda item: item.name)
def test_configurations_come_out_as_terraform_planned_them(
    configuration: configurations.Configuration, tmp_path: Path
) -> None:
    own = configurations.evaluate(configuration, tmp_path)
    assert configurations.difference(PLANNED[configuration.name], own) is None


def test_every_configuration_was_planned() -> None:
    assert [item.name for item in configurations.written()] == list(PLANNED)


def test_files_are_well_formed_where_terraform_found_them_so() -> None:
    kept = recording.read_files()
    differing = [
        text
        for text, broken in kept
        if syntaxes.is_broken(text) != broken and syntaxes.reason(text, broken=broken) is None
    ]
    assert differing == []
    assert sum(broken for _, broken in kept) >= 500 <= sum(not broken for _, broken in kept) + 250
