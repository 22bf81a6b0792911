"""The effects of the Azure Policy language: what happens to requests, and what a scan says of what exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from everward.policy.effects.changes import Change, Kind, render_changes
    from everward.policy.effects.decision import Event, FollowUp, RequestDecision, Result, Verdict
    from everward.policy.effects.deployment import Deployment
    from everward.policy.effects.evaluation import Enforced, RequestContext
    from everward.policy.effects.request import evaluate_request
    from everward.policy.effects.scan import Remediation, remediation, scan_resource

__all__ = [
    "Change",
    "Deployment",
    "Enforced",
    "Event",
    "FollowUp",
    "Kind",
    "Remediation",
    "RequestContext",
    "RequestDecision",
    "Result",
    "Verdict",
    "evaluate_request",
    "remediation",
    "render_changes",
    "scan_resource",
]

_HOMES: Final = {
    "changes": ("Change", "Kind", "render_changes"),
    "decision": ("Event", "FollowUp", "RequestDecision", "Result", "Verdict"),
    "deployment": ("Deployment",),
    "evaluation": ("Enforced", "RequestContext"),
    "request": ("evaluate_request",),
    "scan": ("Remediation", "remediation", "scan_resource"),
}


def __getattr__(name: str) -> Any:
    # Every reading of a definition needs the details alone: what decides requests is loaded when it is asked for.
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module `{__name__}` has no `{name}`")
