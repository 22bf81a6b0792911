"""Public addresses and where they lead: to interfaces, and through load balancers to what is behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import NOWHERE, Addresses
from everward.facts.reach.balancers import BALANCER_TYPE, NAT_FIELDS, passed_service
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.paths import Networks
from everward.facts.reach.publicips import sku_name
from everward.facts.reach.services import Service
from everward.facts.shape import flag, id_in, inner, items, properties, text_in
from everward.values import Origin, Truth, Unknown

FLOATING: Final = ", floating IP"
"""Said of a load balancer whose packets arrive as they were sent: groups behind it see its public address and port."""


class Step(NamedTuple):
    """One thing on the way."""

    id: str
    """The resource."""
    what: str
    """What it does there, in words."""
    origin: Origin | None = None


class Guard(NamedTuple):
    """Something behind the door that looks at requests, once a connection stands."""

    id: str
    header: str
    value: str | Unknown
    """What it asks for: empty, when it asks for nothing."""
    origin: Origin | None = None
    meaning: str = ""
    """What that comes to, in words."""
    otherwise: str = ""
    """What it comes to with the values of its chart, where somebody gives it others."""


class Lead(NamedTuple):
    """Something that a place hands requests or sessions on to: not packets, so connections end before it."""

    resource: Resource
    services: tuple[Service, ...]
    reached: Truth
    """Whether groups between let it."""
    how: str
    """In words, such as the name of a backend pool."""


class Entry(NamedTuple):
    """A public address that leads to an endpoint."""

    endpoint: Endpoint
    public: Addresses
    """The public address."""
    path: tuple[Step, ...]
    services: tuple[Service, ...] | None = None
    """What the address passes on; everything, when it is the interface's own."""
    inside: tuple[Service, ...] | None = None
    """The same as the endpoint sees it, on ports behind a load balancer."""
    floating: Truth = False
    """Whether packets keep the public address as their destination."""
    sku: str | Unknown = "Standard"
    kind: str = ""
    """What leads there, such as `load balancer`; by the endpoint, when it is its own address."""
    admitted: Addresses | None = None
    """The senders that something else than the groups lets in; everybody, when None."""
    admitted_by: tuple[Step, ...] = ()
    """What says so. With it, the address is open even where no group is."""
    holes: tuple[Unknown, ...] = ()
    """What is not known of the way."""
    notes: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    leads: tuple[Lead, ...] = ()
    platform: bool = False
    """Whether Azure runs it: what routes do to its answers is not certain then."""


def entries(world: Networks) -> Iterator[Entry]:
    """Public addresses and where they lead: to interfaces, and through load balancers to what is behind."""
    for endpoint in world.endpoints.all:
        for id_ in endpoint.public:
            if endpoint.kind not in ("load balancer", "firewall", "bastion", "gateway"):
                yield _direct(world, endpoint, id_)
        if endpoint.extra.get("publicAddresses"):
            yield _each(world, endpoint)
    for balancer in world.estate.of_type(BALANCER_TYPE):
        yield from _balanced(world, balancer)


def _direct(world: Networks, endpoint: Endpoint, id_: str | Unknown) -> Entry:
    address, sku, step = public_address(world, id_)
    own = Step(endpoint.resource.id, f"{endpoint.kind} in `{subnet_name(endpoint)}`", endpoint.resource.origin)
    return Entry(endpoint, address, (step, own), sku=sku)


def _each(world: Networks, endpoint: Endpoint) -> Entry:
    """A scale set whose machines each get a public address of their own."""
    what = "a public address for each machine"
    own = Step(endpoint.resource.id, f"{endpoint.kind} in `{subnet_name(endpoint)}`", endpoint.resource.origin)
    step = Step(endpoint.resource.id, what, endpoint.resource.origin)
    sku = Unknown(reason="the SKU of the machines' addresses decides", decided_by=(endpoint.resource.id,))
    return Entry(endpoint, world.topology.stand_in(), (step, own), sku=sku)


def subnet_name(endpoint: Endpoint) -> str:
    """The name of the subnet of an endpoint, for people."""
    return endpoint.subnet.name if endpoint.subnet is not None else "an unknown subnet"


def public_address(world: Networks, id_: str | Unknown) -> tuple[Addresses, str | Unknown, Step]:
    """The address of a public IP resource, its SKU, and the step that it is on the way."""
    if isinstance(id_, Unknown):
        return world.topology.stand_in(), id_, Step("", "a public address that is not known yet")
    resource = world.estate.find(id_)
    address = world.endpoints.public.get(id_.lower(), NOWHERE)
    if resource is None:
        return address or world.topology.stand_in(), "Standard", Step(id_, "a public address that is in no source")
    return address, sku_name(resource.body), Step(resource.id, "public address", resource.origin)


_HOLDERS: Final = frozenset(
    f"microsoft.network/{kind}"
    for kind in (
        "applicationgateways",
        "azurefirewalls",
        "bastionhosts",
        "loadbalancers",
        "natgateways",
        "networkinterfaces",
        "virtualnetworkgateways",
    )
)
"""What has public addresses as its own, every way of which is looked at."""


def is_held(world: Networks, address: Resource) -> bool:
    """Whether something that was read uses a public address: a record or an alert that names it does not."""
    holders = world.estate.referrers.get(address.key, ())
    return address.key in world.endpoints.by_public or any(item.type_key in _HOLDERS for item in holders)


def _balanced(world: Networks, balancer: Resource) -> Iterator[Entry]:
    body = properties(balancer.body)
    fronts: dict[str, str | Unknown] = {}
    for item in items(inner(body, "frontendIPConfigurations")):
        public = id_in(inner(properties(item), "publicIPAddress"))
        name = text_in(item, "name")
        if public is not None and isinstance(name, str):
            fronts[name.lower()] = public
    if not fronts:
        return
    sku = sku_name(balancer.body)
    for rule in items(inner(body, "loadBalancingRules")):
        found = properties(rule)
        front = fronts.get(_last(id_in(inner(found, "frontendIPConfiguration"))))
        if front is None:
            continue
        yield from _rule_entries(world, balancer, rule, front, sku)
    for name in NAT_FIELDS:
        for rule in items(inner(body, name)):
            front = fronts.get(_last(id_in(inner(properties(rule), "frontendIPConfiguration"))))
            if front is not None:
                yield from _rule_entries(world, balancer, rule, front, sku, nat=name)


def _last(id_: str | Unknown | None) -> str:
    return id_.rpartition("/")[2].lower() if isinstance(id_, str) else ""


def _rule_entries(
    world: Networks, balancer: Resource, rule: Any, front: str | Unknown, sku: str | Unknown, nat: str = ""
) -> Iterator[Entry]:
    found = properties(rule)
    outer, behind = (passed_service(found, port) for port in ("frontendPort", "backendPort"))
    floating = flag(found, "enableFloatingIP", default=False)
    address, _, step = public_address(world, front)
    name = text_in(rule, "name")
    what = "inbound NAT rule" if nat else "load balancer rule"
    kept = FLOATING if floating is True else ""
    middle = Step(balancer.id, f"{what} `{name}`{kept}", balancer.origin)
    pools = {id_in(inner(found, "backendAddressPool")), *_pool_ids(found)}
    wanted = {pool.lower() for pool in pools if isinstance(pool, str)}
    own_id = f"{balancer.key}/{nat}/{name}".lower() if nat else ""
    behind_nat = id_in(inner(found, "backendIPConfiguration"))
    machine = behind_nat.lower().partition("/ipconfigurations/")[0] if isinstance(behind_nat, str) else None
    for endpoint in world.endpoints.all:
        named = own_id in world.nat_of(endpoint) if nat else False
        if wanted & world.pools_of(endpoint) or named or endpoint.resource.key == machine:
            own = Step(endpoint.resource.id, f"{endpoint.kind} in `{subnet_name(endpoint)}`", endpoint.resource.origin)
            # With a floating address packets arrive as they were sent, port and address.
            inside = outer if floating is True else behind
            yield Entry(endpoint, address, (step, middle, own), (outer,), (inside,), floating, sku, "load balancer")


def _pool_ids(body: Any) -> list[str | Unknown]:
    return [found for item in items(inner(body, "backendAddressPools")) if (found := id_in(item)) is not None]
