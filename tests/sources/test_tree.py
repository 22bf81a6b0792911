import os
from pathlib import Path

import pytest

from everward.sources.tree import CACHED_BYTES, Tree, display, display_entry, real
from everward.values import UnreadableError, UsageError


def test_files_come_in_a_stable_order_without_tools_folders(tmp_path: Path) -> None:
    for name in ("b.tf", "a.tf", "modules/x.tf", "modules/deep/y.tf", ".git/config", ".terraform/z.tf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    names = [path.relative_to(tmp_path).as_posix() for path in Tree(tmp_path).files]
    assert names == ["a.tf", "b.tf", "modules/x.tf", "modules/deep/y.tf"]


def test_a_single_file_is_a_tree_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text("x")
    assert Tree(path).files == (path,)


def test_a_folder_link_that_loops_is_visited_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "main.tf").write_text("x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert Tree(tmp_path).files == (tmp_path / "a" / "main.tf",)


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        Tree(tmp_path / "nowhere")


def test_a_folder_that_vanishes_is_remembered_as_unreadable(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    tree = Tree(folder)
    folder.rmdir()
    assert tree.files == ()
    assert tree.unreadable == [(folder, "no such file or directory")]


def test_contents_are_read_once_and_text_loses_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    tree = Tree(tmp_path)
    assert tree.text(path) == "{}"
    path.write_text("changed")
    assert tree.text(path) == "{}"


def test_large_files_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b" " * (CACHED_BYTES + 1))
    tree = Tree(tmp_path)
    tree.read(path)
    path.write_bytes(b"{}")
    assert tree.read(path) == b"{}"


@pytest.mark.parametrize("content", [b"a\0b", b"\xff\xfe\xfa"])
def test_what_is_not_text_is_said_with_its_place(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "main.tf"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match="is not text") as caught:
        Tree(tmp_path).text(path)
    assert caught.value.origin is not None
    assert caught.value.origin.file == display(path)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file"):
        Tree(tmp_path).read(tmp_path / "gone.tf")


def test_the_repository_is_the_nearest_folder_with_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src" / "infra").mkdir(parents=True)
    assert Tree(tmp_path / "src" / "infra").repository == tmp_path.resolve()
    path = tmp_path / "src" / "a.tf"
    path.write_text("")
    assert Tree(path).repository == tmp_path.resolve()


def test_paths_are_shown_relative_to_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert display(tmp_path / "a" / "b.tf") == "a/b.tf"
    assert display(tmp_path) == "."
    assert display(Path("/elsewhere/x.tf")) == "/elsewhere/x.tf"


def test_links_that_lead_nowhere_and_pipes_are_no_files_and_are_remembered(tmp_path: Path) -> None:
    (tmp_path / "a.tf").symlink_to("b.tf")
    (tmp_path / "b.tf").symlink_to("a.tf")
    (tmp_path / "gone.tf").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.tf")
    (tmp_path / "main.tf").write_text("")
    tree = Tree(tmp_path)
    assert tree.files == (tmp_path / "main.tf",)
    assert {path.name: reason for path, reason in tree.lost} == {
        "a.tf": "the link cannot be followed: too many levels of symbolic links",
        "b.tf": "the link cannot be followed: too many levels of symbolic links",
        "gone.tf": "the link leads to nothing",
        "pipe.tf": "it is neither a file nor a folder",
    }


def test_what_is_neither_file_nor_folder_cannot_be_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", Path("/dev/null")):
        with pytest.raises(UsageError, match="neither a file nor a folder"):
            Tree(path)


def test_a_path_that_loops_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match="symbolic links"):
        Tree(tmp_path / "loop")


def test_a_path_below_a_closed_folder_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stat(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(UnreadableError, match="permission denied") as caught:
        Tree(tmp_path / "closed" / "main.tf")
    assert caught.value.help


def test_an_entry_is_shown_as_itself_not_as_what_it_links_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.tf").symlink_to("nowhere")
    assert display_entry(tmp_path / "a.tf") == "a.tf"


def test_where_a_path_leads_is_told_even_when_links_go_in_circles(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("")
    (tmp_path / "link.tf").symlink_to("main.tf")
    (tmp_path / "loop.json").symlink_to("loop.json")
    assert real(tmp_path / "link.tf") == real(tmp_path) / "main.tf"
    assert real(tmp_path / "loop.json").name == "loop.json"


def test_a_name_that_no_file_can_have_leads_to_itself() -> None:
    assert real(Path("a\0b")) == Path("a\0b")
