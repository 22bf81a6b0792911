"""The product's data files are what their sources make, and each says where it is from."""

import os
from pathlib import Path

import pytest
from tests.regenerate import main

from everward.values import data_file

DATA = data_file("aliases.bin").parent
FILES = sorted(path.name for path in DATA.iterdir() if path.suffix not in (".md", ".py") and path.is_file())
FOLDERS = sorted(path.name for path in DATA.iterdir() if path.is_dir() and path.name != "__pycache__")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cases = os.environ.get("EVERWARD_CASES")
    if not cases:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the published lists")
    out = tmp_path_factory.mktemp("data")
    assert main([str(Path(cases) / "data"), str(out)]) == 0
    return out


def test_what_can_be_made_again_is_as_it_is_shipped(made: Path) -> None:
    names = sorted(path.name for path in made.iterdir())
    assert names == [name for name in FILES if name in names]
    assert {"aliases.bin", "resource-types.txt", "azurerm-role-ids.tsv"} <= set(names)
    assert [name for name in names if (made / name).read_bytes() != (DATA / name).read_bytes()] == []


@pytest.mark.parametrize("name", FILES)
def test_every_data_file_says_where_it_is_from(name: str) -> None:
    notes = "".join(path.read_text(encoding="utf-8") for path in DATA.glob("*.md"))
    own = (DATA / name).read_bytes()[:400]
    family = name.replace("azurerm-facts", "").removesuffix(".tsv.gz")
    assert name in notes or (family != name and family in notes) or b"ource" in own or b"_provenance" in own


@pytest.mark.parametrize("name", FOLDERS)
def test_every_folder_of_data_says_where_each_of_its_parts_is_from(name: str) -> None:
    notes = (DATA / name / "README.md").read_text(encoding="utf-8")
    parts = [path.name for path in (DATA / name).iterdir() if path.name != "README.md"]
    assert parts
    assert [part for part in parts if f"`{part}`" not in notes] == []
