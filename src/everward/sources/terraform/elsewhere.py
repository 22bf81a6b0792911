"""What Terraform deploys into clusters: releases of charts and manifests, handed on as they are configured."""

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
