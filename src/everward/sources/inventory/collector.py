"""Gathers the rows of all files of a reading: one resource an id where the rows agree, and every doubt said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from everward.estate import Reading, Resource, Unresolved
from everward.sources.inventory.envelope import children_of
from everward.sources.inventory.kinds import Kind, kind_of
from everward.sources.inventory.normal import NOT_EXPORTED, to_resource
from everward.sources.inventory.places import InventoryPlaces, Mark
from everward.sources.inventory.rows import LISTED_ROWS, LOST, Rows
from everward.values import Origin


class Collector:
    """Adds resources to a reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._at: dict[str, int] = {}
        """Lower-case id to the place in the reading of its (first) resource."""
        self._records: set[str] = set()
        """Lower-case ids of the evidence."""
        self._repeated = 0
        self._total: int | None = None
        self._more: list[str] = []
        self._nouns: Counter[str] = Counter()

    def add(self, rows: Rows, places: InventoryPlaces) -> str:
        """Take every row of a file; gives a summary for people."""
        before, repeated = len(self._reading.resources), self._repeated
        self._nouns = Counter()
        bad: list[tuple[int, str]] = []
        for index, row in enumerate(rows):
            if row is LOST:
                continue
            reason = self._take(row, places, index) if isinstance(row, dict) else "it is no object"
            if reason is not None:
                bad.append((index, reason))
        self._reading.unresolved.extend(rows.problems)
        self._report_bad(bad, rows.shown, places)
        self._note_pages(rows)
        parts = [f"{len(self._reading.resources) - before} resources"]
        parts += [f"{number} times {noun}" for noun, number in self._nouns.items()]
        if self._repeated > repeated:
            parts.append(f"{self._repeated - repeated} rows repeat others")
        return ", ".join(parts)

    def _take(self, row: dict[str, Any], places: InventoryPlaces, mark: Mark) -> str | None:
        kind = kind_of(row)
        if kind is not None:
            return self._take_adapted(kind, row, places, mark)
        resource = to_resource(row, places, mark)
        if isinstance(resource, str):
            return resource
        self._put(resource)
        if isinstance(mark, int) and "resources" in resource.body:
            self._take_children(resource.body, places, mark)
        return None

    def _take_adapted(self, kind: Kind, row: dict[str, Any], places: InventoryPlaces, mark: Mark) -> str | None:
        """A row that is no resource as ARM has it, for what it stands for."""
        adapted = kind.adapt(row)
        if isinstance(adapted, str):
            return adapted
        if not adapted:
            self._repeated += 1
        for item in adapted:
            resource = to_resource(item, places, mark)
            if isinstance(resource, str):
                return resource
            if not kind.evidence:
                self._put(resource)
            elif resource.key in self._records:
                self._repeated += 1
            else:
                self._records.add(resource.key)
                self._nouns[kind.noun] += 1
                self._reading.evidence.append(resource)
        return None

    def _take_children(self, body: dict[str, Any], places: InventoryPlaces, mark: int) -> None:
        """Children become resources of their own; what is none of them stays where it is."""
        left: list[Any] = []
        for position, child in children_of(body):
            # A copy: equal values of an inventory may be one object.
            reason = (
                self._take(dict(child), places, (mark, "resources", position))
                if isinstance(child, dict)
                else "no object"
            )
            if reason is not None:
                left.append(child)
        if left or not isinstance(body["resources"], list):
            return
        del body["resources"]

    def _put(self, resource: Resource) -> None:
        key = resource.key
        resources = self._reading.resources
        at = self._at.setdefault(key, len(resources))
        if at == len(resources):
            resources.append(resource)
            return
        known = resources[at]
        if resource.properties is NOT_EXPORTED:
            self._repeated += 1
        elif known.properties is NOT_EXPORTED:
            # A fuller account of the same resource takes the place of a bare one.
            resources[at] = resource
            self._repeated += 1
        elif known.body == resource.body:
            self._repeated += 1
        else:
            resources.append(resource)

    def _report_bad(self, bad: Iterable[tuple[int, str]], shown: str, places: InventoryPlaces) -> None:
        listed = list(bad)
        for index, reason in listed[:LISTED_ROWS]:
            self._unresolved(f"{shown} row {index + 1}", f"not read as a resource: {reason}", places.origin(index))
        if len(listed) > LISTED_ROWS:
            rest = len(listed) - LISTED_ROWS
            origin = Origin(source="inventory", file=shown)
            self._unresolved(shown, f"{rest} further rows are not resources", origin)

    def _unresolved(self, subject: str, reason: str, origin: Origin, help: str | None = None) -> None:
        self._reading.unresolved.append(
            Unresolved(
                subject=subject,
                reason=reason,
                origin=origin,
                help=help or "export whole resources, with `id` and `type`",
                incomplete=True,
            )
        )

    def _note_pages(self, rows: Rows) -> None:
        for page in rows.pages:
            if page.more:
                self._more.append(rows.shown)
            if page.total is not None:
                self._total = max(self._total or 0, page.total)

    def finish(self) -> None:
        """Say what concerns all files together: pages that are missing, properties that were not exported."""
        given = len(self._reading.resources) + len(self._reading.evidence) + self._repeated
        short = self._total is not None and given < self._total
        if short or (self._more and self._total is None):
            shown = self._more[0] if self._more else self._reading.label
            of_all = f" of {self._total}" if self._total is not None else ""
            self._unresolved(
                shown,
                f"the export is one page of several: {given} rows{of_all}",
                Origin(source="inventory", file=shown),
                "export every page: `az graph query --first 1000` with `--skip-token`, or follow `nextLink`",
            )
        self._note_holes()

    def _note_holes(self) -> None:
        bare = [resource for resource in self._reading.resources if resource.properties is NOT_EXPORTED]
        if not bare:
            return
        label, total = self._reading.label, len(self._reading.resources)
        self._reading.unresolved.append(
            Unresolved(
                subject=label,
                reason=f"the properties of {len(bare)} of {total} resources are not in this export",
                origin=Origin(source="inventory", file=label),
                decided_by=NOT_EXPORTED.decided_by,
                help='export with `az graph query -q "resources"`, or `az resource show --ids ID` for each',
            )
        )
