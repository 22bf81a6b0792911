"""What closes a way in from the Internet."""

from __future__ import annotations

from everward.facts.reach.crossing import passes
from everward.facts.reach.entrances import Entry
from everward.facts.reach.exposure import internet
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import Service, format_service


def why_closed(world: Networks, entry: Entry, asked: Service) -> str:
    """What closes a public address: the groups, or routes although the groups are open."""
    endpoint = entry.endpoint
    mask = world.space.mask(asked)
    passing = passes(world.inbound(endpoint), internet(world, endpoint), endpoint.addresses, mask)
    if endpoint.subnet is None or passing is False or world.answers_internet(endpoint.subnet) is not False:
        return f"nothing on the way lets anybody in on {format_service(asked)}"
    may = "" if passing is True else "may "
    way = f"but no connection stands: routes of `{endpoint.subnet.name}` send the answers another way"
    return f"groups {may}let packets in on {format_service(asked)}, {way}"
