"""Service endpoints as ways out, and whether anybody needs them."""

from typing import Any

import pytest
from tests.facts.reach.world import HOLE, made, subnet, subnet_id, vnet, world

from everward.facts.reach.egress import Way, ways_out
from everward.values import Unknown

STORAGE = "Microsoft.Storage/storageAccounts"


def consumed(rules: Any, service: str = "Microsoft.Storage") -> Any:
    own = subnet("s", "10.0.0.0/24", serviceEndpoints=[{"service": service}])
    account = made(STORAGE, "st", {"networkAcls": {"defaultAction": "Deny", "virtualNetworkRules": rules}})
    [way] = [item for item in ways_out(world(vnet("v", "10.0.0.0/16", own), account)) if item.way is not Way.INTERNET]
    return way.consumed


@pytest.mark.parametrize(
    ("rules", "expected"),
    [([], False), ([subnet_id("v", "s")], True), ([subnet_id("v", "t")], False), ([{"id": HOLE}], None)],
)
def test_an_endpoint_is_needed_where_a_service_lets_the_subnet_in(rules: Any, expected: bool | None) -> None:
    found = consumed(rules)
    assert isinstance(found, Unknown) if expected is None else found is expected


def test_of_a_service_that_no_source_shows_nobody_needs_it() -> None:
    assert consumed([subnet_id("v", "s")], "Microsoft.KeyVault") is False
