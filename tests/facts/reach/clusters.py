"""Makes small clusters with pods and network policies, for tests."""

from typing import Any

from tests.facts.reach.world import GROUP

from everward.estate import Estate, Reading, Resource
from everward.facts.reach.pods import PodNetworks, Pods
from everward.values import Origin

CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks"
KUBERNETES = "Everward.Kubernetes"
ORIGIN = Origin(source="kubernetes", file="app.yaml", line=1)


def cluster(policy: Any = "calico", id: str = CLUSTER, **profile: Any) -> Resource:
    body: dict[str, Any] = {
        "properties": {"networkProfile": {"networkPlugin": "azure", "networkPolicy": policy, **profile}}
    }
    return Resource(id, "Microsoft.ContainerService/managedClusters", "aks", body, ORIGIN)


def namespace(name: str, labels: Any = None, at: str = CLUSTER) -> Resource:
    body: dict[str, Any] = {"properties": {"metadata": {"name": name, "labels": labels}}}
    return Resource(f"{at}/providers/{KUBERNETES}/Namespace/{name}", f"{KUBERNETES}/Namespace", name, body, ORIGIN)


def pods(name: str, labels: Any, inside: str = "shop", at: str = CLUSTER, **more: Any) -> Resource:
    home = f"{at}/providers/{KUBERNETES}/Namespace/{inside}/providers/{KUBERNETES}.apps/Deployment/{name}"
    body: dict[str, Any] = {"properties": {"labels": labels, "containers": [], "workload": home, **more}}
    return Resource(
        f"{home}/providers/{KUBERNETES}/PodTemplate/{name}", f"{KUBERNETES}/PodTemplate", name, body, ORIGIN
    )


def policy(name: str, spec: Any, inside: str = "shop", at: str = CLUSTER, **more: Any) -> Resource:
    type_ = more.pop("type", f"{KUBERNETES}.networking.k8s.io/NetworkPolicy")
    home = f"{at}/providers/{KUBERNETES}/Namespace/{inside}"
    return Resource(f"{home}/providers/{type_}/{name}", type_, name, {"properties": {"spec": spec}}, ORIGIN, **more)


def networks(*resources: Resource) -> PodNetworks:
    return PodNetworks(Estate([Reading("kubernetes", "test", list(resources))]))


def named(found: PodNetworks, name: str) -> Pods:
    return next(item for item in found.all if item.resource.name == name)
