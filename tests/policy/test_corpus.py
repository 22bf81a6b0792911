"""Every shipped definition on every recorded body of its types."""

import gzip
import json
import lzma
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.policy.make import agree

from everward.estate import Estate, Reading, Resource
from everward.policy import DefinitionError, State, compile_definition, load_definition
from everward.values import Origin

ORIGIN = Origin(source="inventory")


@pytest.fixture(scope="module")
def corpus() -> Path:
    folder = os.environ.get("EVERWARD_CASES")
    if not folder:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    return Path(folder) / "corpus"


def read_bodies(path: Path) -> list[Resource]:
    resources = []
    for entry in json.loads(gzip.decompress(path.read_bytes())):
        body: dict[str, Any] = entry["body"]
        name = body.get("name")
        resources.append(
            Resource(
                id=body.get("id") or "/nameless",
                type=str(body.get("type") or "Nameless/things"),
                name=name if isinstance(name, str) else "object",
                body=body,
                origin=ORIGIN,
            )
        )
    return resources


def read_definitions(corpus: Path) -> list[dict[str, Any]]:
    text = lzma.decompress((corpus / "builtin-definitions.jsonl.xz").read_bytes())
    return [json.loads(line)["definition"] for line in text.splitlines()]


def test_every_definition_loads_and_judges_every_body_of_its_types(corpus: Path) -> None:
    estate = Estate([Reading("inventory", "bodies", read_bodies(corpus / "arm-get-bodies.json.gz"))])
    states: Counter[State] = Counter()
    loaded = without_types = 0
    for index, document in enumerate(read_definitions(corpus)):
        try:
            definition = load_definition(document)
        except DefinitionError as error:
            pytest.fail(f"definition {index + 1}: {error}")
        loaded += 1
        policy = compile_definition(definition)
        without_types += policy.types is None
        for kind in policy.types if policy.types is not None else estate.by_type:
            for resource in estate.of_type(kind):
                outcome = policy.evaluate(resource, estate)
                states[outcome.state] += 1
                # The slow way is taken for every seventh definition, which is what keeps this test short.
                if index % 7 == 0:
                    assert agree(outcome, policy.explain(resource, estate).outcome)
    assert loaded == 2762
    assert without_types <= 45
    assert states[State.NON_COMPLIANT] > 5000
    assert states[State.COMPLIANT] > 3000
    # The few bodies outside resource groups have no `resourceGroup()`.
    assert states[State.ERROR] < 50


def test_a_type_that_is_not_in_the_static_set_is_never_violated(corpus: Path) -> None:
    bodies = read_bodies(corpus / "arm-get-bodies.json.gz")[::40]
    estate = Estate([Reading("inventory", "bodies", bodies)])
    for index, document in enumerate(read_definitions(corpus)):
        if index % 9 == 0:
            policy = compile_definition(load_definition(document, strict=False))
            for resource in estate:
                if policy.types is not None and resource.type_key not in policy.types:
                    assert policy.evaluate(resource, estate).state in (State.NOT_APPLICABLE, State.COMPLIANT)
