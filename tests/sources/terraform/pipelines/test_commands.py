import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.sources.terraform.pipelines.commands import commands_in, read_arguments


def test_a_command_over_several_lines_gives_its_inputs() -> None:
    script = """
    set -eux
    terraform validate
    terraform plan -input=false -out=tf_plan \\
        -var=environment="prod" \\
        -var 'prefix=afprod' --var-file="variables-prod.tfvars" \\
        -var='stamps=["swedencentral", "brazilsouth"]' $(more)
    terraform apply tf_plan
    """
    plan, apply = commands_in(script)
    assert plan.variables == {
        "environment": "prod",
        "prefix": "afprod",
        "stamps": '["swedencentral", "brazilsouth"]',
    }
    assert plan.files == ["variables-prod.tfvars"]
    assert plan.opaque == ["$(more)"]
    assert (apply.variables, apply.files) == ({}, [])


@pytest.mark.parametrize(
    ("script", "folder"),
    [
        ("terraform -chdir=infra/prod plan -var a=1", "infra/prod"),
        ("cd infra\nterraform plan -var a=1", "infra"),
        ("cd 'infra'; cd other\ntofu plan -var a=1", "infra/other"),
        ("terraform plan -var a=1\ncd later", None),
    ],
)
def test_the_folder_is_where_the_script_stands(script: str, folder: str | None) -> None:
    (command,) = commands_in(script)
    assert command.folder == folder
    assert command.variables == {"a": "1"}


@pytest.mark.parametrize(
    "script", ["echo terraform plan -var a=1", "terraform version", "terraform fmt -check", "# terraform"]
)
def test_a_script_that_only_mentions_terraform_gives_nothing(script: str) -> None:
    assert list(commands_in(script)) == []


def test_powershell_continues_with_a_backtick_and_keeps_quotes() -> None:
    (command,) = commands_in('terraform plan `\n  -var="a=1" `\n  -var=b="\\"two\\""')
    assert command.variables == {"a": "1", "b": "two"}


def test_what_is_no_name_is_no_variable() -> None:
    assert read_arguments(["-var", "=x", "-var", "novalue", "-var=ok=", "-var"]).variables == {"ok": ""}


@given(st.text(max_size=200))
def test_any_script_is_read_without_an_error(text: str) -> None:
    for command in commands_in(f"terraform plan {text}\n{text}"):
        assert all(isinstance(value, str) for value in command.variables.values())
