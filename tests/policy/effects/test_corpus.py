"""Every shipped definition on requests for, and deletions of, every recorded body of its types."""

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from tests.policy.test_corpus import read_bodies, read_definitions

from everward.estate import Estate, Reading
from everward.policy import State, compile_definition, load_definition
from everward.policy.effects import RequestContext, Result, evaluate_request, remediation
from everward.policy.problem import EvaluationError


def test_every_definition_decides_requests_for_every_body_of_its_types() -> None:
    folder = os.environ.get("EVERWARD_CASES")
    if not folder:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    corpus = Path(folder) / "corpus"
    estate = Estate([Reading("inventory", "bodies", read_bodies(corpus / "arm-get-bodies.json.gz"))])
    seen: Counter[Result] = Counter()
    deployments = changes = 0
    for document in read_definitions(corpus):
        made = compile_definition(load_definition(document))
        for kind in sorted(made.types or ()):
            for resource in estate.of_type(kind)[:3]:
                decision = evaluate_request(resource, [made], estate)
                seen.update(event.result for event in decision.events)
                deployments += sum(follow.deployment is not None for follow in decision.follow_ups)
                assert all(follow.message or follow.state is not State.ERROR for follow in decision.follow_ups)
                evaluate_request(resource, [made], estate, RequestContext("DELETE"))
                with suppress(EvaluationError):
                    mended = remediation(made, resource, estate)
                    changes += len(mended.changes) if mended is not None else 0
    assert {Result.CHANGED, Result.AUDITED, Result.FOLLOWS, Result.UNKNOWN} <= seen.keys()
    assert deployments > 50
    assert changes > 10
