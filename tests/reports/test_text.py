"""The report for people: the first screen says what matters, and every line fits."""

import re

import pytest
from tests.reports.sample import HOSTILE, assessment, estate, finding

from everward.assessment import Assessment, Need, Source, Verdict
from everward.estate import ReadInput, Unresolved
from everward.policy import State
from everward.reports import Look, Material, report
from everward.values import Origin


def lines(given: Assessment, **look: object) -> list[str]:
    pieces = report("text").render(Material(given, estate(), Look(**look)))  # type: ignore[arg-type]
    return b"".join(pieces).decode().splitlines()


def first_screen(given: Assessment, **look: object) -> list[str]:
    shown = lines(given, **look)
    ends = [number for number, line in enumerate(shown) if line.startswith("---")]
    return shown[: ends[0] - 2] if ends else shown


FINDINGS = [finding(number, severity) for number, severity in enumerate(["critical", "high", "high", "medium", "low"])]


def test_the_first_screen_is_one_screen() -> None:
    shown = first_screen(assessment(*FINDINGS))
    assert shown[0].startswith("5 findings: 1 critical, 2 high, 1 medium, 1 low. INCOMPLETE: 1 thing")
    assert len(shown) <= 32
    text = re.sub(r"\s+", " ", "\n".join(shown))
    for word in (
        "infra (terraform): 9 addresses, 8 resources, 1 without a mapping",
        "main.tf:44: module.registry: the module is not on this machine",
        "CRITICAL The stamps can no longer decrypt what they store",
        "modules/stamp/key vault.tf:20 5 resources",
        "because `enablePurgeProtection` is false",
        "break it set purge_protection_enabled = true",
        "and 2 more ways, below",
        "var.stamps decides which resources there are. Giving var.access settles 1 of them.",
        "1 verified, 25 violated, 0 waived, 1 unknown, 2 not evaluated, on 9 resources",
        "2 found no resource to judge, 1 waits for an attestation, the platform answers 1",
        "everward assess infra --var-file FILE, with var.stamps",
    ):
        assert word in text, word


@pytest.mark.parametrize("width", [40, 80, 110])
def test_every_line_fits_and_nothing_hostile_is_left(width: int) -> None:
    many = [
        finding(number, origin=Origin("terraform", f"{HOSTILE}.tf", 1), title=f"t {HOSTILE}") for number in range(3)
    ]
    for line in lines(assessment(*many), width=width):
        assert len(line) <= width, line
        assert "\x1b" not in line
        assert "\u202e" not in line


def test_colours_take_no_room_and_change_no_word() -> None:
    plain = lines(assessment(*FINDINGS))
    coloured = lines(assessment(*FINDINGS), colour=True)
    assert any("\x1b[" in line for line in coloured)
    assert [re.sub("\x1b\\[[0-9;]*m", "", line) for line in coloured] == plain


def test_long_lists_are_shortened_with_a_count_and_full_shows_all() -> None:
    many = assessment(*(finding(number) for number in range(20)))
    short, full = lines(many), lines(many, full=True)
    assert "... 5 more findings: --full shows all" in short
    assert sum("A deleted vault can be purged" in line for line in short) == 15
    assert sum("A deleted vault can be purged" in line for line in full) == 20
    assert not any("--full" in line for line in full)
    assert sum("swedencentral" in line for line in short if line.startswith("    - ")) == 15
    assert not any("westus3" in line for line in short)
    assert "    ... 1 more resource: --full shows all" in short
    assert any("westus3" in line for line in full)


def test_what_one_criterion_says_stands_once_above_its_causes() -> None:
    same = [
        finding(number, criterion="same", title="the same", origin=Origin("terraform", "a.tf", number + 1))
        for number in range(6)
    ]
    shown = lines(assessment(*same))
    assert sum("the same" in line for line in shown) == 1
    assert [line for line in shown if line.startswith("  * ")] == [f"  * a.tf:{n} 5 resources" for n in (1, 2, 3, 4)]
    assert "  ... 2 more causes: --full shows all" in shown
    assert any("a.tf:1 5 resources, and 5 more places" in line for line in first_screen(assessment(*same)))


def test_further_conditions_stand_below_the_cause_each_once() -> None:
    shown = lines(assessment(finding()))
    assert "    `enablePurgeProtection` is false" in shown
    assert "    and properties.other is 1" in shown
    assert "    and properties.enablePurgeProtection is false, not true" in shown


def test_a_finding_without_a_file_names_its_resource_once() -> None:
    subscription = "/subscriptions/s"
    origin = Origin("terraform", address=subscription)
    shown = lines(assessment(finding(origin=origin, resources=(subscription,), locations=(origin,))))
    assert "  * subscription s" in shown


def test_everything_open_is_listed() -> None:
    text = " ".join(" ".join(lines(assessment(*FINDINGS))).split())
    for word in (
        "! main.tf:44: module.registry: the module is not on this machine -> run `terraform init` first",
        "- variables.tf:3: var.access: variable without value",
        "b (1): variable without value: var.access",
        "! d: the definition is broken",
        "e-drill",
        "infra/variables-int.tfvars (variable file): environment int",
        "var.access has a part in 1; with those before it, 1 are settled",
        "var.stamps decides which resources there are",
    ):
        assert word in text, word


def test_a_finding_of_a_resource_that_may_not_exist_says_so() -> None:
    text = " ".join(" ".join(lines(assessment(finding(given=("var.stamps",))))).split())
    assert "provided that it exists, which var.stamps decides" in text


def test_a_clean_assessment_is_short_and_says_what_it_rests_on() -> None:
    clean = assessment(
        verdicts=(),
        attestations=(),
        unresolved=(),
        needs=(),
        unknown=0,
        error=0,
        manual=0,
        complete=True,
        violated=0,
        inputs=(),
    )
    shown = lines(clean)
    assert shown[0] == "No findings"
    assert not any(line.startswith("Not read") for line in shown)
    assert shown[-1] == "Next       everward estate show infra"
    assert not any(line.startswith("---") for line in shown)


def test_no_findings_with_open_verdicts_is_not_called_clean() -> None:
    shown = lines(assessment(unresolved=(), needs=(Need("var.a", 1, 1),), complete=True, error=0))
    assert shown[0] == "No findings, but 1 verdict could not be settled"
    assert shown[-1] != ""
    assert any(line == "Next       everward assess infra --var-file FILE, with var.a" for line in shown)
    assert any("Giving var.a settles 1 of them." in line for line in shown)


def test_the_next_step_follows_what_is_missing() -> None:
    def after(**changes: object) -> str:
        return next(line for line in lines(assessment(finding(), **changes)) if line.startswith("Next"))

    assert "--var-file FILE, with var.stamps" in after()
    assert "run `terraform init` first" in after(needs=())
    assert "everward criteria show key-vault-purge-protection-0" in after(needs=(), unresolved=())


def test_many_inputs_and_many_gaps_are_counted() -> None:
    inputs = tuple(Source("template", f"{number}.json", 2) for number in range(6))
    gaps = tuple(Unresolved(f"file {number}", "broken", incomplete=True) for number in range(30))
    shown = lines(assessment(inputs=inputs, unresolved=gaps, other=1))
    assert any("and 3 more inputs: 6 resources" in line for line in shown)
    assert any("and 27 more, listed below" in line for line in shown)
    assert any("... 15 more entries: --full shows all" in line for line in shown)
    assert "1 conflicting or protected" in " ".join(" ".join(shown).split())


def test_an_unknown_verdict_without_deciders_says_why() -> None:
    verdict = Verdict(criterion="b", state=State.UNKNOWN, resource="/x", unknown="no mapping")
    assert "- b (1): no mapping" in lines(assessment(verdicts=(verdict,)))


def test_what_no_input_settles_is_said() -> None:
    text = " ".join(" ".join(lines(assessment(needs=(Need("azurerm_a.b.id", 1, 1, given=False),)))).split())
    assert "1 verdict. They wait for what the source cannot say: assess a plan or an inventory too." in text
    assert "azurerm_a.b.id" not in text


def test_the_files_that_gave_values_are_named() -> None:
    used = Source("terraform", "infra", 1, {}, (ReadInput("a/prod.tfvars", "variable file"),))
    shown = lines(assessment(inputs=(used,), unresolved=()))
    assert any("infra (terraform): 1 resource; values from prod.tfvars" in line for line in shown)
    assert "Not read   nothing: all that was found could be read" in shown


@pytest.mark.parametrize(
    ("sources", "advice"),
    [
        (("terraform",), "cannot say: assess a plan or an inventory too."),
        (("plan",), "cannot say: assess an inventory too."),
        (("plan", "inventory"), "cannot say."),
    ],
)
def test_the_advice_is_what_was_not_read_yet(sources: tuple[str, ...], advice: str) -> None:
    inputs = tuple(Source(source, "x", 1) for source in sources)
    assert advice in " ".join(" ".join(lines(assessment(needs=(), inputs=inputs))).split())
