"""The ports that load balancers pass on: their rules, and those that Services of Kubernetes make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Estate
from everward.facts.reach.services import Service
from everward.facts.shape import inner, items, properties, text_in

BALANCER_TYPE: Final = "Microsoft.Network/loadBalancers"
FRONTEND_TYPE: Final = "Everward.Kubernetes/LoadBalancerFrontend"


def passed_service(rule: Any, field: str) -> Service:
    """What a rule passes on at `frontendPort` or `backendPort`. Port 0 and protocol All make a rule for all ports."""
    word = text_in(rule, "protocol")
    number = inner(rule, field)
    name = word.lower() if isinstance(word, str) and word.lower() in ("tcp", "udp") else "*"
    if isinstance(number, int) and 0 < number <= 65535:
        return Service(name, ports=((number, number),))
    return Service(name)


def passed_services(estate: Estate) -> Iterator[Service]:
    """Every service that a load balancer passes on, outside and behind."""
    rules = [
        properties(rule)
        for balancer in estate.of_type(BALANCER_TYPE)
        for rule in items(inner(properties(balancer.body), "loadBalancingRules"))
    ]
    rules += [rule for front in estate.of_type(FRONTEND_TYPE) for rule in items(inner(properties(front.body), "rules"))]
    for rule in rules:
        yield passed_service(rule, "frontendPort")
        yield passed_service(rule, "backendPort")
