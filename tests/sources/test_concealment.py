"""Readings leave without secrets: in bodies, conditions, notes, places and outputs."""

from typing import Any

from everward.estate import Disposed, Disposition, Reading, ReadInput, Resource, Unresolved
from everward.sources.concealment import conceal_readings, conceal_resource
from everward.values import Origin, Unknown

LINK = "https://app:hunter2@example.org/x"
PARTLY = Unknown(reason="r", text="AccountKey=hunter2hunter2;{var.a}")


def resource(**changes: Any) -> Resource:
    made: dict[str, Any] = {
        "id": "/subscriptions/s/providers/A.B/c/x",
        "type": "A.B/c",
        "name": "x",
        "body": {"properties": {"password": "hunter2", "plain": "shown"}, "tags": {"a": LINK}},
        "origin": Origin(source="inventory", file="x.json", line=1),
    }
    return Resource(**{**made, **changes})


def test_everything_that_people_may_see_is_without_secrets() -> None:
    place = Origin(source="x", file="a?sig=hunter2hunter2", line=3, address=f'module.m["{LINK}"]')
    reading = Reading(
        "inventory",
        f"from {LINK}",
        [resource(), resource(condition=PARTLY, cardinality=PARTLY)],
        dispositions=[Disposed(f'a["{LINK}"]', Disposition.NONE, origin=place)],
        unresolved=[
            Unresolved(f"module {LINK}", f"`{LINK}` is gone", place, (f"var.x {LINK}",), f"ask {LINK}", incomplete=True)
        ],
        inputs=[ReadInput(f"{LINK}", "template", detail=f"from {LINK}")],
        evidence=[resource()],
        outputs={"db_password": "hunter2", "plain": "shown", "link": LINK},
    )
    conceal_readings([reading])
    assert "hunter2" not in repr(reading)
    (note,) = reading.unresolved
    assert note.reason == "`https://app:(redacted)@example.org/x` is gone"
    assert note.incomplete
    assert note.origin is not None
    assert (note.origin.line, note.origin.file) == (3, "a?sig=(redacted)")
    assert reading.outputs["plain"] == "shown"
    for found in (*reading.resources, *reading.evidence):
        assert found.get("properties.plain") == "shown"
        assert isinstance(found.get("properties.password"), Unknown)


def test_what_has_no_secrets_is_not_made_anew() -> None:
    note = Unresolved("a", "it is `b`", Origin(source="x", file="f", line=1), ("var.a", "var.b"), "help")
    body: dict[str, Any] = {"properties": {"a": 1}}
    reading = Reading("inventory", "here", [resource(body=body)], unresolved=[note])
    conceal_readings([reading])
    assert reading.unresolved[0] is note
    assert reading.resources[0].body is body


def test_one_resource_by_its_type() -> None:
    made = resource(type="Microsoft.KeyVault/vaults/secrets", body={"properties": {"value": "hunter2"}})
    conceal_resource(made)
    assert isinstance(made.get("properties.value"), Unknown)
