"""How steps after a value hang together: what `[*]` and `.*` take with them.

`x[*]` takes every step after it to each element, other splats included. `x.*`, which is older, takes only names and
positions after a dot; what follows them applies to the list of results.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from everward.sources.terraform.syntax.nodes import Attr, Index, Splat, Step

StepKind: TypeAlias = Literal["dotted", "bracketed", "[*]", ".*"]


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A step as it is written. The two splats have none of their own."""

    kind: StepKind
    step: Attr | Index | None = None


def assemble(written: list[WrittenStep]) -> tuple[Step, ...]:
    """The steps with what their splats take.

    Raises:
        ValueError: when an older splat stands in another one.

    """
    out: list[Step] = []
    at = 0
    while at < len(written):
        item = written[at]
        at += 1
        if item.kind == "[*]":
            out.append(Splat(assemble(written[at:])))
            break
        if item.kind == ".*":
            taken: list[Step] = []
            while at < len(written) and written[at].kind == "dotted":
                taken += _own(written[at])
                at += 1
            if at < len(written) and written[at].kind == ".*":
                raise ValueError("`.*` cannot stand behind another `.*`: write `[*]`")
            out.append(Splat(tuple(taken)))
        else:
            out += _own(item)
    return tuple(out)


def _own(item: WrittenStep) -> list[Step]:
    return [item.step] if item.step is not None else []
