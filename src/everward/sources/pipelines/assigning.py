"""Rights that pipelines give while they run, and whether they wait until these count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final, NamedTuple

from everward.sources.pipelines.applying import applied
from everward.sources.pipelines.files import MAX_FILE_BYTES
from everward.sources.pipelines.step import Step, join_folders
from everward.sources.pipelines.templating import is_open
from everward.sources.pipelines.words import join_lines, split_words

_ASSIGNS: Final = re.compile(r"\baz\s+role\s+assignment\s+create\b|\bNew-AzRoleAssignment\b", re.IGNORECASE)
_USES: Final = re.compile(
    r"(?:^|[\s$(&|;=])(?:az\s+(?!role\s+assignment\b|account\b|login\b|logout\b|config\b|extension\b)[a-z]"
    r"|azcopy\s|terraform\s+(?:init|plan|apply|destroy)\b|kubectl\s|helm\s"
    r"|(?:Get|Set|New|Start|Invoke|Remove|Update|Add)-Az(?!RoleAssignment|Context|AccessToken)\w+)",
    re.IGNORECASE,
)
"""Commands that act in Azure: they may need what was just given. Those about the login itself do not."""
_TERRAFORM: Final = re.compile(r"\b(?:terraform|tofu)\s", re.IGNORECASE)
"""What Terraform does next waits for nothing of what it did before in another folder."""
_WAITS: Final = re.compile(
    r"\bsleep\b|\bStart-Sleep\b|\buntil\b|\bretry\b|\bdo\s*\{|\bdo\s*$|\bfor\s+\w+\s+in\b|\bwhile\b", re.IGNORECASE
)
"""What lets time pass before the next command, or repeats it: a pause, or a loop around it."""
MAX_COMMANDS: Final = 500
"""Commands of one pipeline that are looked at, the last ones."""
_NEAR: Final = 400
"""Lines before a command in which its variables are looked for."""
_FILES: Final = ("scriptpath", "filepath")


@dataclass(slots=True)
class Assigning:
    """A command that assigns a role, or applies Terraform that may."""

    file: Path
    line: int | None
    role: str | None
    """The role, where the command names it."""
    use: str | None
    """The next command that acts in Azure, without its options; None when none follows in the pipeline."""
    use_file: Path | None
    use_line: int | None
    waits: bool
    """Whether a pause, or a loop, comes before it or around it."""
    retries: int
    """How often the platform repeats its step when it fails."""
    root: Path | None = None
    """The root of Terraform that it applies: then it assigns what that declares."""
    pipelines: dict[Path, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Text:
    """A script with the place where it stands."""

    step: Step
    lines: list[str]
    file: Path | None


def assignings(repository: Path, steps: tuple[Step, ...]) -> list[Assigning]:
    """Every command of the pipelines that assigns a role, each place once, in order."""
    found: dict[tuple[Path, int | None, str, Path | None], Assigning] = {}
    by_entry: dict[Path, list[Step]] = {}
    for step in steps:
        by_entry.setdefault(step.entry, []).append(step)
    for entry, own in by_entry.items():
        lines = [
            _Line(text, number, _code(line))
            for step in own
            for text in _texts(step, repository)
            for number, line in enumerate(text.lines)
        ]
        for made, written in _made(lines, repository):
            known = found.setdefault((made.file, made.line, written, made.root), made)
            known.pipelines[entry] = None
    return list(found.values())


class _Line(NamedTuple):
    text: _Text
    number: int
    code: str
    """It without its comment; empty for one that does nothing."""

    @property
    def written(self) -> str:
        """It as it stands in the script."""
        return self.text.lines[self.number]


class _Next:
    """The next command of a kind, while lines are gone through from the last to the first."""

    def __init__(self) -> None:
        self.use: _Line | None = None
        self.waits = False

    def take(self, line: _Line, *, acts: bool) -> None:
        """One line more."""
        if acts:
            self.use, self.waits = line, False
        self.waits = self.waits or _WAITS.search(line.code) is not None


def _made(lines: list[_Line], repository: Path) -> Iterator[tuple[Assigning, str]]:
    """The commands that assign, from the last to the first: what each is followed by is then known already."""
    anything, beside = _Next(), _Next()
    made: list[tuple[Assigning, str]] = []
    for line in reversed(lines):
        if len(made) >= MAX_COMMANDS:
            break
        if _ASSIGNS.search(line.code):
            made.append((_assigning(line, anything), line.written.strip()))
            continue
        terraform = _TERRAFORM.search(line.code) is not None
        if terraform and beside.use is not None:
            for folder in applied(line.text.step.text(line.code)):
                root = join_folders(line.text.step.folder, folder)
                if root is not None and not is_open(root):
                    made.append((_assigning(line, beside, repository / root), line.written.strip()))
        acts = _USES.search(line.code) is not None
        anything.take(line, acts=acts)
        beside.take(line, acts=acts and not terraform)
    yield from reversed(made)


def _assigning(line: _Line, after: _Next, root: Path | None = None) -> Assigning:
    use = after.use
    file, row = _place(line.text, line.written)
    use_file, use_line = _place(use.text, use.written) if use is not None else (None, None)
    shown = _command(use.code) if use is not None else None
    role = _role(line.text.lines, line.number) if root is None else None
    return Assigning(file, row, role, shown, use_file, use_line, after.waits, line.text.step.retries, root)


def _texts(step: Step, repository: Path) -> Iterator[_Text]:
    """The scripts of a step: inline, and the files that it runs."""
    for script in step.scripts:
        yield _Text(step, join_lines(script).splitlines(), None)
    given = {str(key).lower(): value for key, value in step.inputs.items()}
    for key in _FILES:
        value = given.get(key)
        named = join_folders(step.text(value)) if isinstance(value, str) else None
        path = repository / named if named is not None and "\0" not in named else None
        if path is None:
            continue
        try:
            if path.stat().st_size <= MAX_FILE_BYTES:
                yield _Text(step, join_lines(path.read_text(encoding="utf-8-sig")).splitlines(), path)
        except (OSError, ValueError):
            continue


def _code(line: str) -> str:
    """A line without its comment, and nothing of one that only prints."""
    code = line.partition(" #")[0].strip()
    return "" if code.startswith("#") or re.match(r"(?:echo|Write-\w+)\b", code, re.IGNORECASE) else code


def _command(code: str) -> str:
    """The words of a command that say what it does: its options may hold secrets."""
    match = _USES.search(code)
    text = code[match.start() if match is not None else 0 :].lstrip(" $(&|;=\t")
    words = re.split("[;&|)]", text)[0].split()
    named = list(takewhile(lambda word: not word.startswith(("-", "$", '"', "'", "\\", "`")), words))
    return " ".join(named[:_WORDS])


_WORDS: Final = 6
"""Words of a command that are shown."""


def _role(lines: list[str], at: int) -> str | None:
    """The role that a command names, or that a variable of its script holds."""
    words = split_words(lines[at])
    for index, word in enumerate(words[:-1]):
        if word.lower() in ("--role", "-roledefinitionname"):
            named = words[index + 1]
            return _variable(lines[:at], named.strip("${}")) or named if named.startswith("$") else named
    return None


def _variable(lines: list[str], name: str) -> str | None:
    """The text that a variable of a script was last given."""
    given = re.compile(rf"""^\s*(?:export\s+)?\$?{re.escape(name)}\s*=\s*["'](?P<text>[^"'$]+)["']\s*$""")
    found = (match["text"] for line in reversed(lines[-_NEAR:]) if (match := given.match(line)) is not None)
    return next(found, None)


def _place(text: _Text, line: str) -> tuple[Path, int | None]:
    """The file and the line of a command: of one that goes on over several lines, the first."""
    wanted = line.strip().split("  ")[0]
    for file in (text.file,) if text.file is not None else tuple(reversed(text.step.files)):
        try:
            written = file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            continue
        found = written.find(wanted)
        if found >= 0:
            return file, written.count("\n", 0, found) + 1
    return (text.file or text.step.entry), None
