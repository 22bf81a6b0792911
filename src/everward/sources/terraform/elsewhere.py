"""What Terraform tells besides resources of Azure, handed on as it is configured.

Releases of charts and manifests that it deploys into clusters, and what it takes out of vaults when it runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from everward.estate import Resource
from everward.sources.terraform.instance import Instance
from everward.values import Truth

TYPES: Final = frozenset({"helm_release", "kubernetes_manifest", "kubectl_manifest"})
"""Types of the providers helm, kubernetes and kubectl whose content is that of Kubernetes itself."""


def in_clusters(instances: Iterable[Instance], folder: Path) -> list[Resource]:
    """The instances that are for clusters; `folder` is that of the root, from which their paths begin."""
    found: list[Resource] = []
    for instance in instances:
        if instance.type in TYPES and instance.mode == "managed":
            # An unknown number of instances may be none.
            condition: Truth = True if instance.cardinality is None else instance.cardinality
            found.append(
                Resource(
                    id=f"terraform:{instance.address}",
                    type=f"Terraform/{instance.type}",
                    name=instance.name,
                    body={"properties": instance.attributes, "folder": str(folder)},
                    origin=instance.origin,
                    origins={f"properties.{path}": place for path, place in instance.origins.items()},
                    condition=condition,
                    cardinality=instance.cardinality,
                )
            )
    return found


VAULT_READS: Final = "Terraform/vaultReads"
"""The type of a record of a data source that reads a vault, or something in it."""
_READS: Final = {
    "azurerm_key_vault": "",
    "azurerm_key_vault_secret": "secret",
    "azurerm_key_vault_key": "key",
    "azurerm_key_vault_certificate": "certificate",
    "azurerm_key_vault_certificate_data": "certificate",
}
"""Types of data sources, and the kind of what they read; nothing for a vault itself."""


def out_of_vaults(instances: Iterable[Instance]) -> list[Resource]:
    """Data sources that read vaults: where, and what it is called there. What they read is not told."""
    found: list[Resource] = []
    for instance in instances:
        kind = _READS.get(instance.type)
        if kind is not None and instance.mode == "data":
            given = instance.attributes
            told = {"kind": kind, "name": given.get("name"), "vault": given.get("key_vault_id")}
            found.append(
                Resource(
                    id=f"terraform:{instance.address}",
                    type=VAULT_READS,
                    name=instance.address,
                    body={"properties": told},
                    origin=instance.origin,
                )
            )
    return found
