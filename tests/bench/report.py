"""The table that a bench prints, and whether its targets are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.measure import Sample


@dataclass(frozen=True)
class Target:
    """One promise: a figure of ours beside the same figure of the other."""

    work: str
    figure: str
    """`cpu`, `wall` or `peak`."""
    ours: Sample
    theirs: Sample
    other: str
    """Who the other is."""
    times: float
    """`at least N times less` when `less`, else `at most N times as much`."""
    less: bool = True

    @property
    def ratio(self) -> float:
        """How many times less ours is, or how many times as much."""
        mine, other = getattr(self.ours, self.figure), getattr(self.theirs, self.figure)
        return float(other / mine if self.less else mine / other)

    @property
    def met(self) -> bool:
        """Whether the promise holds."""
        return self.ratio >= self.times if self.less else self.ratio <= self.times


def _figure(sample: Sample, figure: str) -> str:
    value = getattr(sample, figure)
    return f"{value:.0f} MiB" if figure == "peak" else f"{value:.3f} s"


def table(targets: Sequence[Target]) -> str:
    """All targets, one a line, in columns."""
    rows = [("work", "figure", "everward", "other", "", "ratio", "target", "")]
    for target in targets:
        sign = ">=" if target.less else "<="
        rows.append(
            (
                target.work,
                target.figure,
                _figure(target.ours, target.figure),
                _figure(target.theirs, target.figure),
                target.other,
                f"{target.ratio:.2f}",
                f"{sign} {target.times:g}",
                "met" if target.met else "MISSED",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
