from everward.sources.pipelines import join_lines, split_words


def test_quotes_that_do_not_close_split_at_spaces() -> None:
    assert split_words("-var 'a=1") == ["-var", "'a=1"]


def test_expressions_of_the_pipeline_stay_one_word() -> None:
    assert split_words("--set a=${{ parameters.a }} b") == ["--set", "a=${{parameters.a}}", "b"]


def test_lines_that_go_on_are_joined() -> None:
    assert join_lines("a `\n  b \\\r\n c\nd") == "a  b  c\nd"
