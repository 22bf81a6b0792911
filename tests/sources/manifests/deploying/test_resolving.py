"""What other readings know that pipelines name."""

from typing import Any

import pytest

from everward.estate import Reading
from everward.sources.manifests.deploying.resolving import World
from everward.values import Unknown

HOLE = Unknown(reason="known after apply", decided_by=("x",))


def reading(label: str, value: Any) -> Reading:
    return Reading("terraform", label, outputs={"stamps": value})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([["a"]], ["a"]),
        ([[]], []),
        ([[], ["a"]], ["a"]),
        ([None, {}, ["a"]], ["a"]),
        ([[], HOLE], HOLE),
        ([["a"], ["b"]], None),
        ([[], []], None),
        ([], None),
    ],
)
def test_of_several_roots_with_an_output_the_one_that_is_not_empty_is_meant(values: list[Any], expected: Any) -> None:
    world = World([reading(str(index), value) for index, value in enumerate(values)], None)
    found = world.output("stamps")
    assert (None if found is None else found[1]) == expected
