"""One resource that readings name differently: joined where it can only be that one, apart where it is not sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everward.estate import Disposed, Disposition, Estate, Reading, Resource, join
from everward.estate import joining as joining_module
from everward.estate.symbols import Pattern, Renaming
from everward.values import Origin, Unknown

REAL = "/subscriptions/1111/resourceGroups/app-rg/providers"
OPEN = "/subscriptions/{subscription}/resourceGroups/{var.prefix}-rg/providers"
VAULT = "Microsoft.KeyVault/vaults"
STORE = "Microsoft.Storage/storageAccounts"
SETTING = "Microsoft.Insights/diagnosticSettings"


def resource(resource_id: str, kind: str, source: str, address: str | None = None, **more: Any) -> Resource:
    body = more.pop("body", {"properties": {}})
    origin = Origin(source=source, file=f"{source}.x", address=address)
    return Resource(resource_id, kind, resource_id.rsplit("/", 1)[-1], body, origin=origin, **more)


def reading(source: str, *resources: Resource, label: str | None = None) -> Reading:
    return Reading(source, label or source, list(resources))


def fresh(given: Sequence[Reading]) -> list[Reading]:
    """The same readings again, to be joined by themselves."""
    return [
        replace(
            one,
            resources=[replace(item) for item in one.resources],
            dispositions=list(one.dispositions),
            unresolved=list(one.unresolved),
            joins=list(one.joins),
            bindings=list(one.bindings),
        )
        for one in given
    ]


def terraform(*names: str, kind: str = VAULT) -> Reading:
    return reading("terraform", *(resource(f"{OPEN}/{kind}/{name}", kind, "terraform", name) for name in names))


def inventory(*names: str, kind: str = VAULT, base: str = REAL) -> Reading:
    return reading("inventory", *(resource(f"{base}/{kind}/{name}", kind, "inventory") for name in names))


def ids(*readings: Reading) -> list[list[str]]:
    join(readings)
    return [[item.id for item in one.resources] for one in readings]


def test_what_can_only_be_one_resource_is_it() -> None:
    declared, deployed = terraform("{var.prefix}-kv"), inventory("app-kv", "other-kv2")
    declared.dispositions.append(Disposed("a", Disposition.RESOURCE, into=f"{OPEN}/{VAULT}/{{var.prefix}}-kv"))
    declared.dispositions.append(Disposed("b", Disposition.NONE))
    found, _ = ids(declared, deployed)
    assert found == [f"{REAL}/{VAULT}/app-kv"]
    assert declared.resources[0].name == "app-kv"
    (made,) = declared.joins
    assert (made.how, made.into) == ("name", f"{REAL}/{VAULT}/app-kv")
    assert {(item.part, item.value, item.resources) for item in declared.bindings} == {
        ("subscription", "1111", 1),
        ("var.prefix", "app", 1),
    }
    assert declared.dispositions[0].into == f"{REAL}/{VAULT}/app-kv"
    assert not deployed.joins
    estate = Estate([declared, deployed])
    assert [len(entity.versions) for entity in estate.entities] == [2, 1, 1]


def test_what_one_resource_tells_settles_the_others() -> None:
    declared = terraform("{var.prefix}-kv", "{var.prefix}-log", "shared")
    hub = f"{OPEN}/{VAULT}/{{var.prefix}}-log"
    declared.resources[0].body = {
        "properties": {
            "workspaceId": Unknown(reason="no subscription", reference=hub),
            "ids": [hub, {hub: {"x": None}}],
            "link": f"hidden-link:{hub}",
            "script": "echo {var.prefix}",
            "open": Unknown(reason="r", reference="/subscriptions/{subscription}/x/{var.other}"),
            "plain": Unknown(reason="r"),
        }
    }
    declared.resources[1].condition = Unknown(reason="perhaps", reference=hub)
    found, _ = ids(declared, inventory("app-kv"))
    assert found == [f"{REAL}/{VAULT}/app-kv", f"{REAL}/{VAULT}/app-log", f"{REAL}/{VAULT}/shared"]
    known = f"{REAL}/{VAULT}/app-log"
    properties: Any = declared.resources[0].properties
    assert properties["workspaceId"] == known
    assert properties["ids"] == [known, {known: {"x": None}}]
    assert properties["link"] == f"hidden-link:{known}"
    assert properties["script"] == "echo {var.prefix}"
    assert properties["open"].reference == "/subscriptions/1111/x/{var.other}"
    assert properties["plain"] == Unknown(reason="r")
    assert isinstance(declared.resources[1].condition, Unknown)
    assert declared.resources[1].condition.reference == known


@pytest.mark.parametrize(
    ("declared", "deployed"),
    [
        (terraform("{var.name}"), inventory("app-kv")),
        (terraform("{var.prefix}-kv"), inventory("app-kv", "x-kv", base=REAL.replace("app-rg", "{var.p}-rg"))),
        (terraform("{var.a}-kv", "{var.b}-kv"), inventory("app-kv")),
        (terraform("{var.a}kv"), inventory("akv", "bkv")),
        (terraform("{var.prefix}-kv"), inventory("app-kv", kind=STORE)),
        (terraform("{var.prefix}-kv"), inventory("zzz-kv")),
        (terraform("app-kv"), inventory("app-kv/x")),
    ],
)
def test_what_is_not_sure_stays_apart(declared: Reading, deployed: Reading) -> None:
    declared, deployed = fresh([declared, deployed])
    before = [item.id for item in declared.resources]
    assert ids(declared, deployed)[0] == before
    assert not declared.joins
    assert not declared.bindings


def test_a_subscription_that_several_could_be_is_told_by_what_only_one_has() -> None:
    names = ("kv", "only")
    declared = reading(
        "plan",
        *(
            resource(f"/subscriptions/{{subscription}}/resourceGroups/rg/providers/{VAULT}/{name}", VAULT, "plan")
            for name in names
        ),
    )
    one = inventory("kv", "only", base="/subscriptions/1/resourceGroups/rg/providers")
    two = inventory("kv", base="/subscriptions/2/resourceGroups/rg/providers")
    for order in permutations([declared, one, two]):
        given = fresh(order)
        join(given)
        (plan,) = [item for item in given if item.source == "plan"]
        assert [item.resource_id.subscription for item in plan.resources] == ["1", "1"]
    assert len(plan.joins) == 1


def test_readings_that_dispute_what_they_share_are_joined_one_by_one() -> None:
    def declared(label: str, *names: str) -> Reading:
        base = "/subscriptions/{subscription}/resourceGroups/rg/providers"
        return reading(
            "terraform", *(resource(f"{base}/{VAULT}/{name}", VAULT, "terraform") for name in names), label=label
        )

    deployed = [
        inventory("a", base="/subscriptions/1/resourceGroups/rg/providers"),
        inventory("b", base="/subscriptions/2/resourceGroups/rg/providers"),
    ]
    for order in permutations([declared("x", "a", "new"), declared("y", "b"), *deployed]):
        given = fresh(order)
        join(given)
        by_label = {item.label: item for item in given}
        assert [item.subscription for item in by_label["x"].resources] == ["1", "{subscription}"]
        assert [item.subscription for item in by_label["y"].resources] == ["2"]
        assert not any(item.bindings for item in given)


def test_joins_that_dispute_the_value_of_a_part_are_none() -> None:
    declared = reading(
        "terraform",
        resource(f"{REAL}/{VAULT}/{{var.p}}-a", VAULT, "terraform"),
        resource(f"{REAL}/{STORE}/{{var.p}}-b", STORE, "terraform"),
    )
    deployed = reading(
        "inventory",
        resource(f"{REAL}/{VAULT}/one-a", VAULT, "inventory"),
        resource(f"{REAL}/{STORE}/two-b", STORE, "inventory"),
    )
    before = [item.id for item in declared.resources]
    assert ids(declared, deployed)[0] == before


def test_a_part_with_several_open_names_is_joined_as_a_whole() -> None:
    name = "{var.a}{var.b}-kv"
    declared = terraform(name)
    declared.resources.append(resource(f"{OPEN}/{VAULT}/{name}/secrets/s", f"{VAULT}/secrets", "terraform"))
    found, _ = ids(declared, inventory("app1-kv"))
    assert found == [f"{REAL}/{VAULT}/app1-kv", f"{REAL}/{VAULT}/app1-kv/secrets/s"]
    assert {item.part for item in declared.bindings} == {"subscription", "var.prefix"}


def test_one_that_stands_for_any_number_is_joined_to_none() -> None:
    declared = terraform("{var.prefix}-kv")
    declared.resources[0].cardinality = Unknown(reason="count", reference=f"{OPEN}/x")
    declared.resources.append(resource(f"{OPEN}/{STORE}/st", STORE, "terraform"))
    join(
        [
            declared,
            reading("inventory", resource(f"{REAL}/{STORE}/st", STORE, "inventory"), *inventory("app-kv").resources),
        ]
    )
    assert [item.into for item in declared.joins] == [f"{REAL}/{STORE}/st"]
    assert declared.resources[0].cardinality.reference == f"{REAL}/x"


def test_readings_of_the_same_kind_do_not_settle_each_other() -> None:
    one, two = (
        terraform("{var.prefix}-kv"),
        reading("terraform", resource(f"{REAL}/{VAULT}/app-kv", VAULT, "terraform")),
    )
    before = [item.id for item in one.resources]
    assert ids(one, two)[0] == before


def planned(*pairs: tuple[str, str], label: str = "plan") -> Reading:
    return reading(
        "plan",
        *(resource(made, made.split("/providers/")[-1].rsplit("/", 1)[0], "plan", address) for address, made in pairs),
        label=label,
    )


def test_a_plan_gives_its_configuration_what_names_do_not_tell() -> None:
    declared = reading(
        "terraform",
        resource(f"{REAL}/{VAULT}/app-kv", VAULT, "terraform", "azurerm_key_vault.a"),
        resource(f"{REAL}/{STORE}/{{random_pet.x}}", STORE, "terraform", "azurerm_storage_account.a"),
        resource(
            "{azurerm_key_vault.a.id}/providers/Microsoft.Insights/diagnosticSettings/d", SETTING, "terraform", "d"
        ),
        resource(f"{REAL}/{STORE}/s1", STORE, "terraform", "several"),
        resource(f"{REAL}/{STORE}/s2", STORE, "terraform", "several"),
    )
    plan = planned(
        ("azurerm_key_vault.a", f"{REAL}/{VAULT}/app-kv"),
        ("azurerm_storage_account.a", f"{REAL}/{STORE}/{{random_pet.x @ plan}}"),
        ("d", f"{REAL}/{VAULT}/app-kv/providers/{SETTING}/d"),
    )
    for order in ([declared, plan], [plan, declared]):
        given = fresh(order)
        join(given)
        by_source = {item.source: item for item in given}
        assert [item.id for item in by_source["terraform"].resources][:3] == [
            item.id for item in by_source["plan"].resources
        ]
        assert by_source["plan"].resources[1].id.endswith("/{random_pet.x}")
        assert [item.how for item in by_source["plan"].joins] == ["address"]
        assert [item.how for item in by_source["terraform"].joins] == ["address"]
        assert len(Estate(given)) == 6


def test_a_plan_of_something_else_gives_nothing() -> None:
    declared = reading(
        "terraform",
        resource(f"{REAL}/{VAULT}/app-kv", VAULT, "terraform", "azurerm_key_vault.a"),
        resource(f"{REAL}/{STORE}/{{random_pet.x}}", STORE, "terraform", "azurerm_storage_account.a"),
    )
    other = planned(
        ("azurerm_key_vault.a", f"{REAL}/{VAULT}/another"), ("azurerm_storage_account.a", f"{REAL}/{STORE}/x")
    )
    strange = planned(("z", f"{REAL}/{STORE}/x"))
    for plan in (other, strange):
        assert ids(*fresh([declared, plan]))[0] == [item.id for item in declared.resources]
    twice = fresh([declared, declared])
    plan = planned(
        ("azurerm_key_vault.a", f"{REAL}/{VAULT}/app-kv"),
        ("azurerm_storage_account.a", f"{REAL}/{STORE}/{{known.later}}"),
    )
    assert ids(*twice, plan)[0] == [item.id for item in declared.resources]


def test_pairs_of_a_plan_that_dispute_a_part_are_not_joined_twice() -> None:
    declared = reading(
        "terraform",
        resource(f"{REAL}/{STORE}/{{random_pet.x}}", STORE, "terraform", "a"),
        resource(f"{REAL}/{STORE}/{{random_pet.x}}2", STORE, "terraform", "b"),
        resource(f"{REAL}/{VAULT}/v", VAULT, "terraform", "v"),
    )
    plan = planned(("a", f"{REAL}/{STORE}/one"), ("b", f"{REAL}/{STORE}/two2"), ("v", f"{REAL}/{VAULT}/v"))
    found, _ = ids(declared, plan)
    # The first address decides; the second would say otherwise, and is left alone.
    assert found[:2] == [f"{REAL}/{STORE}/one", f"{REAL}/{STORE}/one2"]
    assert len(declared.joins) == 1


def test_too_many_to_look_for_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining_module, "MAX_CANDIDATES", 2)
    declared = terraform("{var.prefix}-kv", "kv")
    deployed = inventory("app-kv", "kv", "x1", "x2")
    found, _ = ids(declared, deployed)
    # What has a name is found all the same, and tells what the other open parts are.
    assert found == [f"{REAL}/{VAULT}/app-kv", f"{REAL}/{VAULT}/kv"]
    assert [note.reason for note in declared.unresolved] == [
        "the names of 1 of its resources are open, too many to look for them in other readings"
    ]


def test_joining_twice_changes_nothing() -> None:
    given = [terraform("{var.prefix}-kv"), inventory("app-kv")]
    join(given)
    before = [(list(item.joins), list(item.bindings), [one.id for one in item.resources]) for item in given]
    join(given)
    assert [(item.joins, item.bindings, [one.id for one in item.resources]) for item in given] == before
    join(given[:1])


def test_patterns_say_which_values_open_parts_must_have() -> None:
    assert Pattern("/a/{x}-{x}/b").match("/A/1-1/B/") == {"x": "1"}
    assert Pattern("/a/{x}-{x}").match("/a/1-2") is None
    assert Pattern("/a/{x}{y}").match("/a/12") == {}
    assert Pattern("/a/{x}/b{x}").match("/a/1/b2") is None
    assert Pattern("/a/b").match("/a/c") is None
    assert Pattern("/a/b").match("/a") is None
    assert Pattern("{id}/providers/x").match("/s/g/providers/x") == {"id": "/s/g"}
    assert not Pattern("{id}/providers/x").telling
    assert Pattern("/a/x{y}").telling
    assert not Pattern("/a/{y}-").telling
    assert Pattern("/a/x{y}").open_name


def test_values_that_nest_without_end_are_left() -> None:
    deep: Any = "/subscriptions/{subscription}/x"
    for _ in range(900):
        deep = [deep]
    assert Renaming({"subscription": "1"}, {}).value(deep) is deep
    same: dict[str, Any] = {"a": [1, None, "/x/{y}"]}
    assert Renaming({"z": "1"}, {}).value(same) is same
    hole = Unknown(reason="r", reference="/x/{y}")
    assert Renaming({"z": "1"}, {}).hole(hole) is hole


# Whatever the order


PREFIXES = st.sampled_from(["{var.prefix}", "app", "{var.other}", "{subscription}"])
NAMES = st.sampled_from(["kv", "-kv", "log", ""])
KINDS = st.sampled_from([VAULT, STORE])
GROUPS = st.sampled_from(["app-rg", "{var.prefix}-rg", "rg2"])
SUBSCRIPTIONS = st.sampled_from(["{subscription}", "1111", "2222"])


@st.composite
def readings(draw: st.DrawFn) -> list[Reading]:
    made: list[Reading] = []
    for number in range(draw(st.integers(1, 4))):
        source = draw(st.sampled_from(["terraform", "plan", "inventory", "template", "state"]))
        items = [
            resource(
                f"/subscriptions/{draw(SUBSCRIPTIONS)}/resourceGroups/{draw(GROUPS)}/providers/{kind}/{draw(PREFIXES)}{draw(NAMES)}",
                kind,
                source,
                draw(st.sampled_from(["a", "b", "c", None])),
                body={"properties": {"n": draw(st.integers(0, 2))}},
                cardinality=draw(st.sampled_from([None, None, None, Unknown(reason="count")])),
            )
            for kind in draw(st.lists(KINDS, max_size=4))
        ]
        for place, item in enumerate(items):
            item.origin = Origin(source, f"file{number}", place, address=item.origin.address)
        made.append(Reading(source, f"r{number}", items))
    return made


def partition(given: Sequence[Reading]) -> set[frozenset[tuple[str | None, int | None]]]:
    """Which versions are one entity, by their places."""
    estate = Estate(given)
    return {
        frozenset((version.origin.file, version.origin.line) for version in entity.versions)
        for entity in estate.entities
    }


@settings(max_examples=300, deadline=None)
@given(readings(), st.randoms(use_true_random=False))
def test_joining_and_merging_do_not_depend_on_order_and_lose_nothing(given: list[Reading], chance: Any) -> None:
    shuffled = fresh(given)
    chance.shuffle(shuffled)
    places = {(item.origin.file, item.origin.line) for one in given for item in one.resources}
    join(given)
    join(shuffled)
    ours, theirs = Estate(given), Estate(shuffled)
    assert partition(given) == partition(shuffled)
    assert {place for group in partition(given) for place in group if place[0] is not None} == places
    stands = {
        entity.resource.key: (entity.resource.origin, entity.resource.body)
        for entity in ours.entities
        if entity.versions[0].origin.file
    }
    others = {
        entity.resource.key: (entity.resource.origin, entity.resource.body)
        for entity in theirs.entities
        if entity.versions[0].origin.file
    }
    assert stands == others
    said = [
        (item.path, item.noise, [(one.value, one.origin) for one in item.statements])
        for found in ours.disagreements.values()
        for item in found
    ]
    also = [
        (item.path, item.noise, [(one.value, one.origin) for one in item.statements])
        for found in theirs.disagreements.values()
        for item in found
    ]
    assert sorted(map(repr, said)) == sorted(map(repr, also))
    assert {key: [item.body for item in found] for key, found in ours.differing.items()} == {
        key: [item.body for item in found] for key, found in theirs.differing.items()
    }
    bound = sorted((one.label, item.part, item.value) for one in given for item in one.bindings)
    assert bound == sorted((one.label, item.part, item.value) for one in shuffled for item in one.bindings)


def test_one_resource_is_not_given_to_two_roots() -> None:
    """Two roots of the same shape are two stamps, and only one of them is deployed: nobody knows which."""
    blue, green = terraform("{var.prefix}-kv"), terraform("{var.prefix @ green}-kv")
    green.label = "green"
    for order in permutations([blue, green, inventory("app-kv")]):
        one, two, three = fresh(order)
        join([one, two, three])
        found = [item.id for given in (one, two, three) if given.source == "terraform" for item in given.resources]
        assert sorted(found) == sorted(item.id for item in (*blue.resources, *green.resources))
        assert not any(given.joins for given in (one, two, three))


def test_what_another_root_names_in_full_is_its_own() -> None:
    known = reading("terraform", resource(f"{REAL}/{VAULT}/app-kv", VAULT, "terraform", "k"), label="known")
    declared, _, _ = ids(terraform("{var.prefix}-kv"), known, inventory("app-kv"))
    assert declared == [f"{OPEN}/{VAULT}/{{var.prefix}}-kv"]


def test_two_roots_that_name_a_resource_alike_have_it_both() -> None:
    blue, green = (
        reading("terraform", resource(f"/subscriptions/{{subscription}}/{VAULT}/kv", VAULT, "terraform"), label=label)
        for label in ("blue", "green")
    )
    one, two, _ = ids(blue, green, inventory("kv", base="/subscriptions/1111"))
    assert one == two == [f"/subscriptions/1111/{VAULT}/kv"]


def test_a_template_and_a_root_may_mean_the_same() -> None:
    template = reading("template", resource(f"{OPEN}/{VAULT}/{{var.prefix}}-kv", VAULT, "template"))
    found, also, _ = ids(terraform("{var.prefix}-kv"), template, inventory("app-kv"))
    assert found == also == [f"{REAL}/{VAULT}/app-kv"]


def test_a_value_that_would_make_one_resource_of_two_is_wrong() -> None:
    """`{var.a}st` looks like `foost`, but then `{var.a}` would be the `foo` that stands beside it."""
    base = f"{REAL}/{VAULT}"
    store = resource(f"{REAL}/{STORE}/{{var.a}}st", STORE, "terraform", "s")
    other = resource(f"{REAL}/{STORE}/{{var.b}}data", STORE, "terraform", "t")
    vaults = [resource(f"{base}/{name}", VAULT, "terraform", name) for name in ("{var.a}", "foo")]
    declared = reading("terraform", store, other, *vaults)
    found, _ = ids(declared, inventory("foost", "bardata", kind=STORE))
    assert found == [store.id, f"{REAL}/{STORE}/bardata", f"{base}/{{var.a}}", f"{base}/foo"]
    assert [item.into for item in declared.joins] == [f"{REAL}/{STORE}/bardata"]
    assert [item.part for item in declared.bindings] == ["var.b"]
