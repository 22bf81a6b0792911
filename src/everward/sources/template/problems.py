"""What goes wrong while a template is expanded: each thing once, with its place."""

from __future__ import annotations

from everward.estate import Reading, Unresolved
from everward.sources.template.document import Site
from everward.values import Step


class Problems:
    """Adds to a reading what could not be settled."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._seen: set[tuple[str, tuple[Step, ...], str]] = set()

    def add(
        self,
        site: Site,
        reason: str,
        *,
        subject: str | None = None,
        decided_by: tuple[str, ...] = (),
        help: str | None = None,
        incomplete: bool = False,
    ) -> None:
        """Say that something at `site` could not be settled; `incomplete` when resources may be missing for it."""
        key = (site.document.shown, site.steps, reason)
        # A module that is used a hundred times is wrong once.
        if key in self._seen:
            return
        note = Unresolved(
            subject=subject or site.address or site.document.shown,
            reason=reason,
            origin=site.origin(),
            decided_by=decided_by,
            help=help,
            incomplete=incomplete,
        )
        # INVARIANT: what counts as said has been said, even where finding its place fails for lack of frames.
        self._seen.add(key)
        self._reading.unresolved.append(note)
