"""What of a vault is needed while it is away: who keeps what they read, and whether a way back takes longer.

A vault that fails over answers again after minutes; a private link to it may need twenty more (`data/key-vault.json`).
"""

from __future__ import annotations

from typing import Final

from everward.estate import Estate, Resource
from everward.facts.keys.reference import reference
from everward.facts.keys.uses import Delivery, Use
from everward.facts.shape import id_in, inner, items, place_in, properties, text_in, texts_in
from everward.values import Truth, Unknown, any_of, negate

_ENDPOINTS: Final = "Microsoft.Network/privateEndpoints"
_KEEPS: Final = frozenset(
    {Delivery.CERTIFICATE, Delivery.DEPLOYMENT, Delivery.ENVIRONMENT, Delivery.MOUNTED, Delivery.REFERENCE}
)
"""Deliveries after which whoever runs has the value, whatever becomes of the vault."""
_EACH_TIME: Final = ("microsoft.datafactory/", "microsoft.logic/workflows", "microsoft.synapse/workspaces")
"""Types that ask the vault anew for every run: learn.microsoft.com/azure/data-factory/store-credentials-in-key-vault,
read 2026-11-30; workflows ask by an action of their own."""
_SERVICES: Final = "azureservices"
"""The value of `bypass` that lets Azure's own services through; it is what counts where nothing is written."""


def kept(use: Use) -> Truth | None:
    """Whether what is read is kept by whoever runs; a hole where the code decides it, None where nothing is read."""
    if use.delivery in _KEEPS:
        return True
    if use.delivery is not Delivery.CLIENT:
        return None
    consumer = use.consumer
    if consumer.type_key.startswith(_EACH_TIME):
        return False
    return Unknown(
        reason=f"nothing tells whether `{consumer.name}` keeps what it reads from its vault",
        decided_by=(f"how `{consumer.name}` caches what it reads",),
        origin=place_in(consumer, use.path),
    )


class Links:
    """Which vaults have a private link."""

    def __init__(self, estate: Estate) -> None:
        self._led: set[str] = set()
        self._open: list[Unknown] = []
        for endpoint in estate.of_type(_ENDPOINTS):
            body = properties(endpoint.body)
            for name in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
                for item in items(inner(body, name)):
                    self._take(properties(item))

    def _take(self, connection: object) -> None:
        target = id_in(inner(connection, "privateLinkServiceId"))
        groups = {word.lower() for word in texts_in(inner(connection, "groupIds")) if isinstance(word, str)}
        if isinstance(target, str):
            self._led.add(target.rstrip("/").lower())
        elif isinstance(target, Unknown) and (not groups or groups & {"vault", "managedhsm"}):
            self._open.append(target)

    def private(self, vault: Resource) -> Truth:
        """Whether a private link leads to a vault."""
        return any_of([vault.key in self._led, *self._open])


def outage(private: Truth | None) -> str:
    """How long a vault may be away when its region is lost, in words."""
    failover = reference().failover
    if private is True:
        return f"{failover.minutes} minutes, and up to {failover.private_link_minutes} more over its private link"
    return f"{failover.minutes} minutes"


def admits_services(vault: Resource) -> Truth:
    """Whether a vault lets Azure's own services in, which encrypt stores with its keys."""
    body = properties(vault.body)
    public = text_in(body, "publicNetworkAccess")
    action = text_in(body, "networkAcls", "defaultAction")
    bypass = text_in(body, "networkAcls", "bypass")
    closed = any_of([_is(public, "disabled"), _is(action, "deny")])
    if closed is False or bypass is None:
        return True
    through = bypass if isinstance(bypass, Unknown) else _SERVICES in bypass.replace(" ", "").lower()
    return any_of([through, negate(closed)])


def _is(value: str | Unknown | None, word: str) -> Truth:
    return value if isinstance(value, Unknown) else value is not None and value.lower() == word
