"""The frontend of a Service of type LoadBalancer: its address, load balancer, rules and probes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from everward.estate import Resource
from everward.sources.manifests.deploying.resolving import Cluster
from everward.sources.manifests.facts.others import PUBLIC_IP, Others, reference_to
from everward.sources.manifests.objects import Manifest
from everward.sources.manifests.placed import map_of, maps_in
from everward.values import MISSING, Truth, Unknown, combine, negate, placeholder

PREFIX: Final = "service.beta.kubernetes.io/"
_IPV4: Final = ("azure-load-balancer-ipv4", "azure-load-balancer-ipv6")


def annotation(annotations: Any, name: str) -> Any:
    """The value of an annotation, a hole, or None."""
    if isinstance(annotations, Unknown):
        return Unknown(reason=annotations.reason, decided_by=annotations.decided_by, origin=annotations.origin)
    return map_of(annotations).get(name)


def is_on(value: Any) -> Truth:
    """Whether an annotation switches something on: the controller compares with `true` without case."""
    if isinstance(value, Unknown):
        return value
    return isinstance(value, str) and value.lower() == "true"


def frontend(cluster: Cluster, manifest: Manifest, others: Others) -> dict[str, Any]:
    """The properties of the frontend, without who may reach it."""
    service = manifest.value
    spec, annotations = map_of(service.get("spec")), map_of(service.get("metadata")).get("annotations")

    def given(name: str) -> Any:
        return annotation(annotations, f"{PREFIX}{name}")

    internal = is_on(given("azure-load-balancer-internal"))
    floating = negate(is_on(given("azure-disable-load-balancer-floating-ip")))
    group = _node_group(cluster)
    properties: dict[str, Any] = {
        "internal": internal,
        "loadBalancer": {
            "name": internal if isinstance(internal, Unknown) else f"kubernetes{'-internal' if internal else ''}",
            "resourceGroup": group,
        },
        "externalTrafficPolicy": spec.get("externalTrafficPolicy", "Cluster"),
        "rules": list(_rules(spec, annotations, floating)),
        "selector": spec.get("selector"),
    }
    _address(properties, spec, given, others, group)
    label = given("azure-dns-label-name")
    if label is not None:
        properties["dnsLabel"] = label
    if is_on(given("azure-pls-create")) is not False:
        properties["privateLinkService"] = {
            "name": given("azure-pls-name"),
            "visibility": given("azure-pls-visibility"),
            "autoApproval": given("azure-pls-auto-approval"),
        }
    return properties


def _address(properties: dict[str, Any], spec: Mapping[str, Any], given: Any, others: Others, group: Any) -> None:
    """The address that is listened on: a private one, a public IP of the estate, or one that the controller makes."""
    stated = [given(kind) for kind in _IPV4] + [spec.get("loadBalancerIP")]
    address = next((item for item in stated if item is not None), None)
    if address == "":
        address = None
    if properties["internal"] is True:
        properties["subnet"] = given("azure-load-balancer-internal-subnet")
        properties["address"] = _later("the subnet gives it an address") if address is None else address
        return
    where = given("azure-load-balancer-resource-group")
    name = given("azure-pip-name")
    found: Resource | None = None
    if address is not None:
        found = others.by_property(PUBLIC_IP, address, "properties.ipAddress")
    if found is None and name is not None:
        found = others.by_name(PUBLIC_IP, name, where)
    if found is not None:
        reference = reference_to(found)
        own = found.id
        properties["publicIPAddress"] = reference
        properties["address"] = address if isinstance(address, str) else Unknown(
            reason="the address of a public IP", decided_by=(found.origin.address or own,), present=True, filled=True,
            reference=own,
        )  # fmt: skip
    else:
        properties["address"] = _later("the controller makes a public IP") if address is None else address
    properties["publicIP"] = {
        "name": name,
        "resourceGroup": group if where is None else where,
        "madeByCluster": address is None and name is None,
    }


def _later(reason: str) -> Unknown:
    return Unknown(reason=reason, present=True, filled=True)


def _node_group(cluster: Cluster) -> Any:
    """The resource group that AKS keeps the load balancer in."""
    resource = cluster.resource
    if resource is None:
        return _later("it is not known which cluster it is")
    given = resource.get("properties.nodeResourceGroup")
    if given is not MISSING and given is not None and not _is_unset(given, resource):
        return given
    location = resource.location
    if isinstance(location, Unknown) or not isinstance(location, str):
        return _later("the cluster names it after its region")
    name = f"MC_{resource.resource_group}_{resource.name}_{location.replace(' ', '').lower()}"
    if "{" in name:
        return Unknown(reason="names of the cluster are not known yet", present=True, filled=True, text=name[:200])
    # Azure cuts the name that it makes up.
    return name[:80]


def _is_unset(value: Any, resource: Resource) -> bool:
    """Whether a hole stands for a name that nobody gives, so that Azure makes it up."""
    own = f"{resource.origin.address}.node_resource_group"
    return isinstance(value, Unknown) and value.text is None and value.decided_by == (own,)


def _rules(spec: Mapping[str, Any], annotations: Any, floating: Truth) -> Iterator[dict[str, Any]]:
    """A rule for each port that is not left out."""
    ports = spec.get("ports")
    if isinstance(ports, Unknown):
        ports = [{"port": ports, "nodePort": ports}]
    for port in maps_in(ports):
        number = port.get("port")
        if is_on(annotation(annotations, f"{PREFIX}port_{number}_no_lb_rule")) is True:
            continue
        protocol = port.get("protocol", "TCP")
        node = port.get("nodePort")
        backend = (
            number if floating is True else (node if node is not None else _later("a port of the nodes is chosen"))
        )
        if isinstance(floating, Unknown):
            backend = combine([floating])
        yield {
            "name": f"{protocol}-{number if isinstance(number, int) else placeholder('port')}",
            "serviceProtocol": protocol if isinstance(protocol, str) else "SCTP",
            "protocol": protocol,
            "frontendPort": number,
            "backendPort": backend,
            "targetPort": port.get("targetPort", number),
            "enableFloatingIP": floating,
            "probe": _probe(annotations, port, number),
        }


def _probe(annotations: Any, port: Mapping[str, Any], number: Any) -> dict[str, Any]:
    """How the load balancer asks whether nodes are well."""
    own = f"{PREFIX}port_{number}_health-probe_"
    shared = f"{PREFIX}azure-load-balancer-health-probe-"

    def given(name: str) -> Any:
        found = annotation(annotations, own + name)
        return annotation(annotations, shared + name) if found is None else found

    protocol = given("protocol")
    return {
        "protocol": protocol if protocol is not None else port.get("appProtocol", "tcp"),
        "requestPath": given("request-path"),
        "interval": given("interval"),
        "numOfProbe": given("num-of-probe"),
    }
