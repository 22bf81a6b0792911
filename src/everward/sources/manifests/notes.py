"""What a reading says beside its resources: each thing once, however often it is met."""

from __future__ import annotations

from everward.estate import Reading, ReadInput, Unresolved


class Notes:
    """Collects what was read and what could not be."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._told: set[Unresolved] = set()
        self._inputs: set[ReadInput] = set()

    def tell(self, *items: Unresolved) -> None:
        """Note what could not be read or settled."""
        for item in items:
            if item not in self._told:
                self._told.add(item)
                self.reading.unresolved.append(item)

    def input(self, item: ReadInput) -> None:
        """Note a file that was read."""
        if item not in self._inputs:
            self._inputs.add(item)
            self.reading.inputs.append(item)
