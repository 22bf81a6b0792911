"""Clusters and namespaces that objects stand in and nobody declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from everward.estate import Resource
from everward.sources.manifests.deploying.resolving import Cluster
from everward.sources.manifests.kinds import NAMESPACE
from everward.sources.manifests.objects import Manifest, derived_resource, namespace_id, namespace_of
from everward.sources.manifests.yamltext import SOURCE
from everward.values import Origin, Unknown


def facts(cluster: Cluster, objects: Sequence[tuple[Manifest, Resource]]) -> Iterator[Resource]:
    """The stand-in of a cluster that is not known, and namespaces that are only named by what stands in them."""
    if not cluster.known and objects:
        origin = Origin(source=SOURCE, file=objects[0][0].spot[0] or None, address=cluster.id)
        properties: dict[str, Any] = {"statedBy": cluster.stated_by, "standIn": True}
        yield derived_resource(cluster.id, f"{NAMESPACE}/Cluster", properties, origin)
    declared = {resource.key for manifest, resource in objects if manifest.value.get("kind") == "Namespace"}
    named: dict[str, tuple[Any, Manifest]] = {}
    for manifest, _ in objects:
        namespace = namespace_of(manifest)
        if namespace is not None:
            named.setdefault(namespace_id(cluster.id, namespace), (namespace, manifest))
    for own, (namespace, manifest) in named.items():
        if own.lower() not in declared:
            yield _namespace(cluster, own, namespace, manifest)


def _namespace(cluster: Cluster, own: str, namespace: Any, manifest: Manifest) -> Resource:
    """A namespace without a manifest: it has no labels that anybody wrote."""
    labels: Any = {"kubernetes.io/metadata.name": namespace}
    if namespace in ("kube-system", "default", "kube-public", "gatekeeper-system"):
        labels = Unknown(reason="the platform labels this namespace", present=True)
    properties = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": namespace, "labels": labels},
        "cluster": cluster.id,
        "declared": False,
    }
    file, line = manifest.spot
    origin = Origin(source=SOURCE, file=file or None, line=line or None, address=f"Namespace {own.rpartition('/')[2]}")
    return derived_resource(own, f"{NAMESPACE}/Namespace", properties, origin)
