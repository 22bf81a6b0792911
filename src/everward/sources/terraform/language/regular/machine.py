"""A pattern as a program, run on all its threads at once: time grows with the text, whatever the pattern is.

Threads are kept in the order of their priority, so that the match is the one that backtracking would find first.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TypeAlias

from everward.sources.terraform.language.data import LimitProblem
from everward.sources.terraform.language.regular.syntax import (
    Assertion,
    AssertionKind,
    Capture,
    Chars,
    Choice,
    Node,
    Pattern,
    Repeat,
    Sequence,
)

LARGEST = 20_000
"""Instructions of one program."""

Slots: TypeAlias = "tuple[int, ...]"
"""Where each group starts and ends; -1 where it does not."""


@dataclass(slots=True)
class _Instruction:
    kind: str
    """`char`, `split`, `save`, `assert` or `match`."""
    to: list[int] = field(default_factory=list)
    """Where to go on; of a split, what is tried first comes first."""
    bounds: list[int] = field(default_factory=list)
    """Of a character: where its ranges begin and end, in turn."""
    slot: int = 0
    assertion: AssertionKind = "text start"


class Program:
    """A pattern ready to run."""

    def __init__(self, pattern: Pattern) -> None:
        self.slots = 2 * (len(pattern.names) + 1)
        self._code: list[_Instruction] = []
        self._reached: dict[int, list[tuple[int, tuple[int, ...]]] | None] = {}
        """What instructions lead to, worked out once: patterns are looked for more often than they are read."""
        start = self._emit(_Instruction("save", slot=0))
        ends, _ = self._compile(pattern.tree, [(start, 0)])
        last = self._emit(_Instruction("save", slot=1))
        self._patch(ends, last)
        self._patch([(last, 0)], self._emit(_Instruction("match")))

    def __len__(self) -> int:
        return len(self._code)

    # Compilation: `ends` are the open ends that the next part is joined to

    def _emit(self, instruction: _Instruction) -> int:
        if len(self._code) >= LARGEST:
            raise LimitProblem(f"a pattern of more than {LARGEST:,} parts", "steps")
        self._code.append(instruction)
        return len(self._code) - 1

    def _patch(self, ends: list[tuple[int, int]], target: int) -> None:
        for at, place in ends:
            to = self._code[at].to
            to.extend([-1] * (place + 1 - len(to)))
            to[place] = target

    def _compile(self, node: Node, ends: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], bool]:
        """Emit a part; its open ends, and whether it can match nothing."""
        if isinstance(node, Chars):
            bounds = [edge for first, last in node.ranges for edge in (first, last + 1)]
            at = self._emit(_Instruction("char", bounds=bounds))
            self._patch(ends, at)
            return [(at, 0)], False
        if isinstance(node, Assertion):
            at = self._emit(_Instruction("assert", assertion=node.kind))
            self._patch(ends, at)
            return [(at, 0)], True
        if isinstance(node, Capture):
            at = self._emit(_Instruction("save", slot=2 * node.number))
            self._patch(ends, at)
            inner, empty = self._compile(node.part, [(at, 0)])
            close = self._emit(_Instruction("save", slot=2 * node.number + 1))
            self._patch(inner, close)
            return [(close, 0)], empty
        if isinstance(node, Sequence):
            empty = True
            for part in node.parts:
                ends, part_empty = self._compile(part, ends)
                empty = empty and part_empty
            return ends, empty
        if isinstance(node, Choice):
            return self._choice(node, ends)
        return self._repeat(node, ends)

    def _choice(self, node: Choice, ends: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], bool]:
        at = self._emit(_Instruction("split"))
        self._patch(ends, at)
        out: list[tuple[int, int]] = []
        empty = False
        for place, part in enumerate(node.parts):
            inner, part_empty = self._compile(part, [(at, place)])
            out += inner
            empty = empty or part_empty
        return out, empty

    def _repeat(self, node: Repeat, ends: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], bool]:
        empty = node.least == 0
        if node.most is None:
            for _ in range(node.least - 1):
                ends, _ = self._compile(node.part, ends)
            ends, part_empty = self._loop(node, ends)
            return ends, empty or part_empty
        part_empty = True
        for _ in range(node.least):
            ends, part_empty = self._compile(node.part, ends)
        skipped: list[tuple[int, int]] = []
        for _ in range(node.most - node.least):
            ends, skip = self._optional(ends, greedy=node.greedy)
            skipped.append(skip)
            ends, _ = self._compile(node.part, ends)
        return [*ends, *skipped], empty or part_empty

    def _optional(self, ends: list[tuple[int, int]], *, greedy: bool) -> tuple[list[tuple[int, int]], tuple[int, int]]:
        at = self._emit(_Instruction("split", to=[-1, -1]))
        self._patch(ends, at)
        return [(at, 0 if greedy else 1)], (at, 1 if greedy else 0)

    def _loop(self, node: Repeat, ends: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], bool]:
        first = len(self._code)
        if node.least == 0 and not _can_be_empty(node.part):
            # The split stands before the part: `x*`.
            inside, skip = self._optional(ends, greedy=node.greedy)
            inner, _ = self._compile(node.part, inside)
            self._patch(inner, first)
            return [skip], True
        skipped: list[tuple[int, int]] = []
        if node.least == 0:
            # A part that can match nothing is `(x+)?`, which keeps the order of what is tried.
            ends, skip = self._optional(ends, greedy=node.greedy)
            skipped.append(skip)
            first = len(self._code)
        inner, empty = self._compile(node.part, ends)
        again, out = self._optional(inner, greedy=node.greedy)
        self._patch(again, first)
        return [out, *skipped], empty or node.least == 0

    # Running

    def search(self, text: str, start: int) -> Slots | None:
        """The first match at or after a position."""
        found: Slots | None = None
        threads: list[tuple[int, Slots]] = []
        none = (-1,) * self.slots
        code = self._code
        for position in range(start, len(text) + 1):
            if found is None:
                self._follow(0, none, position, text, threads, {at for at, _ in threads})
            if not threads:
                if found is not None:
                    break
                continue
            char = ord(text[position]) if position < len(text) else -1
            following: list[tuple[int, Slots]] = []
            seen: set[int] = set()
            for at, slots in threads:
                instruction = code[at]
                if instruction.kind == "match":
                    found = slots
                    break
                if char >= 0 and bisect_right(instruction.bounds, char) & 1:
                    self._follow(instruction.to[0], slots, position + 1, text, following, seen)
            threads = following
        return found

    def _follow(
        self, at: int, slots: Slots, position: int, text: str, threads: list[tuple[int, Slots]], seen: set[int]
    ) -> None:
        """Add a thread, with all that it leads to without a character."""
        if at not in self._reached:
            self._reached[at] = self._reach(at)
        reached = self._reached[at]
        if reached is None:
            self._follow_slowly(at, slots, position, text, threads, seen)
            return
        for target, saved in reached:
            if target in seen:
                continue
            seen.add(target)
            if saved:
                changed = list(slots)
                for slot in saved:
                    changed[slot] = position
                threads.append((target, tuple(changed)))
            else:
                threads.append((target, slots))

    def _reach(self, at: int) -> list[tuple[int, tuple[int, ...]]] | None:
        """What an instruction leads to without a character, and the slots that are set on the way; in order.

        None when the text decides about it.
        """
        out: list[tuple[int, tuple[int, ...]]] = []
        seen: set[int] = set()
        stack: list[tuple[int, tuple[int, ...]]] = [(at, ())]
        while stack:
            at, saved = stack.pop()
            if at in seen:
                continue
            seen.add(at)
            instruction = self._code[at]
            if instruction.kind == "assert":
                return None
            if instruction.kind == "split":
                stack += [(target, saved) for target in reversed(instruction.to)]
            elif instruction.kind == "save":
                stack.append((instruction.to[0], (*saved, instruction.slot)))
            else:
                out.append((at, saved))
        return out

    def _follow_slowly(
        self, at: int, slots: Slots, position: int, text: str, threads: list[tuple[int, Slots]], seen: set[int]
    ) -> None:
        stack = [(at, slots)]
        while stack:
            at, slots = stack.pop()
            if at in seen:
                continue
            seen.add(at)
            instruction = self._code[at]
            kind = instruction.kind
            if kind == "split":
                stack += [(target, slots) for target in reversed(instruction.to)]
            elif kind == "save":
                slot = instruction.slot
                stack.append((instruction.to[0], (*slots[:slot], position, *slots[slot + 1 :])))
            elif kind == "assert":
                if holds(instruction.assertion, text, position):
                    stack.append((instruction.to[0], slots))
            else:
                threads.append((at, slots))


def _can_be_empty(node: Node) -> bool:
    if isinstance(node, Chars):
        return False
    if isinstance(node, Assertion):
        return True
    if isinstance(node, Capture):
        return _can_be_empty(node.part)
    if isinstance(node, Sequence):
        return all(map(_can_be_empty, node.parts))
    if isinstance(node, Choice):
        return any(map(_can_be_empty, node.parts))
    return node.least == 0 or _can_be_empty(node.part)


can_be_empty = _can_be_empty


def holds(kind: AssertionKind, text: str, position: int) -> bool:
    """Whether a place is one of a kind."""
    if kind == "text start":
        return position == 0
    if kind == "text end":
        return position == len(text)
    if kind == "line start":
        return position == 0 or text[position - 1] == "\n"
    if kind == "line end":
        return position == len(text) or text[position] == "\n"
    before = position > 0 and _is_word(text[position - 1])
    after = position < len(text) and _is_word(text[position])
    return (before != after) == (kind == "boundary")


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")
