"""A large inventory, varied from recorded bodies: the same bytes every time."""

from __future__ import annotations

import argparse
import gzip
import json
import random
from pathlib import Path
from typing import Any

SEED = 20221
FLIPPED = 0.1
"""The share of truth values that a copy turns round, so that verdicts differ between copies."""


def vary(body: Any, copy: int, rng: random.Random) -> Any:
    """One copy of a body: it stands in another subscription, and so does what it names; some switches differ."""
    if isinstance(body, dict):
        return {_moved(key, copy): vary(value, copy, rng) for key, value in body.items()}
    if isinstance(body, list):
        return [vary(item, copy, rng) for item in body]
    if isinstance(body, bool):
        return body != (rng.random() < FLIPPED)
    return _moved(body, copy) if isinstance(body, str) else body


def _moved(text: str, copy: int) -> str:
    """An id with another subscription: everything in it, groups and references alike, moves along."""
    parts = text.split("/")
    if len(parts) > 2 and parts[0] == "" and parts[1].lower() == "subscriptions" and len(parts[2]) == 36:
        parts[2] = f"{parts[2][:-4]}{copy:04x}"
        return "/".join(parts)
    return text


def inventory(recorded: Path, count: int) -> list[Any]:
    """`count` resources with different ids, in turns over the recorded bodies."""
    with gzip.open(recorded, "rt", encoding="utf-8") as stream:
        bodies = [record["body"] for record in json.load(stream)]
    bodies = [body for body in bodies if str(body["id"]).lower().startswith("/subscriptions/")]
    rng = random.Random(SEED)
    return [vary(bodies[index % len(bodies)], index // len(bodies), rng) for index in range(count)]


def main() -> None:
    """Write one to a file, in a process of its own: the measuring process must not hold that memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("recorded", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("target", type=Path)
    given = parser.parse_args()
    text = json.dumps(inventory(given.recorded, given.count), separators=(",", ":"), ensure_ascii=False)
    given.target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
