"""Objects of Entra: what the azuread provider's attributes refer to before the directory has given them ids."""

from __future__ import annotations

from everward.sources.terraform.instance import Instance
from everward.values import Unknown, placeholder

_OWN = frozenset({"id", "object_id"})
"""Attributes that hold the id which the directory gives to an object."""
_CLIENT = frozenset({"client_id", "application_id"})
"""Attributes that hold the id by which an application signs in; the second is its name until 2.x."""


def attribute(instance: Instance, name: str, reference: str | None, reason: str, *, present: bool) -> Unknown:
    """The hole of an attribute that nobody configured.

    `reference` is the id of the object in the reading, when there is one.

    INVARIANT: the holes of one object's id have the same text under whichever name they are asked for, so that those
    who name the object meet it.
    """
    text = None
    if name in _OWN:
        text = placeholder(instance.address)
    elif name in _CLIENT:
        text = placeholder(f"{instance.address}.client_id")
    return Unknown(
        reason=reason,
        decided_by=(f"{instance.address}.{name}",),
        present=present or text is not None,
        reference=reference if name in _OWN else None,
        text=text,
        origin=instance.origin,
    )
