"""Numbers of assignments: what counts where, and what a stamp is."""

from typing import Any

import pytest
from tests.facts.access.made import ME, RG, SUB, YOU, assigned, facts, res

from everward.estate import Resource
from everward.facts.access.counts import projected
from everward.values import Origin, Unknown


def counted(*resources: Resource) -> list[dict[str, Any]]:
    return facts(*resources, kind="assignmentCounts")


def test_a_management_group_has_a_limit_of_its_own() -> None:
    group = "/providers/Microsoft.Management/managementGroups/corp"
    above, below = counted(assigned("Owner", scope=group), assigned("Reader", scope=RG))
    assert (above["managementGroup"], above["subscription"], above["assignments"]) == (group, None, 1)
    assert {limit["limit"] for limit in above["limits"]} == {500}
    assert (below["subscription"], below["assignments"]) == (SUB, 1)
    assert counted(assigned("Owner", scope="/")) == []


def cluster(region: str) -> Resource:
    scope = f"{SUB}/resourceGroups/stamp-{region}"
    return res(
        "Microsoft.ContainerService/managedClusters", "aks", {}, scope, body={"identity": {"principalId": region}}
    )


def test_stamps_of_an_inventory_are_groups_in_which_something_computes() -> None:
    [count] = counted(
        cluster("eu"),
        cluster("us"),
        assigned("Reader", ME, f"{SUB}/resourceGroups/stamp-eu"),
        # What stands elsewhere and is for an identity of a stamp comes with the stamp.
        assigned("AcrPull", "eu", f"{SUB}/resourceGroups/global"),
        assigned("AcrPull", "us", f"{SUB}/resourceGroups/global"),
        assigned("Reader", YOU, f"{SUB}/resourceGroups/global"),
    )
    assert (count["assignments"], count["stamps"], count["perStamp"], count["shared"]) == (4, 2, 2, 1)
    assert count["limits"][0]["stampsAtLimit"] == 999
    assert projected(count, 10) == 21
    assert "1 of them shared by all stamps, and one more stamp brings 2" in count["summary"]


@pytest.mark.parametrize(
    ("addresses", "stamps"),
    [
        (('module.stamp["eu"].azurerm_a.x', 'module.stamp["us"].azurerm_a.x'), 2),
        (("module.stamp[0].azurerm_a.x", "module.stamp[*].azurerm_a.x"), 2),
        (('module.all.module.stamp["eu"].azurerm_a.x', "azurerm_a.x"), 1),
    ],
)
def test_stamps_of_terraform_are_instances_of_modules(addresses: tuple[str, ...], stamps: int) -> None:
    made: list[Resource] = []
    for number, address in enumerate(addresses):
        origin = Origin(source="terraform", file="m.tf", line=1, address=address)
        made.append(res("Microsoft.Web/sites", f"app{number}", {}, origin=origin))
        one = assigned("Reader", ME)
        made.append(Resource(one.id, one.type, one.name, one.body, origin))
    [count] = counted(*made)
    assert count["stamps"] == stamps


def test_what_stands_for_an_unknown_number_is_told() -> None:
    one = assigned("Reader", ME)
    many = Resource(one.id, one.type, one.name, one.body, one.origin, cardinality=Unknown(reason="var.x"))
    [count] = counted(many)
    assert (count["atLeast"], count["perStamp"], count["limits"][0]["stampsAtLimit"]) == (True, 0, None)
    assert count["summary"] == f"`{SUB}` has at least 1 role assignment"
