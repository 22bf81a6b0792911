"""References between resources: as a tree for people, as JSON, and for programs that draw (DOT, Mermaid)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from everward import __version__
from everward.estate import Edge, Graph, Resource
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.json import document_list, document_member
from everward.reports.layout import Layout
from everward.reports.words import Places, count
from everward.values import clean, try_parse_id

SCHEMA: Final = "everward/estate-graph/1"
MANY: Final = 25
"""Resources that are shown without `--full` when none was chosen."""
_BRANCHES: Final = 12
"""Edges of one resource and direction that are shown without `--full`."""


def graph_text(graph: Graph, focus: Resource | None, depth: int, look: Look) -> Iterator[bytes]:
    """For people: what a resource names and what names it, or every resource with what it names."""
    page = _Page(graph, depth, look)
    for line in page.around(focus) if focus is not None else page.all():
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


class _Page:
    def __init__(self, graph: Graph, depth: int, look: Look) -> None:
        self.graph = graph
        self.depth = depth
        self.look = look
        self.layout = Layout(look)
        self.places = Places(resource.file for resource in graph.resources.values())

    def around(self, focus: Resource) -> Iterator[str]:
        yield from self.layout.plain(f"{label(self.graph, focus.key)}  {self.places.text(focus.origin)}", kind="head")
        out, into = self.graph.out.get(focus.key, []), self.graph.into.get(focus.key, [])
        for title, edges, forward in (("names", out, True), ("is named by", into, False)):
            yield ""
            if not edges:
                yield from self.layout.plain(f"It {title} nothing" if forward else "Nothing names it")
                continue
            yield from self.layout.plain(f"It {title}", kind="head")
            yield from self.tree(focus.key, forward)

    def tree(self, start: str, forward: bool) -> Iterator[str]:
        """Depth first, without recursion; what was shown before is not opened again."""
        shown = {start}
        pending: list[tuple[Edge | int, int]] = self.branches(start, forward, 1)
        while pending:
            edge, level = pending.pop()
            indent = "  " * level
            if isinstance(edge, int):
                yield from self.layout.plain(f"... {edge:,} more: --full shows all", indent, indent, "dim")
                continue
            end = edge.target if forward else edge.source
            again = end in shown and bool(self.edges(end, forward)) and level < self.depth
            tail = " (above)" if again else ""
            by = f" by {edge.path}" if edge.path else ""
            yield from self.layout.plain(
                f"{edge.kind}: {label(self.graph, end)}{by}{tail}", first=indent, then=indent + "    "
            )
            if end not in shown and level < self.depth:
                shown.add(end)
                pending += self.branches(end, forward, level + 1)

    def edges(self, key: str, forward: bool) -> Sequence[Edge]:
        return (self.graph.out if forward else self.graph.into).get(key, [])

    def branches(self, key: str, forward: bool, level: int) -> list[tuple[Edge | int, int]]:
        edges = self.edges(key, forward)
        most = len(edges) if self.look.full else _BRANCHES
        branches: list[tuple[Edge | int, int]] = [(edge, level) for edge in edges[:most]]
        if len(edges) > most:
            branches.append((len(edges) - most, level))
        return branches[::-1]

    def all(self) -> Iterator[str]:
        edges = self.graph.edges
        kinds = Counter(edge.kind for edge in edges).most_common()
        told = f": {', '.join(f'{number:,} {kind}' for kind, number in kinds)}" if kinds else ""
        outside = f"; {count(len(self.graph.names), 'resource')} named and not read" if self.graph.names else ""
        number = count(len(self.graph.resources), "resource")
        yield from self.layout.plain(f"{number}, {count(len(edges), 'reference')}{told}{outside}", kind="head")
        naming = sorted(self.graph.out, key=lambda key: (self.type_of(key), key))
        most = len(naming) if self.look.full else MANY
        for key in naming[:most]:
            yield ""
            yield from self.layout.plain(label(self.graph, key))
            yield from self.tree(key, True)
        if len(naming) > most:
            yield ""
            text = f"... {count(len(naming) - most, 'more resource')}: --full shows all, --from ID one"
            yield from self.layout.plain(text, kind="dim")

    def type_of(self, key: str) -> str:
        resource = self.graph.resources.get(key)
        return resource.type_key if resource is not None else ""


def label(graph: Graph, key: str) -> str:
    """A resource in a graph: its names and type; `not read` when only others speak of it."""
    resource = graph.resources.get(key)
    parsed = try_parse_id(graph.id_of(key))
    if parsed is None:
        return graph.id_of(key)
    kind = resource.type if resource is not None else parsed.type
    tail = "" if resource is not None else ", not read"
    return f"{'/'.join(parsed.names)} ({kind}{tail})"


def chosen_edges(graph: Graph, focus: Resource | None, depth: int) -> list[Edge]:
    """The edges that a drawing shows."""
    return graph.edges if focus is None else graph.around(focus.key, depth)


def _keys(graph: Graph, edges: Sequence[Edge], focus: Resource | None) -> list[str]:
    if focus is None:
        return [*graph.resources, *graph.names]
    ends = [focus.key, *(end for edge in edges for end in (edge.source, edge.target))]
    return list(dict.fromkeys(ends))


def graph_json(graph: Graph, focus: Resource | None, depth: int) -> Iterator[bytes]:
    """Nodes and edges as one JSON document."""
    edges = chosen_edges(graph, focus, depth)
    yield b"{" + document_member("schema", SCHEMA, first=True)
    yield document_member("version", __version__)
    yield document_member("from", focus.id if focus is not None else None)
    yield from document_list("nodes", (encode(_node(graph, key)) for key in _keys(graph, edges, focus)))
    yield from document_list(
        "edges",
        (
            encode(
                {
                    "from": graph.id_of(edge.source),
                    "to": graph.id_of(edge.target),
                    "kind": edge.kind,
                    **({"path": edge.path} if edge.path else {}),
                }
            )
            for edge in edges
        ),
    )
    yield b"\n}\n"


def _node(graph: Graph, key: str) -> dict[str, Any]:
    resource = graph.resources.get(key)
    if resource is None:
        parsed = try_parse_id(graph.names[key])
        return {"id": graph.names[key], "type": parsed.type if parsed is not None else None, "read": False}
    return {"id": resource.id, "type": resource.type, "name": resource.name, "origin": resource.origin, "read": True}


def graph_dot(graph: Graph, focus: Resource | None, depth: int) -> Iterator[bytes]:
    """For Graphviz: `dot -Tsvg`."""
    edges = chosen_edges(graph, focus, depth)
    keys = _keys(graph, edges, focus)
    numbers = {key: number for number, key in enumerate(keys)}
    yield b"digraph estate {\n  rankdir=LR;\n  node [shape=box, fontname=sans];\n"
    for key in keys:
        style = "" if key in graph.resources else ", style=dashed"
        heavy = ", penwidth=2" if focus is not None and key == focus.key else ""
        yield f'  n{numbers[key]} [label="{_dot(label(graph, key))}"{style}{heavy}];\n'.encode("utf-8", "replace")
    for edge in edges:
        yield f'  n{numbers[edge.source]} -> n{numbers[edge.target]} [label="{_dot(edge.kind)}"];\n'.encode()
    yield b"}\n"


def _dot(text: str) -> str:
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')


def graph_mermaid(graph: Graph, focus: Resource | None, depth: int) -> Iterator[bytes]:
    """For Markdown that draws Mermaid, as GitHub and Azure DevOps do."""
    edges = chosen_edges(graph, focus, depth)
    keys = _keys(graph, edges, focus)
    numbers = {key: number for number, key in enumerate(keys)}
    yield b"flowchart LR\n"
    for key in keys:
        before, after = ("[", "]") if key in graph.resources else ("([", "])")
        yield f'  n{numbers[key]}{before}"{_mermaid(label(graph, key))}"{after}\n'.encode("utf-8", "replace")
    for edge in edges:
        yield f"  n{numbers[edge.source]} -->|{_mermaid(edge.kind)}| n{numbers[edge.target]}\n".encode()


def _mermaid(text: str) -> str:
    """Text in quotes, in which marks of its language and of HTML are written as their numbers."""
    return "".join(f"#{ord(mark)};" if mark in '"#<>&`|[]{}()' else mark for mark in clean(text))
