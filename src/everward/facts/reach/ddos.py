"""Which public addresses DDoS protection covers: by what they are attached to, and the network of that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.endpoints import PUBLIC_IP_TYPE
from everward.facts.reach.paths import Networks
from everward.facts.reach.publicips import Protection, protection, sku_name
from everward.facts.reach.topology import Network
from everward.facts.shape import id_in, inner, items, properties
from everward.values import Unknown


class Covered(NamedTuple):
    """A public address and whether it is protected."""

    address: Resource
    state: Protection
    attached: Resource | None
    """What it is attached to, where a source says it."""
    network: Network | None
    reason: str


_HOLDERS: Final = frozenset(
    f"microsoft.network/{kind}"
    for kind in (
        "applicationgateways",
        "azurefirewalls",
        "bastionhosts",
        "expressroutegateways",
        "loadbalancers",
        "natgateways",
        "networkinterfaces",
        "virtualhubs",
        "virtualnetworkgateways",
    )
)
"""What a public address is attached to; others only name it, as records of a zone do."""


def coverage(world: Networks) -> Iterator[Covered]:
    """Every public address of the estate."""
    for address in world.estate.of_type(PUBLIC_IP_TYPE):
        yield _covered(world, address)


def _covered(world: Networks, address: Resource) -> Covered:
    attached, network = _attachment(world, address)
    settings = inner(properties(address.body), "ddosSettings")
    kind = attached.type_key.rpartition("/")[2] if attached is not None else ""
    if id_in(inner(properties(address.body), "natGateway")) is not None:
        kind = "natgateways"
    body: Any = network.body if network is not None else None
    if network is None and attached is None:
        # Nobody says what uses it: where no network of its region is protected, none can protect it.
        body = _nearby(world, address)
    state = protection(sku_name(address.body), settings, body, "natgateway" if kind == "natgateways" else kind)
    return Covered(address, state, attached, network, _reason(state, body, network, attached))


def _reason(state: Protection, body: Any, network: Network | None, attached: Resource | None) -> str:
    if state is Protection.IMPOSSIBLE:
        return "nothing can protect the address of a NAT gateway"
    if state is Protection.PROTECTED:
        return "a plan protects it"
    if state is Protection.UNKNOWN:
        if body is None and attached is None:
            return "nothing says what uses the address, and not every network of its region has a plan"
        return "it is not known whether a plan protects it"
    if network is not None:
        return f"the network `{network.name}` that it stands in has no DDoS protection plan"
    return "it has no protection of its own" + (
        "" if attached is not None else ", and no network of its region has a plan"
    )


def _nearby(world: Networks, address: Resource) -> Any:
    """The properties of a network that could hold what uses an address; None where it matters which one does."""
    region = _region(address)
    regional = [
        network
        for network in world.topology.networks.values()
        if region is None or _region(network.resource) in (region, None)
    ]
    plans = {network.ddos_plan is not None and not isinstance(network.ddos_plan, Unknown) for network in regional}
    settled = not any(isinstance(network.ddos_plan, Unknown) for network in regional)
    if not regional:
        # An export need not hold networks; what code does not declare is not there.
        return None if address.source == "inventory" and not world.topology.networks else {}
    return regional[0].body if settled and len(plans) == 1 else None


def _region(resource: Resource) -> str | None:
    """A region as regions compare; None where it is not known."""
    location = resource.location
    return location.replace(" ", "").lower() if isinstance(location, str) else None


def _attachment(world: Networks, address: Resource) -> tuple[Resource | None, Network | None]:
    endpoint = world.endpoints.by_public.get(address.key)
    if endpoint is not None:
        return endpoint.resource, endpoint.subnet.network if endpoint.subnet is not None else None
    for holder in world.estate.referrers.get(address.key, ()):
        if holder.type_key == "microsoft.network/loadbalancers":
            return holder, _behind(world, holder)
        if holder.type_key in _HOLDERS:
            return holder, _own(world, holder)
    return None, None


def _own(world: Networks, holder: Resource) -> Network | None:
    for endpoint in world.endpoints.of(holder.id):
        if endpoint.subnet is not None:
            return endpoint.subnet.network
    for item in items(inner(properties(holder.body), "ipConfigurations")):
        subnet = world.topology.subnet(id_in(inner(properties(item), "subnet")))
        if subnet is not None:
            return subnet.network
    return None


def _behind(world: Networks, balancer: Resource) -> Network | None:
    """The network of what a load balancer leads to."""
    pools = {
        str(id_in(item)).lower()
        for item in items(inner(properties(balancer.body), "backendAddressPools"))
        if isinstance(id_in(item), str)
    }
    for endpoint in world.endpoints.all:
        if endpoint.subnet is not None and world.pools_of(endpoint) & pools:
            return endpoint.subnet.network
    return None
