"""Parameter files of Bicep, made of pieces of the language and broken ones."""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from tests.fuzz.running import SEEDS, Target

from everward.sources.template.bicep import ParameterFile
from everward.sources.tree import Tree
from everward.values import UnreadableError

PIECES: Final = SEEDS / "bicepparam"
MARKS: Final = (
    "'", "'''", "$'''", "${", "}", "{", "[", "]", "(", ")", ",", ":", "=", "=>", "...", ".?", "[?", "!", "::", "?",
    "??", "\n", "\r", "\\", "\\u{", "//", "/*", "*/", "#", "@", "\0", "\ufeff", "\u2028", "\ud7ff", '"', "-", "+", "==",
)  # fmt: skip
NAMES: Final = ("a", "b", "c", "sys", "az", "base", "x", "lib", "null", "true", "for", "in", "if", "none", "with")
CALLS: Final = (
    "concat", "union", "map", "filter", "reduce", "sort", "toObject", "range", "format", "join", "split", "items",
    "int", "bool", "json", "string", "length", "contains", "any", "nameof", "readEnvironmentVariable", "externalInput",
    "readCliArg", "az.getSecret", "sys.max", "loadTextContent", "loadJsonContent", "loadYamlContent", "base64ToJson",
    "f", "lib.g", "lib.size", "flatten", "groupBy", "mapValues", "shallowMerge", "dateTimeAdd", "padLeft", "cidrSubnet",
)  # fmt: skip

LEAVES: Final = (
    "0", "1", "7", "2147483648", "9223372036854775808", "''", "'x'", "'\\n'", "'{0}'", "'a.b'", "'P1D'", "'[x]'",
    "'\\u{1F600}'", "'10.0.0.0/8'", "'{\"a\": 1}'", "[]", "{}",
)  # fmt: skip
OPERATORS: Final = ("+", "-", "*", "/", "%", "==", "!=", "=~", "<", ">=", "&&", "||", "??")
SHAPES: Final = (
    "'x${~}y'", "{ a: ~, ...~\n b: ~ }", "[~, ...~\n ~]", "~ @ ~", "(~ ? ~ : ~)", "~.a", "~.?a", "~[0]", "~[?1]",
    "~[~]", "~!", "map(~, x => ~)", "[for (x, i) in ~: ~]", "!~", "-~", "(a, b) => ~", "CALL()", "CALL(~)", "CALL(~)",
    "CALL(~, ~)", "CALL(~, ~)", "CALL(~, ~, ~)", "reduce(~, ~, (a, b) => ~)",
)  # fmt: skip
"""`~` is an expression, `@` an operator."""


class Maker:
    """Makes files."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._seeds = [path.read_text(encoding="utf-8") for path in sorted(PIECES.glob("*.bicepparam"))]

    def case(self) -> bytes:
        """One file."""
        kind = self._rng.randrange(5)
        if kind == 0:
            return self._scrambled()
        if kind == 1:
            return self._cut().encode("utf-8", "surrogatepass")
        return self._file().encode("utf-8", "surrogatepass")

    def _scrambled(self) -> bytes:
        out = bytearray(self._rng.choice(self._seeds).encode())
        for _ in range(self._rng.randint(1, 8)):
            at = self._rng.randrange(len(out) + 1)
            out[at : at + self._rng.randrange(4)] = bytes([self._rng.randrange(256)])
        return bytes(out)

    def _cut(self) -> str:
        out = self._rng.choice(self._seeds)
        for _ in range(self._rng.randint(1, 6)):
            at = self._rng.randrange(len(out) + 1)
            kind = self._rng.randrange(4)
            if kind == 0:
                out = out[:at] + out[at + self._rng.randint(1, 30) :]
            elif kind == 1:
                out = out[:at] + out[at : at + self._rng.randint(1, 40)] * self._rng.choice((2, 40, 600)) + out[at:]
            elif kind == 2:
                out = out[:at] + self._rng.choice(MARKS) * self._rng.choice((1, 1, 3, 3000)) + out[at:]
            else:
                out = out[:at] + self._expression(2) + out[at:]
        return out[:200_000]

    def _file(self) -> str:
        lines = [self._statement() for _ in range(self._rng.randint(1, 12))]
        return self._rng.choice(("using none\n", "using 'main.bicep'\n", "")) + "\n".join(lines) + "\n"

    def _statement(self) -> str:
        kind = self._rng.randrange(14)
        name = self._rng.choice(NAMES)
        if kind == 0:
            return self._rng.choice(("import * as lib from 'lib.bicep'", "import { g, size as b } from 'lib.bicep'"))
        if kind == 1:
            return f"func f({name} string, y int) object => {self._expression(0)}"
        if kind == 2:
            return f"extensionConfig {name} with {self._expression(0)}"
        if kind == 3:
            return self._rng.choice(("extends 'base.bicepparam'", "@secure()", "type t = 'a' | 'b'", "param", "var a"))
        word = "param" if kind < 10 else "var"
        return f"{word} {name} = {self._expression(0)}"

    def _expression(self, depth: int) -> str:
        rng = self._rng
        if depth >= 5 or rng.random() < 0.25:
            return self._leaf()
        shape = rng.choice(SHAPES)
        for _ in range(shape.count("~")):
            shape = shape.replace("~", self._expression(depth + 1), 1)
        return shape.replace("@", rng.choice(OPERATORS)).replace("CALL", rng.choice(CALLS))

    def _leaf(self) -> str:
        if self._rng.random() < 0.4:
            return self._rng.choice(NAMES)
        return self._rng.choice(LEAVES)


class BicepParameterTarget(Target):
    """A file is read with what it imports and extends; whatever it holds, it gives values or says what is wrong."""

    name = "bicepparam"
    suffix = ".bicepparam"

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp())
        # A target lives as long as its process: nothing tells when it is no longer fed.
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        for path in PIECES.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        self._path = folder / "made.bicepparam"

    def maker(self, rng: random.Random) -> Callable[[], bytes]:
        return Maker(rng).case

    def seeds(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(PIECES.glob("*.bicepparam"))]

    def use(self, content: bytes) -> None:
        self._path.write_bytes(content)
        try:
            file = ParameterFile(self._path, Tree(self._path), {"A": "1"})
        except UnreadableError:
            return
        entries = file.entries()
        msgspec.json.encode((entries, file.extensions(), file.deployment(), file.external))
        try:
            file.template()
        except UnreadableError as error:
            _has_advice(error)
        for item in file.problems:
            assert item.origin is not None
            assert item.origin.line


def _has_advice(error: UnreadableError) -> None:
    assert error.help


TARGET = BicepParameterTarget
