"""Backups of vaults: what pipelines run, what tags record, where they can be restored."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.facts.keys.objects import secret
from tests.facts.keys.test_keys import HOLE, VAULT, made, vault

from everward.estate import Estate, Reading, Resource
from everward.facts.interface import with_facts
from everward.facts.keys.backups import days_between
from everward.facts.keys.facts import KeysAnalysis
from everward.values import Origin, Unknown

NOW = datetime(2026, 12, 1, tzinfo=UTC)
MODULE = "Microsoft.KeyVault/managedHSMs"


def run(operation: str, target: Any = "kv", service: str = VAULT, schedules: Any = ()) -> Resource:
    told = {"service": service, "operation": operation, "target": target, "schedules": list(schedules)}
    origin = Origin(source="pipelines", file="backup.yaml", line=7)
    return Resource(f"pipelines:{operation}{target}", "Pipelines/operations", operation, {"properties": told}, origin)


def told(*resources: Resource, runs: Any = (), source: str = "terraform") -> dict[str, dict[str, Any]]:
    readings = [Reading(source, "test", list(resources)), Reading("pipelines", "test", elsewhere=list(runs))]
    found = with_facts(Estate(readings if runs else readings[:1]), [KeysAnalysis(NOW)])
    return {str(item.get("properties.vault")).rpartition("/")[2]: dict(item.properties)  # type: ignore[arg-type]
            for item in found.of_type("Everward.Keys/vaults")}  # fmt: skip


def test_a_vault_that_nothing_backs_up() -> None:
    one = told(vault(), secret("a"))["kv"]
    assert (one["backup"], one["backupMissing"], one["backupPlaces"]) == ("none", ["secret"], [])
    assert one["summary"].endswith("nothing backs it up")
    assert "backs" not in told(vault())["kv"]["summary"]


def test_what_is_deployed_does_not_tell_of_pipelines() -> None:
    assert isinstance(told(vault(), source="inventory")["kv"]["backup"], Unknown)


@pytest.mark.parametrize(
    ("schedules", "state", "days"),
    [
        ((), "manual", None),
        (("0 3 * * *",), "scheduled", 1),
        (("0 3 * * 0", "0 3 1 * *"), "scheduled", 7),
        (("0 3 1 * *",), "scheduled", 31),
        (("0 3 1 1 *",), "scheduled", 366),
        (("nonsense", 7, None), "manual", None),
    ],
)
def test_pipelines_that_back_up(schedules: Any, state: str, days: int | None) -> None:
    runs = [run("az keyvault secret backup", schedules=schedules), run("az keyvault secret list")]
    one = told(vault(), secret("a"), made(f"{VAULT}/keys", "kv/k", {}), runs=runs)["kv"]
    assert (one["backup"], one["backupEveryDays"], one["backupMissing"]) == (state, days, ["key"])
    assert one["backupPlaces"] == ["backup.yaml:7"]


@pytest.mark.parametrize(
    ("operation", "missing"),
    [
        ("Backup-AzKeyVaultKey", ["secret"]),
        ("backup-azkeyvaultsecret", ["key"]),
        ("az keyvault key backup", ["secret"]),
    ],
)
def test_commands_of_powershell(operation: str, missing: list[str]) -> None:
    one = told(vault(), secret("a"), made(f"{VAULT}/keys", "kv/k", {}), runs=[run(operation, "KV")])["kv"]
    assert one["backupMissing"] == missing


def test_vaults_that_are_named_when_the_pipeline_runs() -> None:
    runs = [run("az keyvault secret backup", HOLE)]
    assert told(vault(), runs=runs)["kv"]["backup"] == "manual"
    two = told(vault(), vault("other"), runs=runs)
    assert isinstance(two["kv"]["backup"], Unknown)
    assert two["kv"]["backup"].decided_by == ("backup.yaml:7",)
    assert told(vault(), vault("other"), runs=[run("az keyvault secret backup", "other")])["kv"]["backup"] == "none"


def test_modules_are_backed_up_whole() -> None:
    module = made(MODULE, "hsm", {}, location="westeurope")
    inside = made(f"{MODULE}/keys", "hsm/k", {})
    one = told(vault(), module, inside, runs=[run("az keyvault backup start", "hsm", MODULE)])
    assert (one["hsm"]["backup"], one["hsm"]["backupMissing"], one["kv"]["backup"]) == ("manual", [], "none")


@pytest.mark.parametrize(
    ("tags", "state", "age"),
    [
        ({"LastBackup": "2026-11-21"}, "recorded", 10),
        ({"last-backup": "2026-11-21T00:00:00Z"}, "recorded", 10),
        ({"lastBackup": "yesterday"}, "none", None),
        ({"lastBackup": HOLE}, None, None),
        ({7: "2026-11-21"}, "none", None),
        (HOLE, "none", None),
        ("nonsense", "none", None),
    ],
)
def test_tags_that_record_the_last_one(tags: Any, state: str | None, age: int | None) -> None:
    one = told(made(VAULT, "kv", {}, tags=tags))["kv"]
    assert (None if isinstance(one["backup"], Unknown) else one["backup"]) == state
    assert (None if isinstance(one["backupAgeDays"], Unknown) else one["backupAgeDays"]) == age


def test_where_a_backup_can_be_restored() -> None:
    def at(name: str, region: Any) -> Resource:
        return made(VAULT, name, {}, location=region)

    found = told(at("kv", "westeurope"), at("near", "North Europe"), at("far", "swedencentral"), at("lost", HOLE),
                 made(MODULE, "hsm", {}, location="westeurope"))  # fmt: skip
    assert found["kv"]["geography"] == "Europe"
    assert [name.rpartition("/")[2] for name in found["kv"]["restoreTargets"]] == ["near"]
    assert found["lost"]["restoreTargets"] == []
    elsewhere = at("other", "westeurope")
    moved = Resource(elsewhere.id.replace("1111", "2222"), elsewhere.type, "other", elsewhere.body, elsewhere.origin)
    assert told(at("kv", "westeurope"), moved)["kv"]["restoreTargets"] == []


def test_schedules_that_are_none() -> None:
    assert [days_between(value) for value in (None, "", "* * *", HOLE, "0 0 * * MON")] == [None, None, None, None, 7]


@pytest.mark.parametrize("strange", [None, 7, "x", [], {"operation": 7}, {"operation": "backup", "service": []}, HOLE])
def test_strange_records_are_no_backups(strange: Any) -> None:
    record = Resource("pipelines:x", "Pipelines/operations", "x", {"properties": strange}, Origin(source="pipelines"))
    assert told(vault(), runs=[record])["kv"]["backup"] == "none"
