"""The library: folders of definitions, initiatives, assignments and exemptions, indexed once and found by name."""

from everward.policy.library.cache import cache_folder
from everward.policy.library.entries import Entry, Kind
from everward.policy.library.library import Library, find_initiative
from everward.policy.library.register import Register

__all__ = ["Entry", "Kind", "Library", "Register", "cache_folder", "find_initiative"]
