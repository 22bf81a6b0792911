"""The reference workload against what the real provider planned and sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.terraform.golden import (
    SUBSCRIPTION,
    cases_file,
    compare,
    contradictions,
    recorded_bodies,
    unpacked_plan,
    workload,
)

from everward.estate import Reading
from everward.sources.interface import ReadOptions
from everward.sources.terraform.plan import PlanSource
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree

ROOTS = {"globalresources": 89, "releaseunit": 158}


def read_plan(root: str, folder: Path) -> Reading:
    tree = Tree(unpacked_plan(root, folder))
    source = PlanSource()
    (item,) = source.find(tree)
    return source.read(item, tree, ReadOptions(subscription=SUBSCRIPTION))


def read_source(root: str, **variables: str) -> Reading:
    folder = workload(root)
    tree = Tree(folder)
    source = TerraformSource()
    (item,) = [one for one in source.find(tree) if one.path == folder]
    files = (folder / "variables-prod.tfvars", cases_file(f"conformance/terraform/{root}.tfvars"))
    return source.read(item, tree, ReadOptions(subscription=SUBSCRIPTION, var_files=files, variables=variables))


def test_bodies_from_the_plan(tmp_path: Path) -> None:
    result = compare(recorded_bodies(), read_plan("globalresources", tmp_path).resources)
    assert result.wrong == {}
    assert all(result.unknown.values())
    assert result.share >= 0.95


def test_bodies_from_the_source() -> None:
    result = compare(recorded_bodies(), read_source("globalresources").resources)
    assert result.wrong == {}
    assert all(result.unknown.values())
    assert result.share >= 0.95


@pytest.mark.parametrize("root", ROOTS)
def test_source_and_plan_never_contradict(root: str, tmp_path: Path) -> None:
    planned, written = read_plan(root, tmp_path), read_source(root)
    addresses = [{one.address for one in reading.dispositions} for reading in (planned, written)]
    # The plan was made with stand-ins for another provider's resource, for a data source and for a module.
    assert addresses[0] ^ addresses[1] <= {"random_password.api_key", "terraform_data.api_key"}
    fates = [{one.address: one.disposition for one in reading.dispositions} for reading in (planned, written)]
    assert {address: fate for address, fate in fates[0].items() if fates[1].get(address, fate) != fate} == {}
    stand_in = "/providers/microsoft.monitor/accounts/"
    assert [one for one in contradictions(written, planned) if stand_in not in str(one).lower()] == []


@pytest.mark.parametrize(("root", "count"), ROOTS.items())
def test_every_address_has_a_disposition(root: str, count: int, tmp_path: Path) -> None:
    for reading in (read_plan(root, tmp_path), read_source(root)):
        assert len(reading.dispositions) == count
        assert not [one for one in reading.dispositions if one.disposition == "opaque"]
        assert not [one for one in reading.dispositions if one.disposition == "none" and one.into]


def test_secrets_of_the_plan_are_not_kept(tmp_path: Path) -> None:
    reading = read_plan("releaseunit", tmp_path)
    assert [one for one in reading.resources if one.type_key == "microsoft.keyvault/vaults/secrets"]
    for resource in reading.resources:
        if resource.type_key == "microsoft.keyvault/vaults/secrets":
            assert resource.get("properties.value") is not None
            assert "value" not in str(resource.body)


OTHER = {"prefix": "Other", "stamps": '["westeurope", "northeurope", "uksouth"]', "custom_fqdn": ""}


def test_other_inputs_than_those_that_were_recorded() -> None:
    reading = read_source("globalresources", **OTHER)
    assert not [one for one in reading.dispositions if one.disposition == "opaque"]
    assert not [one for one in reading.resources if "afprod" in one.key or "{" in one.key]
    types = [one.type for one in reading.resources]
    assert types.count("Microsoft.Monitor/accounts") == 3
    assert types.count("Microsoft.ContainerRegistry/registries/replications") == 2
    assert "Microsoft.Cdn/profiles/customDomains" not in types
    (account,) = [one for one in reading.resources if one.type == "Microsoft.DocumentDB/databaseAccounts"]
    assert account.name == "other-global-cosmos"
    locations = account.get("properties.locations")
    assert isinstance(locations, list)
    assert [one["locationName"] for one in locations if isinstance(one, dict)] == [
        "westeurope",
        "northeurope",
        "uksouth",
    ]


def test_stamps_with_other_inputs() -> None:
    reading = read_source("releaseunit", prefix="Other", stamps=OTHER["stamps"])
    assert not [one for one in reading.dispositions if one.disposition == "opaque"]
    clusters = [one for one in reading.resources if one.type == "Microsoft.ContainerService/managedClusters"]
    assert sorted(str(one.location) for one in clusters) == ["northeurope", "uksouth", "westeurope"]
    assert len(reading.dispositions) > ROOTS["releaseunit"]
