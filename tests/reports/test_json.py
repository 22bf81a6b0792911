"""The report for machines: the published schema holds, the same input gives the same bytes, nothing secret is in it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.reports.sample import STAMPS, assessment, estate, finding

from everward.estate import Estate, Reading, Resource
from everward.reports import Material, report
from everward.reports.encode import encode, encode_resource
from everward.reports.schema import build, text
from everward.values import Origin, Unknown

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "schema" / "assessment-1.json"


def render(*findings: Any) -> bytes:
    return b"".join(report("json").render(Material(assessment(*findings), estate())))


def test_the_document_keeps_to_the_published_schema() -> None:
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(render(finding(), finding(1, "low")))
    jsonschema.Draft202012Validator(schema).validate(document)
    for name, value in document.items():
        assert name in schema["properties"], name
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate({**document, name: 7 if value != 7 else ""})


def test_the_published_schema_is_the_one_that_the_records_give() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == text()
    described = build()["$defs"]["Finding"]["properties"]
    assert described["break"]["description"] == "The cheapest repair in one line."


def test_the_same_input_gives_the_same_bytes_one_entry_a_line() -> None:
    first = render(finding())
    assert first == render(finding())
    rows = first.decode().splitlines()
    assert sum(row.startswith('{"id":"/subscriptions') for row in rows) == len(estate())
    assert sum(row.startswith('{"criterion":') and '"state"' in row for row in rows) == 10


def test_holes_and_gaps_are_said() -> None:
    document = json.loads(render())
    by_name = {resource["name"]: resource for resource in document["resources"]}
    hole = {"$unknown": {"reason": "variable without value", "decidedBy": ["var.access"]}}
    assert by_name["open"]["properties"]["publicNetworkAccess"] == hole
    assert by_name["b"]["opaque"] is True
    strange = next(resource for resource in document["resources"] if "script" in resource["name"])
    assert strange["exists"] == strange["cardinality"] == hole
    assert strange["properties"]["note"] == "\ud800"
    assert [item["subject"] for item in document["unresolved"]] == ["var.access", "module.registry"]
    assert document["summary"]["complete"] is False


def test_no_secret_is_in_it() -> None:
    content = render()
    assert b"hunter2" not in content
    assert b"(redacted)" in content


def test_a_passed_verdict_is_compact() -> None:
    verdict = json.loads(render())["verdicts"][0]
    assert set(verdict) == {"criterion", "state", "resource"}


def test_members_of_a_body_cannot_pose_as_ours() -> None:
    resource = Resource("/a", "T/t", "n", {"id": "x", "origin": "y", "opaque": True, "sku": 1}, Origin("terraform"))
    assert json.loads(encode_resource(resource)) == {
        "id": "/a",
        "type": "T/t",
        "name": "n",
        "sku": 1,
        "origin": {"source": "terraform"},
    }


def test_origins_of_properties_are_written_when_asked_for() -> None:
    resource = estate().find(next(iter(estate())).id)
    assert resource is not None
    assert "origins" not in json.loads(encode_resource(resource))
    assert json.loads(encode_resource(resource, origins=True))["origins"] == {
        "properties.enablepurgeprotection": {"source": "terraform", "file": "modules/stamp/key vault.tf", "line": 20}
    }


def test_a_body_that_is_nested_beyond_all_measure_is_cut_not_lost() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    document = json.loads(encode_resource(Resource("/a", "T/t", "n", {"properties": deep}, Origin("inventory"))))
    assert "nested too deeply" in json.dumps(document)
    for levels in (10, 200):
        body: Any = 1
        for _ in range(levels):
            body = [body]
        shown = json.loads(encode_resource(Resource("/a", "T/t", "n", {"p": body}, Origin("inventory"))))
        assert shown["p"] == body


def test_many_resources_stream_in_pieces() -> None:
    reading = Reading("inventory", "i")
    reading.resources = [Resource(f"/x/{n}", "T/t", str(n), {}, Origin("inventory")) for n in range(1000)]
    pieces = list(report("json").render(Material(assessment(), Estate([reading]))))
    assert max(map(len, pieces)) < sum(map(len, pieces)) / 2
    assert len(json.loads(b"".join(pieces))["resources"]) == 1000


def test_text_that_is_no_unicode_is_escaped() -> None:
    assert json.loads(encode({"a": "\udc80x"})) == {"a": "\udc80x"}
    assert json.loads(encode(Unknown(reason="\udc80")))["reason"] == "\udc80"


def test_every_stamp_is_named_in_the_finding() -> None:
    (shown,) = json.loads(render(finding()))["findings"]
    assert len(shown["locations"]) == len(shown["resources"]) == len(STAMPS)
    assert shown["break"] == "set purge_protection_enabled = true"
    assert shown["reasons"][0]["actual"] is False
