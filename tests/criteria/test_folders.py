"""Reading the folders: strict, and with the place of what is wrong."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from everward.criteria.folders import CHAPTERS, FOLDER, compiled, read_folder, read_folders
from everward.values import ProblemError

METADATA = """
title: What must hold
chapter: governance
rows: [PG-R04]
severity: medium
confidence: high
stride: [denialOfService]
impact: {availability: severe, integrity: none, confidentiality: none}
availability: The stamp goes down.
why: Because.
tradeoff: It costs money.
break: do it
editions: ["2022", "2026"]
references: [https://example.com/page]
"""


def folder(tmp_path: Path, **files: str) -> Path:
    made = tmp_path / "some-criterion"
    made.mkdir()
    for name, text in {"criterion_yaml": METADATA, "definition_json": "{}", **files}.items():
        if text:
            (made / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return made


def test_a_folder_becomes_a_criterion(tmp_path: Path) -> None:
    criterion = read_folder(folder(tmp_path, definition_json='{"if": {}}'))
    assert criterion.id == "some-criterion"
    assert criterion.kind == "policy"
    assert criterion.cheapest == "do it"
    assert criterion.impact == {"availability": "severe", "integrity": "none", "confidentiality": "none"}
    assert criterion.fix == {}
    assert criterion.relates == ()
    assert criterion.definition == {"if": {}}


def test_repairs_are_kept_by_language(tmp_path: Path) -> None:
    criterion = read_folder(folder(tmp_path, criterion_yaml=METADATA + "fix: {terraform: a, cli: b}\n"))
    assert criterion.fix == {"terraform": "a", "cli": "b"}


def test_what_people_know_is_read(tmp_path: Path) -> None:
    text = "question: Is it so?\nevidence: [a report]\nvalidForDays: 90\n"
    criterion = read_folder(folder(tmp_path, definition_json="", manual_yaml=text))
    assert criterion.kind == "manual"
    assert criterion.manual is not None
    assert criterion.manual.valid_for_days == 90
    with pytest.raises(ValueError, match="not verified by a policy"):
        criterion.policy()


def test_what_the_platform_holds_is_read(tmp_path: Path) -> None:
    text = "statement: It is.\nprovider: Azure\nscope: everywhere\nsource: https://example.com\nread: 2026-11-24\n"
    criterion = read_folder(folder(tmp_path, definition_json="", inherited_yaml=text))
    assert criterion.kind == "inherited"
    assert criterion.inherited is not None
    assert criterion.inherited.read == date(2026, 11, 24)
    assert msgspec.json.decode(compiled([criterion]))[0]["inherited"]["read"] == "2026-11-24"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"criterion_yaml": METADATA + "colour: red\n"}, "colour"),
        ({"criterion_yaml": METADATA.replace("severity: medium", "severity: awful")}, "awful"),
        ({"criterion_yaml": METADATA.replace("chapter: governance", "chapter: cooking")}, "cooking"),
        ({"criterion_yaml": METADATA.replace("PG-R04", "XX-R04")}, "rows"),
        ({"criterion_yaml": METADATA.replace("rows: [PG-R04]", "rows: []")}, "rows"),
        ({"criterion_yaml": METADATA.replace("https://", "http://")}, "references"),
        ({"criterion_yaml": METADATA.replace("title: What must hold", "")}, "title"),
        ({"criterion_yaml": METADATA.replace('["2022", "2026"]', '["2019"]')}, "2019"),
        ({"criterion_yaml": METADATA + "fix: {bicep: a}\n"}, "bicep"),
        ({"criterion_yaml": "a: [\n"}, "is not YAML"),
        ({"criterion_yaml": ""}, "cannot read"),
        ({"definition_json": "{"}, "is not JSON"),
        ({"definition_json": "[]"}, "is not JSON"),
        ({"definition_json": ""}, "must have one of"),
        ({"manual_yaml": "question: a\n"}, "must have one of"),
        ({"definition_json": "", "manual_yaml": "question: a\nevidence: []\nvalidForDays: 1\n"}, "evidence"),
        ({"definition_json": "", "manual_yaml": "question: a\nevidence: [b]\nvalidForDays: 0\n"}, "validForDays"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_folder(folder(tmp_path, **files))
    assert message in caught.value.message
    assert caught.value.origin is not None
    assert "some-criterion" in (caught.value.origin.file or "")
    assert caught.value.message[0].islower() or caught.value.message.startswith("`")


def test_a_fault_in_yaml_has_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        read_folder(folder(tmp_path, criterion_yaml="a: 1\nb: [\n"))
    assert caught.value.origin is not None
    assert caught.value.origin.line == 3


def test_a_folder_with_a_name_that_is_no_id_is_refused(tmp_path: Path) -> None:
    made = folder(tmp_path)
    renamed = made.rename(tmp_path / "Some_Criterion")
    with pytest.raises(ProblemError, match="id"):
        read_folder(renamed)


def test_files_beside_the_folders_are_no_criteria(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    assert [criterion.id for criterion in read_folders(tmp_path)] == ["some-criterion"]


def test_the_folders_are_read_in_the_order_of_the_chapters() -> None:
    order = [CHAPTERS.index(criterion.chapter) for criterion in read_folders(FOLDER)]
    assert order == sorted(order)
