"""Makes expressions: calls of every function from recipes, and nested expressions from a small grammar. Seeded."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from tests.interop.recipes import CALLS, POOLS

_PLACE = re.compile(r"\{\{|\}\}|\{(.)\}")


def calls(seed: int, each: int) -> Iterator[tuple[str, str]]:
    """Up to `each` different calls of every function, as its name and the expression."""
    for name, templates in CALLS.items():
        # A source of its own for each function: changing one recipe leaves the others as they were.
        draw = random.Random(f"{seed}:{name}")
        made: dict[str, None] = {}
        for _ in range(each * 4):
            made.setdefault(fill(draw.choice(templates), draw))
            if len(made) >= each:
                break
        yield from ((name, text) for text in made)


def fill(template: str, draw: random.Random) -> str:
    """A template with its places filled from the pools."""

    def one(match: re.Match[str]) -> str:
        pool = match.group(1)
        return match.group()[0] if pool is None else draw.choice(POOLS[pool])

    return _PLACE.sub(one, template)


def nested(seed: int, count: int) -> Iterator[str]:
    """Expressions of the grammar, each once."""
    made: set[str] = set()
    maker = _Maker(random.Random(f"{seed}:nested"))
    while len(made) < count:
        text = maker.any(maker.draw.choice((2, 3, 3, 4)))
        if len(text) < 600 and text not in made:
            made.add(text)
            yield text


class _Maker:
    """Draws expressions that mostly fit together: a kind is asked for, and now and then another one comes."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self._names: list[tuple[str, str]] = []
        self._kinds: dict[str, Callable[[int], str]] = {
            "text": self.text,
            "number": self.number,
            "truth": self.truth,
            "list": self.list,
            "map": self.map,
        }

    def any(self, depth: int) -> str:
        return self.of(self.draw.choice(list(self._kinds)), depth)

    def of(self, kind: str, depth: int) -> str:
        chance = self.draw.random()
        if chance < 0.04:
            kind = self.draw.choice(list(self._kinds))
        names = [name for name, of in self._names if of == kind]
        if names and chance > 0.7:
            return self.draw.choice(names)
        if depth > 0 and 0.04 < chance < 0.16:
            return self._choice(kind, depth)
        if depth > 0 and 0.16 < chance < 0.2:
            return f"try({self.any(depth - 1)}.{self._key()}, {self.of(kind, depth - 1)})"
        return self._kinds[kind](depth)

    def _choice(self, kind: str, depth: int) -> str:
        other = "null" if self.draw.random() < 0.15 else self.of(kind, depth - 1)
        parts = [self.of(kind, depth - 1), other]
        self.draw.shuffle(parts)
        return f"({self.truth(depth - 1)} ? {parts[0]} : {parts[1]})"

    def _key(self) -> str:
        return self.draw.choice("abc")

    def _with(self, names: list[tuple[str, str]], make: Callable[[], str]) -> str:
        self._names += names
        try:
            return make()
        finally:
            del self._names[-len(names) :]

    def _for(self, opening: str, source: str, name: str, depth: int, end: str, key: str = "") -> str:
        names = [(name, "number"), ("k", "text")] if name == "v" else [(name, "number")]
        return f"{opening} {source} : {key}{self._with(names, lambda: self.any(depth - 1))}{end}"

    # Kinds

    def text(self, depth: int) -> str:
        if depth <= 0:
            return self.draw.choice(('"a"', '"b"', '""', '"1"', '"x y"', '"é"', '"true"', '"-2.50"'))
        return self.draw.choice((self._template, self._template, self._directive, self._heredoc, self._text_call))(
            depth
        )

    def _template(self, depth: int) -> str:
        parts = [self.draw.choice(("", "-", "p", " ", "$${", "%%{", "\\n", "$ "))]
        for _ in range(self.draw.randint(1, 2)):
            opening, closing = self.draw.choice((("${", "}"), ("${", "}"), ("${~ ", " }"), ("${ ", " ~}")))
            inner = self.of(self.draw.choice(("text", "number", "truth")), depth - 1)
            parts += [opening, inner, closing, self.draw.choice(("", "", " ", "/", " s "))]
        return '"' + "".join(parts) + '"'

    def _directive(self, depth: int) -> str:
        mark = self.draw.choice(("", "~"))
        if self.draw.random() < 0.5:
            otherwise = self.draw.choice(("", f"%{{ else {mark}}} no "))
            return f'" %{{{mark} if {self.truth(depth - 1)} }} yes {otherwise}%{{ endif {mark}}} "'
        source = self.list(depth - 1)
        inner = self._with([("v", "number"), ("k", "text")], lambda: self.number(0))
        return f'"%{{ for k, v in {source} {mark}}} ${{k}}=${{{inner}}},%{{ endfor }}"'

    def _heredoc(self, depth: int) -> str:
        flush = self.draw.choice(("-", ""))
        lines = [
            " " * self.draw.randint(0, 4)
            + self.draw.choice((f"${{{self.text(0)}}}", "plain", "", "\\n $${x}", f"a ${{{self.number(depth - 1)}}} b"))
            for _ in range(self.draw.randint(1, 3))
        ]
        return f"(<<{flush}EOT\n" + "\n".join(lines) + "\nEOT\n)"

    def _text_call(self, depth: int) -> str:
        inner = self.text(depth - 1)
        return self.draw.choice(
            (
                f"upper({inner})",
                f'join("-", {self.list(depth - 1)})',
                f"jsonencode({self.any(depth - 1)})",
                f'format("%s/%v", {inner}, {self.number(depth - 1)})',
                f'replace({inner}, "a", {self.text(0)})',
                f"trimspace({inner})",
                f"tostring({self.number(depth - 1)})",
                f"coalesce({inner}, {self.text(0)})",
            )
        )

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.draw.choice(("0", "1", "2", "3", "-1", "10", "0.1", "2.5", "1e3", "7"))
        if self.draw.random() < 0.6:
            operator = self.draw.choice(("+", "-", "*", "/", "%", "+"))
            text = f"{self.number(depth - 1)} {operator} {self.number(depth - 1)}"
            return f"({text})" if self.draw.random() < 0.6 else text
        return self.draw.choice(
            (
                f"length({self.list(depth - 1)})",
                f"max({self.number(depth - 1)}, {self.number(0)})",
                f"-{self.number(0)}",
                f"floor({self.number(depth - 1)})",
                f"abs({self.number(depth - 1)})",
                f"length({self.text(depth - 1)})",
                f"[{self.number(depth - 1)}, {self.number(0)}][{self.draw.randint(0, 1)}]",
            )
        )

    def truth(self, depth: int) -> str:
        if depth <= 0:
            return self.draw.choice(("true", "false", "true", "false", '"true"'))
        return self.draw.choice(
            (
                f"{self.number(depth - 1)} {self.draw.choice(('<', '<=', '>', '>=', '==', '!='))} {self.number(0)}",
                f"({self.any(depth - 1)} {self.draw.choice(('==', '!='))} {self.any(depth - 1)})",
                f"({self.truth(depth - 1)} {self.draw.choice(('&&', '||'))} {self.truth(depth - 1)})",
                f"!{self.truth(0)}",
                f"contains({self.list(depth - 1)}, {self.number(0)})",
                f"can({self.any(depth - 1)}.{self._key()})",
            )
        )

    def list(self, depth: int) -> str:
        if depth <= 0:
            return self.draw.choice(
                ("[]", "[1, 2]", '["a", "b"]', '[1, "a"]', "[true, null]", 'toset(["b", "a"])', "tolist([3, 1])")
            )
        items = ", ".join(self.any(depth - 1) for _ in range(self.draw.randint(0, 3)))
        condition = f" if {self.truth(0)}" if self.draw.random() < 0.3 else ""
        return self.draw.choice(
            (
                lambda: f"[{items}]",
                lambda: self._for("[for x in", self.list(depth - 1), "x", depth, f"{condition}]"),
                lambda: self._for("[for k, v in", self.map(depth - 1), "v", depth, f"{condition}]"),
                lambda: f"concat({self.list(depth - 1)}, {self.list(depth - 1)})",
                lambda: f"toset({self.list(depth - 1)})",
                lambda: f"tolist([{items}])",
                lambda: f"{self.map(depth - 1)}[*]",
                lambda: f"{self.list(depth - 1)}[*]",
                lambda: f"values({self.map(depth - 1)})",
                lambda: f"flatten([{self.list(depth - 1)}, {self.list(0)}])",
                lambda: f"[{self.map(0)}, {self.map(0)}][*].{self._key()}",
                lambda: f"[{self.map(0)}].*.{self._key()}",
            )
        )()

    def map(self, depth: int) -> str:
        if depth <= 0:
            return self.draw.choice(
                (
                    "{}",
                    "{a = 1}",
                    '{a = "x", b = 2}',
                    "{b = true, a = null}",
                    "tomap({a = 1, c = 3})",
                    '{"a" = [1], c : "z"}',
                )
            )
        pairs = ", ".join(
            f"{self.draw.choice((name, f'({self.text(0)})', chr(34) + name + chr(34)))} = {self.any(depth - 1)}"
            for name in self.draw.sample("abc", self.draw.randint(0, 3))
        )
        return self.draw.choice(
            (
                lambda: f"{{{pairs}}}",
                lambda: self._for("{for k, v in", self.map(depth - 1), "v", depth, "}", "k => "),
                lambda: self._for(
                    "{for x in", self.list(0), "x", depth, self.draw.choice(("}", "...}")), '"k${x}" => '
                ),
                lambda: f"merge({self.map(depth - 1)}, {self.map(depth - 1)})",
                lambda: f"tomap({self.map(depth - 1)})",
                lambda: f'zipmap(["a", "b"], [{self.any(depth - 1)}, {self.any(depth - 1)}])',
            )
        )()
