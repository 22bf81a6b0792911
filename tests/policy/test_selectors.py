"""Selectors of resources and references."""

from typing import Any

import pytest
from tests.policy.make import THING, hole, resource

from everward.policy.documents import Shape
from everward.policy.parser import Fault
from everward.policy.selectors import admitted, read_selections
from everward.values import Unknown


def read(*selections: Any) -> Any:
    return read_selections(Shape({"resourceSelectors": list(selections)}, (), "it"))


def one(kind: str, **values: Any) -> dict[str, Any]:
    # `in` is a word of Python.
    return {"name": "sel", "selectors": [{"kind": kind, **{key.rstrip("_"): value for key, value in values.items()}}]}


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (one("resourceLocation", in_=["East US 2"]), True),
        (one("resourcelocation", notIn=["eastus2"]), False),
        (one("resourceLocation", in_=["westus"]), False),
        (one("resourceType", in_=[THING.upper()]), True),
        (one("resourceType", notIn=[THING]), False),
        (one("resourceWithoutLocation", in_=["subscriptionLevelResources"]), False),
        (one("policyDefinitionReferenceId", in_=["R1"]), True),
    ],
)
def test_a_resource_is_selected_or_not(selection: dict[str, Any], expected: bool) -> None:
    subject = resource(location="eastus2")
    assert admitted(read(selection), subject, "r1") is expected


def test_without_a_location() -> None:
    without = one("resourceWithoutLocation", in_=["subscriptionLevelResources"])
    assert admitted(read(without), resource()) is True
    assert admitted(read(one("resourceLocation", in_=["eastus"])), resource()) is False


def test_a_location_that_is_not_known_leaves_it_open() -> None:
    somewhere, perhaps = resource(location=hole(present=True)), resource(location=hole())
    located = read(one("resourceLocation", in_=["eastus"]))
    without = read(one("resourceWithoutLocation", in_=["subscriptionLevelResources"]))
    assert isinstance(admitted(located, somewhere), Unknown)
    assert admitted(without, somewhere) is False
    assert isinstance(admitted(without, perhaps), Unknown)


@pytest.mark.parametrize("kind", ["userPrincipalId", "groupPrincipalId", "resourceRolloutPercentage"])
def test_what_no_resource_decides_is_open(kind: str) -> None:
    truth = admitted(read(one(kind, in_=["x"])), resource())
    assert isinstance(truth, Unknown)
    assert truth.decided_by == (f"selector {kind}",)


def test_selectors_of_one_selection_must_all_hold_and_one_selection_is_enough() -> None:
    both = {
        "name": "both",
        "selectors": [
            {"kind": "resourceLocation", "in": ["westus"]},
            {"kind": "resourceType", "in": [THING]},
        ],
    }
    assert admitted(read(both), resource(location="eastus")) is False
    assert admitted(read(both, one("resourceType", in_=[THING])), resource(location="eastus")) is True
    assert admitted((), resource()) is True


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (one("resourceColour", in_=["red"]), "`resourceColour` is no `kind`"),
        ({"name": "x", "selectors": [{"in": ["a"]}]}, "the selector has no `kind`"),
        (one("resourceType"), "a selector needs either `in` or `notIn`"),
        (one("resourceType", in_=["a"], notIn=["b"]), "a selector needs either `in` or `notIn`"),
        (one("resourceType", in_=["a"] * 51), "there are more than 50 values"),
        (one("resourceType", in_="a"), "`in` is not an array"),
        (one("resourceType", in_=[1]), "`in` is not a text"),
        ({"selectors": "x"}, "`selectors` is not an array"),
        (
            {"selectors": [{"kind": "resourceType", "in": ["a"]}, {"kind": "resourceType", "in": ["b"]}]},
            "`resourceType` stands twice",
        ),
        (
            {
                "selectors": [
                    {"kind": "resourceLocation", "in": ["a"]},
                    {"kind": "resourceWithoutLocation", "in": ["b"]},
                ]
            },
            "`resourceLocation` and `resourceWithoutLocation` exclude each other",
        ),
    ],
)
def test_selectors_that_cannot_be(selection: Any, message: str) -> None:
    with pytest.raises(Fault) as caught:
        read(selection)
    assert caught.value.message == message


def test_there_are_ten_selections_at_most() -> None:
    with pytest.raises(Fault, match="more than 10"):
        read(*[one("resourceType", in_=["a"])] * 11)
