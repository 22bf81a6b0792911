"""The functions of Helm's templates that are read here: those of Go, most of Sprig 3.3, and Helm's own.

What is not in the table makes a template unread, never wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from everward.sources.manifests.helm.evaluate import Callback


@lru_cache(maxsize=1)
def table() -> Mapping[str, Callback]:
    """All functions by name."""
    from everward.sources.manifests.helm.functions import core, dicts, encoding, flow, lists, maths, regexes, texts

    modules = (core, texts, lists, dicts, maths, encoding, regexes, flow)
    return {name: function for module in modules for name, function in module.FUNCTIONS.items()}
