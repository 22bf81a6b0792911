"""An assessment made by hand, with names that a stranger chose."""

from __future__ import annotations

from typing import Any

from everward.assessment import (
    SEVERITIES,
    Assessment,
    Attestation,
    Finding,
    Inherited,
    Need,
    Reason,
    Source,
    Subject,
    Summary,
    Verdict,
)
from everward.estate import Disposed, Disposition, Estate, Reading, ReadInput, Resource, Unresolved
from everward.policy import State
from everward.values import Origin, Unknown

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
HOSTILE = '"><script>alert(1)</script>\x1b[31m\u202e'
STAMPS = ("swedencentral", "northeurope", "eastus2", "brazilsouth", "westus3")


def vault(name: str, **properties: Any) -> Resource:
    return Resource(
        id=f"{GROUP}/providers/Microsoft.KeyVault/vaults/{name}",
        type="Microsoft.KeyVault/vaults",
        name=name,
        body={"location": "swedencentral", "properties": properties},
        origin=Origin(
            "terraform", "modules/stamp/key vault.tf", 12, 30, f'module.stamp["{name}"].azurerm_key_vault.stamp'
        ),
        origins={"properties.enablepurgeprotection": Origin("terraform", "modules/stamp/key vault.tf", 20)},
    )


def estate() -> Estate:
    hole = Unknown(reason="variable without value", decided_by=("var.access",))
    reading = Reading("terraform", "infra")
    reading.resources = [vault(name, enablePurgeProtection=False) for name in STAMPS]
    reading.resources += [
        vault("open", publicNetworkAccess=hole, adminPassword="hunter2"),
        Resource(
            id=f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{HOSTILE}",
            type="Microsoft.Storage/storageAccounts",
            name=HOSTILE,
            body={"properties": {"note": "\ud800"}},
            origin=Origin("terraform", f"{HOSTILE}.tf", 1, 2, "azurerm_storage_account.a"),
            condition=hole,
            cardinality=hole,
        ),
        Resource(
            id=f"{GROUP}/providers/Microsoft.Foo/bars/b",
            type="Microsoft.Foo/bars",
            name="b",
            body={},
            origin=Origin("terraform", "b.tf", 1, None, "azurerm_foo.b"),
            opaque=True,
        ),
    ]
    reading.dispositions = [
        Disposed("azurerm_key_vault.a", Disposition.RESOURCE, reading.resources[0].id),
        Disposed("azurerm_link.a", Disposition.MERGED, reading.resources[0].id),
        Disposed("azurerm_foo.b", Disposition.OPAQUE, reading.resources[-1].id),
        Disposed("random_pet.a", Disposition.NONE),
    ]
    reading.unresolved = [
        Unresolved("var.access", "variable without value", Origin("terraform", "variables.tf", 3), ("var.access",)),
        Unresolved(
            "module.registry",
            "the module is not on this machine",
            Origin("terraform", "main.tf", 44),
            help="run `terraform init` first",
            incomplete=True,
        ),
    ]
    reading.inputs = [
        ReadInput("infra", "root module"),
        ReadInput("infra/variables-int.tfvars", "variable file", used=False, detail="environment int"),
    ]
    return Estate([reading])


def finding(number: int = 0, severity: str = "high", **changes: Any) -> Finding:
    vaults = [vault(name) for name in STAMPS]
    given: dict[str, Any] = {
        "id": f"{number:016x}",
        "criterion": f"key-vault-purge-protection-{number}",
        "title": f"A deleted vault can be purged at once ({number})",
        "severity": severity,
        "confidence": "high",
        "cause": "`enablePurgeProtection` is false",
        "origin": Origin("terraform", "modules/stamp/key vault.tf", 20),
        "resources": tuple(item.id for item in vaults),
        "locations": tuple(item.origin for item in vaults),
        "reasons": (
            Reason(
                path="properties.enablePurgeProtection",
                operator="notEquals",
                expected=True,
                actual=False,
                origin=Origin("terraform", "modules/stamp/key vault.tf", 20),
            ),
            Reason(
                path="properties.other",
                operator="equals",
                expected=1,
                actual=1,
                origin=Origin("terraform", "other.tf", 2),
            ),
        ),
        "chapter": "data-integrity",
        "rows": ("DI-R06",),
        "stride": ("denialOfService",),
        "impact": {"availability": "severe", "integrity": "low", "confidentiality": "none"},
        "availability": "The stamps can no longer decrypt what they store, and no new node starts.",
        "why": "A vault that is purged is gone.",
        "cheapest": "set purge_protection_enabled = true",
        "fix": {
            "terraform": "purge_protection_enabled = true\n",
            "arm": '"enablePurgeProtection": true',
            "tradeoff": "T.",
        },
    }
    return Finding(**{**given, **changes})


def assessment(*findings: Finding, **changes: Any) -> Assessment:
    """An assessment of `estate()` with these findings; `changes` are members of the summary or the assessment."""
    read = estate()
    identity = read.readings[0].resources[0].id
    verdicts: tuple[Verdict, ...] = (
        Verdict(criterion="a", state=State.COMPLIANT, resource=identity),
        *(
            Verdict(
                criterion=item.criterion,
                state=State.NON_COMPLIANT,
                resource=resource,
                severity=item.severity,
                reasons=item.reasons,
            )
            for item in findings
            for resource in item.resources
        ),
        Verdict(
            criterion="b",
            state=State.UNKNOWN,
            resource=identity,
            unknown="variable without value",
            decided_by=("var.access",),
        ),
        Verdict(criterion="c", state=State.ERROR, resource=identity, error=f"`int('{HOSTILE}')` fails"),
        Verdict(criterion="d", state=State.ERROR, error="the definition is broken"),
        Verdict(criterion="e-drill", state=State.MANUAL, severity="medium"),
    )
    counted = {severity: sum(item.severity == severity for item in findings) for severity in SEVERITIES}
    summary: dict[str, Any] = {
        "resources": len(read), "criteria": 9, "verified": 1, "violated": 5 * len(findings), "waived": 0, "unknown": 1,
        "not_applicable": 0, "manual": 1, "inherited": 1, "error": 2, "other": 0, "findings": counted,
        "without_subject": ("f", "g"), "complete": False,
    }  # fmt: skip
    whole: dict[str, Any] = {
        "subject": Subject(paths=("infra",)),
        "environment": "prod",
        "edition": "2026",
        "inputs": (
            Source(
                "terraform", "infra", 8, {"none": 1, "opaque": 1, "resource": 7}, tuple(read.readings[0].inputs), True
            ),
        ),
        "unresolved": tuple(read.readings[0].unresolved),
        "verdicts": verdicts,
        "findings": findings,
        "needs": (
            Need("var.stamps", 0, 0, resources=True),
            Need("var.access", 1, 1),
            Need("azurerm_a.b.id", 2, 1, given=False),
        ),
        "attestations": (Attestation("e-drill", "It is rehearsed", "Was it rehearsed?", ("report",), ("PG-R01",)),),
        "inherited": (Inherited("h", "Links are encrypted", "The platform does it.", "", ("TM-L01",)),),
    }
    summary.update({name: value for name, value in changes.items() if name in summary})
    whole.update({name: value for name, value in changes.items() if name in whole and name not in summary})
    return Assessment(**{**whole, "findings": findings}, summary=Summary(**summary))
