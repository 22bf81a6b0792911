"""Resources of azapi, whose bodies are ARM's own."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sources.terraform.mapping.make import GROUP, SUBSCRIPTION, Mapped, hole, instance

from everward.sources.terraform.instance import Instance
from everward.values import Unknown

JOBS = "Microsoft.App/jobs"
JOB = f"{GROUP}/providers/{JOBS}/j"


def azapi(kind: str = "azapi_resource", label: str = "j", **attributes: Any) -> Instance:
    given = {"type": f"{JOBS}@2024-03-01", "parent_id": GROUP, **attributes}
    return instance(kind, label, resource_group_name=None, **given)


def test_body_is_taken_as_it_is() -> None:
    made = azapi(
        location="westeurope",
        tags={"a": "b"},
        identity=[{"type": "UserAssigned", "identity_ids": [f"{GROUP}/providers/M.I/u/i"]}],
        body={"properties": {"x": 1}, "kind": "k"},
    )
    job = Mapped(made).only(JOBS)
    assert job.id == JOB
    assert job.body == {
        "location": "westeurope",
        "tags": {"a": "b"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {f"{GROUP}/providers/M.I/u/i": {}}},
        "properties": {"x": 1},
        "kind": "k",
    }


@pytest.mark.parametrize(
    ("body", "properties"),
    [('{"properties": {"x": 1}}', {"x": 1}), ({"properties": {"x": 1}}, {"x": 1}), (None, None)],
)
def test_forms_of_bodies(body: Any, properties: Any) -> None:
    job = Mapped(azapi(body=body)).only(JOBS)
    assert job.properties == properties


def test_body_that_is_not_known() -> None:
    assert isinstance(Mapped(azapi(body=hole())).only(JOBS).properties, Unknown)


@pytest.mark.parametrize("body", ["{not", "[]", 3, "[" * 100_000])
def test_body_that_cannot_be_read(body: Any) -> None:
    mapped = Mapped(azapi(body=body))
    assert isinstance(mapped.only(JOBS).properties, Unknown)
    (said,) = mapped.unresolved
    assert said.subject == "azapi_resource.j.body"


@pytest.mark.parametrize(
    ("identity", "result"),
    [
        ([], None),
        ([{"type": "SystemAssigned"}], {"type": "SystemAssigned"}),
        ({"type": "SystemAssigned", "identity_ids": []}, {"type": "SystemAssigned"}),
        (3, None),
    ],
)
def test_identities(identity: Any, result: Any) -> None:
    assert Mapped(azapi(identity=identity)).only(JOBS).body.get("identity") == result


def test_identities_that_are_not_known() -> None:
    assert isinstance(Mapped(azapi(identity=hole())).only(JOBS).body["identity"], Unknown)
    some = Mapped(azapi(identity=[{"type": "UserAssigned", "identity_ids": hole()}])).only(JOBS)
    assert isinstance(some.get("identity.userAssignedIdentities"), Unknown)


@pytest.mark.parametrize(
    ("attributes", "own"),
    [
        ({}, JOB),
        ({"type": "Microsoft.Resources/resourceGroups@2024-03-01", "parent_id": None}, GROUP.replace("/rg", "/j")),
        ({"type": "Microsoft.App/jobs/runs@1", "parent_id": JOB}, f"{JOB}/runs/j"),
        ({"parent_id": None}, f"/subscriptions/{SUBSCRIPTION}/providers/{JOBS}/j"),
        ({"parent_id": hole(by="var.p")}, f"{{var.p}}/providers/{JOBS}/j"),
        (
            {"type": "Microsoft.App/jobs/runs@1", "parent_id": hole(by="var.p")},
            "{var.p}/providers/Microsoft.App/jobs/{var.p}/runs/j",
        ),
        (
            {"type": "Microsoft.App/jobs/runs@1"},
            f"{GROUP}/providers/Microsoft.App/jobs/{{azapi_resource.j}}/runs/j",
        ),
    ],
)
def test_ids(attributes: dict[str, Any], own: str) -> None:
    (made,) = Mapped(azapi(**attributes)).resources
    assert made.id == own


def test_type_that_is_not_known() -> None:
    mapped = Mapped(azapi(type=hole(by="var.type")))
    (made,) = mapped.resources
    assert made.opaque
    assert mapped.fate("azapi_resource.j") == "opaque"
    assert mapped.unresolved[0].subject == "azapi_resource.j.type"


def test_update_is_laid_over_the_resource() -> None:
    update = azapi(
        "azapi_update_resource", "u", type=None, resource_id=JOB, body={"properties": {"y": [2], "z": {"w": 3}}}
    )
    mapped = Mapped(azapi(body={"properties": {"x": 1, "z": {"v": 4}}}), update)
    assert mapped.only(JOBS).properties == {"x": 1, "y": [2], "z": {"v": 4, "w": 3}}
    assert mapped.fate("azapi_update_resource.u") == "merged"
    assert mapped.only(JOBS).origin_of("properties.z.w") == update.origin


def test_update_that_is_not_known_makes_the_resource_uncertain() -> None:
    update = azapi("azapi_update_resource", "u", name="j", body=hole(by="var.b"))
    job = Mapped(azapi(body={"properties": {"x": 1}}), update).only(JOBS)
    assert isinstance(job.get("properties.x"), Unknown)


def test_update_of_something_elsewhere_is_said() -> None:
    mapped = Mapped(azapi("azapi_update_resource", "u", name="other", body={}))
    assert mapped.resources == []
    assert "which is not part of this reading" in mapped.unresolved[0].reason
