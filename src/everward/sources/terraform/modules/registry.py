"""What is known of registry modules without having them."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from everward.values import data_file


class _Known(msgspec.Struct):
    without_resources: frozenset[str]


def creates_resources(source: str) -> bool:
    """Whether a module that is not at hand may create resources of Azure.

    False only for modules whose source was read (`data/terraform-modules.json`): what they compute is still not known,
    yet nothing can be missing from the estate because of them.
    """
    return source.lower().removeprefix("registry.terraform.io/") not in _known().without_resources


@lru_cache(maxsize=1)
def _known() -> _Known:
    return msgspec.json.decode(data_file("terraform-modules.json").read_bytes(), type=_Known)
