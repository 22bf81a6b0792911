"""Small repositories with manifests, charts, kustomizations and pipelines fed to the reader of Kubernetes.

An input is several files in one: a line `#=== PATH` begins each.
"""

# ruff: noqa: E501 - pieces of files read best as they are written

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.fuzz.running import SEEDS, Target

from everward.estate import Estate, references_in
from everward.sources import ReadOptions, read_workload
from everward.values import ProblemError

MARK: Final = re.compile(rb"^#=== ([\w./-]{1,80})$", re.MULTILINE)
ODD: Final = (
    b"\t", b"\0", b"&a ", b"*a", b"<<: *a\n", b"- ", b": ", b"{", b"}", b"[", b"]", b"|\n", b">-\n", b"'", b'"', b"#", b"%",
    b"!!binary x", b"---\n", b"...\n", b"? ", b"{{", b"}}", b"{{-", b"-}}", b"{{ if ", b"{{ end }}", b"{{ range . }}",
    b"{{ include \"x\" . }}", b"{{ define \"x\" }}", b"{{ with .Values }}", b" | ", b" | toYaml", b" | quote",
    b" | default ", b".Values.", b"$x", b":=", b"(", b")", b"null", b"true", b"-1", b"1e400", b"9" * 300, b"\xff",
    b"\xef\xbb\xbf", b"a" * 5000, b"\xee\x83\xb51\xee\x83\xb6", b"$patch: delete\n", b"~1", b"/-", b"../", b"=",
    b"--set a[999999]=1", b"--set a={x", b"`\n", b"$(x)", b"${{ x }}", b"|| ", b"; ", b"\r\n", b"\xe2\x80\xa8", b"until 99999999",
    b"repeat 99999999 \"x\"", b"regexMatch \"(a+)+$\" ", b"printf \"%999999999d\" 1", b"0.0.0.0/0", b"LoadBalancer", b"List",
)  # fmt: skip
ACTIONS: Final = (
    "{{ %s }}", "{{- %s -}}", "{{ if %s }}a{{ else }}b{{ end }}", "{{ range $i, $x := %s }}{{ $x }}{{ end }}",
    "{{ with %s }}{{ . }}{{ end }}", "{{ $y := %s }}{{ $y }}", "{{ %s | toYaml | nindent 4 }}", "{{ (%s).a }}",
)  # fmt: skip
VALUES: Final = (
    ".Values.a", ".Values.list", ".Values.map", ".Values.open", ".Release.Name", ".Chart", ".", "nil", "1", "-2.5",
    "\"x\"", "list 1 2", "dict \"a\" .Values", "$", ".Capabilities.KubeVersion.Version", ".Values.open.deeper",
)  # fmt: skip


class ManifestTarget(Target):
    """Repositories are read, and every resource is looked at."""

    name = "manifests"
    suffix = ".txt"
    limit = 3.0

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="everward-fuzz-"))

    def maker(self, rng: random.Random) -> Callable[[], bytes]:
        return _Maker(rng, self.seeds()).case

    def seeds(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((SEEDS / "manifests").glob("*.txt"))]

    def use(self, content: bytes) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        for name, body in files_in(content):
            path = self._folder / name
            if ".." in path.parts or path.is_dir():
                continue
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError):
                continue
            path.write_bytes(body)
        for environment in (None, "prod"):
            try:
                readings = read_workload([self._folder], ReadOptions(environment=environment))
            except ProblemError:
                continue
            estate = Estate(readings)
            for resource in estate:
                assert str(resource.origin)
                assert isinstance(list(references_in(resource)), list)
                resource.origin_of("properties.spec.template.spec.containers[0].image")
            assert all(item.reason for item in estate.unresolved)


def files_in(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of an input."""
    marks = list(MARK.finditer(content))
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        yield mark[1].decode(), content[mark.end() + 1 : following.start() if following is not None else len(content)]


class _Maker:
    def __init__(self, rng: random.Random, seeds: list[bytes]) -> None:
        self.rng = rng
        self.seeds = seeds

    def case(self) -> bytes:
        """One input: a seed with a few changes, or one whose template was made up."""
        content = self.rng.choice(self.seeds)
        for _ in range(self.rng.choice((1, 1, 2, 3, 8, 30))):
            content = self.rng.choice((self.splice, self.cut, self.repeat, self.swap, self.action, self.nest))(content)
        return content[:200_000]

    def place(self, content: bytes) -> int:
        return self.rng.randrange(len(content) + 1)

    def splice(self, content: bytes) -> bytes:
        at = self.place(content)
        piece = self.rng.choice(ODD) if self.rng.random() < 0.8 else self.piece(self.rng.choice(self.seeds))
        return content[:at] + piece + content[at + self.rng.choice((0, 0, 1, 5)) :]

    def piece(self, content: bytes) -> bytes:
        at = self.place(content)
        return content[at : at + self.rng.randrange(400)]

    def cut(self, content: bytes) -> bytes:
        at = self.place(content)
        return content[:at] + content[at + self.rng.choice((1, 1, 3, 20, 200)) :]

    def repeat(self, content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if not lines:
            return content
        at = self.rng.randrange(len(lines))
        size = self.rng.randrange(1, 12)
        return b"".join(
            lines[: at + size] + lines[at : at + size] * self.rng.choice((1, 1, 2, 50)) + lines[at + size :]
        )

    def swap(self, content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if lines:
            first, second = self.rng.randrange(len(lines)), self.rng.randrange(len(lines))
            lines[first], lines[second] = lines[second], lines[first]
        return b"".join(lines)

    def action(self, content: bytes) -> bytes:
        """Put an action of templates somewhere, made of random functions."""
        at = self.place(content)
        made = self.rng.choice(ACTIONS) % self.expression(0)
        return content[:at] + made.encode() + content[at:]

    def expression(self, depth: int) -> str:
        from everward.sources.manifests.helm.functions import table

        if depth > 3 or self.rng.random() < 0.3:
            return self.rng.choice(VALUES)
        name = self.rng.choice(sorted(table()))
        arguments: list[Any] = [f"({self.expression(depth + 1)})" for _ in range(self.rng.randrange(4))]
        return " ".join((name, *arguments))

    def nest(self, content: bytes) -> bytes:
        at = self.place(content)
        size = self.rng.choice((3, 60, 600, 6_000))
        opening, closing = self.rng.choice(((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""), (b"{{ if 1 }}", b"{{ end }}"),
                                            (b"(", b")"), (b"a:\n ", b"")))  # fmt: skip
        return content[:at] + opening * size + closing * size + content[at:]


TARGET = ManifestTarget
