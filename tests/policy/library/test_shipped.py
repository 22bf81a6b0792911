"""Every shipped definition and initiative, from the library, on every recorded body."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.policy.test_corpus import read_bodies

from everward.estate import Estate, Reading
from everward.policy import State, compile_definition
from everward.policy.binding import bind_initiative, missing_parameters
from everward.policy.library import Library
from everward.policy.nodes import Parameter
from everward.values import Value

KINDS: dict[str, Value] = {
    "string": "x",
    "array": [],
    "object": {},
    "boolean": True,
    "integer": 1,
    "float": 1.5,
    "datetime": "2026-01-01T00:00:00Z",
}


def some_value(parameter: Parameter) -> Value:
    """A value that a parameter without a default may have."""
    if parameter.allowed:
        return [parameter.allowed[0]] if parameter.type == "array" else parameter.allowed[0]
    return KINDS[parameter.type]


def given(parameters: Any) -> dict[str, Value]:
    return {parameter.name: some_value(parameter) for parameter in missing_parameters(parameters)}


@pytest.fixture(scope="module")
def corpus() -> Path:
    folder = os.environ.get("EVERWARD_CASES")
    if not folder:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    return Path(folder) / "corpus"


@pytest.fixture(scope="module")
def library(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVERWARD_CACHE", str(tmp_path_factory.mktemp("cache")))
        found = Library.load([corpus / "builtin-definitions.jsonl.xz", corpus / "builtin-initiatives.jsonl.xz"])
    assert not found.problems
    return found


@pytest.fixture(scope="module")
def estate(corpus: Path) -> Estate:
    return Estate([Reading("inventory", "bodies", read_bodies(corpus / "arm-get-bodies.json.gz"))])


def test_every_definition_judges_every_body(library: Library, estate: Estate) -> None:
    assert len(library.definitions) == 2762
    states: Counter[State] = Counter()
    for held in library.definitions:
        policy = compile_definition(held.value, given(held.value.parameters))
        # What the index says holds whatever the parameters are.
        assert held.types is None or (policy.types is not None and policy.types <= held.types)
        for resource in estate if held.types is None else (one for kind in held.types for one in estate.of_type(kind)):
            states[policy.evaluate(resource, estate).state] += 1
    assert states[State.NON_COMPLIANT] > 5000


def test_every_initiative_binds_and_judges(library: Library, estate: Estate) -> None:
    assert len(library.initiatives) == 181
    problems: Counter[str] = Counter()
    states: Counter[State] = Counter()
    for held in library.initiatives:
        bound = bind_initiative(library, held.value, given(held.value.parameters))
        assert len(bound.members) + len(bound.problems) == len(held.value.references)
        problems.update(" ".join(problem.reason.split()[:4]) for problem in bound.problems)
        for member in bound.members:
            policy = member.policy()
            # One body of each type: the definitions were judged on all.
            for kind in policy.types or ():
                for resource in estate.of_type(kind)[:1]:
                    states[policy.evaluate(resource, estate).state] += 1
    # What the collection lacks is told: what the platform holds, and older versions.
    assert problems == {"there is no definition": 397, "there is no version": 101}
    assert states[State.NON_COMPLIANT] > 1000
