"""Whether a rotation reaches everybody who uses what is rotated."""

from __future__ import annotations

from dataclasses import dataclass

from everward.facts.keys.items import Item
from everward.facts.keys.keyring import Keys
from everward.values import Truth, Unknown, all_of


@dataclass(frozen=True)
class Reach:
    """How far new versions of one item get."""

    all_follow: Truth
    """Whether everybody who names it takes them; true when nobody does."""
    followers: int
    """Users that take them by themselves."""
    others: int
    """Users that do not, or not before somebody starts or deploys them again."""
    unknown: int
    """Users of whom it is not known."""


def follow_all(keys: Keys, item: Item) -> Reach:
    """How far new versions of an item get: users that only name its vault do not count, for it may not be theirs."""
    found = [keys.following(use).follows for use in keys.naming(item)]
    unknown = sum(isinstance(follows, Unknown) for follows in found)
    followers = sum(follows is True for follows in found)
    return Reach(all_of(found), followers, len(found) - unknown - followers, unknown)
