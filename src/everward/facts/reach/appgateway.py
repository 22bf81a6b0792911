"""Application Gateway: the ports that its public frontends answer on, what looks at requests, and what stands behind.

MicrosoftDocs/azure-docs application-gateway/configuration-infrastructure (2023-09 and later), read 2026-11: a gateway
answers without any group; a group on its subnet decides who connects. Groups see the gateway's own subnet as the
destination, or its frontend addresses where a public and a private listener share a port. Ports 65200-65535 (of
version 1: 65503-65534) must be open to `GatewayManager`, and take certificates of the platform only.
web-application-firewall/ag/create-custom-waf-rules, read 2026-11: rules may compare a header.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses
from everward.facts.reach.crossing import passes
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import Entry, Guard, Lead, Step, public_address, subnet_name
from everward.facts.reach.gatewayparts import GATEWAY_TYPE, Listener, backend_ports, listeners
from everward.facts.reach.hostnames import HostNames
from everward.facts.reach.paths import Networks
from everward.facts.reach.places import places_at
from everward.facts.reach.services import Service
from everward.facts.reach.tags import tag_addresses
from everward.facts.shape import flag, id_in, inner, items, name_of, properties, text_in, texts_in
from everward.values import Truth, Unknown

POLICY_TYPE: Final = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"
KIND: Final = "application gateway"
EDGE_HEADER: Final = "X-Azure-FDID"


class Backend(NamedTuple):
    """Something that a gateway sends requests to."""

    resource: Resource
    port: int | None
    reached: Truth
    """Whether groups between let the gateway connect."""
    pool: str


def gateway_entries(world: Networks) -> Iterator[Entry]:
    """An entry for each public frontend of a gateway that a listener uses, at each subnet that the gateway is in."""
    for gateway in world.estate.of_type(GATEWAY_TYPE):
        fronts = list(items(inner(properties(gateway.body), "frontendIPConfigurations")))
        listed = listeners(gateway)
        for front in fronts:
            public = front if isinstance(front, Unknown) else id_in(inner(properties(front), "publicIPAddress"))
            if public is None:
                continue
            name = name_of(front).lower()
            own = [item for item in listed if isinstance(front, Unknown) or item.frontend in ("", name)]
            if own:
                yield from _entries(world, gateway, public, own, shared=_shared(fronts, listed))


def _shared(fronts: list[Any], listed: list[Listener]) -> Truth:
    """Whether a public and a private listener share a port: then groups see the frontend addresses."""
    private = {
        name_of(item).lower()
        for item in fronts
        if not isinstance(item, Unknown) and id_in(inner(properties(item), "publicIPAddress")) is None
    }
    ports: list[list[Any]] = [
        [item.port for item in listed if (item.frontend in private) is inside] for inside in (True, False)
    ]
    holes = [port for side in ports for port in side if isinstance(port, Unknown)]
    if private and holes and all(ports):
        return holes[0]
    return bool(
        {port for port in ports[0] if isinstance(port, int)} & {port for port in ports[1] if isinstance(port, int)}
    )


def _entries(
    world: Networks, gateway: Resource, public: str | Unknown, listed: list[Listener], *, shared: Truth
) -> Iterator[Entry]:
    address, sku, outside = public_address(world, public)
    holes = tuple(item.port for item in listed if isinstance(item.port, Unknown))
    if isinstance(public, Unknown) and public.reference is None:
        holes = (*holes, public)
    ports = sorted({item.port for item in listed if isinstance(item.port, int)})
    services = tuple(Service("tcp", ports=((port, port),)) for port in ports) or (Service("tcp"),)
    names = ", ".join(f"`{item.name}`" for item in listed if item.name) or "that are not known"
    middle = Step(gateway.id, f"listeners {names}", gateway.origin)
    guards, notes = _guards(world, gateway, listed)
    leads = tuple(_lead(backend) for backend in backends(world, gateway, world.host_names))
    for end in world.endpoints.of(gateway.id) or [_alone(world, gateway)]:
        own = Step(gateway.id, f"application gateway in `{subnet_name(end)}`", gateway.origin)
        yield Entry(
            end,
            address,
            (outside, middle, own),
            services,
            services,
            shared,
            sku,
            KIND,
            admitted_by=(middle,),
            holes=holes,
            notes=(*notes, *_platform_notes(world, gateway, end)),
            guards=guards,
            leads=leads,
            platform=True,
        )


def _lead(backend: Backend) -> Lead:
    service = Service("tcp") if backend.port is None else Service("tcp", ports=((backend.port, backend.port),))
    return Lead(backend.resource, (service,), backend.reached, f"backend pool `{backend.pool}`")


def _platform_notes(world: Networks, gateway: Resource, end: Endpoint) -> Iterator[str]:
    """What is said where the gateway's group keeps the platform out."""
    tier = text_in(properties(gateway.body), "sku", "tier")
    old = isinstance(tier, str) and not tier.lower().endswith("_v2")
    first, last = (65503, 65534) if old else (65200, 65535)
    managers = tag_addresses("GatewayManager")
    mask = world.space.mask(Service("tcp", ports=((first, last),)))
    if managers is None or end.subnet is None:
        return
    if passes(world.inbound(end), Addresses(managers.v4, ()), Addresses(end.addresses.v4, ()), mask) is False:
        yield f"its group keeps `GatewayManager` out of {first}-{last}: the platform cannot manage the gateway"


def _alone(world: Networks, gateway: Resource) -> Endpoint:
    """A gateway of whose subnet nothing is known."""
    return Endpoint("gateway", gateway, "", None, None, world.topology.stand_in(), single=True)


# What looks at requests


def _guards(world: Networks, gateway: Resource, listed: list[Listener]) -> tuple[tuple[Guard, ...], tuple[str, ...]]:
    """The firewalls for web applications that stand at the gateway or at its listeners, and what is missing."""
    body = properties(gateway.body)
    own = id_in(inner(body, "firewallPolicy"))
    found: dict[str, Guard] = {}
    bare: list[str] = []
    old = inner(body, "webApplicationFirewallConfiguration")
    for listener in listed:
        policy = listener.policy if listener.policy is not None else own
        if policy is not None:
            for guard in _policy_guards(world, policy):
                found.setdefault(f"{guard.id}{guard.header}{guard.value}", guard)
        elif flag(old, "enabled", default=False) is True:
            mode = text_in(old, "firewallMode")
            found.setdefault(
                "", Guard(gateway.id, "", "Detection" if mode is None else mode, gateway.origin, _mode_meaning(mode))
            )
        else:
            bare.append(listener.name)
    notes = [guard.meaning for guard in found.values() if guard.meaning]
    if bare:
        notes.append(f"no web application firewall looks at {', '.join(f'`{name}`' for name in bare)}")
    if any(guard.header for guard in found.values()):
        notes.append("that stops requests, not connections: whoever connects still reaches the gateway")
    return tuple(found.values()), tuple(dict.fromkeys(notes))


def _mode_meaning(mode: str | Unknown | None) -> str:
    if isinstance(mode, Unknown):
        return "whether the web application firewall refuses requests is not known"
    if (mode or "Detection").lower() == "prevention":
        return "a web application firewall refuses requests that its rules match"
    return "the web application firewall only tells of requests that its rules match: its mode is Detection"


def _policy_guards(world: Networks, id_: str | Unknown) -> Iterator[Guard]:
    policy = world.estate.find(id_) if isinstance(id_, str) else None
    if policy is None:
        hole = id_ if isinstance(id_, Unknown) else Unknown(reason="the policy is in no source", decided_by=(id_,))
        shown = "" if isinstance(id_, Unknown) else id_
        yield Guard(shown, "", hole, None, "the policy of the web application firewall is in no source")
        return
    body = properties(policy.body)
    settings = inner(body, "policySettings")
    state = text_in(settings, "state")
    if isinstance(state, str) and state.lower() == "disabled":
        meaning = f"the policy `{policy.name}` of the web application firewall is disabled"
        yield Guard(policy.id, "", "Disabled", policy.origin, meaning)
        return
    mode = text_in(settings, "mode")
    yield Guard(policy.id, "", "Detection" if mode is None else mode, policy.origin, _mode_meaning(mode))
    if isinstance(mode, str) and mode.lower() == "prevention":
        for rule in items(inner(body, "customRules")):
            found = _header_guard(policy, rule)
            if found is not None:
                yield found


def _header_guard(policy: Resource, rule: Any) -> Guard | None:
    """A rule that refuses requests whose header is another than a value."""
    action, state = text_in(rule, "action"), text_in(rule, "state")
    if (
        not isinstance(action, str)
        or action.lower() != "block"
        or (isinstance(state, str) and state.lower() != "enabled")
    ):
        return None
    conditions = list(items(inner(rule, "matchConditions")))
    if len(conditions) != 1:
        return None
    [condition] = conditions
    selectors = [text_in(item, "selector") for item in items(inner(condition, "matchVariables"))]
    if not any(isinstance(item, str) and item.lower() == EDGE_HEADER.lower() for item in selectors):
        return None
    negated = inner(condition, "negationConditon")
    negated = inner(condition, "negationCondition") if negated is None else negated
    operator = text_in(condition, "operator")
    values = texts_in(inner(condition, "matchValues"))
    if negated is not True or not isinstance(operator, str) or operator.lower() != "equal" or len(values) != 1:
        hole = Unknown(reason="it is written in a way that is not read", decided_by=(policy.id,))
        return Guard(policy.id, EDGE_HEADER, hole, policy.origin)
    [value] = values
    shown = value.text or "a value that is not known yet" if isinstance(value, Unknown) else value
    return Guard(
        policy.id, EDGE_HEADER, value, policy.origin, f"refuses requests whose `{EDGE_HEADER}` is not `{shown}`"
    )


# What stands behind


def backends(world: Networks, gateway: Resource, names: HostNames) -> list[Backend]:
    """The places of the estate that a gateway sends requests to."""
    body = properties(gateway.body)
    ports = backend_ports(body)
    found: list[Backend] = []
    for item in items(inner(body, "backendAddressPools")):
        pool = name_of(item)
        listed = sorted(ports.get(pool.lower(), {None}), key=str)
        for port in listed:
            found += _of_pool(world, gateway, item, pool, port, names)
    seen: dict[tuple[str, int | None], Backend] = {}
    for backend in found:
        seen.setdefault((backend.resource.key, backend.port), backend)
    return list(seen.values())


def _of_pool(
    world: Networks, gateway: Resource, item: Any, pool: str, port: int | None, names: HostNames
) -> Iterator[Backend]:
    ports = ((port, port),) if port is not None else ((0, 65535),)
    for entry in items(inner(properties(item), "backendAddresses")):
        address = entry if isinstance(entry, Unknown) else text_in(entry, "ipAddress")
        name = None if isinstance(entry, Unknown) else text_in(entry, "fqdn")
        for place in places_at(world, address, ports):
            yield Backend(place.endpoint.resource, port, _reached(world, gateway, place.endpoint, port), pool)
        owner = names.owner(name)
        if owner is not None:
            yield Backend(owner, port, True, pool)
    # Interfaces say themselves which pools they are in.
    held = id_in(item)
    own = f"{gateway.key}/backendaddresspools/{pool.lower()}"
    for pool_id in dict.fromkeys((own, held.lower() if isinstance(held, str) else own)):
        for end in world.by_gateway_pool.get(pool_id, ()):
            yield Backend(end.resource, port, _reached(world, gateway, end, port), pool)


def _reached(world: Networks, gateway: Resource, end: Endpoint, port: int | None) -> Truth:
    service = Service("tcp") if port is None else Service("tcp", ports=((port, port),))
    senders = [own.addresses for own in world.endpoints.of(gateway.id)]
    if not senders:
        return Unknown(reason="the subnet of the gateway is in no source", decided_by=(gateway.id,))
    return passes(world.inbound(end), senders[0], end.addresses, world.space.mask(service))
