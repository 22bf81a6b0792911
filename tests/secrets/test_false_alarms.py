"""Taking secrets out changes no verdict, and hides nothing that is none."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import everward.sources
from everward.cli import main
from everward.values import Unknown
from everward.values.secrecy import conceal_body

ROOT = Path(__file__).resolve().parents[2]
SUBSCRIPTION = "5ab5c21b-7c0e-4f5a-9d55-0d2f0c6a1e01"


def workloads() -> list[str]:
    found = [f"examples/{kind}/{form}" for kind in ("faulty", "hardened") for form in ("terraform", "arm")]
    reference = os.environ.get("EVERWARD_MCO")
    return [*(str(ROOT / name) for name in found), *([f"{reference}/src/infra"] if reference else ())]


def judged(path: str, report: Path) -> Any:
    """What an assessment says: verdicts with their reasons, and findings."""
    arguments = ["assess", path, "-o", f"json={report}", "--fail-on", "never", "--allow-incomplete"]
    assert main([*arguments, "--subscription", SUBSCRIPTION]) == 0
    document = json.loads(report.read_text())
    return document["verdicts"], document["findings"]


@pytest.mark.parametrize("path", workloads())
def test_no_finding_changes(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    concealed = judged(path, tmp_path / "with.json")
    monkeypatch.setattr(everward.sources, "conceal_readings", lambda _: None)
    assert concealed == judged(path, tmp_path / "without.json")
    assert len(concealed[0]) > 50


def hidden(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(after, Unknown):
        yield path
    elif isinstance(before, dict):
        for key, item in before.items():
            yield from hidden(item, after[key], f"{path}.{key}")
    elif isinstance(before, list):
        for one, two in zip(before, after, strict=True):
            yield from hidden(one, two, f"{path}[]")


def test_of_recorded_resources_only_secrets_are_hidden() -> None:
    cases = os.environ.get("EVERWARD_CASES")
    if not cases:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with recorded resources")
    recorded = json.loads(gzip.decompress((Path(cases) / "corpus" / "arm-get-bodies.json.gz").read_bytes()))
    bodies = [item["body"] for item in recorded if isinstance(item["body"], dict)]
    assert len(bodies) > 800
    found = [
        f"{body.get('type', '').lower()}{path}"
        for body in bodies
        for path in hidden(body, conceal_body(body, body.get("type", ""), body.get("name", "")), "")
    ]
    assert sorted(found) == [
        "microsoft.automation/automationaccounts/variables.properties.value",
        "microsoft.cdn/profiles/customdomains.properties.validationProperties.validationToken",
        "microsoft.insights/components.properties.ConnectionString",
        "microsoft.insights/components.properties.InstrumentationKey",
    ]
