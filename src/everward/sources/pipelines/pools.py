"""What runs the steps of a pipeline: agents of the platform, or own ones.

MicrosoftDocs/azure-devops-docs pipelines/agents/pools-queues and GitHub's `jobs.<job_id>.runs-on`, read 2026-11.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, NamedTuple

from everward.sources.pipelines.templating import is_open

_HOSTED_POOLS: Final = frozenset({"azure pipelines", "hosted ubuntu 1604", "hosted vs2017"})
_HOSTED_LABELS: Final = ("ubuntu-", "windows-", "macos-")


class Kind(StrEnum):
    """Who has the agents."""

    HOSTED = "hosted"
    """The platform: they come from public addresses that change."""
    OWN = "selfHosted"
    UNKNOWN = "unknown"
    NONE = "agentless"


class Pool(NamedTuple):
    """What runs steps."""

    kind: Kind
    name: str | None
    """The pool, the image or the labels, as they are written."""


def pool_of(written: Any, *, github: bool) -> Pool:
    """What a pipeline says of what runs its steps."""
    return _runner(written) if github else _pool(written)


def _pool(written: Any) -> Pool:
    if isinstance(written, str):
        if written.lower() == "server":
            return Pool(Kind.NONE, written)
        return _named(written)
    if not isinstance(written, dict):
        return Pool(Kind.UNKNOWN, None)
    name, image = written.get("name"), written.get("vmImage")
    if isinstance(name, str) and name:
        return _named(name)
    return Pool(Kind.HOSTED, str(image)) if image is not None else Pool(Kind.UNKNOWN, None)


def _named(name: str) -> Pool:
    if is_open(name):
        return Pool(Kind.UNKNOWN, name)
    return Pool(Kind.HOSTED if name.lower() in _HOSTED_POOLS else Kind.OWN, name)


def _runner(written: Any) -> Pool:
    labels = written.get("labels", written.get("group")) if isinstance(written, dict) else written
    listed = [labels] if isinstance(labels, str) else labels if isinstance(labels, list) else []
    texts = [str(label) for label in listed]
    name = ", ".join(texts) or None
    if any(label.lower() == "self-hosted" for label in texts):
        return Pool(Kind.OWN, name)
    if len(texts) == 1 and texts[0].lower().startswith(_HOSTED_LABELS) and not isinstance(written, dict):
        return Pool(Kind.HOSTED, name)
    # Larger runners have names of their own, and may stand in a network of the customer.
    return Pool(Kind.UNKNOWN, name)
