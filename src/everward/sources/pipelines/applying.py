"""Commands that apply Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from everward.sources.pipelines.words import join_lines


@lru_cache(maxsize=512)
def applied(script: str) -> tuple[str | None, ...]:
    """For each time that a script applies Terraform, the folder that the command names, if any."""
    return tuple(_applied(script))


def _applied(script: str) -> Iterator[str | None]:
    for line in join_lines(script).splitlines():
        for command in re.split(r"[;&|]+", line.partition("#")[0]):
            words = command.split()
            at = next((index for index, word in enumerate(words) if word in ("terraform", "tofu")), len(words))
            rest = words[at + 1 :]
            first = next((word for word in rest if not word.startswith("-")), None)
            if first == "apply":
                yield next((word.partition("=")[2] for word in rest if word.startswith("-chdir=")), None)
