"""Front Door as a way in, and origins that are, or are not, reached around it."""

from typing import Any

import pytest
from tests.facts.reach.test_platform_doors import WAF as GATEWAY_WAF
from tests.facts.reach.test_platform_doors import gateway, header_rule, networks, waf
from tests.facts.reach.world import HOLE, NETWORK, estate, made, nic, nsg, pip, ref, rule, subnet, vnet, world

from everward.estate import Estate, Resource
from everward.facts.reach.exposures import Exposure, exposures
from everward.facts.reach.facts import ReachAnalysis
from everward.facts.reach.naive_doors import edge_answers
from everward.facts.reach.origins import Bypass, Found, origins
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks
from everward.facts.reach.questions import Verdict, ask
from everward.facts.reach.services import Service, format_service
from everward.values import Unknown

PROFILE = "Microsoft.Cdn/profiles"
CLASSIC_ROUTES = {"routingRules": [{"name": "r", "properties": {"acceptedProtocols": ["Https"]}}]}
WALL = f"{NETWORK}/frontDoorWebApplicationFirewallPolicies"
ID = "11111111-2222-3333-4444-555555555555"
WEB = Service("tcp", ports=((443, 443),))


def profile(tier: str = "Premium", identity: Any = ID, **more: Any) -> Resource:
    body = {} if identity is None else {"frontDoorId": identity}
    return made(PROFILE, "fd", body, sku={"name": f"{tier}_AzureFrontDoor"}, **more)


def route(protocols: Any = ("Http", "Https"), **more: Any) -> Resource:
    body = {
        "originGroup": ref(f"{PROFILE}/originGroups", "fd/g"),
        "supportedProtocols": list(protocols) if isinstance(protocols, tuple) else protocols,
        **more,
    }
    return made(f"{PROFILE}/afdEndpoints/routes", "fd/e/r", body)


def endpoint(**more: Any) -> Resource:
    return made(f"{PROFILE}/afdEndpoints", "fd/e", more)


def origin(host: Any, name: str = "o", **more: Any) -> Resource:
    return made(f"{PROFILE}/originGroups/origins", f"fd/g/{name}", {"hostName": host, **more})


def group() -> Resource:
    return made(f"{PROFILE}/originGroups", "fd/g", {})


def edge(*resources: Resource, **more: Any) -> list[Resource]:
    """A profile with an endpoint, a route and a group of origins, and what else is given."""
    kinds = {item.type_key for item in resources}
    usual = (profile(**more), endpoint(), route(), group())
    return [*(item for item in usual if item.type_key not in kinds), *resources]


def edges(*resources: Resource) -> list[Exposure]:
    return [item for item in exposures(world(*resources)) if item.kind == "front door"]


def judged(made_world: Networks) -> list[Found]:
    return list(origins(made_world, list(exposures(made_world))))


def the(*resources: Resource) -> Found:
    [found] = judged(world(*resources))
    return found


def test_an_endpoint_answers_what_its_routes_take() -> None:
    [one] = edges(*edge())
    assert (one.target.name, [format_service(item) for item in one.services]) == ("e", ["tcp/80,443"])
    assert one.certain is True
    [secure] = edges(*edge(route(("Https",))))
    assert [format_service(item) for item in secure.services] == ["tcp/443"]
    assert len(edges(*edge(route(None)))) == 1, "without a word a route takes both"
    assert edges(*edge(route(enabledState="Disabled"))) == []
    assert edges(*edge(endpoint(enabledState="Disabled"))) == []
    [doubtful] = edges(*edge(endpoint(enabledState=HOLE)))
    assert isinstance(doubtful.certain, Unknown)
    [open_] = edges(*edge(route(HOLE)))
    assert isinstance(open_.certain, Unknown)


def policy(*domains: Any, waf_id: Any = None) -> Resource:
    found = waf_id if waf_id is not None else ref(WALL, "w")
    listed = [{"domains": [{"id": item} for item in domains]}]
    return made(f"{PROFILE}/securityPolicies", "fd/s", {"parameters": {"wafPolicy": found, "associations": listed}})


def wall(mode: Any = "Prevention", state: str = "Enabled") -> Resource:
    return made(WALL, "w", {"policySettings": {"mode": mode, "enabledState": state}})


def test_what_looks_at_requests() -> None:
    own = ref(f"{PROFILE}/afdEndpoints", "fd/e")["id"]
    [bare] = edges(*edge())
    assert bare.notes == ("no web application firewall looks at `e`",)
    [one] = edges(*edge(policy(own), wall()))
    assert one.notes == ("the policy `w` refuses requests that its rules match",)
    assert edges(*edge(policy(own), wall("Detection")))[0].notes == (
        "the policy `w` only tells of requests that its rules match",
    )
    assert edges(*edge(policy(own), wall(state="Disabled")))[0].notes == ("the policy `w` is disabled",)
    assert "not known" in edges(*edge(policy(own), wall(HOLE)))[0].notes[0]
    assert "is in no source" in edges(*edge(policy(own)))[0].notes[0]
    assert "is in no source" in edges(*edge(policy(own, waf_id={"id": HOLE}), wall()))[0].notes[0]
    domain = ref(f"{PROFILE}/customDomains", "fd/d")
    [custom] = edges(*edge(route(customDomains=[domain], linkToDefaultDomain="Disabled"), policy(own), wall()))
    assert custom.notes == ("no web application firewall looks at `d`",)
    [hidden] = edges(*edge(policy(HOLE), wall()))
    assert hidden.notes == ("the policy `w` refuses requests that its rules match",)


STORE = made("Microsoft.Storage/storageAccounts", "st1", {"networkAcls": {"defaultAction": "Allow"}})
SHUT = made("Microsoft.Storage/storageAccounts", "st1", {"publicNetworkAccess": "Disabled"})


def test_an_open_account_is_reached_around() -> None:
    found = the(*edge(origin("st1.blob.core.windows.net"), STORE))
    assert (found.bypass, found.refused, found.served, found.private) == (Bypass.OPEN, False, True, False)
    assert [way.kind for way in found.paths] == ["service"]
    assert the(*edge(origin("st1.z6.web.core.windows.net"), STORE)).target is not None
    assert the(*edge(origin("st1-secondary.z6.web.core.windows.net"), STORE)).target is not None
    assert judged(world(*edge(origin("st1.blob.core.windows.net", enabledState="Disabled"), STORE))) == []


def linked(**more: Any) -> dict[str, Any]:
    shared = {"privateLink": ref("Microsoft.Storage/storageAccounts", "st1"), **more}
    return {"sharedPrivateLinkResource": shared}


def test_a_private_link_with_no_public_door_closes_it() -> None:
    closed = the(*edge(origin("st1.blob.core.windows.net", **linked(status="Approved")), SHUT))
    assert (closed.bypass, closed.private, closed.paths, closed.notes) == (Bypass.NONE, True, (), ())
    waiting = the(*edge(origin("st1.blob.core.windows.net", **linked()), SHUT))
    assert isinstance(waiting.private, Unknown)
    assert waiting.notes == ("whether the owner of the target approved the private link is not known",)
    refused = the(*edge(origin("st1.blob.core.windows.net", **linked(status="Rejected")), SHUT))
    assert refused.notes == ("the private link is not approved: no request gets through",)
    still = the(*edge(origin("st1.blob.core.windows.net", **linked(status="Approved")), STORE))
    assert still.bypass is Bypass.OPEN, "a private link closes no public door"
    cheap = the(*edge(origin("st1.blob.core.windows.net", **linked(status="Approved")), SHUT, tier="Standard"))
    assert cheap.notes == ("private links need the Premium tier; this one is Standard",)
    assert isinstance(the(*edge(origin("x", sharedPrivateLinkResource=HOLE), SHUT)).private, Unknown)


def site(*restrictions: dict[str, Any], **more: Any) -> Resource:
    body = {"siteConfig": {"ipSecurityRestrictions": list(restrictions)}, **more}
    return made("Microsoft.Web/sites", "app1", body)


def tagged(*ids: Any, tag: str = "AzureFrontDoor.Backend") -> dict[str, Any]:
    headers = {"headers": {"x-azure-fdid": list(ids)}} if ids else {}
    return {"name": "edge", "ipAddress": tag, "tag": "ServiceTag", "action": "Allow", "priority": 100, **headers}


@pytest.mark.parametrize(
    ("restrictions", "bypass", "refused"),
    [
        ((), Bypass.OPEN, False),
        ((tagged(),), Bypass.EDGE, False),
        ((tagged(ID),), Bypass.NONE, True),
        ((tagged("other"),), Bypass.EDGE, False),
        ((tagged(ID), {"ipAddress": "203.0.113.0/24", "action": "Allow", "priority": 200}), Bypass.RANGES, False),
        (({"ipAddress": "0.0.0.0/0", "action": "Allow", "headers": {"x-azure-fdid": [ID]}},), Bypass.OPEN, True),
    ],
)
def test_access_restrictions_of_sites(restrictions: Any, bypass: Bypass, refused: bool) -> None:
    found = the(*edge(origin("app1.azurewebsites.net"), site(*restrictions)))
    assert (found.bypass, found.refused) == (bypass, refused)
    closed = the(*edge(origin("app1.azurewebsites.net"), site(*restrictions, publicNetworkAccess="Disabled")))
    assert closed.bypass is Bypass.NONE


def test_a_site_whose_rules_are_open() -> None:
    found = the(*edge(origin("app1.azurewebsites.net"), site(tagged(HOLE))))
    assert isinstance(found.bypass, Unknown)
    unknown = the(*edge(origin("app1.azurewebsites.net"), site(tagged(ID)), identity=None))
    assert isinstance(unknown.bypass, Unknown), "which id the profile has is not known"


def machines(*rules: dict[str, Any], label: str | None = "api") -> list[Resource]:
    address = pip("p", "203.0.113.5", dnsSettings={"domainNameLabel": label})
    network = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g"))
    return [nsg("g", *rules), network, address, nic("n", "v", "s", "10.0.1.4", "p")]


LABEL = "api.westeurope.cloudapp.azure.com"


def test_public_addresses_with_a_name() -> None:
    anybody = rule("web", 100, destinationPortRange="443")
    ours = rule("web", 100, destinationPortRange="443", sourceAddressPrefix="AzureFrontDoor.Backend")
    office = rule("web", 100, destinationPortRange="443", sourceAddressPrefix="198.51.100.0/24")
    other = rule("ssh", 100, destinationPortRange="22")
    for written, expected in (
        (anybody, Bypass.OPEN),
        (ours, Bypass.EDGE),
        (office, Bypass.RANGES),
        (other, Bypass.NONE),
    ):
        found = the(*edge(origin(LABEL), *machines(written)))
        assert (found.bypass, found.target is not None and found.target.name) == (expected, "p")
    assert the(*edge(origin("203.0.113.5"), *machines(anybody))).bypass is Bypass.OPEN
    cloud = rule("web", 100, destinationPortRange="443", sourceAddressPrefix="AzureCloud")
    assert the(*edge(origin(LABEL), *machines(cloud))).bypass is Bypass.OPEN
    doubt = rule("web", 100, destinationPortRange="443", sourceAddressPrefix=HOLE)
    assert isinstance(the(*edge(origin(LABEL), *machines(doubt))).bypass, Unknown)
    alone = pip("p", "203.0.113.5", dnsSettings={"domainNameLabel": "api"})
    assert isinstance(the(*edge(origin(LABEL), alone)).bypass, Unknown), "nothing that uses it was read"
    named = record("A", "o", targetResource={"id": alone.id})
    found = the(*edge(origin("o.contoso.com"), alone, named))
    assert isinstance(found.bypass, Unknown), "a record is nothing that answers"
    assert not found.judged


def behind_gateway(*rules: Any, source: str = "AzureFrontDoor.Backend") -> Found:
    written = rule("web", 100, destinationPortRange="443", sourceAddressPrefix=source)
    policy_ = waf("Prevention", *rules)
    resources = edge(origin("203.0.113.20"))
    made_world = networks(
        gateway(firewallPolicy=ref(GATEWAY_WAF, "w")), policy_, nsg("g", written), *resources, group="g"
    )
    [found] = judged(made_world)
    return found


def test_application_gateways_with_and_without_a_check() -> None:
    assert (behind_gateway().bypass, behind_gateway().refused) == (Bypass.EDGE, False)
    checked = behind_gateway(header_rule(ID))
    assert (checked.bypass, checked.refused) == (Bypass.NONE, True)
    wrong = behind_gateway(header_rule("another"))
    assert (wrong.bypass, wrong.refused) == (Bypass.EDGE, False)
    everybody = behind_gateway(header_rule(ID), source="Internet")
    assert (everybody.bypass, everybody.refused) == (Bypass.OPEN, True), "requests are refused, connections are not"
    undecided = behind_gateway(header_rule(HOLE))
    assert isinstance(undecided.bypass, Unknown)


def test_policies_of_api_management() -> None:
    service = made("Microsoft.ApiManagement/service", "apim", {"virtualNetworkType": "None"})
    text = (
        f'<policies><inbound><check-header name="X-Azure-FDID"><value>{ID}</value></check-header></inbound></policies>'
    )
    checked = made("Microsoft.ApiManagement/service/policies", "apim/policy", {"value": text})
    plain = the(*edge(origin("apim.azure-api.net"), service))
    assert (plain.bypass, plain.refused) == (Bypass.OPEN, False)
    asked = the(*edge(origin("apim.azure-api.net"), service, checked))
    assert (asked.bypass, asked.refused) == (Bypass.OPEN, True)
    for conditional in (text.replace(ID, "{{front-door}}"), f"<choose>{text}</choose>"):
        open_ = made("Microsoft.ApiManagement/service/policies", "apim/policy", {"value": conditional})
        assert isinstance(the(*edge(origin("apim.azure-api.net"), service, open_)).refused, Unknown)
    other = made("Microsoft.ApiManagement/service/policies", "apim/policy", {"value": "<policies/>"})
    assert the(*edge(origin("apim.azure-api.net"), service, other)).guards == ()


def test_origins_that_nobody_read() -> None:
    found = the(*edge(origin("www.contoso.com")))
    assert (found.target, isinstance(found.bypass, Unknown)) == (None, True)
    hidden = the(*edge(origin(HOLE)))
    assert isinstance(hidden.bypass, Unknown)
    assert "var.x" in hidden.bypass.decided_by
    none = the(*edge(origin(None)))
    assert isinstance(none.bypass, Unknown)
    function = made("Microsoft.App/containerApps", "ca", {"configuration": {"ingress": {"fqdn": "ca.example.net"}}})
    strange = the(*edge(origin("ca.example.net"), function))
    assert isinstance(strange.bypass, Unknown)
    assert "not modelled" in strange.bypass.reason


def test_a_reference_to_a_resource_is_its_name() -> None:
    host = Unknown(reason="known after apply", decided_by=("azurerm_storage_account.a.primary_web_host",))
    declared = made("Microsoft.Storage/storageAccounts", "st9", {}, declared="azurerm_storage_account.a")
    found = the(*edge(origin(host), declared))
    assert found.target is not None
    assert found.target.name == "st9"
    several = Unknown(reason="x", decided_by=("var.a", "var.b"))
    assert the(*edge(origin(several), declared)).target is None


def record(kind: str, name: str, **body: Any) -> Resource:
    return made(f"{NETWORK}/dnsZones/{kind}", f"contoso.com/{name}", body)


def test_records_of_zones_lead_to_what_answers() -> None:
    zone = made(f"{NETWORK}/dnsZones", "contoso.com", {})
    account = made("Microsoft.Storage/storageAccounts", "st1", {}).id
    by_id = record("A", "o", targetResource={"id": account})
    by_name = record("CNAME", "o", CNAMERecord={"cname": "st1.blob.core.windows.net."})
    for item in (by_id, by_name):
        assert the(*edge(origin("o.contoso.com"), STORE, zone, item)).bypass is Bypass.OPEN
    by_address = record("A", "api", ARecords=[{"ipv4Address": "203.0.113.5"}])
    anybody = rule("web", 100, destinationPortRange="443")
    assert the(*edge(origin("api.contoso.com"), by_address, *machines(anybody))).bypass is Bypass.OPEN
    apex = record("A", "@", targetResource={"id": account})
    assert the(*edge(origin("contoso.com"), STORE, apex)).bypass is Bypass.OPEN
    circle = [
        record("CNAME", "a", CNAMERecord={"cname": "b.contoso.com"}),
        record("CNAME", "b", CNAMERecord={"cname": "a.contoso.com"}),
    ]
    assert the(*edge(origin("a.contoso.com"), *circle)).target is None
    several = record("A", "o", ARecords=[{"ipv4Address": "1.2.3.4"}, HOLE])
    assert the(*edge(origin("o.contoso.com"), several)).target is None
    assert the(*edge(origin("o.contoso.com"), record("A", "o", ARecords=[HOLE]))).target is None


def test_what_cannot_be_judged_is_said() -> None:
    derived = ReachAnalysis().derive(estate(*edge(origin("www.contoso.com"))))
    [said] = [item for item in derived.unresolved if item.subject.startswith("origin")]
    assert said.subject == "origin `o` of `fd`"
    assert "`www.contoso.com` is in no source" in said.reason
    [fact] = [item for item in derived.facts if item.type == "Everward.Reach/origins"]
    assert fact.get("properties.judged") is False


def test_the_front_door_way_is_answered() -> None:
    made_world = world(*edge(origin("st1.blob.core.windows.net", **linked(status="Approved")), SHUT))
    [reply] = ask(made_world, "internet", "st1", WEB)
    assert reply.verdict is Verdict.OPEN
    assert [way.name for way in reply.ways] == ["front door", "public"]
    assert reply.ways[0].steps[-1].what == "origin `o`"
    apart = world(*edge(origin("st1.blob.core.windows.net"), SHUT))
    assert ask(apart, "internet", "st1", WEB)[0].verdict is Verdict.CLOSED, "its firewall keeps Front Door out too"
    restricted = world(*edge(origin("app1.azurewebsites.net"), site(tagged(ID))))
    assert ask(restricted, "internet", "app1", WEB)[0].ways[0].holds is True


def classic(**more: Any) -> Resource:
    own = made(f"{NETWORK}/frontDoors", "old", {}).id
    body = {
        "frontdoorId": ID,
        "frontendEndpoints": [{"name": "f", "properties": {"hostName": "old.azurefd.net"}}],
        "backendPools": [{"name": "p", "properties": {"backends": [{"address": "st1.blob.core.windows.net"}]}}],
        "routingRules": [
            {
                "name": "r",
                "properties": {
                    "acceptedProtocols": ["Https"],
                    "frontendEndpoints": [{"id": f"{own}/frontendEndpoints/f"}],
                    "routeConfiguration": {"backendPool": {"id": f"{own}/backendPools/p"}},
                },
            }
        ],
        **more,
    }
    return made(f"{NETWORK}/frontDoors", "old", body)


def test_the_classic_one() -> None:
    [one] = edges(classic(), STORE)
    assert [format_service(item) for item in one.services] == ["tcp/443"]
    assert one.notes == ("no web application firewall looks at `f`",)
    found = the(classic(), STORE)
    assert (found.bypass, found.served, found.edge.tier) == (Bypass.OPEN, True, "classic")
    assert edges(classic(enabledState="Disabled"), STORE) == []
    link = {"webApplicationFirewallPolicyLink": ref(WALL, "w")}
    [walled] = edges(classic(frontendEndpoints=[{"name": "f", "properties": link}]), wall())
    assert walled.notes == ("the policy `w` refuses requests that its rules match",)
    private = [{"address": "x", "privateLinkResourceId": STORE.id, "privateEndpointStatus": "Approved"}]
    pools = [{"name": "p", "properties": {"backends": private}}]
    assert the(classic(backendPools=pools), STORE).private is True


@pytest.mark.parametrize(
    "broken",
    [
        {"backendPools": HOLE},
        {"backendPools": [{"name": "p", "properties": {"backends": HOLE}}]},
        {"backendPools": [5, None, "x", {"properties": {"backends": [5, {"address": 7}]}}]},
        {"frontendEndpoints": "x"},
        {"routingRules": [HOLE, 5, {"properties": "x"}]},
    ],
)
def test_what_is_broken_ends_with_answers(broken: Any) -> None:
    facts = ReachAnalysis().derive(estate(classic(**broken), STORE)).facts
    assert all(isinstance(item, Resource) for item in facts)


def facts_of(*resources: Resource) -> Estate:
    return Estate([*estate(*resources).readings])


def test_facts() -> None:
    derived = ReachAnalysis().derive(estate(*edge(origin("st1.blob.core.windows.net"), STORE)))
    [fact] = [item for item in derived.facts if item.type == "Everward.Reach/origins"]
    assert fact.get("properties.bypass") == "open"
    assert fact.get("properties.profileName") == "fd"
    assert fact.get("properties.requestsRefused") is False
    assert fact.get("properties.targetName") == "st1"


def test_kinds_that_are_not_looked_at_are_said() -> None:
    listed = [
        made(PROFILE, "cdn", {}, sku={"name": "Standard_Microsoft"}),
        made("Microsoft.Web/staticSites", "web", {}),
        made("Microsoft.App/containerApps", "ca", {"configuration": {"ingress": {"external": True}}}),
        made("Microsoft.App/containerApps", "in", {"configuration": {"ingress": {"external": False}}}),
        made("Microsoft.ContainerInstance/containerGroups", "cg", {"ipAddress": {"type": "Public"}}),
        made("Microsoft.Sql/managedInstances", "mi", {"publicDataEndpointEnabled": True}),
        made(f"{NETWORK}/azureFirewalls", "fw", {"virtualHub": ref(f"{NETWORK}/virtualHubs", "h")}),
    ]
    told = [item.subject for item in ReachAnalysis().derive(estate(*listed)).unresolved]
    assert told == [
        "staticSites `web`",
        "profiles `cdn`",
        "containerApps `ca`",
        "containerGroups `cg`",
        "managedInstances `mi`",
        "azureFirewalls `fw`",
    ]


@pytest.mark.parametrize(
    ("resources", "shown"),
    [
        ((), "tcp 198.51.100.7 -> e:80"),
        ((route(("Https",)),), "tcp 198.51.100.7 -> e:443"),
        ((endpoint(hostName="e-x.z01.azurefd.net"),), "tcp 198.51.100.7 -> e-x.z01.azurefd.net:80"),
        ((made(f"{NETWORK}/frontDoors", "old", CLASSIC_ROUTES),), "tcp 198.51.100.7 -> old:443"),
    ],
)
def test_a_packet_shows_that_an_endpoint_answers_and_the_plain_evaluator_agrees(
    resources: tuple[Resource, ...], shown: str
) -> None:
    classic = any(item.type.endswith("frontDoors") for item in resources)
    (found,) = edges(*(resources if classic else edge(*resources)))
    assert (str(found.witness), found.confirmed) == (shown, True)


def test_an_endpoint_of_which_nothing_is_sure_has_no_packet() -> None:
    (found,) = edges(*edge(route(HOLE)))
    assert found.witness is None
    assert isinstance(found.certain, Unknown)


@pytest.mark.parametrize(
    ("body", "routes", "port", "said"),
    [
        ({}, [{"properties": {}}], 443, True),
        ({}, [{"properties": {}}], 22, False),
        ({}, [], 443, False),
        ({"properties": {"enabledState": "Disabled"}}, [{"properties": {}}], 443, False),
        ({}, [{"properties": {"enabledState": "Disabled"}}], 443, False),
        ({}, [{"properties": {"enabledState": HOLE}}], 443, None),
        ({}, [{"properties": {"supportedProtocols": ["Https"]}}], 80, False),
        ({}, [{"properties": {"supportedProtocols": HOLE}}], 80, None),
    ],
)
def test_the_plain_evaluator_of_endpoints(body: Any, routes: list[Any], port: int, said: bool | None) -> None:
    assert edge_answers(body, routes, Packet("198.51.100.7", "e", "tcp", port)) is said
