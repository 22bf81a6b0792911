"""Words that facts are made of."""

from __future__ import annotations

import re


def slug(text: str) -> str:
    """A name that an id can hold."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
