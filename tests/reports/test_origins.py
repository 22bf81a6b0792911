"""Origins of Front Door for people."""

from typing import Any

from everward.estate import Resource
from everward.reports.interface import Look
from everward.reports.origins import origins_text
from everward.values import Origin, Unknown

HOLE = Unknown(reason="variable without value", decided_by=("var.x",))


def fact(**more: Any) -> Resource:
    body = {
        "profileName": "edge",
        "originName": "o",
        "host": "www.contoso.com",
        "targetName": "site",
        "bypass": "open",
        "requestsRefused": False,
        "privateLink": False,
        "paths": [[{"what": "public address"}, {"what": "interface in `s`"}]],
        "guards": [],
        "notes": [],
        **more,
    }
    place = Origin(source="terraform", file="main.tf", line=3)
    return Resource("/x", "Everward.Reach/origins", "o", {"properties": body}, place)


def shown(**more: Any) -> str:
    return b"".join(origins_text([fact(**more)], Look(width=100, colour=False))).decode()


def test_who_gets_around() -> None:
    text = shown()
    assert text.startswith("OPEN    site behind edge\n  around  anybody can connect around Front Door\n")
    assert "way     public address, interface in `s`" in text
    assert "header  nothing asks for the profile's id" in text
    assert text.endswith("1 origin of Front Door\n")
    assert shown(bypass="anyFrontDoor").startswith("OTHERS")
    assert shown(bypass="ranges").startswith("SOME")
    closed = shown(bypass="none", paths=[])
    assert closed.startswith("CLOSED")
    assert "header" not in closed


def test_what_is_not_known() -> None:
    text = shown(bypass=HOLE, requestsRefused=HOLE, targetName=None)
    assert text.startswith("UNKNOWN www.contoso.com behind edge")
    assert "variable without value (needs var.x)" in text
    assert "whether requests without the profile's id are refused is not known" in text
    assert shown(targetName=None, host=HOLE).startswith("OPEN    origin `o` behind edge")


def test_checks_and_links() -> None:
    guard = {"meaning": "refuses requests", "byDefault": "no check"}
    text = shown(guards=[guard, {"meaning": ""}], requestsRefused=True, privateLink=True, notes=["a note"])
    assert "requests without the profile's id are refused; connections are not" in text
    assert "check   refuses requests\n          with the chart's own values: no check" in text
    assert "link    the profile comes by an approved private link" in text
    assert "note    a note" in text
    assert "perhaps not approved" in shown(privateLink=HOLE)
