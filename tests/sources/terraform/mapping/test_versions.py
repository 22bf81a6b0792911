"""Which provider version a root has, and its facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.sources.terraform.mapping import facts as module
from everward.sources.terraform.mapping.facts import EDITIONS, Facts
from everward.sources.terraform.mapping.versions import choose_edition, fitting_major
from everward.values import UnreadableError


@pytest.mark.parametrize(
    ("required", "locked", "major"),
    [
        ("3.116.0", None, 3),
        ("= 4.1.0", None, 4),
        ("~> 3.0", None, 3),
        ("~> 3", None, 3),
        ("~> 4.10.0", None, 4),
        (">= 3.0, < 4.0", None, 3),
        (">= 4.0.0, <= 4.99.0", None, 4),
        ("> 3.5, != 3.6.0, < 4.0.0", None, 3),
        (">= 3.0", "4.2.0", 4),
        ("5.0.0-beta1", None, 5),
    ],
)
def test_version_that_root_settles(required: str | None, locked: str | None, major: int) -> None:
    edition = choose_edition(required, locked)
    assert (edition.major, edition.assumed) == (major, None)


@pytest.mark.parametrize(
    ("required", "major", "why"),
    [
        (None, 5, "no version of azurerm is required or locked"),
        (">= 3.0", 5, "`>= 3.0` admits azurerm 5.x, 4.x, 3.x"),
        (">= 3.0, < 5.0.0", 4, "`>= 3.0, < 5.0.0` admits azurerm 4.x, 3.x"),
        ("~> 2.99", 3, "there are no facts for azurerm `~> 2.99`"),
        (">= 9.0", 5, "there are no facts for azurerm `>= 9.0`"),
        ("latest", 5, "`latest` is not a version constraint"),
    ],
)
def test_version_that_is_guessed_says_why(required: str | None, major: int, why: str) -> None:
    edition = choose_edition(required, None)
    assert (edition.major, edition.assumed) == (major, why)


@given(st.sampled_from([3, 4, 5]), st.integers(0, 200), st.integers(0, 200))
def test_exact_version_is_its_major(major: int, minor: int, patch: int) -> None:
    assert choose_edition(f"{major}.{minor}.{patch}", None).major == major
    assert choose_edition(f"~> {major}.{minor}", None).major == major


@given(st.text(max_size=40))
def test_any_text_gives_an_edition(text: str) -> None:
    assert choose_edition(text, None).major in EDITIONS


@pytest.mark.parametrize("major", EDITIONS)
def test_every_type_is_found(major: int) -> None:
    facts = Facts.load(major)
    text = facts._text
    names = dict.fromkeys(line.split("\t", 1)[0] for line in text.splitlines() if line)
    assert len(names) > 1000
    rows = sum(1 for line in text.splitlines() if line)
    assert sum(len(found.attributes) for name in names if (found := facts.of(name)) is not None) == rows


def test_facts_of_unknown_types() -> None:
    facts = Facts.load(3)
    assert facts.of("azurerm_zzz") is None
    assert facts.of("aaa") is None
    assert facts.of("azurerm_key") is None


def test_defaults_follow_the_version() -> None:
    defaults = []
    for major in EDITIONS:
        found = Facts.load(major).of("azurerm_storage_account")
        assert found is not None
        defaults.append(found.attributes["allow_nested_items_to_be_public"].default)
    assert defaults == [True, True, False]


def test_flags_and_kinds() -> None:
    found = Facts.load(3).of("azurerm_key_vault")
    assert found is not None
    acls = found.attributes["network_acls"]
    assert (acls.is_block, acls.optional, acls.computed, acls.required, acls.max_items) == (True, True, True, False, 1)
    assert found.attributes["sku_name"].required


def test_no_facts_for_other_majors() -> None:
    with pytest.raises(KeyError):
        Facts.load(2)


def test_broken_data_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "data_file", lambda name: tmp_path / name)
    with pytest.raises(UnreadableError, match=r"facts-9\.9\.9"):
        module._load("facts-9.9.9.tsv.gz", "9.9.9")
    (tmp_path / "facts-8.8.8.tsv.gz").write_bytes(b"no gzip")
    with pytest.raises(UnreadableError):
        module._load("facts-8.8.8.tsv.gz", "8.8.8")


@pytest.mark.parametrize("major", EDITIONS)
def test_whole_attributes_tell_the_version(major: int) -> None:
    found = Facts.load(major).of("azurerm_storage_account")
    assert found is not None
    given_names = {path: None for path in found.attributes if "." not in path}
    assert fitting_major({"azurerm_storage_account": given_names, "random_id": {}}) == major


def test_version_of_nothing_is_the_newest() -> None:
    assert fitting_major({}) == max(EDITIONS)
    assert fitting_major({"azurerm_none": {}}) == max(EDITIONS)
