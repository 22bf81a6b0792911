"""Built-in role names and their ids, which every tenant has alike."""

from __future__ import annotations

from functools import cache

from everward.values import data_file

ROLES_FILE = "azurerm-role-ids.tsv"


def role_id(name: str) -> str | None:
    """The id of the built-in role of that name, compared without case as Azure does; None when there is none."""
    return _ids().get(name.lower())


@cache
def _ids() -> dict[str, str]:
    lines = data_file(ROLES_FILE).read_text(encoding="utf-8").splitlines()[2:]
    pairs = (line.split("\t") for line in lines)
    return {name.lower(): role for name, role in pairs}
