"""Variables of a script and what they stand for: a text, an output of Terraform, or what only the run knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from everward.values import Unknown


@dataclass(frozen=True, slots=True)
class Open:
    """Set while the pipeline runs."""

    name: str


@dataclass(frozen=True, slots=True)
class Outputs:
    """All outputs of a Terraform root, as its JSON has them."""


@dataclass(frozen=True, slots=True)
class Output:
    """An output of Terraform, or a part of it."""

    name: str
    path: tuple[str, ...] = ()
    loop: str | None = None
    """The loop that goes over its elements, when it is one of them."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text with references in it."""

    text: Text


Binding: TypeAlias = "Open | Outputs | Output | Words"
Text: TypeAlias = "tuple[str | Open | Output | Unknown, ...]"
"""Pieces of a text: known ones, references, and what another source does not know."""

_REFERENCE: Final = re.compile(
    r"\$\(\$(?P<inner>\w+)(?P<steps>(?:\.\w+)*)\)"
    r"|\$\((?P<macro>[A-Za-z_][\w.-]*)\)"
    r"|\$\{\{(?P<expression>.*?)\}\}"
    r"|\$\{(?P<braced>\w+)\}"
    r"|\$env:(?P<env>\w+)"
    r"|\$(?P<bare>[A-Za-z_]\w*)(?P<path>(?:\.[A-Za-z_]\w*)*)"
    r"|\$\((?P<command>[^()]*(?:\([^()]*\)[^()]*)*)\)",
    re.DOTALL,
)
_ASSIGNED: Final = re.compile(r"^\s*(?:\[[\w.\[\]]+\]\s*)?\$(?:\w+:)?(?P<name>\w+)\s*=(?!=)(?P<value>.+)$")
_SHELL: Final = re.compile(
    r"^\s*(?:export\s+|local\s+|readonly\s+|declare\s+(?:-\w+\s+)*)?(?P<name>[A-Za-z_]\w*)=(?P<value>.*)$"
)
_FOREACH: Final = re.compile(r"\bforeach\s*\(\s*\$(?P<name>\w+)\s+in\s+(?P<list>[^)]*)\)", re.IGNORECASE)
_FOR: Final = re.compile(r"^\s*for\s+(?P<name>\w+)\s+in\s+(?P<list>[^;]+)")
_PATH: Final = re.compile(r"^\$(?P<name>\w+)(?P<steps>(?:\.\w+)*)$")
_RAW: Final = re.compile(r"terraform\s+(?:-\S+\s+)*output\s+(?:-\S+\s+)*-raw\s+['\"]?(?P<name>[\w-]+)")
_QUERY: Final = re.compile(r"\bjq\s+(?:-\w+\s+)*['\"]?\.(?P<name>[\w-]+)\.value(?P<steps>(?:\.\w+)*)['\"]?")
MAX_PIECES: Final = 200
MAX_LINE: Final = 20_000
"""Characters of a line, or of a word, that is looked at."""


@dataclass(slots=True)
class Variables:
    """The variables of one script, filled line by line."""

    known: dict[str, Binding] = field(default_factory=dict)
    published: bool = False
    """Whether outputs of Terraform were made variables of the pipeline under their own names."""

    def read(self, line: str) -> None:
        """Take in what a line of the script sets. A very long line is data, and sets nothing."""
        if len(line) > MAX_LINE:
            return
        loop = _FOREACH.search(line) or _FOR.match(line)
        if loop is not None:
            self._loop(loop["name"], loop["list"].strip())
            return
        match = _ASSIGNED.match(line) or _SHELL.match(line)
        if match is not None:
            self.known[match["name"].lower()] = self.value(match["name"], match["value"].strip().rstrip(";").rstrip())

    def _loop(self, name: str, items: str) -> None:
        found = self.value(name, items)
        if isinstance(found, Output) and found.loop is None:
            self.known[name.lower()] = Output(found.name, found.path, loop=name.lower())
        else:
            self.known[name.lower()] = Open(name)

    def value(self, name: str, text: str) -> Binding:
        """What the right side of an assignment stands for."""
        lowered = text.lower()
        query = _QUERY.search(text)
        if query is not None and ("terraform" in lowered or self._reads_outputs(text)):
            return Output(query["name"], _steps(query["steps"]))
        raw = _RAW.search(text)
        if raw is not None:
            return Output(raw["name"])
        if re.search(r"terraform\s+(?:-\S+\s+)*output\s+-json", lowered) or (
            "convertfrom-json" in lowered and ".json" in lowered and "get-" in lowered
        ):
            return Outputs()
        path = _PATH.match(text)
        if path is not None:
            return self.follow(path["name"], _steps(path["steps"]))
        if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
            return Words(self.pieces(text[1:-1]) if text[0] == '"' else (text[1:-1],))
        if re.fullmatch(r"[\w./:@-]*", text):
            return Words((text,))
        return Open(name)

    def _reads_outputs(self, text: str) -> bool:
        """Whether a text names a variable that holds all outputs."""
        return any(isinstance(self.known.get(name.lower()), Outputs) for name in re.findall(r"\$\{?(\w+)", text))

    def follow(self, name: str, steps: tuple[str, ...]) -> Binding:
        """What `$name.a.b` stands for."""
        found = self.known.get(name.lower())
        if isinstance(found, Outputs) and steps:
            # In Terraform's JSON, the value of an output stands under `value`.
            rest = steps[1:]
            return Output(steps[0], rest[1:] if rest[:1] == ("value",) else rest)
        if isinstance(found, Output):
            return Output(found.name, (*found.path, *steps), found.loop)
        if isinstance(found, Words) and not steps:
            return found
        return Open(".".join((name, *steps)))

    def pieces(self, text: str) -> Text:
        """A text with its references as they stand at this place of the script."""
        if len(text) > MAX_LINE:
            return (Open("a long text"),)
        out: list[str | Open | Output | Unknown] = []
        position = 0
        for match in _REFERENCE.finditer(text):
            out.append(text[position : match.start()])
            out += self._reference(match)
            position = match.end()
            if len(out) > MAX_PIECES:
                return (Open("a long text"),)
        out.append(text[position:])
        return joined(out)

    def _reference(self, match: re.Match[str]) -> Text:
        if match["inner"] is not None:
            return self._text(self.follow(match["inner"], _steps(match["steps"])))
        if match["bare"] is not None:
            steps = _steps(match["path"])
            found = self.known.get(match["bare"].lower())
            if isinstance(found, Output | Outputs):
                return self._text(self.follow(match["bare"], steps))
            return (*self._text(self.follow(match["bare"], ())), match["path"])
        macro = match["macro"]
        if macro is not None:
            return (Output(macro),) if self.published and "." not in macro else (Open(macro),)
        name = match["expression"] or match["braced"] or match["env"] or match["command"] or ""
        if match["braced"] is not None:
            return self._text(self.follow(match["braced"], ()))
        return (Open(" ".join(name.split())[:80]),)

    @staticmethod
    def _text(binding: Binding) -> Text:
        if isinstance(binding, Words):
            return binding.text
        return (Open("outputs"),) if isinstance(binding, Outputs) else (binding,)


def _steps(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split(".") if part)


def joined(pieces: Sequence[str | Open | Output | Unknown]) -> Text:
    """Pieces with neighbouring texts made one, and empty ones left out."""
    out: list[str | Open | Output | Unknown] = []
    for piece in pieces:
        if isinstance(piece, str) and out and isinstance(out[-1], str):
            out[-1] += piece
        elif piece != "":
            out.append(piece)
    return tuple(out)


def known_text(text: Text) -> str | None:
    """A text without references; None when it has some."""
    if not text:
        return ""
    return text[0] if len(text) == 1 and isinstance(text[0], str) else None


def shown_text(text: Text) -> str:
    """A text for people: references in braces."""
    return "".join(piece if isinstance(piece, str) else "{" + piece_name(piece) + "}" for piece in text)


def piece_name(piece: Open | Output | Unknown) -> str:
    """What a reference is called."""
    if isinstance(piece, Unknown):
        return (piece.decided_by[0] if piece.decided_by else piece.reason).replace("{", "(").replace("}", ")")
    if isinstance(piece, Open):
        return piece.name.replace("{", "(").replace("}", ")")
    return ".".join((f"output.{piece.name}{'[*]' if piece.loop else ''}", *piece.path))
