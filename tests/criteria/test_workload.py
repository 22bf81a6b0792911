"""The criteria over the reference workload: what is violated and what is verified, at which line."""

from __future__ import annotations

import gzip
import os
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from everward.assessment import add_needed_facts
from everward.criteria import Catalogue
from everward.estate import Estate, is_fact
from everward.policy import Outcome, State
from everward.sources import ReadOptions, read_workload

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
POLICIES = [criterion for criterion in Catalogue.load() if criterion.kind == "policy"]

LOGIN = ".ado/pipelines/templates/steps-terraform-init.yaml:40"
"""Where the pipelines take the secret out of their service connections."""

STATE_STORE = ".ado/pipelines/templates/steps-terraform-setup-statestore.yaml:84"
"""Where the pipelines give themselves a role, and use it a few lines on."""
POOLS = {f".ado/pipelines/azure-release-{place}" for place in ("e2e.yaml:8", "int.yaml:16", "prod.yaml:8")}
"""Where the pipelines say what runs them."""

VIOLATED: Mapping[str, Mapping[str, set[str]]] = {
    "globalresources": {
        "activity-log-archived": {"subscription"},
        "alert-rule-switched-on": {"alerts.tf:14", "modules/stamp_monitoring/alerts.tf:1"},
        "data-plane-refuses-keys": {"cosmosdb.tf:1", "storage.tf:2"},
        "data-service-closed-to-internet": {"acr.tf:1", "cosmosdb.tf:1", "storage.tf:2"},
        "data-store-delete-lock": {"cosmosdb.tf:1", "storage.tf:2"},
        "defender-plan-for-used-services": {"acr.tf:1", "cosmosdb.tf:1", "storage.tf:2"},
        "front-door-waf-limits-rate": {"frontdoor.tf:249"},
        "ingress-admits-only-the-edge": {"frontdoor.tf:108", "frontdoor.tf:125"},
        "log-workspace-not-capped": {"modules/stamp_monitoring/log_analytics.tf:2", "monitoring.tf:2"},
        "pipeline-signs-in-without-secret": {LOGIN},
        "role-assignment-waited-for": {STATE_STORE},
        "pipeline-targets-private": POOLS,
        "security-change-alerts": {"subscription"},
        "storage-access-logs-collected": {"storage.tf:2"},
        "subscription-policy-enforced": {"subscription"},
    },
    "releaseunit": {
        "activity-log-archived": {"subscription"},
        "alert-rule-switched-on": {"modules/stamp/alerts.tf:4", "modules/stamp/alerts.tf:40"},
        "data-plane-refuses-keys": {
            "modules/stamp/eventhub.tf:1",
            "modules/stamp/storage.tf:2",
            "modules/stamp/storage.tf:20",
        },
        "data-service-closed-to-internet": {"modules/stamp/storage.tf:2", "modules/stamp/storage.tf:20"},
        "defender-plan-for-used-services": {
            "modules/stamp/keyvault.tf:1",
            "modules/stamp/kubernetes.tf:2",
            "modules/stamp/storage.tf:2",
            "modules/stamp/storage.tf:20",
        },
        "document-writers-scoped": {
            "modules/stamp/roleassignments.tf:24",
            "modules/stamp/roleassignments.tf:33",
            "modules/stamp/roleassignments.tf:42",
        },
        "event-hubs-closed-to-internet": {"modules/stamp/eventhub.tf:1"},
        "ingress-admits-only-the-edge": {"modules/stamp/network.tf:41"},
        "key-vault-authorises-by-role": {"modules/stamp/keyvault.tf:1"},
        "key-vault-backed-up": {"modules/stamp/keyvault.tf:1"},
        "key-vault-closed-to-internet": {"modules/stamp/keyvault.tf:1"},
        "key-vault-purge-protection": {"modules/stamp/keyvault.tf:1"},
        "key-vault-purge-right-withheld": {"modules/stamp/keyvault.tf:13"},
        "kubernetes-api-server-restricted": {"modules/stamp/kubernetes.tf:2"},
        "kubernetes-local-accounts-off": {"modules/stamp/kubernetes.tf:2"},
        "kubernetes-pod-rules-deny": {
            "modules/stamp/policy.tf:5",
            "modules/stamp/policy.tf:14",
            "modules/stamp/policy.tf:23",
        },
        "pipeline-signs-in-without-secret": {LOGIN},
        "role-assignment-waited-for": {STATE_STORE},
        "pipeline-targets-private": POOLS,
        "public-ip-ddos-protection": {"modules/stamp/publicip.tf:2"},
        "secret-readers-separated": {
            "modules/stamp/keyvault.tf:13",
            "modules/stamp/keyvault.tf:25",
            "modules/stamp/keyvault.tf:37",
            "modules/stamp/keyvault.tf:49",
        },
        "security-change-alerts": {"subscription"},
        "segment-egress-restricted": {"modules/stamp/network.tf:41"},
        "storage-blobs-recoverable": {"modules/stamp/storage.tf:2", "modules/stamp/storage.tf:20"},
        "subnet-service-endpoints-restricted": {"modules/stamp/network.tf:69"},
        "subscription-policy-enforced": {"subscription"},
        "virtual-network-flow-logs": {"modules/stamp/network.tf:21"},
    },
}
"""By root and criterion: the blocks that violate it. `subscription` is what no block states."""

POLICIES_OF_VAULTS = {f"modules/stamp/keyvault.tf:{line}" for line in (25, 37, 49)}
"""The access policies of applications."""
ROLES = {f"modules/stamp/roleassignments.tf:{line}" for line in (3, 10, 17, 50, 56, 62, 68, 74, 80)}
DATA_ROLES = {f"modules/stamp/roleassignments.tf:{line}" for line in (24, 33, 42)}

VERIFIED: Mapping[str, Mapping[str, set[str]]] = {
    "globalresources": {
        "customer-managed-key-has-reason": {
            "acr.tf:1",
            "cosmosdb.tf:1",
            "modules/stamp_monitoring/log_analytics.tf:2",
            "monitoring.tf:2",
            "storage.tf:2",
        },
        "front-door-domain-behind-waf": {"frontdoor.tf:11", "frontdoor.tf:18"},
        "front-door-encrypted-to-origin": {
            "frontdoor.tf:108",
            "frontdoor.tf:125",
            "frontdoor.tf:142",
            "frontdoor.tf:166",
            "frontdoor.tf:184",
            "frontdoor.tf:207",
            "frontdoor.tf:225",
        },
        "front-door-waf-prevents": {"frontdoor.tf:249"},
        "pipeline-identity-one-environment": {LOGIN},
        "pipeline-reaches-its-targets": POOLS,
        "storage-blobs-recoverable": {"storage.tf:2"},
    },
    "releaseunit": {
        "critical-path-survives-zone-loss": {
            "modules/stamp/kubernetes.tf:2",
            "modules/stamp/kubernetes.tf:79",
            "modules/stamp/storage.tf:2",
            "modules/stamp/storage.tf:20",
        },
        "managed-service-keeps-management-traffic": {"modules/stamp/kubernetes.tf:2"},
        "customer-managed-key-has-reason": {
            "modules/stamp/eventhub.tf:1",
            "modules/stamp/kubernetes.tf:2",
            "modules/stamp/storage.tf:2",
            "modules/stamp/storage.tf:20",
        },
        "key-vault-purge-right-withheld": POLICIES_OF_VAULTS | ROLES,
        "kubernetes-node-pool-zones": {"modules/stamp/kubernetes.tf:2"},
        "kubernetes-pod-rules-deny": {
            "modules/stamp/policy.tf:45",
            "modules/stamp/policy.tf:54",
            "modules/stamp/policy.tf:75",
        },
        "kubernetes-pod-security-assigned": {"modules/stamp/kubernetes.tf:2"},
        "management-ports-closed": {"modules/stamp/network.tf:41"},
        "federated-credential-names-one-subject": {f"modules/stamp/identities.tf:{line}" for line in (10, 28, 46)},
        "pipeline-identity-one-environment": {LOGIN},
        "pipeline-reaches-its-targets": POOLS,
        "privileged-role-within-subscription": ROLES,
        "role-assignments-below-limit": {"subscription"},
        "stamp-own-key-vault": {"modules/stamp/kubernetes.tf:2"},
        "standing-owner-withheld": ROLES,
        "subnet-network-security-group": {"modules/stamp/network.tf:21", "modules/stamp/network.tf:69"},
        "subnet-service-endpoints-restricted": {"modules/stamp/network.tf:21"},
        "vault-item-in-use-has-not-ended": {"modules/stamp/keyvault-secrets.tf:22"},
        "workload-identity-cannot-escalate": POLICIES_OF_VAULTS
        | DATA_ROLES
        | ROLES - {"modules/stamp/roleassignments.tf:3"},
    },
}
"""By root and criterion: the blocks that are verified to meet it."""

PLANNED = {
    "event-hubs-closed-to-internet": 2,
    "public-ip-ddos-protection": 2,
    "virtual-network-flow-logs": 2,
}
"""Absences that the plan of the release unit shows as its source does, though a module is not in the checkout."""


def folder_of(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} does not name a folder")
    return Path(value)


@cache
def estate_of(root: str) -> Estate:
    folder = folder_of("EVERWARD_MCO") / "src" / "infra" / "workload" / root
    given = folder_of("EVERWARD_CASES") / "conformance" / "terraform" / f"{root}.tfvars"
    options = ReadOptions(subscription=SUBSCRIPTION, var_files=(folder / "variables-prod.tfvars", given))
    return add_needed_facts(Estate(read_workload([folder], options)), POLICIES)


def _short(file: str, root: str) -> str:
    """A file as the tables name it: below the root, or below the repository where it is a pipeline."""
    _, found, rest = file.rpartition("/.ado/")
    return f".ado/{rest}" if found else file.rpartition(f"{root}/")[2]


@cache
def outcomes(root: str) -> Mapping[tuple[str, str], list[Outcome]]:
    """The outcomes by criterion (and the name of the fact that it is about) and block: `keyvault.tf:1`."""
    estate = estate_of(root)
    found: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for criterion in POLICIES:
        policy = criterion.policy()
        for kind in policy.types or ():
            for resource in estate.of_type(kind):
                file = _short(resource.origin.file or "", root)
                place = f"{file}:{resource.origin.line}" if file else "subscription"
                about = f"{criterion.id} {resource.name}" if is_fact(resource) else criterion.id
                outcome = policy.evaluate(resource, estate)
                if outcome.state is not State.NOT_APPLICABLE:
                    found[about, place].append(outcome)
    return found


def places(root: str, state: State) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for (criterion, place), results in outcomes(root).items():
        if any(outcome.state is state for outcome in results):
            found[criterion.partition(" ")[0]].add(place)
    return dict(found)


@pytest.mark.parametrize("root", ["globalresources", "releaseunit"])
def test_what_is_violated_is_told_with_its_place(root: str) -> None:
    assert places(root, State.NON_COMPLIANT) == VIOLATED[root]


@pytest.mark.parametrize("root", ["globalresources", "releaseunit"])
def test_what_is_verified_is_told_with_its_place(root: str) -> None:
    assert places(root, State.COMPLIANT) == VERIFIED[root]


@pytest.mark.parametrize("root", ["globalresources", "releaseunit"])
def test_both_stamps_get_the_same_verdict(root: str) -> None:
    for results in outcomes(root).values():
        assert len({outcome.state for outcome in results}) == 1


@pytest.mark.parametrize("root", ["globalresources", "releaseunit"])
def test_what_is_open_says_what_would_settle_it(root: str) -> None:
    for results in outcomes(root).values():
        for outcome in results:
            assert outcome.state is not State.ERROR
            if outcome.state is State.UNKNOWN:
                assert outcome.hole is not None
                assert outcome.hole.decided_by


def test_twenty_criteria_and_more_give_a_definite_verdict() -> None:
    definite = {name for table in (VIOLATED, VERIFIED) for root in table.values() for name in root}
    assert len(definite) >= 20


def test_a_plan_settles_what_a_module_that_is_not_at_hand_leaves_open(tmp_path: Path) -> None:
    folder = folder_of("EVERWARD_CASES") / "conformance" / "terraform"
    plan = tmp_path / "plan.json"
    plan.write_bytes(gzip.decompress((folder / "mco-plan-releaseunit-3.116.0.json.gz").read_bytes()))
    catalogue = Catalogue.load(list(PLANNED))
    estate = add_needed_facts(Estate(read_workload([plan], ReadOptions())), catalogue)
    found = {
        criterion.id: sum(
            criterion.policy().evaluate(resource, estate).state is State.NON_COMPLIANT
            for kind in criterion.policy().types or ()
            for resource in estate.of_type(kind)
        )
        for criterion in catalogue
    }
    assert found == PLANNED
