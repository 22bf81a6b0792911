"""The ports on which services answer at their public endpoints."""

from __future__ import annotations

from typing import Final

from everward.estate import Resource
from everward.facts.reach.services import Service

_DATA_PORTS: Final = {
    "microsoft.sql/servers": ((1433, 1433),),
    "microsoft.dbforpostgresql/flexibleservers": ((5432, 5432),),
    "microsoft.dbforpostgresql/servers": ((5432, 5432),),
    "microsoft.dbformysql/flexibleservers": ((3306, 3306),),
    "microsoft.cache/redis": ((6380, 6380),),
    "microsoft.eventhub/namespaces": ((443, 443), (5671, 5672), (9093, 9093)),
    "microsoft.servicebus/namespaces": ((443, 443), (5671, 5672)),
}
"""Ports of data planes that do not speak HTTPS alone: AMQP and Kafka stand beside it."""


def service_of(resource: Resource) -> Service:
    """What the data plane of a service speaks."""
    return Service("tcp", ports=_DATA_PORTS.get(resource.type_key, ((443, 443),)))


_SWITCHED_PORTS: Final = {
    "microsoft.cache/redis": ("enableNonSslPort", 6379),
    "microsoft.storage/storageaccounts": ("isSftpEnabled", 22),
}
"""Ports that a service opens besides when a property says so: of a cache the one without TLS, of a store SFTP.

MicrosoftDocs/azure-docs azure-cache-for-redis/cache-remove-tls-10-11 and storage/blobs/secure-file-transfer-protocol-
support, read 2026-11."""


def more_services(resource: Resource) -> tuple[Service, ...]:
    """What a service answers to besides its data plane, because it is told to."""
    name, port = _SWITCHED_PORTS.get(resource.type_key, ("", 0))
    return (Service("tcp", ports=((port, port),)),) if name and resource.get(f"properties.{name}") is True else ()
