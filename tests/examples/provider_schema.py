"""Checks Terraform files against the provider's own schema, as `terraform validate` does with a provider at hand."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tree_sitter import Language, Node, Parser
from tree_sitter_hcl import language

META = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection", "timeouts"})
"""What Terraform itself understands inside any resource."""


@dataclass(frozen=True)
class Entry:
    """One attribute or block of a type: its kind, and whether it may or must be written."""

    kind: str
    flags: str
    most: int | None

    @property
    def block(self) -> bool:
        return self.kind.endswith(":block")

    @property
    def required(self) -> bool:
        return "R" in self.flags

    @property
    def settable(self) -> bool:
        return "R" in self.flags or "O" in self.flags


Schema = dict[str, dict[str, Entry]]
"""Type to path to entry."""


def load_schema(path: Path) -> Schema:
    """Read a table of provider facts: type, path, kind, flags, default, least, most."""
    schema: Schema = defaultdict(dict)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(("#", "type\t")):
                continue
            kind, name, shape, flags, _, _, most = (line.rstrip("\n").split("\t") + [""] * 6)[:7]
            schema[kind][name] = Entry(shape, flags, int(most) if most else None)
    return schema


@dataclass
class Block:
    """A block of HCL as written: attributes by name, blocks by name, with lines."""

    kind: str
    labels: list[str]
    line: int
    attributes: dict[str, Node] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    dynamic: bool = False
    each: Node | None = None
    """What a dynamic block repeats over."""


def parse(path: Path) -> list[Block]:
    """The top-level blocks of a file.

    Raises:
        ValueError: when the file has a syntax error.

    """
    tree = Parser(Language(language())).parse(path.read_bytes())
    if tree.root_node.has_error:
        raise ValueError(f"{path} does not parse")
    body = next((node for node in tree.root_node.children if node.type == "body"), None)
    return _body(body).blocks if body is not None else []


def _text(node: Node | None) -> str:
    assert node is not None
    assert node.text is not None
    return node.text.decode()


def _body(body: Node | None) -> Block:
    out = Block("", [], 0)
    for node in body.children if body is not None else ():
        if node.type == "attribute":
            out.attributes[_text(node.children[0])] = node
        elif node.type == "block":
            out.blocks.append(_block(node))
    return out


def _block(node: Node) -> Block:
    names = [_text(child).strip('"') for child in node.children if child.type in ("identifier", "string_lit")]
    inner = _body(next((child for child in node.children if child.type == "body"), None))
    block = Block(names[0], names[1:], node.start_point.row + 1, inner.attributes, inner.blocks)
    if block.kind == "dynamic":
        content = next(child for child in block.blocks if child.kind == "content")
        return Block(
            block.labels[0], [], block.line, content.attributes, content.blocks, True, inner.attributes["for_each"]
        )
    return block


def problems_in(block: Block, schema: Schema, file: str) -> Iterator[str]:
    """What the provider would say against a resource or data block."""
    entries = schema.get(block.labels[0])
    if entries is None:
        yield f"{file}:{block.line}: no type {block.labels[0]}"
        return
    for problem in _check(block, entries, ""):
        yield f"{file}:{problem}"


def _check(block: Block, entries: dict[str, Entry], prefix: str) -> Iterator[str]:
    for name, node in block.attributes.items():
        entry = entries.get(prefix + name)
        if not prefix and name in META:
            continue
        line = node.start_point.row + 1
        if entry is None or not entry.settable:
            yield f"{line}: {prefix}{name} is not an argument"
        elif entry.block:
            yield f"{line}: {prefix}{name} is a block"
    counts: dict[str, int] = defaultdict(int)
    for inner in block.blocks:
        if not prefix and inner.kind in META:
            continue
        entry = entries.get(prefix + inner.kind)
        if entry is None or not entry.block or not entry.settable:
            yield f"{inner.line}: {prefix}{inner.kind} is not a block"
            continue
        counts[inner.kind] += 1
        if entry.most is not None and counts[inner.kind] > entry.most:
            yield f"{inner.line}: more than {entry.most} of {prefix}{inner.kind}"
        yield from _check(inner, entries, f"{prefix}{inner.kind}.")
    for path, entry in entries.items():
        name = path.removeprefix(prefix)
        direct = path.startswith(prefix) and "." not in name
        if direct and entry.required and name not in block.attributes and name not in counts:
            yield f"{block.line}: {path} is missing"


def references(node: Node) -> Iterator[tuple[int, list[str]]]:
    """Every reference below a node: its line and its parts, such as `azurerm_key_vault`, `stamp`, `id`.

    Indexes are left out: `module.stamp["x"].id` is `module`, `stamp`, `id`.
    """
    for index, child in enumerate(node.children):
        if child.type == "variable_expr":
            parts = [_text(child)]
            for sibling in node.children[index + 1 :]:
                if sibling.type == "get_attr":
                    parts.append(_text(sibling.children[-1]))
                elif sibling.type not in ("index", "new_index"):
                    break
            yield child.start_point.row + 1, parts
        yield from references(child)


@dataclass
class Module:
    """A folder of Terraform files, and what its expressions may name."""

    folder: Path
    files: dict[str, list[Block]]

    @classmethod
    def read(cls, folder: Path) -> Module:
        return cls(folder, {path.name: parse(path) for path in sorted(folder.glob("*.tf"))})

    def blocks(self, kind: str) -> Iterator[Block]:
        for blocks in self.files.values():
            yield from (block for block in blocks if block.kind == kind)

    def problems(self, schema: Schema) -> Iterator[str]:
        """What is wrong with its resources, its references, and its calls of other modules."""
        for name, blocks in self.files.items():
            place = f"{self.folder.name}/{name}"
            for block in blocks:
                if block.kind == "resource":
                    yield from problems_in(block, schema, place)
                for line, parts in _references_of(block):
                    problem = self._problem(parts, schema)
                    if problem is not None:
                        yield f"{place}:{line}: {problem}"
        yield from self._call_problems()

    def _problem(self, parts: list[str], schema: Schema) -> str | None:
        head, *rest = parts
        name = rest[0] if rest else ""
        if head == "var":
            return None if any(block.labels == [name] for block in self.blocks("variable")) else f"no variable {name}"
        if head == "local":
            return None if any(name in block.attributes for block in self.blocks("locals")) else f"no local {name}"
        if head == "module":
            return None if any(block.labels == [name] for block in self.blocks("module")) else f"no module {name}"
        if not head.startswith("azurerm_"):
            return None
        if not any(block.labels == [head, name] for block in self.blocks("resource")):
            return f"no resource {head}.{name}"
        # Without a third part it is the whole collection, as in a `for`.
        if len(rest) > 1 and rest[1] != "id" and rest[1] not in schema[head]:
            return f"{head} has no {rest[1]}"
        return None

    def _call_problems(self) -> Iterator[str]:
        for call in self.blocks("module"):
            source = _text(call.attributes["source"].children[-1]).strip('"')
            called = Module.read(self.folder / source)
            inputs = {block.labels[0]: block for block in called.blocks("variable")}
            given = set(call.attributes) - {"source", "for_each", "count", "providers", "depends_on"}
            needed = {name for name, block in inputs.items() if "default" not in block.attributes}
            yield from (f"{self.folder.name}:{call.line}: no input {name}" for name in sorted(given - set(inputs)))
            yield from (f"{self.folder.name}:{call.line}: input {name} is missing" for name in sorted(needed - given))


def _references_of(block: Block) -> Iterator[tuple[int, list[str]]]:
    for node in block.attributes.values():
        yield from references(node)
    for inner in block.blocks:
        yield from _references_of(inner)
    if block.dynamic and block.each is not None:
        yield from references(block.each)
