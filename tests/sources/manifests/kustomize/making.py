"""Small kustomizations made up at random: bases, a component and an overlay that use what kustomize has."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

import yaml

NAMES: Final = ("web", "api", "db")
NAMESPACES: Final = ("", "", "", "shop", "ops", "default")
IMAGES: Final = ("nginx:1.25", "nginx", "shop.azurecr.io/web:v1", "shop.azurecr.io/web@sha256:" + "0" * 64, "redis:7")
LABELS: Final = ("app", "tier", "app.kubernetes.io/name")
VALUES: Final = ("web", "api", "1", "true", "a-b", "x.y")

Value = dict[str, Any]


class Maker:
    """Makes files of kustomizations; the same seed makes the same. Every second one has no values of odd types."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.tame = seed % 2 == 0
        self.files: dict[str, str] = {}
        self.objects: list[Value] = []
        """What is there to be changed where something is made now."""
        self.all: list[Value] = []

    def make(self) -> dict[str, str]:
        """The files: the kustomization of `over` is the one that is built."""
        bases = ["base"]
        self.base("base", [])
        if self.chance(0.3):
            first, on_top = self.objects, self.chance(0.4)
            self.objects = first if on_top else []
            self.base("second", ["../base"] if on_top else [])
            self.objects = self.objects if on_top else first + self.objects
            bases = ["second"] if on_top else ["base", "second"]
        value: Value = {"resources": [f"../{name}" for name in bases]}
        if self.chance(0.3):
            self.things("over/own.yaml", 1)
            value["resources"].append("own.yaml")
        if self.chance(0.35):
            changes = self.changes("part", few=True) or {"commonAnnotations": {"part": "yes"}}
            self.write("part/kustomization.yaml", {"kind": "Component", **changes})
            value["components"] = ["../part"]
        self.write("over/kustomization.yaml", {**value, **self.changes("over")})
        return self.files

    def base(self, folder: str, resources: list[str]) -> None:
        self.things(f"{folder}/all.yaml", self.rng.randrange(1, 5))
        changes = self.changes(folder, few=True) if self.chance(0.5) else {}
        self.write(f"{folder}/kustomization.yaml", {"resources": ["all.yaml", *resources], **changes})

    def things(self, path: str, count: int) -> None:
        """A file of objects; most often, none is there already."""
        made: list[Value] = []
        while len(made) < count:
            item = self.thing()
            if self.chance(0.01) or self.key(item) not in [self.key(held) for held in (*self.all, *made)]:
                made.append(item)
        self.objects = [*self.objects, *made]
        self.all += made
        self.write_all(path, made)

    @staticmethod
    def key(item: Value) -> tuple[str, str, str]:
        meta = item["metadata"]
        return item["kind"], meta["name"], meta.get("namespace", "default")

    # Writing

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    def write(self, path: str, value: Any) -> None:
        self.files[path] = yaml.safe_dump(value, sort_keys=False, default_flow_style=self.pick(False, False, None))

    def write_all(self, path: str, values: list[Any]) -> None:
        self.files[path] = yaml.safe_dump_all(values, sort_keys=False)

    # Objects

    def thing(self) -> Value:
        """An object of a random kind."""
        makers: tuple[Callable[[], Value], ...] = (
            self.workload, self.workload, self.workload, self.pod, self.service, self.config, self.ingress,
            self.binding, self.account, self.other, self.policy,
        )  # fmt: skip
        return self.rng.choice(makers)()

    def meta(self, kind: str, version: str, *, scoped: bool = True, name: str = "") -> Value:
        meta: Value = {"name": name or self.rng.choice(NAMES)}
        namespace = self.rng.choice(NAMESPACES) if scoped else ""
        if namespace:
            meta["namespace"] = namespace
        if self.chance(0.4):
            meta["labels"] = self.labels()
        if self.chance(0.2):
            meta["annotations"] = self.labels()
        return {"apiVersion": version, "kind": kind, "metadata": meta}

    def labels(self) -> Value:
        return {self.rng.choice(LABELS): self.rng.choice(VALUES) for _ in range(self.rng.randrange(1, 3))}

    def workload(self) -> Value:
        kind, version = self.pick(
            ("Deployment", "apps/v1"), ("Deployment", "apps/v1"), ("StatefulSet", "apps/v1"), ("DaemonSet", "apps/v1"),
            ("Job", "batch/v1"), ("CronJob", "batch/v1"), ("ReplicationController", "v1"),
            ("Deployment", "extensions/v1beta1"),
        )  # fmt: skip
        made = self.meta(kind, version)
        labels = self.labels()
        spec: Value = {"template": {"metadata": {"labels": dict(labels)}, "spec": self.pod_spec()}}
        if kind in ("Deployment", "StatefulSet", "ReplicationController") and self.chance(0.7):
            spec["replicas"] = self.rng.randrange(4)
        if kind == "ReplicationController":
            spec["selector"] = labels
        elif kind not in ("Job", "CronJob") and self.chance(0.8):
            spec["selector"] = {"matchLabels": labels}
        if kind == "StatefulSet":
            spec["serviceName"] = self.rng.choice(NAMES)
            if self.chance(0.5):
                spec["volumeClaimTemplates"] = [
                    {"metadata": {"name": "data"}, "spec": {"storageClassName": self.rng.choice(NAMES)}}
                ]
        if kind == "CronJob":
            spec = {"schedule": "0 * * * *", "jobTemplate": {"spec": spec}}
        return {**made, "spec": spec}

    def pod(self) -> Value:
        return {**self.meta("Pod", "v1"), "spec": self.pod_spec()}

    def pod_spec(self) -> Value:
        spec: Value = {"containers": [self.container(name) for name in ("main", "side")[: self.rng.randrange(1, 3)]]}
        if self.chance(0.3):
            spec["initContainers"] = [self.container("init")]
        if self.chance(0.4):
            spec["serviceAccountName"] = self.rng.choice(NAMES)
        if self.chance(0.3):
            spec["volumes"] = [
                {"name": "c", "configMap": {"name": self.rng.choice(NAMES)}},
                {"name": "s", "secret": {"secretName": self.rng.choice(NAMES)}},
            ][: self.rng.randrange(1, 3)]
        if self.chance(0.2):
            spec["imagePullSecrets"] = [{"name": self.rng.choice(NAMES)}]
        if self.chance(0.15):
            spec["tolerations"] = [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}]
        if self.chance(0.15):
            spec["topologySpreadConstraints"] = [
                {
                    "topologyKey": "zone",
                    "whenUnsatisfiable": "DoNotSchedule",
                    "maxSkew": 1,
                    "labelSelector": {"matchLabels": self.labels()},
                }
            ]
        return spec

    def container(self, name: str) -> Value:
        made: Value = {"name": name, "image": self.rng.choice(IMAGES)}
        if self.chance(0.4):
            made["env"] = [self.variable(key) for key in ("A", "B", "C")[: self.rng.randrange(1, 4)]]
        if self.chance(0.3):
            made["ports"] = [
                {"containerPort": port, **({"protocol": self.pick("TCP", "UDP")} if self.chance(0.4) else {})}
                for port in (80, 443, 53)[: self.rng.randrange(1, 4)]
            ]
        if self.chance(0.2):
            made["envFrom"] = [{self.pick("configMapRef", "secretRef"): {"name": self.rng.choice(NAMES)}}]
        if self.chance(0.2):
            made["args"] = ["--a", "--b=1"]
        if self.chance(0.2):
            made["volumeMounts"] = [{"name": "c", "mountPath": "/c"}, {"name": "s", "mountPath": "/s"}]
        if self.chance(0.2):
            made["resources"] = {"limits": {"cpu": self.pick(1, "500m"), "memory": "1Gi"}}
        return made

    def variable(self, name: str) -> Value:
        if self.chance(0.6):
            return {"name": name, "value": self.rng.choice(VALUES)}
        source = self.pick("configMapKeyRef", "secretKeyRef")
        return {"name": name, "valueFrom": {source: {"name": self.rng.choice(NAMES), "key": "k"}}}

    def service(self) -> Value:
        spec: Value = {"ports": [{"port": port, "name": f"p{port}"} for port in (80, 443)[: self.rng.randrange(1, 3)]]}
        if self.chance(0.7):
            spec["selector"] = self.labels()
        return {**self.meta("Service", "v1"), "spec": spec}

    def config(self) -> Value:
        kind = self.pick("ConfigMap", "ConfigMap", "Secret")
        return {
            **self.meta(kind, "v1"),
            "data": {"k": "djE=", "host": "d2ViLnNob3A=" if kind == "Secret" else "web.shop"},
        }

    def ingress(self) -> Value:
        backend = {"service": {"name": self.rng.choice(NAMES), "port": {"number": 80}}}
        rule = {"host": "a.b.c", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
        spec = {"rules": [rule], "tls": [{"secretName": self.rng.choice(NAMES), "hosts": ["a.b.c"]}]}
        return {**self.meta("Ingress", "networking.k8s.io/v1"), "spec": spec}

    def binding(self) -> Value:
        whole = self.chance(0.4)
        kind = "ClusterRoleBinding" if whole else "RoleBinding"
        role = "ClusterRole" if whole or self.chance(0.3) else "Role"
        subject: Value = {"kind": "ServiceAccount", "name": self.pick(*NAMES, "default")}
        if self.chance(0.6):
            subject["namespace"] = self.pick("shop", "ops", "default")
        return {
            **self.meta(kind, "rbac.authorization.k8s.io/v1", scoped=not whole),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": self.rng.choice(NAMES)},
            "subjects": [subject],
        }

    def account(self) -> Value:
        if self.chance(0.5):
            return self.meta("ServiceAccount", "v1")
        kind = self.pick("Role", "ClusterRole")
        rules = [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": list(NAMES[:2]), "verbs": ["get"]}]
        return {**self.meta(kind, "rbac.authorization.k8s.io/v1", scoped=kind == "Role"), "rules": rules}

    def policy(self) -> Value:
        if self.chance(0.5):
            spec = {"podSelector": {"matchLabels": self.labels()},
                    "ingress": [{"from": [{"podSelector": {"matchLabels": self.labels()}}]}]}  # fmt: skip
            return {**self.meta("NetworkPolicy", "networking.k8s.io/v1"), "spec": spec}
        return {
            **self.meta("PodDisruptionBudget", "policy/v1"),
            "spec": {"minAvailable": 1, "selector": {"matchLabels": self.labels()}},
        }

    def other(self) -> Value:
        choice = self.rng.randrange(5)
        if choice == 0:
            return self.meta("Namespace", "v1", scoped=False, name=self.pick("shop", "ops"))
        if choice == 1:
            target = {
                "kind": self.pick("Deployment", "StatefulSet"),
                "name": self.rng.choice(NAMES),
                "apiVersion": "apps/v1",
            }
            return {**self.meta("HorizontalPodAutoscaler", "autoscaling/v2"), "spec": {"scaleTargetRef": target}}
        if choice == 2:
            return {
                **self.meta("PersistentVolumeClaim", "v1"),
                "spec": {"storageClassName": self.rng.choice(NAMES), "volumeName": self.rng.choice(NAMES)},
            }
        if choice == 3:
            client = {"service": {"name": self.rng.choice(NAMES), "namespace": self.pick("shop", "default")}}
            return {
                **self.meta("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1", scoped=False),
                "webhooks": [{"name": "a.b.c", "clientConfig": client}],
            }
        spec = {"size": 3, "items": [{"name": "a", "v": 1}, {"name": "b", "v": 2}], "image": "nginx:1.25"}
        return {**self.meta("Widget", "example.org/v1"), "spec": spec}

    # What kustomizations change

    def changes(self, folder: str, *, few: bool = False) -> Value:
        """Random fields of a kustomization."""
        makers: dict[str, Callable[[], Any]] = {
            "namePrefix": lambda: self.pick("p-", "q-"),
            "nameSuffix": lambda: self.pick("-x", "-y"),
            "namespace": lambda: self.pick("shop", "ops", "new"),
            "commonLabels": self.labels,
            "labels": lambda: list(self.label_entries()),
            "commonAnnotations": self.labels,
            "images": lambda: list(self.image_entries()),
            "replicas": lambda: [{"name": self.scaled(), "count": self.rng.randrange(9)}],
            "patches": lambda: list(self.patches(folder)),
            "patchesStrategicMerge": lambda: [self.merge_patch(folder)],
            "patchesJson6902": lambda: [self.json_patch(folder, exact=True)],
            "configMapGenerator": lambda: list(self.generators(folder, "ConfigMap")),
            "secretGenerator": lambda: list(self.generators(folder, "Secret")),
            "replacements": lambda: list(self.replacements(folder)),
        }
        share = 0.06 if few else 0.14
        value: Value = {}
        for name, make in makers.items():
            if self.chance(share * (2.5 if name == "patches" else 1)):
                value[name] = make()
        if "configMapGenerator" in value and self.chance(0.3):
            value["generatorOptions"] = {"disableNameSuffixHash": self.chance(0.5), "labels": self.labels()}
        return value

    def label_entries(self) -> Iterator[Value]:
        for _ in range(self.rng.randrange(1, 3)):
            entry: Value = {"pairs": self.labels()}
            if self.chance(0.5):
                entry[self.pick("includeSelectors", "includeTemplates")] = True
            if self.chance(0.2):
                entry["fields"] = [
                    {"path": "spec/tags", "kind": self.pick("Widget", "Deployment"), "create": self.chance(0.5)}
                ]
            yield entry

    def image_entries(self) -> Iterator[Value]:
        for _ in range(self.rng.randrange(1, 3)):
            entry: Value = {"name": self.pick("nginx", "shop.azurecr.io/web", "redis", "none")}
            for key, values in (
                ("newName", ("mirror.io/nginx", "redis")),
                ("newTag", ("2.0", "latest")),
                ("digest", ("sha256:" + "1" * 64,)),
                ("tagSuffix", ("-alpine",)),
            ):
                if self.chance(0.4):
                    entry[key] = self.rng.choice(values)
            yield entry

    def generators(self, folder: str, kind: str) -> Iterator[Value]:
        for _ in range(self.rng.randrange(1, 3)):
            entry: Value = {"name": self.pick(*NAMES, "made")}
            if self.chance(0.3):
                entry["namespace"] = self.pick("shop", "ops")
            key = (kind, entry["name"], entry.get("namespace", "default"))
            held = key in [self.key(item) for item in self.objects]
            if held or self.chance(0.3):
                entry["behavior"] = self.pick("merge", "replace") if held != self.chance(0.04) else "create"
            if not held:
                meta = {name: entry[name] for name in ("name", "namespace") if name in entry}
                made = {"apiVersion": "v1", "kind": kind, "metadata": meta, "data": {"k": "djE="}}
                self.objects = [*self.objects, made]
            if self.chance(0.8):
                entry["literals"] = [f"{key}={self.pick(*VALUES, chr(34) + 'q' + chr(34), '')}" for key in ("k", "m")]
            if self.chance(0.3):
                self.files[f"{folder}/f.txt"] = "some text\nof <two> lines & more\n" * self.pick(1, 1, 5)
                entry["files"] = [self.pick("f.txt", "key=f.txt")]
            if self.chance(0.3):
                self.files[f"{folder}/v.env"] = "# a note\nE=1\n\nF = two words \n  G\r\n"
                entry["envs"] = ["v.env"]
            if self.chance(0.3):
                entry["options"] = {
                    self.pick("labels", "annotations"): self.labels(),
                    "disableNameSuffixHash": self.chance(0.5),
                    "immutable": self.chance(0.3),
                }
            if kind == "Secret" and self.chance(0.3):
                entry["type"] = "kubernetes.io/x"
            yield entry

    # Patches

    def thing_there(self) -> Value:
        return copy.deepcopy(self.rng.choice(self.objects))

    def scaled(self) -> str:
        """The name of something that has replicas, most often."""
        kinds = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
        names = [item["metadata"]["name"] for item in self.objects if item["kind"] in kinds]
        return self.rng.choice(names) if names else self.rng.choice(NAMES)

    def json_patch(self, folder: str, *, exact: bool = False) -> Value:
        item = self.thing_there() if self.chance(0.95) else self.thing()
        return {"target": self.target(item, exact=exact), **self.operations(folder, item)}

    def target(self, item: Value, *, exact: bool = False) -> Value:
        """What a patch is about."""
        group, _, version = item["apiVersion"].rpartition("/")
        target: Value = {"kind": item["kind"], "name": item["metadata"]["name"]}
        if exact or self.chance(0.3):
            target |= {"version": version, **({"group": group} if group else {})}
        if "namespace" in item["metadata"] and (exact or self.chance(0.5)):
            target["namespace"] = item["metadata"]["namespace"]
        if exact:
            return target
        if self.chance(0.4):
            target.pop(self.pick("kind", "name"))
        if self.chance(0.15):
            target["labelSelector"] = self.pick(
                "app=web", "app in (web,api)", "!tier", "app,tier!=web", "app notin (web)"
            )
        if self.chance(0.15):
            target["name"] = self.pick("w.*", "web|api", ".*", "a[p]i", "we")
        return target

    def patches(self, folder: str) -> Iterator[Value]:
        for _ in range(self.rng.randrange(1, 4)):
            if self.chance(0.35):
                yield self.json_patch(folder)
            else:
                entry: Value = {"patch": self.merge_patch(folder, inline=True)}
                if self.chance(0.4):
                    entry["target"] = self.target(self.thing_there())
                if self.chance(0.15):
                    entry["options"] = {self.pick("allowNameChange", "allowKindChange"): True}
                yield entry

    def merge_patch(self, folder: str, *, inline: bool = False) -> str:
        """A strategic merge that changes some of an object."""
        item = self.thing_there()
        head = {key: item[key] for key in ("apiVersion", "kind")}
        meta = {key: item["metadata"][key] for key in ("name", "namespace") if key in item["metadata"]}
        if self.chance(0.02):
            meta["name"] = "other"
        patch = self.changed({key: value for key, value in item.items() if key not in (*head, "metadata")}, 0)
        if self.chance(0.3):
            meta[self.pick("labels", "annotations")] = self.pick(self.labels(), {"app": None}, {"new": "1"})
        if self.chance(0.06):
            patch = {"$patch": self.pick("delete", "replace", "merge")}
        text: str = yaml.safe_dump({**head, "metadata": meta, **patch}, sort_keys=False)
        if inline or self.chance(0.3):
            return text
        path = f"patch{len(self.files)}.yaml"
        self.files[f"{folder}/{path}"] = text
        return path

    def changed(self, value: Any, depth: int) -> Any:
        """Parts of a value, changed here and there."""
        if isinstance(value, dict):
            made: Value = {}
            for key, item in value.items():
                roll = self.rng.random()
                if (
                    key in ("name", "containerPort", "mountPath", "port", "topologyKey", "whenUnsatisfiable")
                    and roll < 0.9
                ):
                    made[key] = item
                elif roll < 0.55:
                    made[key] = self.changed(item, depth + 1)
                elif roll < 0.6:
                    made[key] = None
            if self.chance(0.1):
                made["added"] = self.pick(1, "text", True, [1, 2], {"a": "b"}, [], {})
            if self.chance(0.04):
                made["$patch"] = self.pick("replace", "delete", "merge")
            return made
        if isinstance(value, list):
            items = [self.changed(item, depth + 1) for item in value if self.chance(0.7)]
            if self.chance(0.25) and items and isinstance(items[0], dict):
                items.insert(self.rng.randrange(2), {**items[0], "name": "extra"})
            if self.chance(0.04):
                items.append({"$patch": self.pick("replace", "delete", "merge")})
            return items
        if self.tame:
            return self.like(value)
        return value if self.chance(0.4) else self.pick("changed", "7", 7, True, value, value)

    def like(self, value: Any) -> Any:
        """Another value of the same type."""
        if isinstance(value, str):
            return self.pick(value, "changed", *VALUES)
        return self.pick(value, 7) if isinstance(value, int) else value

    def operations(self, folder: str, item: Value) -> Value:
        """A JSON patch, in a file or in the kustomization."""
        made = [self.operation(item) for _ in range(self.rng.randrange(1, 4))]
        text = yaml.safe_dump(made, sort_keys=False)
        if self.chance(0.7):
            return {"patch": text}
        path = f"ops{len(self.files)}.yaml"
        self.files[f"{folder}/{path}"] = text
        return {"path": path}

    def operation(self, item: Value) -> Value:
        places = list(paths_of(item, ""))
        path, held = self.rng.choice(places)
        op = self.pick("add", "add", "add", "replace", "replace", "replace", "remove", "test", "move", "copy")
        if self.tame:
            path, held = self.rng.choice([place for place in places if place[0].count("/") > 2] or places)
            return {"op": self.pick("add", "replace"), "path": path, "value": self.like(held)}
        if op == "add" and self.chance(0.5):
            path += "/-" if isinstance(held, list) else "/new" if isinstance(held, dict) else ""
        made: Value = {"op": op, "path": path}
        if op in ("move", "copy"):
            made["from"] = self.rng.choice(places)[0]
        elif op != "remove":
            made["value"] = (
                held if op == "test" and self.chance(0.8) else self.pick("set", 5, True, {"a": "b"}, ["x"], None, held)
            )
        return made

    # Replacements

    def replacements(self, folder: str) -> Iterator[Value]:
        for _ in range(self.rng.randrange(1, 3)):
            item = self.thing_there()
            source: Value = {"kind": item["kind"], "name": item["metadata"]["name"]}
            options: Value = {}
            if self.chance(0.3):
                options = {"delimiter": self.pick(".", ":", "/"), "index": self.rng.randrange(-1, 3)}
            if self.chance(0.8):
                source["fieldPath"] = self.field_path(item)
            if options and self.chance(0.5):
                source["options"] = options
            entry = {"source": source, "targets": [self.replaced() for _ in range(self.rng.randrange(1, 3))]}
            if self.chance(0.2):
                self.write(f"{folder}/replacement.yaml", entry)
                yield {"path": "replacement.yaml"}
            else:
                yield entry

    def replaced(self) -> Value:
        item = self.thing_there()
        target: Value = {"select": {"kind": item["kind"]}, "fieldPaths": [self.field_path(item)]}
        if self.chance(0.5):
            target["select"]["name"] = item["metadata"]["name"]
        if self.chance(0.2):
            target["reject"] = [{"name": self.rng.choice(NAMES)}]
        if self.chance(0.2):
            target["fieldPaths"].append(self.pick("metadata.annotations.made", "spec.new.field", "spec.list.0"))
        options: Value = {}
        if self.chance(0.5):
            options["create"] = True
        if self.chance(0.3):
            options |= {"delimiter": self.pick(".", ":", "/", "-"), "index": self.rng.randrange(-1, 3)}
        if options:
            target["options"] = options
        return target

    def field_path(self, item: Value) -> str:
        """A path of an object as replacements write it."""
        steps: list[str] = []
        value: Any = item
        while isinstance(value, dict | list) and value and not (steps and self.chance(0.08)):
            if isinstance(value, dict):
                key = self.rng.choice(list(value))
                steps.append(f"[{key}]" if "." in key and self.chance(0.8) else key)
                value = value[key]
            else:
                at = self.rng.randrange(len(value))
                value = value[at]
                if isinstance(value, dict) and "name" in value and self.chance(0.6):
                    steps.append(f"[name={value['name']}]")
                else:
                    steps.append(self.pick(str(at), str(at), "*", "-"))
        return ".".join(steps)


def paths_of(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """All JSON pointers of a value with what is there."""
    if path:
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths_of(item, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}")
