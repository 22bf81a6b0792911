"""The reference workload, read and judged the way a user does it: a process, its output, its exit code."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.examples.provider_schema import Block, parse

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
ROOTS = {"globalresources": 89, "releaseunit": 158}
STAND_INS = {"terraform_data.api_key": "random_password.api_key"}
"""What the recorded plan planned in place of a provider that was not at hand."""
KEY = re.compile(r"\[[^\]]*\]")


def folder_of(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} does not name a folder")
    return Path(value)


@pytest.fixture(scope="module")
def workload() -> Path:
    return folder_of("EVERWARD_MCO") / "src" / "infra" / "workload"


@pytest.fixture(scope="module")
def conformance() -> Path:
    return folder_of("EVERWARD_CASES") / "conformance" / "terraform"


@cache
def everward(*arguments: str, cwd: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "everward", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    assert "Traceback" not in done.stderr
    return done


def with_variables(root: Path, conformance: Path) -> list[str]:
    files = (root / "variables-prod.tfvars", conformance / f"{root.name}.tfvars")
    return [part for file in files for part in ("--var-file", str(file))] + ["--subscription", SUBSCRIPTION]


def show(*arguments: str, cwd: str | None = None) -> Any:
    done = everward("estate", "show", *arguments, "-o", "json", cwd=cwd)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def planned(conformance: Path, root: str) -> set[str]:
    with gzip.open(conformance / f"mco-plan-{root}-3.116.0.json.gz", "rt", encoding="utf-8") as stream:
        changes = json.load(stream)["resource_changes"]
    return {STAND_INS.get(change["address"], change["address"]) for change in changes if change["mode"] == "managed"}


def managed(document: Any) -> dict[str, Any]:
    found = {item["address"]: item for item in document["addresses"]}
    assert len(found) == len(document["addresses"]), "an address stands twice"
    return {address: item for address, item in found.items() if ".data." not in f".{address}"}


@pytest.mark.parametrize(("root", "instances"), ROOTS.items())
def test_every_planned_instance_is_accounted_for(root: str, instances: int, workload: Path, conformance: Path) -> None:
    document = show(str(workload / root), *with_variables(workload / root, conformance))
    addresses = managed(document)
    assert set(addresses) == planned(conformance, root)
    assert len(addresses) == instances
    kinds = {"resource", "merged", "child", "opaque", "none"}
    assert {item["disposition"] for item in addresses.values()} <= kinds
    identities = {resource["id"].lower() for resource in document["resources"]}
    for item in addresses.values():
        assert item["origin"]["file"]
        assert item["origin"]["line"] > 0
        if item["disposition"] in ("resource", "merged", "opaque"):
            assert item["into"].lower() in identities, item


def test_the_roots_are_read_with_other_inputs_too(workload: Path, conformance: Path) -> None:
    root = workload / "globalresources"
    other = [
        *with_variables(root, conformance),
        *("--var", "prefix=other", "--var", 'stamps=["swedencentral", "brazilsouth", "eastus2"]'),
        *("--var", "custom_fqdn="),
    ]
    addresses = managed(show(str(root), *other))
    assert 'module.stamp_monitoring["eastus2"].azurerm_log_analytics_workspace.stamp' in addresses
    domains = [item for address, item in addresses.items() if "azurerm_cdn_frontdoor_custom_domain." in address]
    assert [(item["disposition"], item.get("reason")) for item in domains] == [("none", "`count` is 0")]
    assert not any("afprod" in str(item.get("into", "")) for item in addresses.values())
    root = workload / "releaseunit"
    other = [*with_variables(root, conformance), "--var", 'stamps=["swedencentral", "brazilsouth", "eastus2"]']
    wider = managed(show(str(root), *other))
    usual = planned(conformance, "releaseunit")
    inside = {address for address in usual if address.startswith('module.stamp["swedencentral"]')}
    assert {address.replace("swedencentral", "eastus2") for address in inside} <= set(wider)
    assert len(wider) == len(usual) + len(inside)


@pytest.mark.parametrize("root", ROOTS)
def test_an_assessment_judges_and_says_where(root: str, workload: Path, conformance: Path) -> None:
    arguments = [str(workload / root), *with_variables(workload / root, conformance), "--allow-incomplete"]
    done = everward("assess", *arguments, "-o", "json")
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "everward/assessment/1"
    assert document["findings"]
    for finding in document["findings"]:
        assert finding["locations"], finding
    assert not [verdict for verdict in document["verdicts"] if verdict["state"] == "error"]


def blocks_below(folder: Path) -> set[tuple[str, str]]:
    """Every resource block of a root and of the modules below it, as type and name."""
    found: list[Block] = []
    for file in sorted(folder.rglob("*.tf")):
        found += [block for block in parse(file) if block.kind == "resource"]
    return {(block.labels[0], block.labels[1]) for block in found}


def may_be_absent(folder: Path) -> set[tuple[str, str]]:
    """Blocks whose number is said, and by nothing that must be given: defaults may well make it zero."""
    needed = re.compile(rf"\b({'|'.join(mandatory_variables(folder))})\b")
    found = set()
    for file in sorted(folder.rglob("*.tf")):
        for block in parse(file):
            said = block.attributes.get("count") or block.attributes.get("for_each")
            if block.kind == "resource" and said is not None and not needed.search(str(said.text)):
                found.add((block.labels[0], block.labels[1]))
    return found


def block_of(address: str) -> tuple[str, str]:
    kind, name = KEY.sub("", address).split(".")[-2:]
    return kind, name


def mandatory_variables(folder: Path) -> set[str]:
    blocks = [block for file in sorted(folder.glob("*.tf")) for block in parse(file) if block.kind == "variable"]
    return {block.labels[0] for block in blocks if "default" not in block.attributes}


@pytest.fixture(params=sorted(ROOTS))
def bare_root(request: pytest.FixtureRequest, workload: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root as somebody got it who has nothing else: no variable files, no repository with pipelines around it."""
    target = tmp_path_factory.mktemp("bare") / "infra"
    shutil.copytree(workload.parent, target, ignore=shutil.ignore_patterns("*.tfvars"))
    return target / "workload" / str(request.param)


def test_without_variables_nothing_is_dropped_and_everything_open_is_listed(bare_root: Path) -> None:
    document = show(bare_root.name, cwd=str(bare_root.parent))
    read = {block_of(address) for address in managed(document)}
    assert read <= blocks_below(bare_root)
    assert blocks_below(bare_root) - read <= may_be_absent(bare_root)
    unresolved = document["unresolved"]
    for item in unresolved:
        assert item["origin"]["file"].startswith(bare_root.name), item
        assert item["origin"]["line"] > 0, item
        assert item.get("decidedBy") or item.get("help"), item
    said = json.dumps(unresolved)
    assert {name for name in mandatory_variables(bare_root) if f"var.{name}" not in said} == set()


def test_without_variables_the_exit_code_says_incomplete(bare_root: Path) -> None:
    cwd = str(bare_root.parent)
    assert everward("assess", bare_root.name, cwd=cwd).returncode == 3
    allowed = everward("assess", bare_root.name, "--allow-incomplete", "-o", "json", cwd=cwd)
    assert allowed.returncode == 1
    assert json.loads(allowed.stdout)["unresolved"]


@pytest.mark.parametrize("root", ROOTS)
def test_inside_the_repository_the_inputs_of_its_pipelines_are_found(root: str, workload: Path) -> None:
    document = show(str(workload / root), "--environment", "prod")
    files = [file for item in document["inputs"] for file in item["files"]]
    pipelines = [file for file in files if file["role"] == "pipeline" and "/.ado/pipelines/" in file["path"]]
    assert {"stamps", "contact_email"} <= set(re.findall(r"\w+", " ".join(file["detail"] for file in pipelines)))
    variables = {Path(file["path"]).name: file.get("used", True) for file in files if file["role"] == "variable file"}
    assert variables == {"variables-e2e.tfvars": False, "variables-int.tfvars": False, "variables-prod.tfvars": True}
    open_inputs = {item["subject"]: item for item in document["unresolved"] if item["subject"].startswith("var.")}
    assert "while the pipeline runs" in open_inputs["var.prefix"]["reason"]
    assert "var.stamps" not in open_inputs
