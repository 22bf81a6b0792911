"""Grouping by cause and order: one repair, one finding; the worst first; ids that last."""

from typing import Any

import pytest
from tests.assessment.sample import PURGE, VAULT, about, criterion, estate, judged, purge, vault

from everward.assessment import Evidence, Finding, Reason, Verdict
from everward.assessment.findings import block_address, decisive, find
from everward.estate import Estate, Resource
from everward.policy import State
from everward.values import Origin

STAMPS = ("swedencentral", "northeurope", "eastus2")


def stamp(name: str, line: int = 12, key: str | None = None, **changes: Any) -> Resource:
    address = f'module.stamp["{key or name}"].azurerm_key_vault.stamp'
    return vault(name, Origin("terraform", "modules/stamp/kv.tf", line, 20, address), **changes)


def findings(read: Estate, *criteria: Any) -> list[Finding]:
    return list(judged(read, *(criteria or (purge(),))).findings)


def test_instances_of_one_block_are_one_finding_with_all_their_places() -> None:
    (finding,) = findings(estate(*(stamp(name) for name in STAMPS)))
    assert len(finding.resources) == len(finding.locations) == 3
    assert finding.locations[1].address == 'module.stamp["northeurope"].azurerm_key_vault.stamp'
    assert str(finding.origin) == "modules/stamp/kv.tf:12"
    assert finding.cause == "properties.enablePurgeProtection is not set, so not true"
    assert finding.fix["tradeoff"] == "It costs."
    assert finding.cheapest == "set it"


def test_one_module_called_twice_is_still_one_cause() -> None:
    one, two = stamp("a"), stamp("b")
    two.origin = replace_address(two.origin, "module.spare.azurerm_key_vault.stamp")
    assert len(findings(estate(one, two))) == 1


def replace_address(origin: Origin, address: str) -> Origin:
    return Origin(origin.source, origin.file, origin.line, origin.end_line, address)


def test_two_blocks_are_two_causes() -> None:
    assert len(findings(estate(stamp("a"), stamp("b", line=40)))) == 2


def test_a_property_that_is_written_is_the_place() -> None:
    place = Origin("terraform", "modules/stamp/kv.tf", 17)
    body = {"properties": {"enablePurgeProtection": False}}
    resources = [stamp(name, body=body, origins={"properties.enablepurgeprotection": place}) for name in STAMPS]
    (finding,) = findings(estate(*resources, stamp("unset")))[:1]
    assert finding.origin == place
    assert len(finding.resources) == 3
    assert finding.cause == "properties.enablePurgeProtection is false, not true"


def test_a_plan_has_no_lines_yet_its_blocks_are_known() -> None:
    resources = [
        vault(str(key), Origin("plan", address=f"module.stamp[{key}].azurerm_key_vault.stamp"))
        for key in ('"a"', '"b"', 0)
    ]
    (finding,) = findings(estate(*resources, source="plan"))
    assert len(finding.resources) == 3


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ('module.a["x.y[0]"].module.b[0].t.n["k\\"]"]', "module.a.module.b.t.n"),
        ("t.n[*]", "t.n"),
        ("t.n", "t.n"),
    ],
)
def test_instance_keys_are_left_out_of_block_names(address: str, block: str) -> None:
    assert block_address(address) == block


def test_an_inventory_is_grouped_by_criterion_and_type_and_explains_one() -> None:
    resources = [vault(f"kv{number}", Origin("inventory", "all.json", number + 1)) for number in range(50)]
    given = judged(estate(*resources, source="inventory"), purge())
    (finding,) = given.findings
    assert len(finding.resources) == 50
    assert str(finding.origin) == "all.json:1"
    assert [bool(verdict.reasons) for verdict in given.verdicts[:50]] == [True] + [False] * 49


def test_what_has_no_place_stands_for_itself() -> None:
    resources = [vault(name, Origin("template", address=f"resources[{name}]")) for name in ("0", "1")]
    assert len(findings(estate(*resources, source="template"))) == 1
    resources = [vault(name, Origin("template")) for name in ("0", "1")]
    assert len(findings(estate(*resources, source="template"))) == 2


def test_the_worst_comes_first() -> None:
    def impact(availability: str) -> dict[str, str]:
        return {"availability": availability, "integrity": "none", "confidentiality": "none"}

    criteria = [
        purge("low", severity="low"),
        purge("high-light", impact=impact("low")),
        purge("high-unsure", confidence="low"),
        purge("high-sure"),
        purge("critical", severity="critical", impact=impact("none")),
    ]
    order = [finding.criterion for finding in findings(estate(stamp("a")), *criteria)]
    assert order == ["critical", "high-sure", "high-unsure", "high-light", "low"]


def test_more_resources_come_before_fewer() -> None:
    read = estate(stamp("a", line=1), stamp("b", line=50), stamp("c", line=50))
    assert [len(finding.resources) for finding in findings(read)] == [2, 1]


def test_an_id_survives_moved_lines_neighbours_and_order() -> None:
    (before,) = findings(estate(*(stamp(name) for name in STAMPS)))
    (after,) = findings(estate(*(stamp(name, line=99) for name in reversed(STAMPS)), stamp("fourth", line=99)))
    assert before.id == after.id
    (other,) = findings(estate(stamp("a")), purge("other"))
    assert other.id != before.id


def test_ids_tell_faults_apart() -> None:
    body = {"properties": {"enablePurgeProtection": False, "enableSoftDelete": False}}
    either = {"anyOf": [PURGE, {"field": "Microsoft.KeyVault/vaults/enableSoftDelete", "equals": False}]}
    read = estate(
        vault("a", body=body), vault("b", Origin("inventory", "x.json")), vault("c", Origin("template", "y.json", 5))
    )
    ids = [finding.id for finding in findings(read, criterion("either", about(VAULT, either)), purge())]
    assert len(set(ids)) == len(ids) == 6


def reason(path: str, operator: str = "equals", **changes: Any) -> Reason:
    return Reason(path=path, operator=operator, expected=1, actual=2, **changes)


def test_the_decisive_condition_is_the_one_that_the_repair_touches() -> None:
    kind, setting = reason("kind"), reason("properties.rules[2].setting")
    assert decisive((kind, setting), '{"rules": [{"Setting": 1}]}') is setting
    assert decisive((kind, setting), "nothing of it") is kind
    assert decisive((), "") is None
    search = reason("Microsoft.Foo/bars", "exists", message="nothing found")
    assert decisive((search, setting), '{"setting": 1}') is search
    counted = reason("properties.rules[*]", "count greater")
    assert decisive((kind, counted), '{"rules": []}') is counted


def test_a_fault_of_a_resource_that_is_not_there_is_not_passed_over() -> None:
    lost = Verdict(criterion="vault-purge", state=State.NON_COMPLIANT, resource=vault("gone").id)
    with pytest.raises(LookupError, match="gone"):
        find([lost], {"vault-purge": purge()}, Evidence(estate(vault("a")), [purge()]))


def test_places_of_very_many_resources_are_given_when_asked() -> None:
    here = [vault(f"v{at}", Origin("inventory", "all.json", at + 1)) for at in range(150)]
    (finding,) = findings(estate(*here, source="inventory"))
    assert len(finding.locations) == len(finding.resources) == 150
    assert finding.locations[149].line == 150
    assert [place.line for place in finding.locations[2:4]] == [3, 4]
