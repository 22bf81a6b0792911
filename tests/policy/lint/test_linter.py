"""Reading, rules by id, repairs, files, and input of every kind."""

import json
import lzma
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.lint.linting import IS_STORAGE, OLD_TLS, TLS, beside, definition, lint, rules, said

from everward.policy import DefinitionError
from everward.policy.lint import RULES, Linter, apply_fixes, read_document
from everward.policy.lint.files import PolicyFile, policy_files, read_known, write_text
from everward.values import UnreadableError, UsageError


def test_every_rule_has_an_id_a_title_and_a_reason() -> None:
    assert len(RULES) >= 25
    for name, rule in RULES.items():
        assert name == rule.id == name.lower()
        assert rule.title
        assert rule.find.__doc__


def test_rules_are_chosen_by_id() -> None:
    made = definition(beside({"FIELD": "colour", "equals": "x"}))
    assert set(rules(made)) == {"unknown-alias", "name-case"}
    assert rules(made, only=("name-case",)) == ["name-case"]
    text = json.dumps(made)
    assert [item.rule for item in Linter(without=["name-case"]).remarks(text, "f")] == ["unknown-alias"]
    with pytest.raises(UsageError, match="there is no rule `name-cas`") as caught:
        Linter(only=["name-cas"])
    assert caught.value.help == "did you mean `name-case`?"


def test_every_fault_is_told_not_only_the_first() -> None:
    made = definition(
        {
            "allOf": [
                {"field": "kind", "equls": "x"},
                {"anyOf": {"field": "kind"}},
                {"allOf": [], "extra": 1},
                7,
                {"field": "kind", "value": 1, "equals": 2},
                {"count": {"field": "kind", "where": {"field": "kind"}}, "greater": 0},
                {"field": "kind", "equals": "[concat(]"},
                IS_STORAGE,
                OLD_TLS,
            ]
        },
        effect="audt",
    )
    messages = said(made, "malformed")
    assert len(messages) == 9
    assert "`equls` is no operator" in messages
    assert "`audt` is no effect" in messages
    assert "a condition is not an object" in messages


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"properties": {"policyRule": []}}, "the definition has no `policyRule` that is an object"),
        ({"policyRule": {"then": {"effect": "audit"}}}, "the rule has no `if`"),
        ({"if": OLD_TLS}, "the rule has no `then`"),
        ({"if": OLD_TLS, "then": "audit"}, "`then` is not an object"),
        (definition(mode=7), "the mode is not a text"),
        (definition(mode="Some"), "`Some` is no mode"),
        ({"if": OLD_TLS, "then": {}}, "`then` has no `effect`"),
    ],
)
def test_what_is_no_rule_is_told(document: Any, message: str) -> None:
    assert said(document, "malformed") == [message]


def test_keys_that_stand_twice_are_told_with_their_line() -> None:
    text = json.dumps(definition(), indent=2).replace('"equals"', '"equals": 1,\n  "equals"')
    (remark,) = lint(text, only=("duplicate-key",))
    assert remark.message == "`equals` stands twice in one object"
    assert '"equals": "Microsoft' in text.splitlines()[remark.line - 1]
    alike = definition(beside({"field": "kind", "Field": "name", "equals": 1}))
    assert said(alike, "duplicate-key") == ["`field` and `Field` are the same key"]


def test_comments_are_read_over() -> None:
    text = json.dumps(definition(beside({"field": TLS, "notIN": ["a"]})), indent=2)
    text = "// why\n" + text.replace('"allOf"', '/* both */ "allOf"')
    assert lint(text)[0].rule == "name-case"
    mended, number = apply_fixes(Linter(), text, "f")
    assert (mended, number) == (text.replace("notIN", "notIn"), 1)


@pytest.mark.parametrize("text", ["", "[", "[]", "7", '"x"', "{}", '{"properties": 1}', '{"a": {"b": 1}}', "{" * 900])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_document(text, "x.json")
    assert caught.value.origin is not None
    assert caught.value.origin.file == "x.json"
    assert caught.value.help


def test_nesting_is_bounded() -> None:
    condition: Any = OLD_TLS
    for _ in range(200):
        condition = {"not": condition}
    assert said(definition(condition), "malformed") == []
    text = '{"if": ' + '{"not": ' * 300 + json.dumps(OLD_TLS) + "}" * 300 + ', "then": {"effect": "audit"}}'
    assert said(text, "malformed") == ["conditions are nested deeper than 240 levels"]
    where: Any = OLD_TLS
    for index in range(60):
        where = {"count": {"value": [1], "name": f"n{index}", "where": where}, "greater": 0}
    assert "limit" in rules(definition(where))
    with pytest.raises(DefinitionError, match="nested deeper"):
        read_document("[" * 100_000, "x.json")


def test_files_are_found_in_folders(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(definition()), encoding="utf-8")
    (tmp_path / "b.json").write_text("{}", encoding="utf-8")
    (tmp_path / "c.json").write_text('{"policyRule": ', encoding="utf-8")
    (tmp_path / "d.txt").write_text(json.dumps(definition()), encoding="utf-8")
    (tmp_path / "e.json").write_bytes(b'\xff\xfe{"policyRule": 1}')
    (tmp_path / "f.json").write_bytes(b'{"policyrule": "\xff"}')
    (tmp_path / "g.json").write_text('{"x": "policyRule"}', encoding="utf-8")
    found = list(policy_files([tmp_path, tmp_path / "a.json", tmp_path / "d.txt"]))
    names = [item.path.name for item in found if isinstance(item, PolicyFile)]
    assert names == ["a.json", "c.json", "d.txt"]
    assert [item.message for item in found if isinstance(item, DefinitionError)] == ["not text in UTF-8"] * 2
    with pytest.raises(UsageError):
        list(policy_files([tmp_path / "none"]))


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{}", encoding="utf-8")
    (tmp_path / "b.json").chmod(0)
    found = list(policy_files([tmp_path / "b.json"]))
    if os.geteuid() != 0:
        assert isinstance(found[0], DefinitionError)
        assert "cannot read" in found[0].message


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_repaired_file_keeps_its_encoding_and_rights(head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    encoding = "utf-16-le" if head == b"\xff\xfe" else "utf-8"
    path.write_bytes(head + '{"ä": 1}'.encode(encoding))
    path.chmod(0o640)
    write_text(path, '{"ä": 2}', path.read_bytes())
    assert path.read_bytes() == head + '{"ä": 2}'.encode(encoding)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [item.name for item in tmp_path.iterdir()] == ["a.json"]


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot write"):
        write_text(tmp_path / "none" / "a.json", "{}", b"")


def test_known_definitions_are_read_from_json_and_lines(tmp_path: Path) -> None:
    one, two = ({**definition(), "name": name} for name in ("one", "two"))
    (tmp_path / "a.json").write_text(json.dumps(one), encoding="utf-8")
    (tmp_path / "b.json").write_text("[1, ", encoding="utf-8")
    (tmp_path / "c.jsonl").write_text(json.dumps({"definition": two}) + "\n7\n", encoding="utf-8")
    (tmp_path / "d.json").write_text(json.dumps([{**definition(), "name": "three"}]), encoding="utf-8")
    (tmp_path / "e.txt").write_text("x", encoding="utf-8")
    known = read_known([tmp_path])
    assert [known.find(name) is not None for name in ("one", "TWO", "/x/three", "four")] == [True, True, True, False]


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.text(max_size=3),
        st.sampled_from(
            ["[parameters('a')]", "[field('kind')]", "[concat(", "type", "tags.a", "x[*].y", "Deny", "modify", "all"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "if",
                    "then",
                    "effect",
                    "details",
                    "field",
                    "value",
                    "count",
                    "where",
                    "name",
                    "equals",
                    "in",
                    "not",
                    "allOf",
                    "anyOf",
                    "exists",
                    "operations",
                    "operation",
                    "roleDefinitionIds",
                    "type",
                    "existenceCondition",
                    "deployment",
                    "properties",
                    "policyRule",
                    "parameters",
                    "metadata",
                    "allowedValues",
                    "defaultValue",
                    "mode",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=25,
)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "policyRule",
                "parameters",
                "mode",
                "policyDefinitions",
                "policyDefinitionGroups",
                "metadata",
                "displayName",
            ]
        ),
        JSON,
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_file_lint_and_repair_end_well(properties: dict[str, Any]) -> None:
    text = json.dumps({"properties": properties})
    if not set(properties) & {"policyRule", "policyDefinitions"}:
        with pytest.raises(DefinitionError):
            lint(text)
        return
    for remark in lint(text):
        assert remark.line >= 1
        assert remark.message
    apply_fixes(Linter(), text, "f")


def test_every_shipped_definition_and_initiative_is_linted() -> None:
    folder = os.environ.get("EVERWARD_CASES")
    if not folder:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    linter = Linter()
    seen: dict[str, int] = {}
    for name in ("builtin-definitions", "builtin-initiatives"):
        lines = lzma.decompress((Path(folder) / "corpus" / f"{name}.jsonl.xz").read_bytes()).splitlines()
        for line in lines[::13]:
            for remark in linter.remarks(json.dumps(json.loads(line)["definition"]), name):
                seen[remark.rule] = seen.get(remark.rule, 0) + 1
    # What Azure ships follows the grammar of its own language, and names what exists.
    for rule in (
        "malformed",
        "unknown-alias",
        "undeclared-parameter",
        "function-unavailable",
        "effect-mode",
        "missing-role",
        "limit",
    ):
        assert rule not in seen
    assert seen["deprecated"] > 5
