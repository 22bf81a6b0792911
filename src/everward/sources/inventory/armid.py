"""What looks like the id of something in ARM."""

from __future__ import annotations

import re
from typing import Any

_ID = re.compile(r"/(?:subscriptions|providers)/[^/]", re.IGNORECASE)


def is_arm_id(value: Any) -> bool:
    """Whether a value looks like the id of something in ARM."""
    return isinstance(value, str) and _ID.match(value) is not None
