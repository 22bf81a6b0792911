"""What is said of ways that are closed, and of those that only look closed."""

from tests.facts.reach.world import NETWORK, made, nic, nsg, pip, ref, rule, subnet, vnet, world

from everward.facts.reach.questions import Verdict, ask
from everward.facts.reach.services import Service

HTTPS = Service("tcp", ports=((443, 443),))
SSH = Service("tcp", ports=((22, 22),))


def test_a_closed_site_says_what_closes_it() -> None:
    shut = made("Microsoft.Web/sites", "shut", {"publicNetworkAccess": "Disabled"})
    denied = {"ipSecurityRestrictionsDefaultAction": "Deny", "scmIpSecurityRestrictionsDefaultAction": "Deny"}
    guarded = made("Microsoft.Web/sites", "guarded", {"siteConfig": denied})
    made_world = world(shut, guarded, services=(HTTPS, SSH))
    [reply] = ask(made_world, "internet", "shut", HTTPS)
    assert reply.verdict is Verdict.CLOSED
    assert {note for way in reply.ways for note in way.notes} == {
        "site: it has no public endpoint",
        "scm: it has no public endpoint",
    }
    [reply] = ask(made_world, "internet", "guarded", HTTPS)
    assert {note for way in reply.ways for note in way.notes} == {
        "site: its access restrictions let nobody in",
        "scm: its access restrictions let nobody in",
    }
    [reply] = ask(made_world, "internet", "guarded", SSH)
    assert {note for way in reply.ways for note in way.notes} == {"it answers on tcp/443 only"}


def test_addresses_that_anybody_has_include_those_of_a_subnet() -> None:
    rules = {"defaultAction": "Deny", "ipRules": [{"value": "0.0.0.0/1"}, {"value": "128.0.0.0/1"}]}
    vault = made("Microsoft.KeyVault/vaults", "kv", {"networkAcls": rules})
    made_world = world(vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24")), vault, services=(HTTPS,))
    [reply] = ask(made_world, "s", "kv", HTTPS)
    assert reply.verdict is Verdict.OPEN


def test_groups_that_are_open_do_not_help_where_routes_lead_answers_elsewhere() -> None:
    table = made(
        f"{NETWORK}/routeTables",
        "t",
        {
            "routes": [
                {
                    "name": "all",
                    "properties": {
                        "addressPrefix": "0.0.0.0/0",
                        "nextHopType": "VirtualAppliance",
                        "nextHopIpAddress": "10.0.9.4",
                    },
                }
            ]
        },
    )
    made_world = world(
        table,
        nsg("g", rule("web", 100, destinationPortRange="443")),
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g", routeTable=ref(f"{NETWORK}/routeTables", "t"))),
        pip("p", "203.0.113.5"),
        nic("n", "v", "s", "10.0.1.4", "p"),
        services=(HTTPS, SSH),
    )
    closed = ask(made_world, "internet", "n", HTTPS)[0]
    assert closed.verdict is Verdict.CLOSED
    [note] = closed.ways[0].notes
    assert note.startswith("groups let packets in on tcp/443, but no connection stands: routes of `s`")
    # The route makes the whole Internet a part of `VirtualNetwork`: the rule that every group has lets everybody in.
    [note] = ask(made_world, "internet", "n", SSH)[0].ways[0].notes
    assert note.startswith("groups let packets in on tcp/22, but no connection stands")
