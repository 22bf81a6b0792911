"""What follows from objects.

Clusters and namespaces that nobody declares, what services make in Azure, who may act as which identity, what pods run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from everward.estate import Reading, Resource
from everward.sources.manifests.deploying.resolving import Cluster
from everward.sources.manifests.facts import balancers, identities, places, pods, vaults
from everward.sources.manifests.facts.others import Others
from everward.sources.manifests.objects import Manifest


def facts_of(
    cluster: Cluster, objects: Sequence[tuple[Manifest, Resource]], others: Sequence[Reading]
) -> Iterator[Resource]:
    """The facts that follow from the objects of a cluster, given what other readings know."""
    known = Others(others)
    yield from places.facts(cluster, objects)
    for manifest, resource in objects:
        yield from balancers.facts(cluster, manifest, resource, known)
        yield from identities.facts(cluster, manifest, resource, known)
        vaults.connect(manifest, resource, known)
    yield from pods.facts(cluster, objects)
