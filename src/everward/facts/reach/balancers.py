"""The ports that load balancers pass on: their rules, and those that Services of Kubernetes make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Estate
from everward.facts.reach.services import Service
from everward.facts.shape import inner, items, properties, text_in

BALANCER_TYPE: Final = "Microsoft.Network/loadBalancers"
NAT_FIELDS: Final = ("inboundNatRules", "inboundNatPools")
"""Where a load balancer has the ports that it passes on to one machine each."""
FRONTEND_TYPE: Final = "Everward.Kubernetes/LoadBalancerFrontend"


def passed_service(rule: Any, field: str) -> Service:
    """What a rule passes on at `frontendPort` or `backendPort`. Port 0 and protocol All make a rule for all ports.

    A rule for several machines has a range of ports outside.
    """
    word = text_in(rule, "protocol")
    number = inner(rule, field)
    name = word.lower() if isinstance(word, str) and word.lower() in ("tcp", "udp") else "*"
    first, last = inner(rule, f"{field}RangeStart"), inner(rule, f"{field}RangeEnd")
    if isinstance(first, int) and isinstance(last, int) and 0 < first <= last <= 65535:
        return Service(name, ports=((first, last),))
    if isinstance(number, int) and 0 < number <= 65535:
        return Service(name, ports=((number, number),))
    return Service(name)


def passed_services(estate: Estate) -> Iterator[Service]:
    """Every service that a load balancer passes on, outside and behind."""
    rules = [
        properties(rule)
        for balancer in estate.of_type(BALANCER_TYPE)
        for field in ("loadBalancingRules", *NAT_FIELDS)
        for rule in items(inner(properties(balancer.body), field))
    ]
    rules += [rule for front in estate.of_type(FRONTEND_TYPE) for rule in items(inner(properties(front.body), "rules"))]
    for rule in rules:
        yield passed_service(rule, "frontendPort")
        yield passed_service(rule, "backendPort")
