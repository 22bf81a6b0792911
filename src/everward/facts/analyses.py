"""The analyses by name. Each is imported when it is asked for: most questions need one of them, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from everward.estate import Estate
from everward.facts.interface import Analysis, Wanted, with_facts


def analyses(names: Iterable[str]) -> Iterator[Analysis]:
    """The analyses with these names, always in the same order.

    Raises:
        LookupError: when there is none of a name.

    """
    wanted = set(names)
    if unknown := sorted(wanted - {"reach", "access", "keys"}):
        raise LookupError(f"there is no analysis `{unknown[0]}`")
    if "reach" in wanted:
        from everward.facts.reach.facts import ReachAnalysis

        yield ReachAnalysis()
    if "access" in wanted:
        from everward.facts.access.facts import AccessAnalysis

        yield AccessAnalysis()
    if "keys" in wanted:
        from everward.facts.keys.facts import KeysAnalysis

        yield KeysAnalysis()


def add_facts(estate: Estate, names: Iterable[str], wanted: Wanted | None = None) -> Estate:
    """The estate with the facts of these analyses, less those that it has already; with `wanted`, only such facts."""
    missing = set(names) - {reading.source for reading in estate.readings}
    if not missing:
        return estate
    asked = list(analyses(missing))
    for analysis in asked:
        analysis.wanted = wanted
    return with_facts(estate, asked)
