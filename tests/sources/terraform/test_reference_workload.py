"""Both roots of the reference workload against their real plans: the same instances, no known value that differs."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import StandInProvider

from everward.estate import Reading
from everward.sources.interface import ReadOptions
from everward.sources.terraform.evaluation import Session
from everward.sources.terraform.inputs import gather_values
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.values import outward, unmark
from everward.sources.terraform.modules import ModuleLoader
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree
from everward.values import Unknown

CASES = os.environ.get("EVERWARD_CASES")
MCO = os.environ.get("EVERWARD_MCO")
pytestmark = pytest.mark.skipif(
    not CASES or not MCO, reason="EVERWARD_CASES and EVERWARD_MCO name no recorded plans and no checkout"
)
WORKLOAD = "src/infra/workload"

SUBNETS = """
variable "base_cidr_block" {}
variable "networks" {}
locals {
  blocks = cidrsubnets(var.base_cidr_block, var.networks[*].new_bits...)
}
output "base_cidr_block" {
  value = var.base_cidr_block
}
output "network_cidr_blocks" {
  value = { for index, network in var.networks : network.name => local.blocks[index] }
}
"""
"""Stands in for the registry module, as it did when the plan was made."""

STAND_INS = {"random_password.api_key": "terraform_data.api_key"}
REWRITTEN = re.compile(
    r"consistency_policy\[0\]\.max_|monitor_account_id$|prometheus_rule_group.*scopes$|secrets\[.*\.value$"
)
"""What the provider rewrites, what a literal stood in for, and a truth value that the schema makes text."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workload")
    shutil.copytree(Path(MCO or "") / "src" / "infra", folder / "src" / "infra")
    shutil.copytree(Path(MCO or "") / ".ado", folder / ".ado")
    (folder / ".git").mkdir()
    unit = folder / WORKLOAD / "releaseunit"
    (unit / "modules" / "cidr").mkdir()
    (unit / "modules" / "cidr" / "main.tf").write_text(SUBNETS)
    for path, source in ((unit / "stamp.tf", "./modules/cidr"), (unit / "modules/stamp/network.tf", "../cidr")):
        path.write_text(path.read_text().replace('"hashicorp/subnets/cidr"', f'"{source}"'))
    return folder


def evaluate(checkout: Path, root: str, **variables: str) -> Session:
    folder = checkout / WORKLOAD / root
    loader = ModuleLoader(Tree(folder))
    module = loader.load(folder)
    files = (folder / "variables-prod.tfvars", Path(CASES or "") / "conformance" / "terraform" / f"{root}.tfvars")
    options = ReadOptions(var_files=files, variables=variables)
    session = Session(module, loader, StandInProvider(), gather_values(module, loader, options).values)
    session.run()
    return session


def managed(session: Session) -> dict[str, Instance]:
    return {
        STAND_INS.get(instance.address, instance.address): instance
        for instance in session.instances
        if instance.mode == "managed"
    }


def plan(root: str) -> dict[str, Any]:
    path = Path(CASES or "") / "conformance" / "terraform" / f"mco-plan-{root}-3.116.0.json.gz"
    changes = json.loads(gzip.decompress(path.read_bytes()))["resource_changes"]
    return {change["address"]: change["change"] for change in changes if change["mode"] == "managed"}


@pytest.mark.parametrize(("root", "count"), [("globalresources", 89), ("releaseunit", 158)])
def test_the_instances_are_those_of_the_plan(checkout: Path, root: str, count: int) -> None:
    session = evaluate(checkout, root)
    found = managed(session)
    assert len(found) == count
    assert found.keys() == plan(root).keys()
    assert session.unresolved == []
    assert all(instance.cardinality is None for instance in session.instances)


def differing(path: str, ours: Any, after: Any, unknown: Any) -> Iterator[str]:
    """Leaves that both know and that differ. Numbers and text of the same look are the same: the schema decides."""
    if unknown is True or ours is None or isinstance(ours, Unknown):
        return
    if isinstance(ours, dict):
        inner, open_ = (item if isinstance(item, dict) else {} for item in (after, unknown))
        for key, value in ours.items():
            yield from differing(f"{path}.{key}", value, inner.get(key), open_.get(key))
    elif isinstance(ours, list) and isinstance(after, list) and any(isinstance(item, dict) for item in ours):
        if len(ours) != len(after):
            yield f"{path}: {len(ours)} blocks, planned {len(after)}"
            return
        for index, (left, right) in enumerate(zip(ours, after, strict=True)):
            flags = unknown[index] if isinstance(unknown, list) and index < len(unknown) else None
            yield from differing(f"{path}[{index}]", left, right, flags)
    elif isinstance(ours, list):
        known = [str(item) for item in ours if not isinstance(item, Unknown)]
        if len(known) == len(ours) and Counter(known) != Counter(map(str, after or [])):
            yield f"{path}: {ours!r}, planned {after!r}"
    elif str(ours) != str(after):
        yield f"{path}: {ours!r}, planned {after!r}"


@pytest.mark.parametrize("root", ["globalresources", "releaseunit"])
def test_no_known_value_differs_from_the_plan(checkout: Path, root: str) -> None:
    planned = plan(root)
    leaves = [
        line
        for address, instance in managed(evaluate(checkout, root)).items()
        if address == instance.address
        for name, value in instance.attributes.items()
        for line in differing(
            f"{address}.{name}",
            value,
            planned[address]["after"].get(name),
            planned[address]["after_unknown"].get(name),
        )
    ]
    assert [line for line in leaves if not REWRITTEN.search(line.partition(": ")[0])] == []


@pytest.mark.parametrize(("root", "known"), [("globalresources", 8), ("releaseunit", 0)])
def test_no_known_output_differs_from_the_plan(checkout: Path, root: str, known: int) -> None:
    path = Path(CASES or "") / "conformance" / "terraform" / f"mco-plan-{root}-3.116.0.json.gz"
    planned = json.loads(gzip.decompress(path.read_bytes()))["output_changes"]
    session = evaluate(checkout, root)
    ours = {name: outward(unmark(session.top.output(name))) for name in session.root.outputs}
    assert ours.keys() == planned.keys()
    leaves = [
        line
        for name, value in ours.items()
        for line in differing(name, value, planned[name].get("after"), planned[name].get("after_unknown"))
    ]
    assert leaves == []
    both = [
        name for name, value in ours.items() if not planned[name]["after_unknown"] and not isinstance(value, Unknown)
    ]
    assert len(both) >= known


def test_another_prefix_and_three_stamps_without_a_domain(checkout: Path) -> None:
    stamps = '["northeurope", "uksouth", "eastus2"]'
    before = managed(evaluate(checkout, "globalresources"))
    session = evaluate(checkout, "globalresources", prefix="contoso", stamps=stamps, custom_fqdn="")
    found = managed(session)
    assert session.unresolved == []
    per_stamp = sum('stamp_monitoring["swedencentral"]' in address for address in before)
    for region in json.loads(stamps):
        assert sum(f'stamp_monitoring["{region}"]' in address for address in found) == per_stamp
    ours = {address for address in found if not address.startswith("module.stamp_monitoring")}
    theirs = {address for address in before if not address.startswith("module.stamp_monitoring")}
    assert ours < theirs
    assert all("dns" in address or "custom_domain" in address for address in theirs - ours)
    assert found["azurerm_container_registry.main"].attributes["name"] == "contosoglobalcr"
    replicas = found["azurerm_container_registry.main"].attributes["georeplications"]
    assert isinstance(replicas, list)
    assert [replica["location"] for replica in replicas if isinstance(replica, dict)] == ["uksouth", "eastus2"]
    assert "afprod" not in repr({address: instance.attributes for address, instance in found.items()})

    unit = evaluate(
        checkout, "releaseunit", prefix="contoso", stamps=stamps, global_resource_group_name="contoso-global-rg"
    )
    two = managed(evaluate(checkout, "releaseunit"))
    once = sum(not address.startswith("module.stamp[") for address in two)
    assert len(managed(unit)) == once + 3 * (len(two) - once) // 2
    names = {str(instance.attributes.get("name")) for instance in managed(unit).values()}
    assert {"contoso-northeuro-kv", "contoso-uksouth-kv", "contoso-eastus2-kv"} <= names


def read(checkout: Path, root: str, **options: Any) -> Reading:
    source, tree = TerraformSource(), Tree(checkout / WORKLOAD / root)
    (item,) = source.find(tree)
    return source.read(item, tree, ReadOptions(**options))


@pytest.mark.parametrize("root", ["globalresources", "releaseunit"])
def test_without_variables_everything_open_is_told_with_its_place(checkout: Path, root: str) -> None:
    reading = read(checkout, root)
    assert reading.incomplete
    told = {item.subject: item for item in reading.unresolved}
    for subject in ("var.prefix", "var.stamps"):
        origin = told[subject].origin
        assert origin is not None
        assert origin.file is not None
        assert origin.file.endswith("variables.tf")
        assert "--environment e2e|int|prod" in (told[subject].help or "")
    modules = "module.stamp_monitoring" if root == "globalresources" else "module.stamp"
    assert told[modules].incomplete
    assert told[modules].decided_by == ("var.stamps",)
    assert any(
        item.role == "pipeline" and "choose with --environment" in (item.detail or "") for item in reading.inputs
    )
    # One instance of each resource in the stamps remains, and says that its number is open.
    assert any(resource.cardinality is not None for resource in reading.resources)
    assert len(reading.dispositions) > 50


def test_the_pipeline_of_an_environment_gives_its_inputs(checkout: Path) -> None:
    reading = read(checkout, "globalresources", environment="prod")
    assert not reading.incomplete
    told = {item.subject: item.reason for item in reading.unresolved if item.subject.startswith("var.")}
    assert set(told) == {"var.prefix", "var.branch", "var.queued_by"}
    assert all("set while the pipeline runs" in reason for reason in told.values())
    names = {resource.name for resource in reading.resources}
    assert "afprod{globalResourceSuffix}-global-cosmos" in names
    used = {Path(item.path).name for item in reading.inputs if item.used}
    assert {"variables-prod.tfvars", "stages-full-release.yaml", "azure-release-prod.yaml"} <= used
