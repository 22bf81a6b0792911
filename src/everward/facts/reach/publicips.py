"""Public IP addresses: whether they are open by themselves, and whether DDoS protection covers them.

MicrosoftDocs/azure-docs ip-services/public-ip-addresses, ddos-protection/ddos-protection-sku-comparison, read 2026-11.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from everward.facts.shape import flag, id_in, inner, text_in
from everward.values import Truth, Unknown


class Protection(StrEnum):
    """Whether DDoS protection covers a public address."""

    PROTECTED = "protected"
    UNPROTECTED = "unprotected"
    IMPOSSIBLE = "notProtectable"
    """Nothing can protect it: addresses of NAT gateways, and of services that many customers share."""
    UNKNOWN = "unknown"


NOT_PROTECTABLE = frozenset({"natgateway", "paas", "multitenantpaas", "virtualhub", "virtualwan"})


def sku_name(body: Any) -> str | Unknown:
    """`Standard` or `Basic`. One without a word is Basic, as old versions of the API made it."""
    sku = inner(body, "sku")
    name = sku if isinstance(sku, str | Unknown) else text_in(sku, "name")
    return name if isinstance(name, Unknown) else (name or "Basic").capitalize()


def open_without_group(sku: str | Unknown) -> Truth:
    """Whether an address lets connections in where no network security group is: Basic does, Standard does not."""
    return sku if isinstance(sku, Unknown) else sku.lower() == "basic"


def protection(sku: str | Unknown, settings: Any, network: Any, attached: str = "") -> Protection:
    """Whether DDoS protection covers an address.

    `settings` is its `ddosSettings`, `network` the properties of the virtual network of what it is attached to (None
    when that is not known), `attached` the kind of that in lower case.
    """
    if {attached.lower(), attached.lower().removesuffix("s")} & NOT_PROTECTABLE:
        return Protection.IMPOSSIBLE
    mode = text_in(settings, "protectionMode")
    if isinstance(mode, Unknown):
        return Protection.UNKNOWN
    word = (mode or "VirtualNetworkInherited").lower()
    if word == "enabled":
        # Protection of a single address needs Standard; a plan of its own covers Basic too.
        own = id_in(inner(settings, "ddosProtectionPlan"))
        basic = open_without_group(sku)
        if own is not None or basic is False:
            return Protection.PROTECTED
        return Protection.UNKNOWN if isinstance(basic, Unknown) else Protection.UNPROTECTED
    if word == "disabled":
        return Protection.UNPROTECTED
    if network is None or isinstance(network, Unknown):
        return Protection.UNKNOWN
    enabled = flag(network, "enableDdosProtection", default=False)
    plan = id_in(inner(network, "ddosProtectionPlan"))
    if isinstance(enabled, Unknown):
        return Protection.UNKNOWN
    return Protection.PROTECTED if enabled and plan is not None else Protection.UNPROTECTED
