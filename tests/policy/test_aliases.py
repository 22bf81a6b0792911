import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from everward.policy import Catalogue, ListedTables, shipped_aliases
from everward.policy.aliases import FileTables
from everward.policy.aliasfile import AliasFile, write_alias_file

ROWS = [
    ("Microsoft.Test/things", "Microsoft.Test/things/color", "properties.color"),
    ("Microsoft.Test/things", "Microsoft.Test/things/Color", "properties.second"),
    ("Microsoft.Test/things", "Microsoft.test/things/sku.name", "sku.name"),
    ("Microsoft.Test/things", "Microsoft.Test/things/rules[*]", "properties.rules[*]"),
    ("Microsoft.Test/things", "Microsoft.Test/shade", "properties.shade"),
    ("Microsoft.Test/others", "Microsoft.Test/shade", "properties.deep.shade"),
    ("Microsoft.Test/things/parts", "Microsoft.Test/things/parts/size", "properties.size"),
]


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    write_alias_file(ROWS, tmp_path / "aliases.bin")
    return Catalogue(FileTables(AliasFile(tmp_path / "aliases.bin")))


@pytest.mark.parametrize(
    ("kind", "alias", "steps"),
    [
        ("microsoft.test/things", "Microsoft.Test/things/color", ("properties", "color")),
        ("microsoft.test/things", "MICROSOFT.TEST/THINGS/COLOR", ("properties", "color")),
        ("microsoft.test/things", "Microsoft.Test/things/sku.name", ("sku", "name")),
        ("microsoft.test/things", "Microsoft.Test/shade", ("properties", "shade")),
        ("microsoft.test/others", "Microsoft.Test/shade", ("properties", "deep", "shade")),
        # An alias of another type keeps the path that it has there.
        ("microsoft.other/x", "Microsoft.Test/things/parts/size", ("properties", "size")),
        ("microsoft.other/x", "Microsoft.Test/shade", ("properties", "shade")),
        # The name of an array whose elements alone are listed means the array.
        ("microsoft.test/things", "Microsoft.Test/things/rules", ("properties", "rules")),
        ("microsoft.test/things", "Microsoft.Test/things/rules[*]", ("properties", "rules", "[*]")),
        ("microsoft.test/things", "Microsoft.Test/things/none", None),
        ("microsoft.test/things", "color", None),
        # A name that begins like another is not that one.
        ("microsoft.test/things", "Microsoft.Test/things/col", None),
    ],
)
def test_an_alias_is_found_by_type_and_name_without_case(
    catalogue: Catalogue, kind: str, alias: str, steps: tuple[str, ...] | None
) -> None:
    assert catalogue.steps(kind, alias) == steps


def test_facts_have_an_alias_for_every_property(catalogue: Catalogue) -> None:
    assert catalogue.steps("everward.reach/exposures", "Everward.Reach/exposures/ports[*].number") == (
        "properties",
        "ports",
        "[*]",
        "number",
    )
    assert catalogue.steps("", "everward.X/y/z/prop") == ("properties", "prop")
    for bad in ("Everward.Reach", "Everward.Reach/exposures/", "Everward.Reach/exposures/a[x]", "Everward.X/prop"):
        assert catalogue.steps("everward.reach/exposures", bad) is None


@pytest.mark.parametrize(
    ("alias", "meant"),
    [
        ("Microsoft.Test/things/colour", "Microsoft.Test/things/Color"),
        ("Microsoft.Tset/things/color", "Microsoft.Test/things/Color"),
        ("Microsoft.Test/things/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", None),
        ("nothing like it", None),
    ],
)
def test_a_wrong_alias_gets_the_closest_one(catalogue: Catalogue, alias: str, meant: str | None) -> None:
    found = catalogue.suggest(alias)
    assert (found or "").lower() == (meant or "").lower()


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"hello\n")
    with pytest.raises(ValueError, match="`x` is not an alias catalogue"):
        AliasFile(tmp_path / "x").find("a/b", "a/b/c")


def test_only_ascii_names_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not ASCII"):
        write_alias_file([("A/b", "A/b/ü", "properties.ü")], tmp_path / "x")


LISTING: list[dict[str, Any]] = [
    {
        "namespace": "Microsoft.Test",
        "resourceTypes": [
            {
                "resourceType": "things",
                "aliases": [
                    {
                        "name": "Microsoft.Test/things/level",
                        "defaultPath": "properties.level",
                        "paths": [{"path": "sku.level", "apiVersions": ["2019-01-01", "2020-01-01"]}],
                    },
                    {"name": "Microsoft.Test/things/only", "paths": [{"path": "properties.only", "apiVersions": []}]},
                    {
                        "name": "Microsoft.Test/things/list[*]",
                        "defaultPath": "properties.list[*]",
                        "paths": [{"path": "old[*]", "apiVersions": ["2019-01-01"]}],
                    },
                    {"name": "Microsoft.Test/short", "defaultPath": "properties.short"},
                ],
            },
            {"resourceType": "bare"},
        ],
    },
    {"namespace": "Microsoft.Empty"},
]


def test_a_listing_chooses_the_path_of_the_api_version() -> None:
    catalogue = Catalogue(ListedTables(LISTING))
    level = "Microsoft.Test/things/level"
    assert catalogue.steps("microsoft.test/things", level) == ("properties", "level")
    assert catalogue.steps("microsoft.test/things", level, "2020-01-01") == ("sku", "level")
    assert catalogue.steps("microsoft.test/things", level, "2030-01-01") == ("properties", "level")
    assert catalogue.steps("microsoft.test/things", "Microsoft.Test/things/only") == ("properties", "only")
    assert catalogue.steps("microsoft.test/things", "Microsoft.Test/things/list", "2019-01-01") == ("old",)
    assert catalogue.steps("x/y", "Microsoft.Test/short") == ("properties", "short")
    assert catalogue.suggest("Microsoft.Test/things/lvel") == "Microsoft.Test/things/level"
    assert catalogue.suggest("Microsoft.Tst/things/lvel") == "Microsoft.Test/things/level"


def test_the_shipped_catalogue_knows_the_types_it_should() -> None:
    aliases = shipped_aliases()
    assert aliases.steps(
        "microsoft.network/networksecuritygroups", "Microsoft.Network/networkSecurityGroups/securityRules[*].access"
    ) == (
        "properties",
        "securityRules",
        "[*]",
        "properties",
        "access",
    )
    publisher = "Microsoft.Compute/imagePublisher"
    assert aliases.steps("microsoft.compute/virtualmachines", publisher) != aliases.steps(
        "microsoft.compute/virtualmachinescalesets", publisher
    )
    assert aliases.suggest("Microsoft.KeyVault/vaults/enablePurgeProtecton") == (
        "Microsoft.KeyVault/vaults/enablePurgeProtection"
    )


def test_the_shipped_catalogue_holds_every_row_it_was_made_from() -> None:
    folder = os.environ.get("EVERWARD_CASES")
    if not folder:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    text = gzip.decompress((Path(folder) / "data" / "aliases.tsv.gz").read_bytes()).decode()
    wanted: dict[tuple[str, str], str] = {}
    for line in text.splitlines()[1:]:
        kind, alias, path = line.split("\t")
        wanted.setdefault((kind.lower(), alias.lower()), path)
    file = AliasFile(Path(__file__).parents[2] / "src" / "everward" / "data" / "aliases.bin")
    assert {key: file.find(*key) for key in wanted} == wanted
    assert {(kind, name.lower()) for kind in file.types for name in file.names(kind)} == wanted.keys()
