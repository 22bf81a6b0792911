"""The effects of the Azure Policy language: what happens to requests, and what a scan says of what exists."""

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
