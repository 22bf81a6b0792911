"""The compiler of Bicep that the user has: `bicep`, or the one that `az` brings. Nothing is fetched or installed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from everward.sources.template.bicep.unit import SOURCE
from everward.sources.tree import display
from everward.values import Origin, ProblemError

SECONDS: Final = 60.0
"""How long one file may take."""
MAX_ERRORS: Final = 20
"""Errors of one file that are told."""

_DIAGNOSTIC: Final = re.compile(
    r"^(?:\w+: )?(?P<file>.+?)\((?P<line>\d+),\d+\) : (?P<level>Error|Warning|Info) (?P<code>[\w-]+): (?P<text>.*?)"
    r"(?: \[https?://[^\]]*\])?$"
)
_QUIET: Final = {
    "AZURE_CORE_COLLECT_TELEMETRY": "0",
    "AZURE_CORE_NO_COLOR": "1",
    "AZURE_BICEP_CHECK_VERSION": "False",
    "NO_COLOR": "1",
}
"""So that neither program asks the network for anything, or colours what it says."""


class CompileError(ProblemError):
    """A file that the compiler does not take; `errors` has each of them with its place."""

    def __init__(
        self,
        message: str,
        *,
        origin: Origin | None = None,
        help: str | None = None,
        errors: tuple[ProblemError, ...] = (),
    ) -> None:
        super().__init__(message, origin=origin, help=help)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Compiler:
    """A program that compiles Bicep."""

    name: str
    """As people call it: `bicep`, `az bicep`."""
    command: tuple[str, ...]
    """What stands before the file."""

    def compile(self, path: Path, seconds: float = SECONDS) -> bytes:
        """The template as JSON that the compiler makes of a file. Modules that are not at hand are not fetched.

        Raises:
            CompileError: when it says that the file is wrong, does not end in time, or cannot be run.

        """
        place = Origin(source=SOURCE, file=display(path))
        try:
            status, out, said = _run([*self.command, str(path.resolve())], path.resolve().parent, seconds)
        except subprocess.TimeoutExpired:
            raise CompileError(
                f"`{self.name}` did not compile it in {seconds:g} s", origin=place, help=_by_hand(path)
            ) from None
        except OSError as error:
            raise CompileError(
                f"`{self.name}` cannot be run: {(error.strerror or 'error').lower()}", origin=place, help=_by_hand(path)
            ) from None
        if status == 0 and out.lstrip()[:1] == b"{":
            return out
        errors = _errors(said, path)
        what = f"gives {len(errors)} errors" if len(errors) != 1 else "gives an error"
        raise CompileError(
            f"`{self.name}` {what}" if errors else f"`{self.name}` gives no template: {_first_line(said, status)}",
            origin=place,
            help=_advice(errors, path),
            errors=errors,
        )


def find_compiler(environ: Mapping[str, str] | None = None) -> Compiler | None:
    """The compiler that the user has, or None.

    Only what stands in a folder that `PATH` names from the root on is taken: a repository that is judged must not
    bring the program that is run.
    """
    given = os.environ if environ is None else environ
    bicep = _which("bicep", given)
    if bicep is not None:
        return Compiler("bicep", (bicep, "build", "--stdout", "--no-restore"))
    az = _which("az", given)
    # `az bicep build` would download a compiler when it has none.
    if az is not None and _has_bicep(given):
        return Compiler("az bicep", (az, "bicep", "build", "--stdout", "--no-restore", "--only-show-errors", "--file"))
    return None


def _which(name: str, environ: Mapping[str, str]) -> str | None:
    folders = [folder for folder in environ.get("PATH", "").split(os.pathsep) if Path(folder).is_absolute()]
    found = shutil.which(name, path=os.pathsep.join(folders)) if folders else None
    return found if found is not None and Path(found).is_absolute() else None


def _has_bicep(environ: Mapping[str, str]) -> bool:
    """Whether `az` has the compiler where it installs it."""
    home = environ.get("AZURE_CONFIG_DIR") or str(
        Path(environ.get("HOME") or environ.get("USERPROFILE") or "/") / ".azure"
    )
    return any((Path(home) / "bin" / name).is_file() for name in ("bicep", "bicep.exe"))


def _run(command: list[str], folder: Path, seconds: float) -> tuple[int, bytes, str]:
    """Exit status, what was written to standard output, and what to standard error. No shell is involved."""
    # INVARIANT: the program is the user's own, found by `find_compiler`; the file is its last argument and absolute.
    with subprocess.Popen(  # noqa: S603
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **_QUIET},
        start_new_session=True,
    ) as process:
        try:
            out, said = process.communicate(timeout=seconds)
        except BaseException:
            _end(process)
            raise
    return process.returncode, out, said.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with all that it has started: `az` is a script that starts others."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _errors(said: str, path: Path) -> tuple[ProblemError, ...]:
    found: dict[tuple[str, str, str], ProblemError] = {}
    for line in said.splitlines():
        match = _DIAGNOSTIC.match(line.strip())
        if match is None or match["level"] != "Error":
            continue
        file = display(path.resolve().parent / match["file"])
        message = f"{match['code']}: {match['text']}".rstrip(".")
        origin = Origin(source=SOURCE, file=file, line=int(match["line"]))
        found.setdefault((file, match["line"], message), ProblemError(message, origin=origin))
    return tuple(found.values())[:MAX_ERRORS]


def _first_line(said: str, status: int) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[0][:200] if lines else f"it ended with {status}"


def _by_hand(path: Path) -> str:
    return f"compile it yourself: `bicep build {display(path)}`"


def _advice(errors: tuple[ProblemError, ...], path: Path) -> str:
    # Modules of a registry that were never fetched.
    if any(error.message.startswith(("BCP190", "BCP192")) for error in errors):
        return f"fetch its modules: `bicep restore {display(path)}`"
    return f"mend them; `bicep build {display(path)}` says more"
