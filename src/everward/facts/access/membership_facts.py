"""Facts about groups that hold rights: whether it is known who is in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Resource
from everward.facts.access.names import Names
from everward.facts.access.rights import Rights
from everward.facts.interface import fact
from everward.values import Truth, Unknown

MEMBERSHIP: Final = "Access/memberships"


def membership_facts(rights: Rights, names: Names) -> Iterator[Resource]:
    """Each group that holds something: its members, its owners, and what of them is not known."""
    directory = rights.grants.principals.directory
    held = {grant.principal.key: grant.principal for grant in rights.grants.all if grant.principal.kind == "group"}
    for group in held.values():
        grants = [grant for grant in rights.held_by(group) if grant.active is not False]
        known = directory.membership(group)
        scope = group.resource.id if group.resource is not None else ""
        yield fact(
            scope,
            MEMBERSHIP,
            names.make(scope, "membership", group.key),
            {
                "group": group.key,
                "groupName": group.name,
                "membersKnown": known,
                "members": known if isinstance(known, Unknown) else len(directory.members(group)),
                "memberNames": sorted(one.name for one in directory.members(group)),
                "owners": sorted(one.name for one in directory.owners.get(group.key, ())),
                "grants": len(grants),
                "privileged": any(grant.privileged for grant in grants),
                "summary": _summary(group.name, len(grants), known),
            },
            origin=group.origin if group.origin is not None else grants[0].origin if grants else None,
        )


def _summary(name: str, grants: int, known: Truth) -> str:
    held = f"the group `{name}` holds {grants:,} right{'' if grants == 1 else 's'}"
    return f"{held}, and who is in it is not known: {known.reason}" if isinstance(known, Unknown) else held
