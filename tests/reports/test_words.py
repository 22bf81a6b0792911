import pytest
from tests.reports.sample import GROUP, assessment, finding

from everward.estate import Unresolved
from everward.reports.words import Places, count, headline, place_text, repair, resource_name, resources_text, ways_down
from everward.values import Origin


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 findings"), (1, "1 finding"), (2, "2 findings"), (1204, "1,204 findings")]
)
def test_counts(number: int, text: str) -> None:
    assert count(number, "finding") == text
    assert count(2, "entry", "entries") == "2 entries"


def test_a_resource_is_called_as_its_source_calls_it() -> None:
    vault = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
    assert resource_name(vault, Origin("terraform", "a.tf", 1, None, "azurerm_key_vault.a")) == "azurerm_key_vault.a"
    assert resource_name(vault, Origin("inventory", "a.json", 1, None, "[7]")) == "kv1 in rg"
    assert resource_name(GROUP, Origin("inventory")) == "rg"
    assert resource_name("/subscriptions/s", Origin("terraform", address="/subscriptions/s")) == "subscription s"
    assert resource_name("no id", Origin("inventory")) == "no id"


def test_resources_are_counted_and_those_of_a_plan_named_by_their_block() -> None:
    assert resources_text(finding()) == "5 resources"
    one = finding(resources=finding().resources[:1])
    assert resources_text(one) == 'module.stamp["swedencentral"].azurerm_key_vault.stamp'
    planned = tuple(Origin("plan", "plan.json", address=f"module.a[{number}].azurerm_b.c") for number in range(5))
    assert resources_text(finding(origin=planned[0], locations=planned)) == "module.a.azurerm_b.c, 5 resources"


def test_a_place_is_a_file_and_line_or_what_else_there_is() -> None:
    assert place_text(Origin("terraform", "a.tf", 3)) == "a.tf:3"
    assert place_text(Origin("plan", address="azurerm_a.b")) == "azurerm_a.b"
    assert place_text(Origin("plan")) == "plan"


def test_places_far_away_are_written_below_their_common_folder() -> None:
    near = Places.of(assessment(finding()))
    assert near.base == ""
    far = assessment(
        finding(origin=Origin("terraform", "/home/x/infra/a/main.tf", 1)),
        finding(origin=Origin("terraform", "/home/x/infra/b/main.tf", 2)),
        unresolved=(Unresolved("/home/x/infra/a/c.tf", "broken", Origin("terraform", "/home/x/infra/a/c.tf", 3)),),
    )
    places = Places.of(far)
    assert places.base == "/home/x/infra"
    assert places.text(Origin("terraform", "/home/x/infra/a/main.tf", 1)) == "a/main.tf:1"
    assert places.text(Origin("terraform", "/elsewhere/main.tf", 1)) == "/elsewhere/main.tf:1"


def test_the_repair_is_in_the_language_of_the_source_when_that_is_one_line() -> None:
    assert repair(finding()) == "set purge_protection_enabled = true"
    assert repair(finding(origin=Origin("template", "a.json", 1))) == '"enablePurgeProtection": true'
    assert repair(finding(origin=Origin("inventory"))) == "set purge_protection_enabled = true"
    fixes: dict[str, str] = {"terraform": "t\n  u", "arm": "a" * 200, "cli": "az x\n  --y"}
    assert repair(finding(origin=Origin("inventory"), fix=fixes)) == "az x --y"
    assert repair(finding(origin=Origin("template"), fix=fixes)) == "set purge_protection_enabled = true"
    assert repair(finding(cheapest="", fix=fixes)) == "t u"
    assert repair(finding(cheapest="", fix={})) == ""


def test_ways_down_are_criteria_in_the_order_of_their_worst_finding() -> None:
    ways = ways_down([finding(0, criterion="a"), finding(1, criterion="b"), finding(2, criterion="a")])
    assert [[item.id[-1] for item in way] for way in ways] == [["0", "2"], ["1"]]


def test_the_headline_says_what_is_missing() -> None:
    assert headline(assessment(finding())) == (
        "1 finding: 1 high. INCOMPLETE: 1 thing could not be read, 2 verdicts could not be given"
    )
    assert headline(assessment(finding()), with_gaps=False) == "1 finding: 1 high"
    assert headline(assessment(complete=True, error=0)) == "No findings, but 1 verdict could not be settled"
    assert headline(assessment(complete=True, error=0, unknown=0)) == "No findings"
