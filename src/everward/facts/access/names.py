"""Names of facts."""

from __future__ import annotations

import hashlib


class Names:
    """Short names that stay the same between runs and are each used once below a scope."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def make(self, scope: str, *parts: str) -> str:
        """The name of a fact about a scope, told apart from others there by `parts`."""
        text = "\0".join(parts).lower()
        base = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]
        name = base
        number = 1
        while f"{scope.lower()}/{name}" in self._used:
            number += 1
            name = f"{base}-{number}"
        self._used.add(f"{scope.lower()}/{name}")
        return name
