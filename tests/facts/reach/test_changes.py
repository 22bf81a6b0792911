"""What a change opens, closes and breaks."""

import re
from typing import Any

import pytest
from tests.facts.reach.test_ingress import CLUSTERS, behind, cluster, frontend
from tests.facts.reach.world import NETWORK, estate, made, nic, nsg, pip, rule, subnet, vnet, world

from everward.estate import Estate, Resource
from everward.facts.reach.changes import Change, compare
from everward.facts.reach.exposures import exposures
from everward.facts.reach.needs import Need, derived_needs, is_source, met
from everward.facts.reach.patch import Edit, patched
from everward.facts.reach.paths import Networks
from everward.values import Origin, Unknown, UsageError

VAULT = "Microsoft.KeyVault/vaults"


def web(source: str = "*", ports: str = "443") -> Resource:
    return nsg("g", rule("web", 100, destinationPortRange=ports, sourceAddressPrefix=source))


def network(group: Resource, *others: Resource) -> Networks:
    return world(
        group,
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g")),
        pip("p", "203.0.113.5"),
        nic("n", "v", "s", "10.0.1.4", "p"),
        *others,
    )


def said(change: Change) -> tuple[list[str], list[str]]:
    opened, closed = ([f"{item.grade} {item.service}" for item in items] for items in (change.opened, change.closed))
    return opened, closed


def test_nothing_changes_where_nothing_is_changed() -> None:
    assert compare(network(web()), network(web())) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (web(ports="443"), web(ports="22"), (["internet tcp/22"], ["internet tcp/443"])),
        (web(), web("AzureFrontDoor.Backend"), ([], ["internet tcp/443"])),
        (web("203.0.113.0/24"), web(), (["internet tcp/443"], [])),
        (web(ports="400-500"), web(ports="443"), ([], ["internet tcp/400-442,444-500"])),
    ],
)
def test_a_narrower_rule_opens_nothing(before: Resource, after: Resource, expected: Any) -> None:
    [change] = compare(network(before), network(after))
    assert said(change) == expected
    assert (change.certain, change.gone) == (True, False)


def vault(access: Any, address: str, *, name: str = "kv") -> Resource:
    return made(VAULT, name, {"publicNetworkAccess": access}, declared=address)


def test_what_closes_a_service_and_what_leads_there_instead() -> None:
    target = vault("Disabled", "azurerm_key_vault.main")
    link = {"properties": {"privateLinkServiceId": target.id, "privateLinkServiceConnectionState": {}}}
    door = made(f"{NETWORK}/privateEndpoints", "pe", {"privateLinkServiceConnections": [link]})
    [change] = compare(world(vault("Enabled", "azurerm_key_vault.main")), world(target, door))
    assert said(change) == ([], ["internet tcp/443"])
    assert "properties.publicNetworkAccess is `Disabled`" in [step.what for step in change.closing]
    assert [item.name for item in change.private] == ["pe"]
    [back] = compare(world(target, door), world(vault("Enabled", "azurerm_key_vault.main")))
    assert said(back) == (["internet tcp/443"], [])


def test_stamps_in_other_regions_are_compared_by_their_block() -> None:
    before = world(*(vault("Enabled", f'module.stamp["{name}"].azurerm_key_vault.main', name=name) for name in "ab"))
    after = world(*(vault("Disabled", f'module.stamp["{name}"].azurerm_key_vault.main', name=name) for name in "cd"))
    [change] = compare(before, after)
    assert (said(change), change.gone) == (([], ["internet tcp/443"]), False)
    same = world(*(vault("Enabled", f'module.stamp["{name}"].azurerm_key_vault.main', name=name) for name in "cd"))
    assert compare(before, same) == []
    [gone] = compare(before, world())
    assert gone.gone is True


def test_one_stamp_of_two_is_told() -> None:
    def stamps(*access: str) -> Networks:
        listed = zip("ab", access, strict=True)
        return world(*(vault(one, f'module.stamp["{name}"].azurerm_key_vault.main', name=name) for name, one in listed))

    [change] = compare(stamps("Enabled", "Enabled"), stamps("Enabled", "Disabled"))
    assert change.target.name == "b"


def test_what_is_not_known_is_told() -> None:
    hole = Unknown(reason="variable without value", decided_by=("var.public",))
    [change] = compare(world(vault("Disabled", "kv")), world(vault(hole, "kv")))
    assert (said(change), change.certain) == ((["internet tcp/443"], []), False)


def test_a_service_that_becomes_internal_says_so() -> None:
    [change] = compare(behind(frontend()), behind(frontend(internal=True)))
    assert [step.what for step in change.closing] == ["load balancer of the Service `edge` is internal"]
    bare = world(nsg("g"), vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g")), cluster("s"))
    [change] = [one for one in compare(behind(frontend()), bare) if one.kind == "kubernetes service"]
    assert [step.what for step in change.closing] == ["no Service of it with a public address was read"]


# Edits

RULE_PATH = "properties.securityRules[web].properties.sourceAddressPrefix"


def prefix(found: Estate) -> Any:
    [group] = found.of_type(f"{NETWORK}/networkSecurityGroups")
    body: Any = group.properties
    return body["securityRules"][0]["properties"]["sourceAddressPrefix"]


@pytest.mark.parametrize("path", [RULE_PATH, RULE_PATH.replace("[web]", "[0]"), RULE_PATH.replace("web", "WEB")])
@pytest.mark.parametrize("name", ["g", "G", "*", web().id])
def test_an_edit_changes_a_copy(name: str, path: str) -> None:
    before = estate(web())
    after, touched = patched(before, [Edit(name, {path: "AzureFrontDoor.Backend"})])
    assert (prefix(before), prefix(after), [item.name for item in touched]) == ("*", "AzureFrontDoor.Backend", ["g"])


def test_a_property_is_taken_away_or_made() -> None:
    body = {"networkAcls": {"bypass": "None", "ipRules": [{"value": "1.2.3.4"}, {"value": "5.6.7.8"}]}}
    target = made(VAULT, "kv", body)
    edit = Edit("kv", {"properties.networkAcls.bypass": None, "properties.networkAcls.ipRules[0]": None, "tags.a": "b"})
    [after] = patched(estate(target), [edit])[1]
    assert after.body == {"properties": {"networkAcls": {"ipRules": [{"value": "5.6.7.8"}]}}, "tags": {"a": "b"}}
    [whole] = patched(estate(target), [Edit("kv", {"properties.networkAcls.ipRules[1]": {"value": "9.9.9.9"}})])[1]
    assert whole.get("properties.networkAcls.ipRules[1].value") == "9.9.9.9"


def test_an_address_with_an_instance_is_no_pattern() -> None:
    one, two = (vault("Enabled", f'module.stamp["{name}"].azurerm_key_vault.main', name=name) for name in "ab")
    _, touched = patched(
        estate(one, two), [Edit('module.stamp["a"].*', {"properties.publicNetworkAccess": "Disabled"})]
    )
    assert [item.name for item in touched] == ["a"]


def test_a_pattern_may_mean_more_than_what_has_the_property() -> None:
    other = nsg("h", rule("other", 100))
    _, touched = patched(estate(web(), other), [Edit("*", {RULE_PATH: "Internet"})])
    assert [item.name for item in touched] == ["g"]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit("nobody", {"a": 1}), "nothing is called `nobody`"),
        (Edit("g", {"properties.securityRules[gone].x": 1}), "`g` has no `properties.securityRules[gone]`"),
        (Edit("g", {"properties.securityRules[9].x": 1}), "`g` has no `properties.securityRules[9]`"),
        (Edit("g", {"properties.securityRules[gone]": 1}), "`g` has no `properties.securityRules[gone]`"),
        (Edit("g", {"properties.securityRules.x": 1}), "cannot be set"),
        (Edit("g", {"": 1}), "cannot be set"),
    ],
)
def test_an_edit_that_cannot_be_made_is_told(edit: Edit, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        patched(estate(web()), [edit])
    assert caught.value.help


# Needs


def need(source: str, port: int = 443, target: str | None = None) -> Need:
    key = made(f"{NETWORK}/networkInterfaces", "n", {}).key if target is None else target
    return Need("test", source, key, port)


@pytest.mark.parametrize(
    ("group", "source", "expected"),
    [
        (web(), "internet", True),
        (web(), "203.0.113.0/24", True),
        (web("AzureFrontDoor.Backend"), "internet", False),
        (web("AzureFrontDoor.Backend"), "AzureFrontDoor.Backend", True),
        (web("AzureFrontDoor.Backend"), "203.0.113.0/24", False),
        (web("203.0.113.0/24"), "203.0.113.7", True),
        (web(ports="80"), "internet", False),
    ],
)
def test_whether_a_need_is_met(group: Resource, source: str, expected: bool) -> None:
    assert met(need(source), exposures(network(group))) is expected


def test_a_need_may_be_open() -> None:
    hole = Unknown(reason="variable without value", decided_by=("var.public",))
    target = vault(hole, "kv")
    assert isinstance(met(need("internet", 443, target.key), exposures(world(target))), Unknown)


def test_sources_that_a_need_may_have() -> None:
    assert [is_source(text) for text in ("internet", "*", "AzureCloud", "10.0.0.0/8, 1.2.3.4", "nobody", "")] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]


def issuer(solver: Any) -> Resource:
    id_ = made(CLUSTERS, "aks", {}).id
    type_ = "Everward.Kubernetes.cert-manager.io/ClusterIssuer"
    body: Any = {"properties": {"cluster": id_, "spec": {"acme": {"solvers": [solver]}}}}
    return Resource(f"{id_}/providers/{type_}/le", type_, "le", body, Origin(source="manifests", file="i.yaml", line=1))


def test_certificates_that_are_asked_for_over_http_need_port_80() -> None:
    open_ = behind(frontend(), issuer({"http01": {"ingress": {}}}))
    [found] = derived_needs(open_, exposures(open_))
    assert (found.name, found.source, found.port) == ("certificate challenge of `le` (HTTP-01)", "internet", 80)
    assert met(found, exposures(open_)) is True
    narrow = [rule("edge", 100, destinationPortRange="443", sourceAddressPrefix="AzureFrontDoor.Backend")]
    assert met(found, exposures(behind(frontend(), rules=narrow))) is False
    names = behind(frontend(), issuer({"dns01": {}}))
    assert list(derived_needs(names, exposures(names))) == []
    # A need without a target is about every door into a cluster.
    assert met(Need("calls", "internet", "", 443), exposures(open_)) is True
