"""The guide to test files says what there is, and its example runs."""

import re
from pathlib import Path

import msgspec
import pytest

from everward.policy.decisions import DECISIONS
from everward.policy.testing import run_suite
from everward.policy.testing.cases import Case, Expectation, Selection

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guides" / "policy-tests.md").read_text(encoding="utf-8")
DEFINITION = """{
  "mode": "Indexed",
  "parameters": {"effect": {"type": "String", "defaultValue": "audit"}},
  "policyRule": {
    "if": {
      "allOf": [
        {"field": "type", "equals": "Microsoft.Storage/storageAccounts"},
        {"field": "Microsoft.Storage/storageAccounts/minimumTlsVersion", "notEquals": "TLS1_2"}
      ]
    },
    "then": {"effect": "[parameters('effect')]"}
  }
}"""


def test_its_example_passes(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n# storage-tls\.test\.yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    (tmp_path / "storage-tls.json").write_text(DEFINITION, encoding="utf-8")
    (tmp_path / "storage-tls.test.yaml").write_text(found[1], encoding="utf-8")
    run = run_suite(tmp_path / "storage-tls.test.yaml")
    assert run.passed
    assert len(run.cases) == 3


@pytest.mark.parametrize("shape", [Case, Expectation, Selection])
def test_it_names_every_key(shape: type[msgspec.Struct]) -> None:
    named = set(re.findall(r"`(\w+)`", GUIDE))
    assert {field.encode_name for field in msgspec.structs.fields(shape)} <= named


def test_every_decision_is_written_down() -> None:
    text = (ROOT / "docs" / "adr" / "0015-where-the-language-is-open.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w-]+)`", text, re.MULTILINE) == [decision.id for decision in DECISIONS]


@pytest.mark.parametrize(
    "kind", ["Microsoft.Resources/resourceGroups", "Microsoft.Resources/subscriptions/resourceGroups"]
)
def test_a_resource_group_needs_no_scope(tmp_path: Path, kind: str) -> None:
    rule = DEFINITION.replace(
        'Microsoft.Storage/storageAccounts"}', 'Microsoft.Resources/subscriptions/resourceGroups"}'
    )
    rule = rule.replace("Indexed", "All")
    (tmp_path / "g.json").write_text(rule.replace("Microsoft.Storage/storageAccounts/minimumTlsVersion", "tags.owner"))
    case = f"- {{name: a, expect: bad, resource: {{type: {kind}, name: rg, location: westeurope}}}}\n"
    (tmp_path / "g.test.yaml").write_text(case, encoding="utf-8")
    run = run_suite(tmp_path / "g.test.yaml")
    assert run.passed, run
