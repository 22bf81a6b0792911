"""What holds of effects whatever the request is."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.effects.requests import append, modify, operation, replace, request, thing
from tests.policy.make import estate, policy

from everward.estate import Resource
from everward.policy.effects import Verdict, evaluate_request
from everward.policy.operators import same
from everward.values import MISSING, Unknown

NAMES = st.sampled_from(["a", "b", "c", "A"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["", "x", "X", "y"]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["properties.a", "properties.b", "properties.a.b", "properties.c[*]", "properties.c[*].a", "tags.a", "tags.b"]
)
PLAIN = st.sampled_from(["properties.a", "properties.b", "properties.a.b", "properties.c", "tags.a"])
BODIES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)
CHOICES = st.sampled_from(["audit", "deny", "disabled"])
OPERATIONS = st.one_of(
    st.builds(operation, st.sampled_from(["add", "addOrReplace"]), FIELDS, VALUES),
    st.just(operation("remove", "tags.a")),
)
CONDITIONS = st.one_of(
    st.just({"allOf": []}),
    st.builds(lambda field, value: {"field": field, "equals": value}, PLAIN, SCALARS),
    st.builds(lambda field: {"field": field, "exists": True}, PLAIN),
)


def again(subject: Resource, body: dict[str, Any]) -> Resource:
    return Resource(id=subject.id, type=subject.type, name=subject.name, body=body, origin=subject.origin)


@given(BODIES, PLAIN, VALUES, CHOICES)
def test_add_is_idempotent(body: Any, field: str, value: Any, conflict: str) -> None:
    made = modify(operation("add", field, value), conflict=conflict)
    once = request(thing(body), made)
    twice = request(again(thing(), once.body), made)
    assert same(once.body, twice.body)
    assert twice.verdict is once.verdict
    assert twice.changes == () or once.changes == ()


@given(BODIES, FIELDS, VALUES)
def test_replacing_is_idempotent(body: Any, field: str, value: Any) -> None:
    made = modify(replace(field, value), conflict="audit")
    once = request(thing(body), made)
    assert same(once.body, request(again(thing(), once.body), made).body)


@given(BODIES, PLAIN, st.sampled_from(["x", "y", True, 2]))
def test_what_replaces_makes_what_asks_for_it_compliant(body: Any, field: str, value: Any) -> None:
    made = modify(replace(field, value), condition={"field": field, "notEquals": value}, conflict="audit")
    decision = request(thing(body), made)
    after = again(thing(), decision.body)
    state = made.evaluate(after, estate(after)).state
    # What is skipped, because its parent is absent or it is of another kind, is not mended.
    assert state == "compliant" or (decision.changes == () and decision.events)
    deny = policy({"field": field, "notEquals": value}, "deny")
    assert request(thing(body), made, deny).verdict is (Verdict.ALLOWED if state == "compliant" else Verdict.DENIED)


@settings(max_examples=150)
@given(BODIES, st.lists(st.tuples(OPERATIONS, CONDITIONS, CHOICES), min_size=1, max_size=4), st.randoms())
def test_the_order_of_policies_makes_no_difference(body: Any, given_: Any, random: Any) -> None:
    made = [modify(one, condition=condition, conflict=conflict) for one, condition, conflict in given_]
    made.append(append("properties.a.c", 1, {"field": "properties.a", "exists": True}))
    made.append(policy({"field": "properties.a", "equals": "x"}, "deny"))
    first = request(thing(body), *made)
    shuffled = list(made)
    random.shuffle(shuffled)
    other = request(thing(body), *shuffled)
    assert other.verdict is first.verdict
    if first.verdict is Verdict.ALLOWED:
        assert same(_sorted(other.body), _sorted(first.body))


def _sorted(body: Any) -> Any:
    """A body whose added elements have no order: several policies may add to one array."""
    items = body.get("properties", {}).get("c")
    if isinstance(items, list):
        return {**body, "properties": {**body["properties"], "c": sorted(items, key=repr)}}
    return body


@settings(max_examples=300)
@given(
    BODIES,
    st.lists(st.tuples(OPERATIONS, CONDITIONS, CHOICES), min_size=1, max_size=3),
    CONDITIONS,
    st.sampled_from("abc"),
    VALUES,
)
def test_a_hole_is_never_contradicted_by_what_fills_it(
    body: Any, given_: Any, asked: Any, name: str, value: Any
) -> None:
    made = [modify(one, condition=condition, conflict=conflict) for one, condition, conflict in given_]
    made.append(policy(asked, "deny"))
    made.append(append("properties.b.c", 1, {"field": "properties.a", "exists": True}))
    hole = Unknown(reason="open", decided_by=("var.x",))
    opened = request(thing({**body, name: hole}), *made)
    filled = request(thing({**body, name: value}), *made)
    if opened.verdict is not Verdict.UNKNOWN:
        assert filled.verdict is opened.verdict
    if opened.verdict is Verdict.ALLOWED:
        assert _agrees(opened.body, filled.body)


def _agrees(opened: Any, filled: Any) -> bool:
    """Whether a value with holes may turn out to be another."""
    if isinstance(opened, Unknown):
        return True
    if isinstance(opened, dict) and isinstance(filled, dict):
        # A hole may turn out to be nothing; what is not there stays away.
        return all(_agrees(opened.get(key, MISSING), filled.get(key, MISSING)) for key in opened.keys() | filled.keys())
    if isinstance(opened, list) and isinstance(filled, list):
        if any(isinstance(item, Unknown) and item.many for item in opened):
            return True
        return len(opened) == len(filled) and all(map(_agrees, opened, filled))
    return opened is filled or same(opened, filled)


@given(BODIES, st.lists(OPERATIONS, max_size=4))
def test_a_request_is_never_changed_in_place(body: Any, operations: Any) -> None:
    before = repr(body)
    evaluate_request(thing(body), [modify(*operations)], estate())
    assert repr(body) == before
