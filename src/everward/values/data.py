"""Where the product's own data files stand."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / "data"


def data_file(name: str) -> Path:
    """The path of a data file of the product, such as `aliases.tsv.gz`."""
    return _FOLDER / name
