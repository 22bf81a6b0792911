"""Network policies as their documentation has them, one connection at a time: shares nothing with the engine."""

import ipaddress
from typing import Any


def allowed(world: dict[str, Any], source: Any, destination: Any, protocol: str, port: int) -> bool:
    """Whether a connection stands: `source` and `destination` are names of pods, or addresses."""
    out = (
        _passes(world, "Egress", source, destination, destination, protocol, port) if source in world["pods"] else True
    )
    if destination not in world["pods"]:
        return out
    return out and _passes(world, "Ingress", destination, source, destination, protocol, port)


def _passes(world: Any, kind: str, subject: Any, peer: Any, receiver: Any, protocol: str, port: int) -> bool:
    own = world["pods"][subject]
    about = []
    for item in world["policies"]:
        spec = item["spec"]
        types = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
        if (
            item["namespace"] == own["namespace"]
            and kind in types
            and _chosen(spec.get("podSelector") or {}, own["labels"])
        ):
            about.append(spec)
    if not about:
        return True
    side = "from" if kind == "Ingress" else "to"
    for spec in about:
        for rule in spec.get(kind.lower()) or []:
            peers, ports = rule.get(side) or [], rule.get("ports") or []
            space = next(item["namespace"] for item in world["policies"] if item["spec"] is spec)
            met = not peers or any(_is(world, space, one, peer) for one in peers)
            if met and (not ports or any(_port(world, one, receiver, protocol, port) for one in ports)):
                return True
    return False


def _is(world: Any, space: str, peer: dict[str, Any], other: Any) -> bool:
    if "ipBlock" in peer:
        address = world["pods"][other]["address"] if other in world["pods"] else other
        where = ipaddress.ip_address(address)
        holes = [ipaddress.ip_network(item) for item in peer["ipBlock"].get("except", [])]
        return where in ipaddress.ip_network(peer["ipBlock"]["cidr"]) and not any(where in hole for hole in holes)
    if other not in world["pods"]:
        return False
    pod = world["pods"][other]
    if "namespaceSelector" in peer:
        labels = {**world["namespaces"][pod["namespace"]], "kubernetes.io/metadata.name": pod["namespace"]}
        if not _chosen(peer["namespaceSelector"], labels):
            return False
    elif pod["namespace"] != space:
        return False
    return "podSelector" not in peer or _chosen(peer["podSelector"], pod["labels"])


def _chosen(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for item in selector.get("matchExpressions") or []:
        key, values = item["key"], item.get("values", [])
        holds = {
            "In": labels.get(key) in values if key in labels else False,
            "NotIn": labels.get(key) not in values if key in labels else True,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }[item["operator"]]
        if not holds:
            return False
    return True


def _port(world: Any, item: dict[str, Any], receiver: Any, protocol: str, port: int) -> bool:
    if item.get("protocol", "TCP") != protocol:
        return False
    if "port" not in item:
        return True
    if isinstance(item["port"], str):
        names = world["pods"][receiver]["ports"] if receiver in world["pods"] else {}
        return names.get(item["port"]) == (protocol, port)
    return bool(item["port"] <= port <= item.get("endPort", item["port"]))
