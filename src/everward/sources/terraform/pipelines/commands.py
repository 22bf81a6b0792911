"""Terraform command lines inside scripts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from everward.sources.pipelines import join_lines, split_words

_COMMAND = re.compile(
    r"(?:^|[;&|(]|\bexec\b|\brun\b)\s*(?:terraform|tofu)(?:\.exe)?\s+(?P<rest>[^\n;|]*)", re.MULTILINE
)
_WITH_VARIABLES = frozenset({"plan", "apply", "destroy", "import", "refresh", "console"})
_CHANGE_FOLDER = re.compile(r"(?:^|[;&|])\s*(?:cd|pushd|Set-Location)\s+(?P<folder>[^\s;&|]+)", re.MULTILINE)


@dataclass(slots=True)
class Command:
    """One run of Terraform with inputs."""

    variables: dict[str, str] = field(default_factory=dict)
    """Names and values as typed; a later one wins, as Terraform has it."""
    files: list[str] = field(default_factory=list)
    """Variable files, relative to the folder it runs in."""
    folder: str | None = None
    """The folder that the script or `-chdir` changes to, as written."""
    opaque: list[str] = field(default_factory=list)
    """Arguments that are set while the pipeline runs, and may hold further inputs."""


def commands_in(script: str) -> Iterator[Command]:
    """The runs of Terraform in a shell or PowerShell script that take inputs, in order.

    A script that only mentions Terraform gives none. Quotes that do not close end the reading of their line only.
    """
    joined = join_lines(script)
    for match in _COMMAND.finditer(joined):
        words = split_words(match["rest"])
        chdir = next((word.partition("=")[2] for word in words if word.startswith("-chdir=")), None)
        verbs = [word for word in words if not word.startswith("-")]
        if not verbs or verbs[0] not in _WITH_VARIABLES:
            continue
        command = read_arguments(words)
        moved = [found["folder"].strip("\"'") for found in _CHANGE_FOLDER.finditer(joined[: match.start() + 1])]
        command.folder = chdir if chdir is not None else (posixpath.join(*moved) if moved else None)
        yield command


def read_arguments(words: list[str]) -> Command:
    """The inputs among the arguments of one command."""
    command = Command()
    pending: str | None = None
    for word in words:
        if pending is not None:
            _take(command, pending, word)
            pending = None
        elif word in ("-var", "--var", "-var-file", "--var-file"):
            pending = word.lstrip("-")
        elif (match := re.match(r"--?(var-file|var)=(.*)", word, re.DOTALL)) is not None:
            _take(command, match[1], match[2])
        elif re.fullmatch(r"\$[({]?[\w.]+[)}]?", word):
            command.opaque.append(word)
    return command


def _take(command: Command, option: str, value: str) -> None:
    if option == "var-file":
        command.files.append(value)
        return
    name, equals, text = value.partition("=")
    if equals and re.fullmatch(r"[A-Za-z_][\w-]*", name.strip()):
        command.variables[name.strip()] = _unquote(text)


def _unquote(text: str) -> str:
    # PowerShell and doubled YAML quotes leave a pair of quotes around the value that shells would have eaten.
    if len(text) >= 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        return text[1:-1]
    return text
