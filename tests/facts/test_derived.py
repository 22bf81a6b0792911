"""Facts in an estate: told apart from what somebody wrote, derived once, in every view."""

from pathlib import Path
from typing import Any

import pytest
from tests.facts.reach.world import GROUP, HOLE, estate, made, pip, vnet

from everward.estate import Estate, Reading, Resource, Unresolved, analysis_of, is_fact, subject_of
from everward.facts.analyses import add_facts, analyses
from everward.facts.interface import Analysis, Derived, fact, with_facts
from everward.facts.telling import tell
from everward.sources import ReadOptions, read_workload
from everward.values import Origin, Unknown


class Sizes(Analysis):
    """How many addresses a network has: a small analysis for tests."""

    name = "reach"

    def derive(self, estate: Estate) -> Derived:
        networks = estate.of_type("Microsoft.Network/virtualNetworks")
        derived = Derived([fact(item, "Reach/sizes", "size", {"tag": item.tags}) for item in networks])
        derived.facts += derived.facts
        derived.unresolved += [Unresolved("network", "it has no size")] * 2
        return derived


def test_a_type_tells_whether_it_is_that_of_a_fact() -> None:
    assert analysis_of("Everward.Reach/exposures") == "reach"
    assert analysis_of("everward.keys/items/expires") == "keys"
    assert analysis_of("Everward.Kubernetes/Namespace") is None
    assert analysis_of("Microsoft.KeyVault/vaults") is None


def test_a_fact_is_an_extension_of_what_it_is_about() -> None:
    network = vnet("v", "10.0.0.0/16")
    size = fact(network, "Reach/sizes", "size", {})
    assert is_fact(size)
    assert subject_of(size) == network.id
    assert not is_fact(network)
    assert subject_of(network) == network.id
    assert subject_of(fact("/", "Access/grants", "one", {})) == ""


def test_facts_under_one_id_are_kept_apart_and_a_remark_is_said_once() -> None:
    read = estate(vnet("v", "10.0.0.0/16"))
    found = with_facts(read, [Sizes()])
    assert [item.name for item in found.of_type("Everward.Reach/sizes")] == ["size", "size-2"]
    assert [item.subject for item in found.unresolved] == ["network"]
    assert [reading.source for reading in found.readings] == ["inventory", "reach"]
    assert len(read) + 2 == len(found)
    assert found.views == (found,)


def test_every_view_has_the_facts_of_its_versions() -> None:
    one, two = vnet("v", "10.0.0.0/16"), vnet("v", "10.0.0.0/16")
    one.body["tags"], two.body["tags"] = {"size": "small"}, {"size": "large"}
    read = Estate([Reading("inventory", "one", [one]), Reading("inventory", "two", [two])])
    found = with_facts(read, [Sizes()])
    tags = [str(view.of_type("Everward.Reach/sizes")[0].get("properties.tag.size")) for view in found.views]
    assert sorted(tags) == ["large", "small"]
    assert len(found.differing) == 1


def test_facts_are_derived_once() -> None:
    read = estate(pip("p"))
    found = add_facts(read, ["reach"])
    assert add_facts(found, ["reach"]) is found
    assert {reading.source for reading in add_facts(found, ["keys", "access"]).readings} >= {"keys", "access"}
    assert add_facts(read, []) is read


def test_analyses_have_an_order_and_names_that_exist() -> None:
    assert [item.name for item in analyses(["keys", "reach", "access"])] == ["reach", "access", "keys"]
    with pytest.raises(LookupError, match="there is no analysis `speed`"):
        list(analyses(["speed"]))


def test_what_a_fact_says_of_itself_is_what_is_told() -> None:
    own = fact("/subscriptions/s", "Reach/anything", "one", {"summary": "it is so", "notes": ["since ever"]})
    assert (tell(own).what, tell(own).how) == ("it is so", ("since ever",))
    plain = fact("/subscriptions/s", "Reach/anything", "one", {})
    assert tell(plain).what == "Everward.Reach/anything `one`"
    holed = Resource("/x", "Everward.Reach/anything", "x", {"properties": HOLE}, Origin("facts"))
    assert tell(holed).how == ()


@pytest.mark.parametrize(
    ("kind", "properties", "what", "how"),
    [
        (
            "Reach/exposures",
            {
                "source": "internet",
                "kind": "network interface",
                "targetName": "nic1",
                "part": "one",
                "services": ["tcp/22", "tcp/23", "tcp/24", "tcp/25", "tcp/26"],
                "path": [
                    {"id": f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/p", "what": "public address"},
                    "x",
                ],
                "decidedBy": [
                    {"id": "", "what": "rule `ssh`", "file": "main.tf", "line": 3},
                    {"what": "a", "file": "b"},
                ],
                "witness": "tcp 198.51.100.7 -> 10.0.0.4:22",
                "confirmed": True,
            },
            "the Internet can reach network interface `nic1` (one) on tcp/22, tcp/23, tcp/24, tcp/25 and 1 more",
            (
                "path: public address of `p` -> x",
                "let in by: rule `ssh` (main.tf:3)",
                "let in by: a (b)",
                "for example the packet tcp 198.51.100.7 -> 10.0.0.4:22 gets in",
            ),
        ),
        (
            "Reach/exposures",
            {"source": "elsewhere", "kind": "app", "targetName": HOLE, "witness": "p", "confirmed": False},
            "elsewhere can reach app `not known yet`",
            ("for example the packet p gets in, which a second evaluator does not confirm",),
        ),
        (
            "Reach/egress",
            {"way": "internet", "subnetName": "apps"},
            "whatever runs in `apps` can send to any address of the Internet",
            (),
        ),
        (
            "Reach/egress",
            {
                "way": "serviceEndpoint",
                "subnetName": "apps",
                "service": "Microsoft.Sql",
                "consumed": False,
                "restrictable": False,
            },
            "`apps` reaches every account of Microsoft.Sql by a service endpoint, which nothing of the workload asks "
            "for; no policy can restrict it",
            (),
        ),
        (
            "Reach/publicAddresses",
            {"address": f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/p", "protection": "unprotected"},
            "the public address `p` is unprotected",
            (),
        ),
        (
            "Reach/publicAddresses",
            {"address": "p", "protection": HOLE},
            "it is not known whether `p` is protected against floods",
            (),
        ),
        (
            "Reach/ruleRemarks",
            {"rule": "r", "direction": "inbound", "reason": "it is about no packet at all", "by": ["a"]},
            "rule `r` (inbound): it is about no packet at all (`a`)",
            (),
        ),
        (
            "Access/grants",
            {
                "principalName": "ann",
                "principalKind": "user",
                "role": "Owner",
                "lasting": True,
                "scope": "/subscriptions/s",
            },
            "`ann` (user) holds `Owner` on subscription `s`",
            (),
        ),
        (
            "Access/grants",
            {"principal": "p1", "role": "Reader", "standing": "eligible", "scope": GROUP, "condition": "@x"},
            "`p1` may hold (eligible) `Reader` on resource group `rg`",
            ("only where @x",),
        ),
        (
            "Access/rights",
            {
                "principalName": "ann",
                "operation": "purge",
                "target": f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv",
                "role": "Owner",
                "scope": f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv",
                "proof": ["by assignment a"],
            },
            "`ann` may purge on `kv`, by `Owner` on `kv`",
            ("proof: by assignment a",),
        ),
        (
            "Access/escalations",
            {
                "principalName": "ann",
                "edge": "runCommand",
                "operation": "o",
                "target": "t",
                "gains": ["id"],
                "role": "R",
            },
            "`ann` can runCommand on `t` (o), by `R`, and acts as `id`",
            (),
        ),
        (
            "Access/escalations",
            {
                "principalName": "ann",
                "edge": "runCommand",
                "operation": "o",
                "target": GROUP,
                "targets": [f"{GROUP}/{number}" for number in range(1_200)],
                "gains": [f"id{number}" for number in range(6)],
            },
            "`ann` can runCommand on 1,200 targets in resource group `rg` (o), and acts as "
            "`id0`, `id1`, `id2`, `id3` and 2 more",
            (),
        ),
        (
            "Access/keys",
            {"target": "t", "identitiesServe": True},
            "whoever holds a key of `t` gets in although identities have access too",
            (),
        ),
        (
            "Access/assignmentCounts",
            {"assignments": 10, "subscription": "{var.sub}"},
            "10 role assignments in `{var.sub}`",
            (),
        ),
        ("Keys/items", {"kind": "secret", "name": "n", "vault": "v"}, "secret `n` in vault `v`", ()),
        (
            "Keys/uses",
            {"consumer": "c", "kind": "secret", "item": "n", "vault": "v", "path": "properties.x"},
            "`c` depends on secret `n` of vault `v`",
            ("it says so in properties.x",),
        ),
        (
            "Keys/uses",
            {"consumer": None, "kind": "key", "item": None, "vault": HOLE},
            "`` depends on a key of vault `not known yet`",
            (),
        ),
        ("Keys/vaults", {"dependants": 2, "vault": "v"}, "2 resources depend on vault `v`", ()),
    ],
)
def test_facts_in_words(kind: str, properties: dict[str, object], what: str, how: tuple[str, ...]) -> None:
    telling = tell(fact("/subscriptions/s", kind, "one", properties))
    assert (telling.what, telling.how) == (what, how)


def test_every_fact_of_an_analysis_can_be_told() -> None:
    """No sentence is left with the name of a type, or with a hole in it."""
    vault = made("Microsoft.KeyVault/vaults", "kv", {"tenantId": "t"})
    account = made("Microsoft.Storage/storageAccounts", "st", {"publicNetworkAccess": HOLE})
    found = add_facts(estate(pip("p"), vnet("v", "10.0.0.0/16"), vault, account), ["reach", "access", "keys"])
    told = [tell(item) for item in found if is_fact(item)]
    assert len(told) >= 4
    assert not [
        item.what for item in told if "Everward." in item.what or "None" in item.what or "Unknown(" in item.what
    ]
    assert isinstance(HOLE, Unknown)


class Only:
    """Asks for the facts of one type."""

    def __init__(self, type_key: str) -> None:
        self.type_key = type_key

    def __call__(self, fact: Resource) -> bool:
        return fact.type_key == self.type_key

    def reads(self, type_key: str) -> bool:
        return type_key == self.type_key


def test_what_is_asked_for_is_the_same_as_when_everything_is() -> None:
    """What makes facts of one kind must not be passed over when facts of that kind are asked for."""
    workload = Path(__file__).parents[2] / "examples" / "faulty" / "terraform"
    read = Estate(read_workload([workload], ReadOptions()))
    for name in ("reach", "access", "keys"):
        [whole] = list(analyses([name]))
        every = whole.derive(read).facts
        assert every
        for type_key in sorted({item.type_key for item in every}):
            [analysis] = list(analyses([name]))
            analysis.wanted = Only(type_key)
            found = [item.id for item in analysis.derive(read).facts]
            assert found == [item.id for item in every if item.type_key == type_key], type_key


@pytest.mark.parametrize(
    "value", [HOLE, None, "", "text", 7, True, [], [HOLE], ["a", 1, None], {"id": HOLE}, {}], ids=repr
)
def test_whatever_stands_in_a_fact_can_be_told(value: Any) -> None:
    """What an analysis could not settle stands in its facts as a hole: a report never ends because of one."""
    workload = Path(__file__).parents[2] / "examples" / "faulty" / "terraform"
    found = add_facts(Estate(read_workload([workload], ReadOptions())), ["reach", "access", "keys"])
    shapes = {item.type: item for item in found if is_fact(item)}
    assert len(shapes) > 8
    for kind in {*shapes, *(f"Everward.Reach/{name}" for name in OTHERS)}:
        names = shapes[kind].properties if kind in shapes else dict.fromkeys(NAMES, 1)
        assert isinstance(names, dict)
        for name in names:
            odd = Resource("/x", kind, "x", {"properties": {**names, name: value}}, Origin("facts"))
            assert isinstance(tell(odd).what, str)


OTHERS = ("agents", "appliances", "applianceFlows", "deployments", "hybridWays", "managementFlows", "origins", "pods")
NAMES = (
    "brokenBy",
    "bypass",
    "crossesAppliance",
    "decidedBy",
    "host",
    "ingressIsolated",
    "metadata",
    "name",
    "note",
    "notes",
    "openTo",
    "outcome",
    "ownNetwork",
    "passes",
    "path",
    "places",
    "ports",
    "proof",
    "reason",
    "regionsWithout",
    "services",
    "targetName",
    "why",
)
