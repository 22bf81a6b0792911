"""Makes the product's data files anew from what they carry: `python -m tests.regenerate FOLDER [OUT]`.

FOLDER holds what was taken from elsewhere: `aliases.tsv.gz` (type, alias, default path: the alias listing of
`az provider list --expand resourceTypes/aliases`), `builtin-roles.json.gz` (`az role definition list`), and
`azurerm-facts-VERSION.tsv.gz` (drawn from the provider's schema). OUT is the package's data folder by default.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from everward.policy.aliasfile import write_alias_file
from everward.values import data_file


def alias_rows(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Resource type, alias and default path of every alias."""
    with gzip.open(folder / "aliases.tsv.gz", "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            kind, alias, path = line.rstrip("\n").split("\t")
            yield kind, alias, path


def write_types(folder: Path, out: Path) -> None:
    """How resource types are spelled, one a line, under the notice that the file has."""
    first: dict[str, str] = {}
    for kind, _, _ in alias_rows(folder):
        # The listing spells some types twice: its first spelling is kept.
        first.setdefault(kind.lower(), kind)
    spelled = [first[key] for key in sorted(first)]
    (out / "resource-types.txt").write_text("\n".join([*notice("resource-types.txt"), *spelled, ""]), encoding="utf-8")


def write_roles(folder: Path, out: Path) -> None:
    """Names and ids of built-in roles."""
    roles = json.loads(gzip.decompress((folder / "builtin-roles.json.gz").read_bytes()))["roles"]
    rows = sorted(f"{role['roleName']}\t{role['id']}" for role in roles)
    lines = [*notice("azurerm-role-ids.tsv"), "name\tid", *rows, ""]
    (out / "azurerm-role-ids.tsv").write_text("\n".join(lines), encoding="utf-8")


def notice(name: str) -> list[str]:
    """The lines of a data file that say where it is from."""
    lines = data_file(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("#")]


def main(arguments: list[str]) -> int:
    """Write every file that can be made from what FOLDER holds."""
    folder = Path(arguments[0])
    out = Path(arguments[1]) if len(arguments) > 1 else data_file("aliases.bin").parent
    write_alias_file(alias_rows(folder), out / "aliases.bin")
    write_types(folder, out)
    write_roles(folder, out)
    for facts in sorted(folder.glob("azurerm-facts-*.tsv.gz")):
        shutil.copyfile(facts, out / facts.name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
