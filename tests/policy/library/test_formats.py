"""From the content of a file to the policy objects in it."""

import gzip
import lzma
import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.policy.governing import assignment_document, definition_document, exemption_document, initiative_document

from everward.policy.library import formats
from everward.policy.library.entries import Kind
from everward.policy.library.formats import Found, Template, is_of_interest, kind_of, read_content, unescaped
from everward.values import UnreadableError

D1 = definition_document()


def found(content: Any, file: str = "x.json") -> list[Found | Template]:
    raw = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return list(read_content(raw, file))


def kinds(content: Any, file: str = "x.json") -> list[str]:
    return [str(item.kind) if isinstance(item, Found) else "template" for item in found(content, file)]


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (D1, Kind.DEFINITION),
        (D1["properties"], Kind.DEFINITION),
        (initiative_document("i"), Kind.INITIATIVE),
        (assignment_document("a", "policyDefinitions/d"), Kind.ASSIGNMENT),
        ({"policyDefinitionId": "/d", "type": "Microsoft.Authorization/policyAssignments"}, Kind.ASSIGNMENT),
        (exemption_document("e", "a"), Kind.EXEMPTION),
        ({"policyDefinitionId": "/d"}, None),
        ({"type": "Microsoft.PolicyInsights/remediations", "properties": {"policyDefinitionId": "/d"}}, None),
        ({"properties": {"policyAssignmentId": "/a"}}, None),
        ({"PROPERTIES": {"POLICYRULE": {}}}, Kind.DEFINITION),
        ({}, None),
    ],
)
def test_a_document_says_what_it_is(document: dict[str, Any], kind: Kind | None) -> None:
    assert kind_of(document) is kind


def test_shapes_of_files() -> None:
    assert kinds(D1) == ["definition"]
    assert kinds([D1, 5, {"other": 1}, initiative_document("i")]) == ["definition", "initiative"]
    assert kinds({"value": [D1, D1]}) == ["definition", "definition"]
    assert kinds({"source": "there.json", "definition": D1}) == ["definition"]
    assert kinds({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"}) == [
        "template"
    ]
    assert kinds("text") == []
    first = found([{}, D1])[0]
    assert isinstance(first, Found)
    assert first.address == "[1]"
    row = found({"source": "there.json", "definition": D1})[0]
    assert isinstance(row, Found)
    assert row.address == "there.json"


def test_lines_packed_or_not() -> None:
    lines = b"\n".join([msgspec.json.encode({"source": "a.json", "definition": D1}), b"", msgspec.json.encode(D1)])
    addresses = [item.address for item in found(lines, "x.jsonl") if isinstance(item, Found)]
    assert addresses == ["a.json", "line 3"]
    assert kinds(gzip.compress(lines), "X.JSONL.GZ") == ["definition", "definition"]
    assert kinds(lzma.compress(lines), "x.ndjson.xz") == ["definition", "definition"]


def test_comments_and_trailing_commas_are_fine() -> None:
    assert kinds(b'{ // mine\n"properties": {"policyRule": {"if": {}, "then": {}},},}', "x.jsonc") == ["definition"]


def test_yaml_of_landing_zones() -> None:
    text = b"name: d\nproperties:\n  policyRule:\n    if: {field: type, equals: a}\n    then: {effect: audit}\n"
    assert kinds(text, "d.alz_policy_definition.yaml") == ["definition"]


@pytest.mark.parametrize(
    ("content", "file", "message"),
    [
        (b"{", "x.json", "is not readable as JSON"),
        (b"\xff\xfe\xff", "x.json", "is not"),
        (b'{"a":1}\n{', "x.jsonl", "line 2 of `x.jsonl` is not JSON"),
        (b"nonsense", "x.json.gz", "is packed and damaged"),
        (b"nonsense", "x.json.xz", "is packed and damaged"),
        (b"a: [", "a.alz_policy_definition.yml", "is not readable as YAML"),
        (b"[" * 100_000, "x.json", "is not readable as JSON"),
        (b"[" * 100_000, "x.jsonl", "line 1 of `x.jsonl` is not JSON"),
        (b"[" * 100_000, "a.alz_policy_definition.yml", "is not readable as YAML"),
    ],
)
def test_what_cannot_be_read_is_told(content: bytes, file: str, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        found(content, file)


def test_a_packed_file_may_not_become_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_UNPACKED", 10)
    for content, name in ((gzip.compress(b"x" * 100), "x.json.gz"), (lzma.compress(b"x" * 100), "x.json.xz")):
        with pytest.raises(UnreadableError, match="larger than"):
            found(content, name)


def test_no_more_is_unpacked_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_UNPACKED", 1 << 20)
    content = gzip.compress(b" " * (64 << 20), compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError, match="larger than 1 MB"):
            found(content, "x.json.gz")
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_what_anchors_repeat_is_bounded() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    with pytest.raises(UnreadableError, match="more than 200000 values"):
        found("\n".join(lines).encode(), "a.alz_policy_definition.yaml")


@pytest.mark.parametrize(
    ("name", "interesting"),
    [
        ("a.json", True),
        ("a.jsonc", True),
        ("a.jsonl.xz", True),
        ("a.ndjson.gz", True),
        ("a.alz_policy_assignment.yaml", True),
        ("a.yaml", False),
        ("a.tf", False),
        ("a.zip", False),
    ],
)
def test_which_files_are_looked_at(name: str, interesting: bool) -> None:
    assert is_of_interest(name) is interesting


def test_the_escape_of_templates_is_taken_away_once() -> None:
    inside = {"effect": "[[parameters('effect')]", "list": ["[[concat('a')]", "plain", 5], "n": {"x": "[[y]"}}
    assert unescaped(inside) == {
        "effect": "[parameters('effect')]",
        "list": ["[concat('a')]", "plain", 5],
        "n": {"x": "[y]"},
    }
    as_azure_has_it = {"effect": "[parameters('effect')]", "literal": "[[not an expression]"}
    assert unescaped(as_azure_has_it) == as_azure_has_it
    plain = {"effect": "audit"}
    assert unescaped(plain) is plain


KEYS = [
    "properties",
    "policyRule",
    "policyDefinitions",
    "value",
    "definition",
    "source",
    "nodeName",
    "children",
    "assignment",
    "definitionEntry",
    "definitionEntryList",
    "scope",
    "scopes",
    "notScopes",
    "parameters",
    "overrides",
    "exemptions",
    "policySetName",
    "append",
    "$schema",
    "policyDefinitionId",
    "type",
    "policyAssignmentId",
    "exemptionCategory",
    "name",
    "managedIdentityLocations",
    "nonComplianceMessages",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)


@example({"nodeName": None, "children": True})
@example({"nodeName": "r", "definitionEntry": {}, "scope": {"d": ["/s"]}, "overrides": True})
@given(JSON)
def test_no_document_breaks_the_reader(document: Any) -> None:
    for item in found(document):
        assert isinstance(item, Template) or isinstance(item.document, dict)
