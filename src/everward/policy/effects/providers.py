"""Modes and effects of resource providers: they are recognised, and judged where their data is."""

from __future__ import annotations

from typing import Final

from everward.values import Unknown

AZURE: Final = "Azure's own compliance state"

_CLUSTERS: Final = "the objects in the cluster"
_DECIDED_BY: Final[dict[str, str]] = {
    "microsoft.kubernetes.data": _CLUSTERS,
    "microsoft.containerservice.data": _CLUSTERS,
    "microsoft.keyvault.data": "the keys, secrets and certificates in the vault",
    "microsoft.managedhsm.data": "the keys in the managed HSM",
    "microsoft.network.data": "the members of the network group",
    "microsoft.datafactory.data": "the traffic of the data factory",
    "microsoft.machinelearningservices.data": "the assets in the workspace",
    "microsoft.machinelearningservices.v2.data": "the assets in the workspace",
    "microsoft.cognitiveservices.data": "the model deployments of the account",
    "microsoft.loadtestservice.data": "the tests of the load test resource",
}
"""What a policy of a mode is about, by lower-case mode."""

IN_CLUSTERS: Final = frozenset({"microsoft.kubernetes.data", "microsoft.containerservice.data"})
"""Modes whose policies act on objects inside a cluster: requests for the cluster itself are none of theirs."""

PROVIDER_EFFECTS: Final = frozenset(
    {"addToNetworkGroup", "mutate", "enforceRegoPolicy", "enforceOPAConstraint", "enforceSetting"}
)
"""Effects that only resource providers carry out."""


def provider_hole(mode: str, effect: str) -> Unknown:
    """Why a policy of a provider's mode, or with a provider's effect, is not decided, and what would decide it."""
    if mode in ("All", "Indexed"):
        return Unknown(reason=f"the effect `{effect}` is judged inside Azure", decided_by=(AZURE,))
    data = _DECIDED_BY.get(mode.lower())
    decided_by = (AZURE,) if data is None else (data, AZURE)
    return Unknown(reason=f"policies of mode `{mode}` are judged inside Azure", decided_by=decided_by)
