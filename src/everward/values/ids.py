"""ARM resource ids and the scopes they stand in."""

from __future__ import annotations

from functools import lru_cache

import msgspec


class ResourceId(msgspec.Struct, frozen=True):
    """The parts of an ARM id. Text keeps its case; `key` is what ids compare by.

    A part in braces (`{var.prefix}-rg`) is not known yet: such an id is *symbolic*, and equals only itself.
    """

    text: str
    """The id as written, without a trailing slash."""
    scope: str
    """The id of what it stands in: a resource group, a subscription, a management group, a resource, or `` (tenant)."""
    type: str
    """Full type such as `Microsoft.KeyVault/vaults/secrets`."""
    names: tuple[str, ...]
    """Names from the outermost resource to this one."""

    @property
    def key(self) -> str:
        """What ids are compared by: ARM compares without case."""
        return self.text.lower()

    @property
    def name(self) -> str:
        """The last name."""
        return self.names[-1]

    @property
    def symbolic(self) -> bool:
        """Whether a part of it is not known yet."""
        return is_symbolic(self.text)

    @property
    def parent(self) -> str:
        """The id of the parent resource of a child, else its scope."""
        if len(self.names) > 1:
            return self.text.rsplit("/", 2)[0]
        return self.scope

    @property
    def subscription(self) -> str | None:
        """The subscription's id segment, or None outside subscriptions."""
        return _segment_after(self.text, "subscriptions")

    @property
    def resource_group(self) -> str | None:
        """The resource group's name, or None outside resource groups."""
        return _segment_after(self.text, "resourcegroups")


def is_symbolic(text: str) -> bool:
    """Whether an id's text has parts that are not known yet."""
    return "{" in text


def placeholder(name: str) -> str:
    """A part of an id that is not known yet, named after what would decide it; it never splits the id."""
    return "{" + name.replace("/", "|").replace("{", "(").replace("}", ")") + "}"


def _segment_after(text: str, key: str) -> str | None:
    parts = text.split("/")
    # Only the head of an id names its subscription and group: `/subscriptions/S/resourceGroups/R`.
    for index in (1, 3):
        if len(parts) > index + 1 and parts[index].lower() == key:
            return parts[index + 1]
    return None


@lru_cache(maxsize=16_384)
def parse_id(text: str) -> ResourceId:
    """Read an ARM id.

    Raises:
        ValueError: when `text` is not an ARM id.

    """
    text = text.rstrip("/")
    head, found, tail = _rpartition_providers(text)
    if not found:
        return _container(text)
    parts = tail.split("/")
    if len(parts) < 3 or len(parts) % 2 == 0 or not all(parts):
        raise ValueError(f"`{text}` is not a resource id")
    return ResourceId(
        text=text,
        scope=head,
        type="/".join([parts[0], *parts[1::2]]),
        names=tuple(parts[2::2]),
    )


def _rpartition_providers(text: str) -> tuple[str, bool, str]:
    index = text.lower().rfind("/providers/")
    if index < 0:
        return text, False, ""
    return text[:index], True, text[index + len("/providers/") :]


def _container(text: str) -> ResourceId:
    parts = text.split("/")
    keys = [part.lower() for part in parts[1::2]]
    if parts[0] == "" and all(parts[1:]):
        if keys == ["subscriptions"] and len(parts) == 3:
            return ResourceId(text=text, scope="", type="Microsoft.Resources/subscriptions", names=(parts[2],))
        if keys == ["subscriptions", "resourcegroups"] and len(parts) == 5:
            return ResourceId(
                text=text,
                scope="/".join(parts[:3]),
                type="Microsoft.Resources/subscriptions/resourceGroups",
                names=(parts[4],),
            )
    raise ValueError(f"`{text}` is not a resource id")


def try_parse_id(text: str) -> ResourceId | None:
    """Like `parse_id`, with None for text that is no id."""
    try:
        return parse_id(text)
    except ValueError:
        return None


def build_id(scope: str, resource_type: str, names: tuple[str, ...]) -> str:
    """The id of a resource of `resource_type` in `scope`: types and names interleaved.

    Raises:
        ValueError: when there are not as many names as types (ARM: incorrect segment lengths).

    """
    namespace, *types = resource_type.split("/")
    lowered = resource_type.lower()
    if lowered in ("microsoft.resources/resourcegroups", "microsoft.resources/subscriptions/resourcegroups"):
        return f"{scope}/resourceGroups/{names[-1]}"
    if lowered == "microsoft.resources/subscriptions":
        return f"/subscriptions/{names[-1]}"
    if len(types) != len(names):
        raise ValueError(f"`{resource_type}` needs {len(types)} names, not {len(names)}")
    tail = "".join(f"/{kind}/{name}" for kind, name in zip(types, names, strict=True))
    return f"{scope}/providers/{namespace}{tail}"
