"""The names by which objects refer to others, and what becomes of them when names change.

The table is `namereference.go` of sigs.k8s.io/kustomize/api 0.19.0; the rules are those of its `filters/nameref`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from everward.sources.manifests.kustomize.fields import Field, FieldError, places, selected
from everward.sources.manifests.kustomize.names import CLUSTER, Named
from everward.sources.manifests.placed import map_of, maps_in, text_of


@dataclass(frozen=True, slots=True)
class _Target:
    """A type that is referred to."""

    kind: str
    group: str = ""
    version: str = ""


_PODS: Final = {
    "Pod": "spec",
    "PodTemplate": "template/spec",
    "Deployment": "spec/template/spec",
    "ReplicaSet": "spec/template/spec",
    "ReplicationController": "spec/template/spec",
    "DaemonSet": "spec/template/spec",
    "StatefulSet": "spec/template/spec",
    "Job": "spec/template/spec",
    "CronJob": "spec/jobTemplate/spec/template/spec",
}
_SOURCES: Final = tuple(kind for kind in _PODS if kind != "ReplicationController")
_REST: Final = tuple(kind for kind in _PODS if kind not in ("PodTemplate", "ReplicaSet"))
_RBAC: Final = "rbac.authorization.k8s.io"


def _of_pods(kinds: Sequence[str], *paths: str) -> Iterator[tuple[str, str]]:
    for kind in kinds:
        yield from ((kind, f"{_PODS[kind]}/{path}") for path in paths)


def _in_containers(*paths: str) -> tuple[str, ...]:
    return tuple(f"{key}/{path}" for path in paths for key in ("containers", "initContainers"))


_TABLE: Final[dict[_Target, tuple[tuple[str, str], ...]]] = {
    _Target("ServiceAccount", version="v1"): (
        (f"RoleBinding {_RBAC}", "subjects"),
        (f"ClusterRoleBinding {_RBAC}", "subjects"),
        *_of_pods(_REST, "serviceAccountName"),
    ),
    _Target("Role", _RBAC): ((f"RoleBinding {_RBAC}", "roleRef/name"),),
    _Target("ClusterRole", _RBAC): (
        (f"RoleBinding {_RBAC}", "roleRef/name"),
        (f"ClusterRoleBinding {_RBAC}", "roleRef/name"),
    ),
    _Target("ConfigMap", version="v1"): (
        *_of_pods(
            _SOURCES,
            "volumes/configMap/name",
            "volumes/projected/sources/configMap/name",
            *_in_containers("env/valueFrom/configMapKeyRef/name", "envFrom/configMapRef/name"),
        ),
        ("Node", "spec/configSource/configMap"),
        ("Role", "rules/resourceNames"),
        ("ClusterRole", "rules/resourceNames"),
        ("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io|fastcgi-params-configmap"),
    ),
    _Target("Secret", version="v1"): (
        *_of_pods(
            _SOURCES,
            "volumes/secret/secretName",
            "volumes/projected/sources/secret/name",
            "imagePullSecrets/name",
            *_in_containers("env/valueFrom/secretKeyRef/name", "envFrom/secretRef/name"),
        ),
        ("Ingress", "spec/tls/secretName"),
        ("Ingress", "metadata/annotations/ingress.kubernetes.io|auth-secret"),
        ("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io|auth-secret"),
        ("Ingress", "metadata/annotations/nginx.ingress.kubernetes.io|auth-tls-secret"),
        ("ServiceAccount", "imagePullSecrets/name"),
        ("StorageClass", "parameters/secretName"),
        ("StorageClass", "parameters/adminSecretName"),
        ("StorageClass", "parameters/userSecretName"),
        ("StorageClass", "parameters/secretRef"),
        ("Role", "rules/resourceNames"),
        ("ClusterRole", "rules/resourceNames"),
        ("Service serving.knative.dev v1", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
        ("PersistentVolume", "spec/azureFile/secretName"),
    ),
    _Target("Service", version="v1"): (
        ("StatefulSet apps", "spec/serviceName"),
        ("Ingress", "spec/rules/http/paths/backend/serviceName"),
        ("Ingress", "spec/backend/serviceName"),
        ("Ingress", "spec/rules/http/paths/backend/service/name"),
        ("Ingress", "spec/defaultBackend/service/name"),
        ("APIService apiregistration.k8s.io", "spec/service/name"),
        ("ValidatingWebhookConfiguration admissionregistration.k8s.io", "webhooks/clientConfig/service"),
        ("MutatingWebhookConfiguration admissionregistration.k8s.io", "webhooks/clientConfig/service"),
    ),
    _Target("PriorityClass", "scheduling.k8s.io", "v1"): tuple(_of_pods(_REST, "priorityClassName")),
    _Target("PersistentVolume", version="v1"): (
        ("PersistentVolumeClaim", "spec/volumeName"),
        ("ClusterRole", "rules/resourceNames"),
    ),
    _Target("PersistentVolumeClaim", version="v1"): tuple(_of_pods(_REST, "volumes/persistentVolumeClaim/claimName")),
    _Target("StorageClass", "storage.k8s.io", "v1"): (
        ("PersistentVolume", "spec/storageClassName"),
        ("PersistentVolumeClaim", "spec/storageClassName"),
        ("StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
    ),
    _Target("Deployment"): (("HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),),
    _Target("StatefulSet"): (("HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),),
    _Target("ReplicaSet"): (("HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),),
    _Target("ReplicationController"): (("HorizontalPodAutoscaler", "spec/scaleTargetRef/name"),),
    _Target("ValidatingAdmissionPolicy", "admissionregistration.k8s.io"): (
        ("ValidatingAdmissionPolicyBinding admissionregistration.k8s.io", "spec/policyName"),
    ),
}


def _by_kind() -> dict[str, list[tuple[_Target, Field]]]:
    """The references that objects of a kind have."""
    found: dict[str, list[tuple[_Target, Field]]] = defaultdict(list)
    for target, referrers in _TABLE.items():
        for words, text in referrers:
            kind, group, version = (*words.split(), "", "")[:3]
            # Pods are told from other kinds of that name by their version.
            version = "v1" if kind == "Pod" and target.kind in ("ConfigMap", "Secret") else version
            path = tuple(step.replace("|", "/") for step in text.split("/"))
            found[kind].append((target, Field(path, kind, group, version)))
    return found


_REFERENCES: Final = _by_kind()


MAX_LOOKS: Final = 1_000_000
"""How many objects are looked at, so that many of one name end."""


class References:
    """The objects of a kustomization, and who is meant by a name among them."""

    def __init__(self, objects: Sequence[Named]) -> None:
        self.objects = objects
        self.exhausted = False
        """Whether there were too many that could be meant, so that some names do not follow."""
        self._left = MAX_LOOKS
        self._by_former: dict[str, list[Named]] = defaultdict(list)
        self._by_origin: dict[str, list[Named]] = defaultdict(list)
        for item in objects:
            self._by_origin[item.original.namespace].append(item)
        for item in objects:
            for name in dict.fromkeys(former.name for former in item.former):
                self._by_former[name].append(item)

    def follow(self) -> Iterator[tuple[Named, FieldError]]:
        """Let every reference follow the names that changed; yields the objects in which one cannot be read."""
        for item in self.objects:
            original, version = item.original, item.version
            try:
                for target, field in _REFERENCES.get(original.kind, ()):
                    if selected(version, original.kind, field.group, field.version, field.kind):
                        for holder, key in places(item.value, field):
                            self._set(item, target, field, holder, key)
            except FieldError as error:
                yield item, error

    def _set(self, referrer: Named, target: _Target, field: Field, holder: Any, key: Any) -> None:
        held = holder[key]
        if isinstance(held, str):
            found = self._meant(referrer, target, field, held, None)
            if found is not None:
                holder[key] = found.held_name
        elif isinstance(held, list):
            for index in range(len(held)):
                self._set(referrer, target, field, held, index)
        elif isinstance(held, dict):
            self._set_object(referrer, target, field, held)

    def _set_object(self, referrer: Named, target: _Target, field: Field, held: dict[str, Any]) -> None:
        """A reference that names the namespace as well."""
        name = held.get("name")
        if "name" not in held:
            raise FieldError(f"`{field.path[-1]}` has no name")
        found = self._meant(referrer, target, field, name, held) if isinstance(name, str) else None
        if found is not None:
            held["name"] = found.held_name
            if found.namespace:
                held["namespace"] = found.namespace

    def _meant(
        self, referrer: Named, target: _Target, field: Field, name: str, holder: dict[str, Any] | None
    ) -> Named | None:
        """The object that a name means; none where it is not known to kustomize, or where it could be several."""
        found = self._by_former.get(name, [])
        self._left -= len(found)
        if self._left < 0:
            self.exhausted = True
            return None
        found = [item for item in found if self._may_be(referrer, item)]
        if holder is not None and "namespace" in holder:
            found = self._in_namespace(referrer, found, text_of(holder["namespace"]) or "")
        found = [item for item in found if _was(item, target.group, target.version, target.kind)]
        if field.path[-2:] == ("roleRef", "name"):
            role = map_of(referrer.value.get("roleRef"))
            group, kind = text_of(role.get("apiGroup")), text_of(role.get("kind"))
            if group is not None and kind is not None:
                found = [item for item in found if _was(item, group, "", kind)]
        found = [item for item in found if self._is_near(referrer, item)]
        if len(found) > 1:
            found = [item for item in found if item.is_built_like(referrer, loosely=True)]
        if len(found) > 1:
            found = [item for item in found if item.is_built_like(referrer, loosely=False)]
        same = {(item.name, item.namespace if holder is not None else "") for item in found}
        return found[0] if len(same) == 1 else None

    @staticmethod
    def _may_be(referrer: Named, item: Named) -> bool:
        """Whether an object can be referred to from where another one stands."""
        own, other = referrer.id.namespace, item.id.namespace
        if CLUSTER in (own, other) or own == other:
            return True
        if referrer.kind != "RoleBinding":
            return False
        accounts = (item for item in maps_in(referrer.value.get("subjects")) if item.get("kind") == "ServiceAccount")
        return item.namespace in [text_of(account.get("namespace")) for account in accounts]

    def _in_namespace(self, referrer: Named, found: list[Named], namespace: str) -> list[Named]:
        """Those that began in a namespace, and where none of all objects did, those that stand in it."""
        if namespace == CLUSTER:
            return []
        origins = self._by_origin.get(namespace, [])
        self._left -= len(origins)
        if any(self._may_be(referrer, item) for item in origins):
            return [item for item in found if item.original.namespace == namespace]
        return [item for item in found if item.id.namespace == namespace]

    @staticmethod
    def _is_near(referrer: Named, item: Named) -> bool:
        own, other = referrer.id.namespace, item.id.namespace
        return CLUSTER in (own, other) or item.kind == "ServiceAccount" or own == other


def _was(item: Named, group: str, version: str, kind: str) -> bool:
    return any(selected(item.version, former.kind, group, version, kind) for former in item.former)
