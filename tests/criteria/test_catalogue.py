"""The catalogue as it is shipped: complete, in step with its folders, quick to load."""

import re
import time
from pathlib import Path

import pytest

from everward.criteria import Catalogue, Criterion
from everward.criteria.catalogue import COMPILED
from everward.criteria.folders import CHAPTERS, FOLDER, compiled, main, read_folders
from everward.values import UsageError

CATALOGUE = Catalogue.load()
EVERY = list(CATALOGUE)


def test_there_are_forty_and_every_chapter_has_some() -> None:
    assert len(CATALOGUE) >= 40
    assert {criterion.chapter for criterion in CATALOGUE} == set(CHAPTERS)


def test_the_shipped_file_is_made_from_the_folders() -> None:
    assert COMPILED.read_bytes() == compiled(read_folders()), "run `make docs`"


def test_the_shipped_file_is_written_by_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("everward.criteria.folders.COMPILED", tmp_path / "catalogue.json")
    assert main() == 0
    assert (tmp_path / "catalogue.json").read_bytes() == COMPILED.read_bytes()


def test_ids_are_the_names_of_the_folders() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders == {criterion.id for criterion in CATALOGUE}
    assert len(folders) == len(EVERY)


def test_criteria_stand_in_the_order_of_the_chapters() -> None:
    order = [(CHAPTERS.index(criterion.chapter), criterion.id) for criterion in CATALOGUE]
    assert order == sorted(order)


@pytest.mark.parametrize("criterion", EVERY, ids=lambda criterion: criterion.id)
def test_a_folder_holds_what_its_kind_needs(criterion: Criterion) -> None:
    files = {path.name for path in (FOLDER / criterion.id).iterdir()}
    needed = {
        "policy": {"criterion.yaml", "definition.json", "cases.yaml"},
        "manual": {"criterion.yaml", "manual.yaml"},
        "inherited": {"criterion.yaml", "inherited.yaml"},
    }
    assert files == needed[criterion.kind]


@pytest.mark.parametrize("criterion", EVERY, ids=lambda criterion: criterion.id)
def test_what_is_said_is_whole(criterion: Criterion) -> None:
    assert not criterion.title.endswith(".")
    assert criterion.title[0].isupper()
    for text in (criterion.availability, criterion.why, criterion.tradeoff):
        assert text.endswith(".")
        assert "  " not in text
    assert len(re.findall(r"\.(?:\s|$)", criterion.availability)) <= 2, "one or two sentences"
    assert "\n" not in criterion.cheapest
    assert len(criterion.cheapest) <= 160
    assert len(set(criterion.rows)) == len(criterion.rows)
    assert len(set(criterion.stride)) == len(criterion.stride)
    if criterion.kind != "inherited":
        assert criterion.fix
    if criterion.kind == "policy":
        assert {"terraform", "arm", "cli"} == set(criterion.fix)


def test_at_least_ten_criteria_relate_resources() -> None:
    related = [item for item in EVERY if item.kind == "policy" and item.policy().related_type is not None]
    assert len(related) >= 10
    for criterion in related:
        named = {kind.lower() for kind in criterion.relates}
        other = criterion.policy().related_type
        assert other is not None
        assert other.lower() in named
        assert len(named) >= 2


@pytest.mark.parametrize(
    "criterion",
    [item for item in EVERY if item.kind == "policy" and item.policy().related_type is not None],
    ids=lambda criterion: criterion.id,
)
def test_what_an_absence_can_hide_is_said(criterion: Criterion) -> None:
    if criterion.confidence == "low":
        assert criterion.confidence_note


def test_severe_words_are_kept_for_severe_harm() -> None:
    for criterion in EVERY:
        if criterion.severity in ("critical", "high"):
            assert "severe" in (criterion.impact["availability"], criterion.impact["integrity"])


def test_both_editions_have_criteria_and_only_the_newer_asks_for_roles_on_vaults() -> None:
    older, newer = Catalogue.load(edition="2022"), Catalogue.load(edition="2026")
    assert "key-vault-authorises-by-role" in newer
    assert "key-vault-authorises-by-role" not in older
    assert {criterion.id for criterion in older} < {criterion.id for criterion in newer}


def test_single_criteria_are_chosen_in_the_order_of_the_catalogue() -> None:
    chosen = Catalogue.load(["public-ip-ddos-protection", "data-plane-refuses-keys"])
    assert [criterion.id for criterion in chosen] == ["data-plane-refuses-keys", "public-ip-ddos-protection"]
    assert len(Catalogue.load([])) == 0


def test_a_criterion_is_found_by_its_id() -> None:
    found = CATALOGUE.get("key-vault-purge-protection")
    assert found is not None
    assert found.severity == "high"
    assert CATALOGUE.get("no-such-criterion") is None


def test_an_unknown_id_is_answered_with_the_ones_that_look_like_it() -> None:
    with pytest.raises(UsageError) as caught:
        Catalogue.load(["key-vault-purge-protect"])
    assert caught.value.message == "there is no criterion `key-vault-purge-protect`"
    assert caught.value.help is not None
    assert "`key-vault-purge-protection`" in caught.value.help


def test_an_unknown_id_that_looks_like_none_is_answered_with_the_list() -> None:
    with pytest.raises(UsageError) as caught:
        Catalogue.load(["zzzz"])
    assert caught.value.help == "`everward criteria list` shows all"


def test_all_policies_are_ready_in_well_under_a_tenth_of_a_second() -> None:
    def took() -> float:
        start = time.process_time()
        for criterion in Catalogue.load():
            if criterion.kind == "policy":
                assert criterion.policy().types
        return time.process_time() - start

    assert min(took() for _ in range(5)) < 0.1
