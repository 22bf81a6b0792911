"""Files of parameter values: bare values by name, values as assignments have them, or an ARM parameter file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from everward.policy.library.formats import SOURCE
from everward.sources.jsontext import load
from everward.values import Origin, UnreadableError, member


def read_values(path: Path) -> dict[str, Any]:
    """The values that a file gives, by name as written.

    Raises:
        UnreadableError: when the file cannot be read, or holds something else.

    """
    shown = path.as_posix()
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise UnreadableError(f"cannot read `{shown}`: {reason}", origin=Origin(source=SOURCE, file=shown)) from None
    document = load(content, source=SOURCE, file=shown)
    if isinstance(document, dict) and "deploymentparameters.json" in str(document.get("$schema", "")).lower():
        document = member(document, "parameters")
    if not isinstance(document, dict):
        raise UnreadableError(
            f"`{shown}` is no object of parameter values",
            origin=Origin(source=SOURCE, file=shown),
            help='write `{"name": value}` or `{"name": {"value": value}}`',
        )
    return {name: _bare(value) for name, value in document.items() if not name.startswith("$")}


def _bare(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) and value.keys() == {"value"} else value
