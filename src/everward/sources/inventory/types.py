"""How resource types are spelled: Resource Graph gives them in lower case."""

from __future__ import annotations

from functools import lru_cache

from everward.estate import RESOURCE_GROUP_TYPE
from everward.values import data_file


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    lines = data_file("resource-types.txt").read_text(encoding="utf-8").splitlines()
    names = {line.lower(): line for line in lines if line and not line.startswith("#")}
    names["microsoft.resources/resourcegroups"] = RESOURCE_GROUP_TYPE
    names[RESOURCE_GROUP_TYPE.lower()] = RESOURCE_GROUP_TYPE
    names["microsoft.resources/subscriptions"] = "Microsoft.Resources/subscriptions"
    return names


@lru_cache(maxsize=8_192)
def spell_type(text: str) -> str:
    """The usual spelling of a resource type; one that is not in the catalogue keeps its own."""
    return _spellings().get(text.lower(), text)
