"""The pages: one a criterion, whole, and in step with the catalogue."""

from pathlib import Path

import pytest

from everward.criteria import Catalogue, Criterion
from everward.criteria.documentation import THREATS, TITLES, main, overview, page, pages, write

EVERY = list(Catalogue.load())
DOCS = Path(__file__).resolve().parents[2] / "docs" / "criteria"


def test_the_pages_are_in_step() -> None:
    made = pages(EVERY)
    assert {path.name for path in DOCS.iterdir()} == set(made)
    for name, text in made.items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, "run `make docs`"


@pytest.mark.parametrize("criterion", EVERY, ids=lambda criterion: criterion.id)
def test_a_page_says_everything(criterion: Criterion) -> None:
    text = page(criterion)
    assert text.startswith(f"# {criterion.title}\n")
    for said in (criterion.availability, criterion.why, criterion.tradeoff, criterion.cheapest, *criterion.references):
        assert said in text
    for optional in (criterion.defaults, criterion.confidence_note, *criterion.fix.values()):
        assert (optional or "").rstrip("\n") in text
    for row in (*criterion.rows, TITLES[criterion.chapter], *(THREATS[threat] for threat in criterion.stride)):
        assert row in text
    assert text.endswith("\n")
    assert "\n\n\n" not in text


def test_a_page_tells_how_each_kind_is_verified() -> None:
    texts = {criterion.kind: page(criterion) for criterion in EVERY}
    assert "A resource is non-compliant when:" in texts["policy"]
    assert "By an attestation, valid for" in texts["manual"]
    assert "Microsoft Azure holds it" in texts["inherited"]


def test_the_overview_lists_every_criterion_in_its_chapter() -> None:
    text = overview(EVERY)
    places = [text.index(f"]({criterion.id}.md)") for criterion in EVERY]
    assert places == sorted(places)
    for title in TITLES.values():
        assert f"## {title}\n" in text


def test_pages_of_criteria_that_are_no_more_are_removed(tmp_path: Path) -> None:
    (tmp_path / "old-criterion.md").write_text("old", encoding="utf-8")
    write(tmp_path, EVERY)
    assert not (tmp_path / "old-criterion.md").exists()
    assert len(list(tmp_path.iterdir())) == len(EVERY) + 1


def test_the_command_writes_into_the_folder_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main([str(tmp_path / "named")]) == 0
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    named = {path.name for path in (tmp_path / "named").iterdir()}
    assert named == {path.name for path in (tmp_path / "docs" / "criteria").iterdir()}
