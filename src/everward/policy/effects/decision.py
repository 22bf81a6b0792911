"""What a request comes to: the verdict, what each policy did, and what follows once the request has succeeded."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from everward.policy.effects.changes import Change
from everward.policy.effects.deployment import Deployment
from everward.policy.outcome import State
from everward.values import Unknown


class Verdict(StrEnum):
    """Whether the request goes through."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"
    """It hangs on a hole."""


class Result(StrEnum):
    """What one policy did to the request."""

    DENIED = "denied"
    FAILED = "failed"
    """It could not be evaluated, which denies the request whatever the effect."""
    CONFLICT = "conflict"
    """It would change what it may not: the request is denied."""
    CHANGED = "changed"
    SKIPPED = "skipped"
    """It would have changed the request, and does not: the message says why."""
    AUDITED = "audited"
    MANUAL = "manual"
    FOLLOWS = "follows"
    """It is decided after the request has succeeded: see the follow-ups."""
    PROVIDER = "provider"
    """It is left to the resource provider, and does not touch the request."""
    UNKNOWN = "unknown"


class Event(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What one policy did."""

    policy: int
    """The place of the policy among those that were given."""
    name: str
    effect: str
    result: Result
    enforced: bool = True
    """False when the assignment does not enforce: then the event is recorded and nothing else happens."""
    message: str = ""
    changes: tuple[Change, ...] = ()
    resource: str = ""
    """The id of the resource it is about, where that is another than the one requested."""
    state: State | None = None
    """The state of a manual policy."""
    hole: Unknown | None = None


class FollowUp(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What auditIfNotExists or deployIfNotExists comes to once the request has succeeded."""

    policy: int
    name: str
    effect: str
    state: State
    """`compliant` when the related resource is there; `nonCompliant`, `unknown`, `error`."""
    delay: str = ""
    """When it is looked for: a duration, or a moment of provisioning."""
    enforced: bool = True
    message: str = ""
    deployment: Deployment | None = None
    """What is deployed when the state is `nonCompliant`, or may be when it is `unknown`."""
    hole: Unknown | None = None


class RequestDecision(msgspec.Struct, frozen=True, rename="camel"):
    """What a request comes to."""

    verdict: Verdict
    body: dict[str, Any]
    """What append and modify leave of the request."""
    changes: tuple[Change, ...] = ()
    """What they changed, one change for each path."""
    events: tuple[Event, ...] = ()
    """In Azure's order of effects."""
    follow_ups: tuple[FollowUp, ...] = ()
    hole: Unknown | None = None
    """Why the verdict is unknown, and what would decide it."""
