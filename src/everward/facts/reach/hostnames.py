"""Host names of resources: the one that a service gets from its own name, and which resource a name belongs to.

Azure Private Link, private-endpoint-dns (the zones of public names beside those of private ones), and the pages of the
services, MicrosoftDocs/azure-docs, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.shape import id_in, inner, items, properties, text_in
from everward.values import Unknown

_SUFFIXES: Final[dict[str, tuple[str, ...]]] = {
    "microsoft.storage/storageaccounts": tuple(
        f"{part}.core.windows.net" for part in ("blob", "dfs", "file", "queue", "table", "web")
    ),
    "microsoft.keyvault/vaults": ("vault.azure.net",),
    "microsoft.keyvault/managedhsms": ("managedhsm.azure.net",),
    "microsoft.containerregistry/registries": ("azurecr.io",),
    "microsoft.documentdb/databaseaccounts": ("documents.azure.com",),
    "microsoft.eventhub/namespaces": ("servicebus.windows.net",),
    "microsoft.servicebus/namespaces": ("servicebus.windows.net",),
    "microsoft.sql/servers": ("database.windows.net",),
    "microsoft.dbforpostgresql/flexibleservers": ("postgres.database.azure.com",),
    "microsoft.dbforpostgresql/servers": ("postgres.database.azure.com",),
    "microsoft.dbformysql/flexibleservers": ("mysql.database.azure.com",),
    "microsoft.cache/redis": ("redis.cache.windows.net",),
    "microsoft.web/sites": ("azurewebsites.net",),
    "microsoft.apimanagement/service": ("azure-api.net",),
    "microsoft.appconfiguration/configurationstores": ("azconfig.io",),
    "microsoft.search/searchservices": ("search.windows.net",),
    "microsoft.cognitiveservices/accounts": ("cognitiveservices.azure.com", "openai.azure.com"),
    "microsoft.signalrservice/signalr": ("service.signalr.net",),
    "microsoft.batch/batchaccounts": ("batch.azure.com",),
}
"""What stands behind the name of a resource, by lower-case type."""

_WRITTEN: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "microsoft.web/sites": (("defaultHostName",),),
    "microsoft.web/sites/slots": (("defaultHostName",),),
    "microsoft.web/staticsites": (("defaultHostname",),),
    "microsoft.cdn/profiles/afdendpoints": (("hostName",),),
    "microsoft.app/containerapps": (("configuration", "ingress", "fqdn"),),
    "microsoft.network/publicipaddresses": (("dnsSettings", "fqdn"), ("ipAddress",)),
    "microsoft.containerinstance/containergroups": (("ipAddress", "fqdn"), ("ipAddress", "ip")),
    "microsoft.network/trafficmanagerprofiles": (("dnsConfig", "fqdn"),),
}
"""Where a resource has its host names written, by lower-case type."""


def service_names(resource: Resource) -> tuple[str, ...]:
    """The names that clients ask a service for; none where they are not known."""
    suffixes = _SUFFIXES.get(resource.type_key, ())
    return tuple(f"{resource.name.lower()}.{suffix}" for suffix in suffixes)


class HostNames:
    """The host names of an estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate

    @cached_property
    def _exact(self) -> dict[str, Resource]:
        found: dict[str, Resource] = {}
        for resource in self.estate:
            for name in _names(resource):
                found.setdefault(name.lower(), resource)
        return found

    @cached_property
    def _declared(self) -> dict[str, Resource]:
        """Resources by the address that their source gives them."""
        found: dict[str, Resource] = {}
        for resource in self.estate:
            if resource.origin.address:
                found.setdefault(resource.origin.address, resource)
        return found

    def owner(self, name: str | Unknown | None) -> Resource | None:
        """The resource that a host name, or a hole that one attribute of a resource decides, belongs to."""
        if isinstance(name, Unknown):
            return self._decided(name)
        key = (name or "").strip().rstrip(".").lower()
        found = self._exact.get(key)
        if found is not None:
            return found
        # The web endpoint of a storage account has a zone in its name: `account.z6.web.core.windows.net`.
        zoned = _ZONED.fullmatch(key)
        if zoned is not None:
            return self._exact.get(f"{zoned['account'].removesuffix('-secondary')}.web.core.windows.net")
        return self._recorded(key)

    @cached_property
    def _records(self) -> dict[str, tuple[str | Unknown, ...]]:
        """What records of DNS zones lead to, by the lower-case name: ids, addresses, other names, holes."""
        found: dict[str, tuple[str | Unknown, ...]] = {}
        for type_ in _RECORDS:
            for record in self.estate.of_type(type_):
                zone = record.id.rsplit("/", 3)[1].lower()
                name = zone if record.name == "@" else f"{record.name.lower()}.{zone}"
                found[name] = tuple(_targets(properties(record.body)))
        return found

    def _recorded(self, name: str) -> Resource | None:
        """The one resource that a record leads to, over names that lead to other names."""
        for _ in range(_FOLLOWED):
            targets = self._records.get(name, ())
            if len(targets) != 1:
                return None
            [target] = targets
            if isinstance(target, Unknown):
                return self._decided(target)
            found = self.estate.find(target) if target.startswith("/") else self._exact.get(target.rstrip(".").lower())
            if found is not None:
                return found
            name = target.rstrip(".").lower()
        return None

    def _decided(self, hole: Unknown) -> Resource | None:
        if hole.reference is not None:
            return self.estate.find(hole.reference)
        if len(hole.decided_by) != 1:
            return None
        address = hole.decided_by[0]
        while "." in address:
            address = address.rpartition(".")[0]
            found = self._declared.get(address)
            if found is not None:
                return found
        return None


_RECORDS: Final = tuple(
    f"Microsoft.Network/{kind}/{record}"
    for kind in ("dnsZones", "privateDnsZones")
    for record in ("A", "AAAA", "CNAME")
)
_FOLLOWED: Final = 8
"""How many names that lead to other names are followed."""


def _targets(body: Any) -> Iterator[str | Unknown]:
    """What a record leads to: a resource, addresses, or another name."""
    held = id_in(inner(body, "targetResource"))
    if held is not None:
        yield held
    for field, key in (("ARecords", "ipv4Address"), ("AAAARecords", "ipv6Address")):
        for item in items(inner(body, field)):
            found = item if isinstance(item, Unknown) else text_in(item, key)
            if found is not None:
                yield found
    named = text_in(body, "CNAMERecord", "cname")
    if named is not None:
        yield named


_ZONED: Final = re.compile(r"(?P<account>[^.]+)\.z\d+\.web\.core\.windows\.net")


def _names(resource: Resource) -> Iterator[str]:
    yield from service_names(resource)
    body = properties(resource.body)
    for path in _WRITTEN.get(resource.type_key, ()):
        written = text_in(body, *path)
        if isinstance(written, str) and written:
            yield written
    if resource.type_key == "microsoft.network/publicipaddresses":
        label = text_in(body, "dnsSettings", "domainNameLabel")
        shown = label.text if isinstance(label, Unknown) else label
        if shown and isinstance(resource.location, str):
            yield f"{shown}.{resource.location}.cloudapp.azure.com"
    if resource.type_key == "microsoft.network/trafficmanagerprofiles":
        relative = text_in(body, "dnsConfig", "relativeName")
        if isinstance(relative, str):
            yield f"{relative}.trafficmanager.net"
    if resource.type_key == "microsoft.web/sites":
        for item in items(inner(body, "hostNames")):
            if isinstance(item, str):
                yield item
