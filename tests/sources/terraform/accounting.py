"""Every block of a tree is accounted for: a crude scan of the text finds blocks, and the product has to know of each.

`python -m tests.sources.terraform.accounting FOLDER…` prints a table. The scan shares nothing with the product: it
goes through lines, and counts braces.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from everward.estate import Disposition, Reading
from everward.sources.interface import ReadOptions
from everward.sources.terraform.evaluation import Session
from everward.sources.terraform.modules import Module
from everward.sources.terraform.modules.loader import is_override
from everward.sources.terraform.source import TerraformSource
from everward.sources.terraform.syntax import Block as Written
from everward.sources.tree import Tree
from everward.values import Origin

_SKIPPED = {".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".terraform"}
_BLOCK = re.compile(r'^\s*([A-Za-z_][\w-]*)((?:\s+(?:"[^"]*"|[A-Za-z_][\w-]*))*)\s*\{')
_HEAD = re.compile(
    r"\s*(?:resource|data|module|variable|output|locals|provider|terraform|moved|import|removed|check|ephemeral)\b.*\{"
)
_LABEL = re.compile(r'"([^"]*)"|([A-Za-z_][\w-]*)')
_HEREDOC = re.compile(r"<<-?([A-Za-z_]\w*)\s*$")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"(#|//).*$")


@dataclass(frozen=True)
class Block:
    """A block at the top of a file, as the crude scan sees it."""

    file: str
    line: int | None
    """None in JSON, where the scan does not look for places."""
    kind: str
    labels: tuple[str, ...]


def scan(folder: Path) -> list[Block]:
    """The blocks of all files of Terraform below a folder."""
    found: list[Block] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        there = set(names)
        for name in sorted(names):
            path = Path(place) / name
            if name.startswith(".") or not path.is_file():
                continue
            twin = name.replace(".tf", ".tofu")
            if name.endswith((".tf", ".tf.json")) and twin in there:
                continue
            if name.endswith((".tf", ".tofu")):
                found += _native(path)
            elif name.endswith((".tf.json", ".tofu.json")):
                found += _json(path)
    return found


def _native(path: Path) -> Iterator[Block]:
    depth, fence, comment = 0, None, False
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1):
        if fence is not None:
            fence = None if line.strip() == fence else fence
            continue
        if comment:
            comment = "*/" not in line
            continue
        if line[:1].strip() and _HEAD.match(line):
            # Where text runs over lines, as it may inside `${`, the count of braces goes wrong until here.
            depth = 0
        match = _BLOCK.match(line) if depth == 0 and (line[:1].strip() or _HEAD.match(line)) else None
        if match is not None:
            labels = tuple(quoted or bare for quoted, bare in _LABEL.findall(match[2]))
            yield Block(os.path.realpath(path), number, match[1], labels)
        bare = _COMMENT.sub("", _QUOTED.sub('""', line))
        if "/*" in bare:
            comment = "*/" not in bare.partition("/*")[2]
            bare = bare.partition("/*")[0]
        depth += bare.count("{") - bare.count("}")
        opened = _HEREDOC.search(bare)
        fence = opened[1] if opened is not None else None


_DEPTH = {"resource": 2, "data": 2, "ephemeral": 2, "locals": 0, "terraform": 0, "moved": 0, "import": 0, "removed": 0}


def _json(path: Path) -> Iterator[Block]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        return
    for top in content if isinstance(content, list) else [content]:
        for kind, value in top.items():
            if kind != "//":
                yield from _below(os.path.realpath(path), kind, value, (), _DEPTH.get(kind, 1))


def _below(file: str, kind: str, value: Any, labels: tuple[str, ...], depth: int) -> Iterator[Block]:
    for item in value if isinstance(value, list) else [value]:
        if depth == 0:
            yield Block(file, None, kind, labels)
        elif isinstance(item, dict):
            for key, inner in item.items():
                if key != "//":
                    yield from _below(file, kind, inner, (*labels, key), depth - 1)


@dataclass
class Account:
    """What the product makes of one tree."""

    blocks: list[Block]
    roots: int = 0
    dispositions: Counter[Disposition] = field(default_factory=Counter)
    unresolved: Counter[str] = field(default_factory=Counter)
    lost: list[Block] = field(default_factory=list)
    """Blocks that the scan found and nothing of the product knows."""
    seconds: float = 0.0


def account(folder: Path, options: ReadOptions | None = None) -> Account:
    """Read every root below a folder, and hold what it says against the scan."""
    started = time.process_time()
    known = _Known()
    source, tree = TerraformSource(), Tree(folder)
    result = Account(scan(folder))
    for item in source.find(tree):
        evaluated = source.evaluate(item, tree, options or ReadOptions())
        reading = source.reading_of(evaluated)
        known.take(reading, evaluated[0])
        result.roots += 1
        result.dispositions.update(disposed.disposition for disposed in reading.dispositions)
        result.unresolved.update(_sort(one.reason) for one in reading.unresolved)
    result.seconds = time.process_time() - started
    following = [*result.blocks[1:], None]
    result.lost = [block for block, after in zip(result.blocks, following, strict=True) if not known.has(block, after)]
    return result


def _used(module: Module) -> Iterator[Written]:
    """The blocks of a module that have no address of their own, as its tables hold them."""
    yield from (declared.block for declared in module.variables.values())
    yield from (block for key, block in module.resources.items() if key[0] == "ephemeral")
    for table in (module.outputs, module.calls, module.checks):
        yield from table.values()
    for listed in (module.statements, module.settings, module.providers):
        yield from listed
    for block in module.blocks:
        if block.type == "locals" and block.body.attributes.keys() <= module.locals.keys():
            yield block
        elif is_override(Path(_real(block.origin)).name) and block.labels:
            # It changes what another block declares, and is no address itself.
            yield block


class _Known:
    """The places that readings and evaluations name."""

    def __init__(self) -> None:
        self._places: set[tuple[str, int | None, str]] = set()
        self._told: dict[str, list[tuple[int, int]]] = {}
        self._labels: set[tuple[str, str, tuple[str, ...]]] = set()

    def take(self, reading: Reading, session: Session) -> None:
        for disposed in reading.dispositions:
            if disposed.origin is not None:
                self._places.add((_real(disposed.origin), disposed.origin.line, "resource"))
                name = tuple(re.sub(r"\[[^\]]*\]", "", disposed.address).split(".")[-2:])
                self._labels.add((_real(disposed.origin), "resource", name))
        for instance in session.instances:
            if instance.mode == "data":
                self._places.add((_real(instance.origin), instance.origin.line, "data"))
                self._labels.add((_real(instance.origin), "data", (instance.type, instance.name)))
        for absent in session.absent:
            kind = {"managed": "resource"}.get(absent.mode, absent.mode)
            self._places.add((_real(absent.block.origin), absent.block.origin.line, kind))
        for module in session.modules.values():
            for block in _used(module):
                self._places.add((_real(block.origin), block.origin.line, block.type))
                self._labels.add((_real(block.origin), block.type, block.labels))
        for item in reading.unresolved:
            if item.origin is not None:
                first = item.origin.line or 0
                last = item.origin.end_line or first
                self._told.setdefault(_real(item.origin), []).append((first, last if first else 1_000_000))

    def has(self, block: Block, after: Block | None) -> bool:
        """Whether a block is known, or a problem is told of a line from it to the next block of its file."""
        if block.line is None:
            return (block.file, block.kind, block.labels) in self._labels or block.file in self._told
        if (block.file, block.line, block.kind) in self._places:
            return True
        end = after.line if after is not None and after.file == block.file and after.line else 1_000_000
        return any(first < end and block.line <= last for first, last in self._told.get(block.file, ()))


def _real(origin: Origin) -> str:
    return os.path.realpath(origin.file or "")


def _sort(reason: str) -> str:
    """What kind of reason it is, without what is particular to one."""
    return re.sub(r"`[^`]*`", "…", reason.partition(";")[0].partition(":")[0])[:70]


def _commit(folder: Path) -> str:
    done = subprocess.run(["git", "-C", str(folder), "rev-parse", "--short", "HEAD"], capture_output=True, check=False)
    return done.stdout.decode().strip() or "-"


def main() -> None:
    """Print a row for each folder, then why what is open is open."""
    heads = ("tree", "commit", "roots", "blocks", "resource blocks", "addresses", *Disposition, "lost", "open", "CPU s")
    sys.stdout.write(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|\n")
    details: list[str] = []
    for name in sys.argv[1:]:
        made = account(Path(name))
        numbers = [made.dispositions[kind] for kind in Disposition]
        row = [Path(name).name, _commit(Path(name)), made.roots, len(made.blocks)]
        row += [sum(block.kind == "resource" for block in made.blocks), sum(numbers), *numbers, len(made.lost)]
        row += [sum(made.unresolved.values()), f"{made.seconds:.1f}"]
        sys.stdout.write("| " + " | ".join(map(str, row)) + " |\n")
        details += [f"{Path(name).name}: {count} of: {reason}" for reason, count in made.unresolved.most_common(8)]
        details += [f"{Path(name).name}: LOST {block}" for block in made.lost[:20]]
    sys.stdout.write("\n" + "\n".join(details) + "\n")


if __name__ == "__main__":
    main()
