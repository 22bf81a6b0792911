import msgspec

from everward.values import Origin, ProblemError, data_file


def test_a_place_prints_as_editors_open_it() -> None:
    assert str(Origin(source="terraform", file="main.tf", line=7, end_line=9)) == "main.tf:7"
    assert str(Origin(source="inventory", file="all.json")) == "all.json"
    assert str(Origin(source="inventory")) == "inventory"


def test_a_place_is_written_in_camel_case_without_what_it_lacks() -> None:
    origin = Origin(source="terraform", file="main.tf", line=7, end_line=9)
    assert msgspec.to_builtins(origin) == {"source": "terraform", "file": "main.tf", "line": 7, "endLine": 9}


def test_a_problem_says_where_it_is() -> None:
    origin = Origin(source="terraform", file="main.tf", line=7)
    assert str(ProblemError("`x` is not declared", origin=origin)) == "main.tf:7: `x` is not declared"
    assert str(ProblemError("`x` is not declared", help="declare it")) == "`x` is not declared"


def test_data_files_stand_in_the_package() -> None:
    assert data_file("x.gz").parent.name == "data"
    assert data_file("x.gz").parent.parent.name == "everward"
