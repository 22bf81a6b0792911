"""What must hold of every condition and every resource, with and without holes."""

import random
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.policy.make import agree, estate, policy, resource

from everward.estate import Resource
from everward.policy import Outcome, State
from everward.policy.operators import OPERATORS
from everward.policy.specialise import specialise
from everward.policy.truth import IncomparableError, decide
from everward.values import MISSING, Unknown, is_known

IDS = (
    "/subscriptions/s1/resourceGroups/app-rg/providers/Case.Test/things/one",
    "/subscriptions/s1/resourceGroups/app-rg/providers/Case.Test/others/{var.name}",
)

scalars = st.sampled_from([None, True, False, 0, 1, 2, 2.5, "", "a", "B", "true", "1", "ab*", "East US", IDS[0]])
holes = st.one_of(
    st.builds(
        lambda present, name: Unknown(reason="open", decided_by=(name,), present=present),
        st.booleans(),
        st.sampled_from(["var.a", "var.b"]),
    ),
    st.sampled_from(IDS).map(lambda text: Unknown(reason="id", present=True, reference=text)),
)
many = st.builds(lambda present: Unknown(reason="more", many=True, present=present), st.booleans())


def either(*choices: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of the choices, each as likely as the others whatever it is made of."""
    return st.sampled_from(choices).flatmap(lambda chosen: chosen)


leaves = either(scalars, scalars, holes)


def lists(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(either(inner, inner, many), max_size=3)


values = either(leaves, lists(leaves), st.dictionaries(st.sampled_from(["a", "B"]), leaves, max_size=2))
elements = either(
    leaves,
    st.fixed_dictionaries({}, optional={"x": values, "Y": leaves, "inner": st.one_of(leaves, lists(leaves))}),
)


@st.composite
def resources(draw: st.DrawFn) -> Resource:
    properties = draw(
        either(
            st.fixed_dictionaries({"a": values, "b": st.fixed_dictionaries({"c": values}), "list": lists(elements)}),
            st.fixed_dictionaries(
                {},
                optional={
                    "a": values,
                    "b": st.one_of(leaves, st.fixed_dictionaries({}, optional={"c": values})),
                    "list": either(leaves, lists(elements)),
                },
            ),
            st.one_of(holes, st.none()),
        )
    )
    root = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "location": st.one_of(st.sampled_from(["eastus", "East US"]), holes),
                "tags": st.one_of(st.dictionaries(st.sampled_from(["env", "Owner"]), leaves, max_size=2), holes),
                "kind": leaves,
            },
        )
    )
    name = draw(st.sampled_from(["one", "{var.name}-x"]))
    return resource(name=name, properties=properties, opaque=draw(st.sampled_from([False, False, False, True])), **root)


FIELDS = (
    "properties.a",
    "properties.b.c",
    "properties.list",
    "properties.list[*]",
    "properties.list[*].x",
    "properties.list[*].y",
    "properties.list[*].inner[*]",
    "tags",
    "tags.env",
    "tags['owner']",
    "location",
    "kind",
    "name",
    "id",
    "type",
)
fields = st.sampled_from(FIELDS)
single_fields = st.sampled_from([name for name in FIELDS if "[*]" not in name])
expressions = st.one_of(
    single_fields.map(lambda name: "[field('" + name.replace("'", "''") + "')]"),
    st.sampled_from(
        [
            "[length(field('properties.list'))]",
            "[length(field('properties.list[*].x'))]",
            "[empty(field('properties.a'))]",
            "[contains(field('properties.a'), 'a')]",
            "[parameters('text')]",
            "[parameters('list')]",
            "[concat('a', parameters('text'))]",
            "[int(field('properties.a'))]",
            "[if(equals(field('properties.a'), 'a'), 1, field('properties.b.c'))]",
        ]
    ),
)
plain = st.one_of(
    scalars,
    st.lists(scalars, max_size=3),
    st.sampled_from([{"a": 1}, "Case.Test/things", ["case.test/THINGS"], "a*", "*", "?", "#", "one", "eastus"]),
)
expected = st.one_of(plain, plain, expressions)
operators = st.sampled_from(sorted(OPERATORS))


@st.composite
def subjects(draw: st.DrawFn, inside: bool, depth: int) -> dict[str, Any]:
    kind = draw(st.integers(0, 9))
    if kind < 4 or depth > 2:
        return {"field": draw(fields)}
    if kind < 6:
        inner = expressions
        if inside:
            inner = st.one_of(expressions, st.just("[current('properties.list[*].x')]"))
        return {"value": draw(st.one_of(inner, inner, scalars))}
    if kind < 9:
        counted = draw(st.sampled_from(["properties.list[*]", "properties.list[*].inner[*]", "properties.list[*].x"]))
        count: dict[str, Any] = {"field": counted}
        inside = inside or counted == "properties.list[*]"
    else:
        count = {"value": draw(st.one_of(expressions, st.lists(scalars, max_size=3))), "name": f"n{depth}"}
    if draw(st.booleans()):
        count["where"] = draw(conditions(inside, depth + 1))
    return {"count": count}


@st.composite
def conditions(draw: st.DrawFn, inside: bool = False, depth: int = 0) -> dict[str, Any]:
    kind = draw(st.integers(0, 7)) if depth < 3 else 7
    if kind == 0:
        return {"not": draw(conditions(inside, depth + 1))}
    if kind <= 2:
        parts = draw(st.lists(conditions(inside, depth + 1), max_size=3))
        return {"allOf" if kind == 1 else "anyOf": parts}
    subject = draw(subjects(inside, depth))
    operator = draw(operators)
    if "count" in subject and draw(st.booleans()):
        return {**subject, operator: draw(st.integers(0, 3))}
    return {**subject, operator: draw(expected)}


def evaluate(condition: dict[str, Any], subject: Resource) -> Outcome:
    made = policy(
        condition,
        parameters={"text": {"type": "string"}, "list": {"type": "array"}},
        given={
            "text": "b",
            "list": ["a", "b", 1],
        },
        strict=False,
    )
    here = estate(subject)
    fast = made.evaluate(subject, here)
    slow = made.explain(subject, here).outcome
    assert agree(fast, slow), (fast, slow)
    return fast


SETTINGS = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@SETTINGS
@given(condition=conditions(), subject=resources())
def test_fast_and_slow_evaluation_agree(condition: dict[str, Any], subject: Resource) -> None:
    outcome = evaluate(condition, subject)
    assert (outcome.state is State.UNKNOWN) == (outcome.hole is not None)
    assert (outcome.state is State.ERROR) == (outcome.error is not None)


FULL: tuple[Any, ...] = (
    *(None, None, None, True, False, 0, 1, 2, "", "a", "B", "true", "1", "abc", "East US", IDS[0]),
    *([], ["a"], ["a", "B"], [1, None], [{"x": "a"}, {"Y": 1}], {}, {"a": 1, "B": "a"}, {"c": "a", "x": 1}),
    *({"x": ["a"], "inner": [1, "a"]}, {"env": "a"}, {"a": ["a"], "b": {"c": True}, "list": [{"x": 1}, {"inner": []}]}),
)
"""Values that a hole may turn out to hold."""


class Filler:
    """Fills holes with values that they may turn out to hold; the same id is always the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def fill(self, value: Any) -> Any:
        if isinstance(value, Unknown):
            return self.one(value)
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            out: list[Any] = []
            for item in value:
                if isinstance(item, Unknown) and item.many:
                    out.extend(self.one(item) for _ in range(self._random.randint(0, 2)))
                else:
                    out.append(self.fill(item))
            return out
        return value

    def one(self, found: Unknown) -> Any:
        if found.reference is not None:
            return found.reference.replace("{var.name}", "two")
        made = self._random.choice(FULL)
        return "a" if found.present and made is None else made

    def missing(self, body: dict[str, Any]) -> dict[str, Any]:
        """What an opaque resource may have besides what is known of it."""
        return {**{key: self.one(Unknown(reason="")) for key in ("properties", "tags", "kind", "location")}, **body}


FILLINGS = 20


@SETTINGS
@given(condition=conditions(), subject=resources())
def test_a_verdict_with_holes_holds_however_they_are_filled(condition: dict[str, Any], subject: Resource) -> None:
    check_fillings(condition, subject)


def check_fillings(condition: dict[str, Any], subject: Resource) -> None:
    outcome = evaluate(condition, subject)
    if outcome.state in (State.UNKNOWN, State.ERROR) or (is_known(subject.body) and not subject.opaque):
        return
    for seed in range(FILLINGS):
        filler = Filler(seed)
        body = filler.fill(subject.body)
        filled = Resource(
            id=subject.id.replace("{var.name}", "two"),
            type=subject.type,
            name=subject.name.replace("{var.name}", "two"),
            body=filler.missing(body) if subject.opaque else body,
            origin=subject.origin,
        )
        after = evaluate(condition, filled)
        # A hole may turn out to be a value that a function or an ordering fails on.
        if after.state is not State.ERROR:
            assert VIOLATED[after.state] == VIOLATED[outcome.state], (outcome, after, filled.body)


VIOLATED = {State.NON_COMPLIANT: True, State.COMPLIANT: False, State.NOT_APPLICABLE: False, State.UNKNOWN: None}
"""Whether nothing applies because of a name that was open is the same as that nothing is violated."""


@SETTINGS
@given(operator=operators, left=st.one_of(values, st.just(MISSING)), right=st.one_of(values, plain))
def test_a_specialised_operator_says_what_the_operator_says(operator: str, left: Any, right: Any) -> None:
    try:
        slow: Any = decide(operator, left, right)
    except IncomparableError:
        slow = "fails"
    try:
        fast: Any = specialise(operator, right)(left)
    except IncomparableError:
        fast = "fails"
    assert slow == fast


@SETTINGS
@given(operator=operators, left=values, right=st.one_of(values, plain))
def test_an_operator_on_holes_is_known_only_when_every_filling_agrees(operator: str, left: Any, right: Any) -> None:
    try:
        truth = decide(operator, left, right)
    except IncomparableError:
        return
    if isinstance(truth, Unknown) or (is_known(left) and is_known(right)):
        return
    for seed in range(FILLINGS):
        filler = Filler(seed)
        one, two = filler.fill(left), filler.fill(right)
        try:
            assert decide(operator, one, two) is truth, (one, two)
        except IncomparableError:
            continue


element_fields = st.sampled_from(["properties.list[*]", "properties.list[*].x", "properties.list[*].inner[*]"])
simple = st.sampled_from(["a", "", True, 1, None, "true"])
comparisons = st.one_of(
    st.builds(lambda operator, value: {operator: value}, st.sampled_from(["equals", "notEquals", "in"]), simple),
    st.sampled_from([{"exists": True}, {"exists": False}]),
)
numbers = st.builds(
    lambda operator, value: {operator: value},
    st.sampled_from(["equals", "notEquals", "less", "lessOrEquals", "greater", "greaterOrEquals"]),
    st.integers(0, 3),
)
where = st.builds(lambda field, rest: {"where": {"field": field, **rest}}, element_fields, comparisons)
element_conditions = either(
    st.builds(lambda field, rest: {"field": field, **rest}, element_fields, comparisons),
    st.builds(lambda field, rest: {"not": {"field": field, **rest}}, element_fields, comparisons),
    st.builds(lambda field, rest: {"count": {"field": field}, **rest}, element_fields, numbers),
    st.builds(lambda inner, rest: {"count": {"field": "properties.list[*]", **inner}, **rest}, where, numbers),
    st.builds(
        lambda name, rest: {"value": f"[{name}(field('properties.list[*].x'))]", **rest},
        st.sampled_from(["length", "empty", "first"]),
        either(numbers, comparisons),
    ),
)
few = either(st.sampled_from(["a", "", True, 1]), holes, many)
arrays = st.lists(
    either(many, holes, st.fixed_dictionaries({}, optional={"x": few, "inner": either(holes, lists(few))}), few),
    max_size=3,
)


@settings(SETTINGS, max_examples=400)
@example(
    condition={
        "count": {"field": "properties.list[*]", "where": {"field": "properties.list[*].x", "in": None}},
        "equals": 0,
    },
    array=[{"x": Unknown(reason="more", many=True)}],
)
@given(condition=element_conditions, array=arrays)
def test_a_verdict_on_elements_holds_however_many_there_turn_out_to_be(condition: Any, array: list[Any]) -> None:
    check_fillings(condition, resource(properties={"list": array}))
