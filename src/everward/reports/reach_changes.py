"""What a change opens, closes and breaks: for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.changes import Admitted, Change
from everward.facts.reach.needs import Need
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.reach import why
from everward.reports.words import Places, count, place_text
from everward.values import Truth, Unknown, clean

SCHEMA: Final = "everward/reach-changes/1"


class NeedChange(NamedTuple):
    """A need, before and after."""

    need: Need
    before: Truth
    after: Truth

    @property
    def broken(self) -> bool:
        """Whether it was not refused before and is now."""
        return self.before is not False and self.after is False

    @property
    def state(self) -> str:
        """`broken`, `unmet` (before already), `unknown` or `met`."""
        if self.broken:
            return "broken"
        if self.after is False:
            return "unmet"
        return "met" if self.after is True else "unknown"


def changes_text(
    changes: Sequence[Change], needs: Sequence[NeedChange], look: Look, touched: Sequence[Resource] = ()
) -> Iterator[bytes]:
    """Doors first, those that open before those that close, then what breaks."""
    for line in _lines(changes, needs, look, touched):
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def _lines(
    changes: Sequence[Change], needs: Sequence[NeedChange], look: Look, touched: Sequence[Resource]
) -> Iterator[str]:
    layout = Layout(look)
    origins = [step.origin for change in changes for one in change.after for step in one.decided_by]
    origins += [change.target.origin for change in changes] + [item.need.origin for item in needs]
    places = Places(origin.file for origin in origins if origin is not None)
    if touched:
        names = ", ".join(f"`{item.name}`" for item in touched[:4])
        more = f" and {len(touched) - 4} more" if len(touched) > 4 else ""
        yield from layout.plain(f"{names}{more}", "changed ", " " * 8)
    for change in sorted(changes, key=lambda item: not item.opened):
        yield from _change_lines(change, layout, places)
    for item in sorted(needs, key=lambda one: _ORDER.index(one.state)):
        if item.state != "met":
            yield from _need_lines(item, layout, places)
    kept = sum(item.state == "met" for item in needs)
    opened = sum(bool(change.opened) for change in changes)
    said = f"{count(opened, 'door')} opened, {count(len(changes) - opened, 'door')} narrowed or closed"
    if needs:
        broken = sum(item.broken for item in needs)
        said += f"; {count(broken, 'need')} broken, {kept} met"
    yield said
    if places.base:
        yield f"places are below {clean(places.base)}"


_ORDER: Final = ("broken", "unknown", "unmet", "met")


def _change_lines(change: Change, layout: Layout, places: Places) -> Iterator[str]:
    part = f", {change.part}" if change.part else ""
    verb = "OPENED" if change.opened else "CLOSED" if not change.after else "CHANGED"
    head = f"{change.target.name} ({change.target.type.rpartition('/')[2]}{part})"
    yield from layout.plain(head, f"{verb:8}", " " * 8, "bad" if change.opened else "head")
    for label, listed in (("was", _grouped(change.before)), ("now", _grouped(change.after))):
        yield from layout.plain(listed or "nobody", f"  {label:8}", " " * 10)
    for step in change.closing:
        yield from layout.plain(step.what, "  by      ", " " * 10)
    for endpoint in change.private:
        yield from layout.plain(f"private endpoint `{endpoint.name}` leads there", "  path    ", " " * 10)
    if change.gone:
        yield from layout.plain("it is not there any more", "  note    ", " " * 10)
    if not change.certain:
        yield from layout.plain("not known for certain on both sides", "  note    ", " " * 10)
    yield from layout.plain(places.text(change.target.origin), "  at      ", " " * 10)


def _grouped(listed: Sequence[Any]) -> str:
    found: dict[str, list[str]] = {}
    for exposure in listed:
        own = found.setdefault(str(exposure.grade), [])
        own.extend(text for service in exposure.services if (text := _service(service)) not in own)
    return "; ".join(f"{grade}: {', '.join(services)}" for grade, services in found.items())


def _service(service: Any) -> str:
    from everward.facts.reach.services import format_service

    return format_service(service)


def _need_lines(item: NeedChange, layout: Layout, places: Places) -> Iterator[str]:
    need = item.need
    kind = "bad" if item.broken else "head"
    yield from layout.plain(need.name, f"{item.state.upper():8}", " " * 8, kind)
    where = need.target.rpartition("/")[2] if need.target else "the doors of clusters"
    yield from layout.plain(f"{need.source} must reach {where} on port {need.port}", "  needs   ", " " * 10)
    if isinstance(item.after, Unknown):
        yield from layout.plain(why(item.after), "  note    ", " " * 10)
    if need.origin is not None and need.origin.file is not None:
        yield from layout.plain(places.text(need.origin), "  at      ", " " * 10)


def changes_json(
    changes: Sequence[Change], needs: Sequence[NeedChange], touched: Sequence[Resource] = ()
) -> Iterator[bytes]:
    """The same as one JSON document."""
    document = {
        "schema": SCHEMA,
        "changed": [resource.id for resource in touched],
        "doors": [_door(change) for change in changes],
        "needs": [_need(item) for item in needs],
    }
    yield encode(document) + b"\n"


def _door(change: Change) -> dict[str, Any]:
    return {
        "target": change.target.id,
        "part": change.part,
        "kind": change.kind,
        "opened": [_admitted(item) for item in change.opened],
        "closed": [_admitted(item) for item in change.closed],
        "certain": change.certain,
        "gone": change.gone,
        "closedBy": [step.what for step in change.closing],
        "privateEndpoints": [item.id for item in change.private],
    }


def _admitted(item: Admitted) -> dict[str, str]:
    return {"source": str(item.grade), "service": item.service}


def _need(item: NeedChange) -> dict[str, Any]:
    need = item.need
    return {
        "name": need.name,
        "from": need.source,
        "to": need.target,
        "port": need.port,
        "state": item.state,
        "place": None if need.origin is None else place_text(need.origin),
    }
