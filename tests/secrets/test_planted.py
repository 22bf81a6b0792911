"""No command shows a secret: not on standard output, not on standard error, not in a file, in no form."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.secrets.planting import SUBSCRIPTION, Planter, forms, plant, seen

from everward.cli import main
from everward.sources import ReadOptions, read_workload
from everward.values import unknowns_in

WHERE = ["--subscription", SUBSCRIPTION, "--resource-group", "rg"]
READ = [*WHERE, "--allow-incomplete"]
INPUTS = (
    "terraform", "plan.json", "terraform.tfstate", "arm", "bicep", "inventory.json", "inventory.csv", "broken.json",
    "manifests", "policies/assignment.json", ".",
)  # fmt: skip
POLICIES = ("policies/planted.json", "policies/deploys.json", "policies/assignment.json")
SUBJECTS = ("written.json", "arm", "terraform", "inventory.json", "bicep", "terraform.tfstate")


def commands() -> Iterator[list[str]]:
    for path in INPUTS:
        for form in ("text", "json", "sarif", "html"):
            yield ["assess", path, "-o", form, "--full", "--fail-on", "never", *READ]
        for form in ("text", "json"):
            yield ["estate", "show", path, "-o", form, "--full", *READ]
            yield ["estate", "diff", path, "-o", form, "--full", "--noise", *READ]
        for form in ("text", "json", "dot", "mermaid"):
            yield ["estate", "graph", path, "-o", form, "--full", *READ]
    for policy, subject in itertools.product(POLICIES, SUBJECTS):
        library = ["--library", "policies", *WHERE]
        for form in ("text", "json"):
            yield ["policy", "eval", policy, subject, "--all", "-o", form, *library]
            yield ["policy", "whatif", policy, subject, "-o", form, *library]
            yield ["policy", "diff", policy, "policies/planted.json", subject, "-o", form, *library]
        for form in ("text", "html", "json"):
            yield ["policy", "explain", policy, subject, "--full", "-o", form, *library]
    for form in ("text", "json", "junit"):
        yield ["policy", "test", "policies", "--coverage", "-v", "-o", form]
    for form in ("text", "json"):
        yield ["policy", "lint", "policies", "-o", form]
        yield ["policy", "eval", "policies/planted.json", "written.json", "--parameters", "values.json", "-o", form]


@pytest.fixture(scope="module")
def planter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planter]:
    """The workload, in the folder that is current while this module's tests run."""
    folder = tmp_path_factory.mktemp("planted")
    made = plant(folder)
    before, environ = Path.cwd(), dict(os.environ)
    os.environ.update(json.loads((folder / "environment.json").read_text()))
    os.chdir(folder)
    yield made
    os.chdir(before)
    os.environ.clear()
    os.environ.update(environ)


def run(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> str:
    """What a command writes, to wherever. It must not fail by a fault of its own."""
    capfd.readouterr()
    code = main(arguments)
    captured = capfd.readouterr()
    text = captured.out + captured.err
    assert code != 4, text
    return text


def test_there_are_many_secrets_in_every_kind_of_input(planter: Planter) -> None:
    kinds = {where.partition(":")[0] for where in planter.planted.values()}
    assert len(planter.planted) >= 90
    assert kinds >= {
        "hcl", "tfvars", "environment", "plan", "state", "template", "parameter file", "bicepparam", "inventory", "csv",
        "pipeline", "workflow", "definition", "assignment", "manifest", "broken file",
    }  # fmt: skip
    text = "".join(path.read_text() for path in Path().rglob("*") if path.is_file())
    assert set(seen(text, planter).values()) == set(planter.planted.values())


@pytest.mark.parametrize("arguments", list(commands()), ids=lambda arguments: " ".join(arguments[:6]))
def test_no_command_shows_a_secret(planter: Planter, capfd: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    typed = Path("typed.txt").read_text()
    if arguments[0] in ("assess", "estate"):
        arguments = [*arguments, "--var", f"typed={typed}", "--var", f"adminPassword={typed}"]
    text = run(arguments, capfd)
    assert text
    assert seen(text, planter) == {}


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_library_shows_no_secret(
    planter: Planter, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str
) -> None:
    for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "EVERWARD_CACHE"):
        monkeypatch.setenv(variable, str(tmp_path))
    run(["policy", "library", "add", "policies"], capfd)
    for name in ("planted", "deploys", "assigned"):
        text = run(["policy", "library", "show", name, "-o", form], capfd)
        assert "(redacted)" in text
        assert seen(text, planter) == {}
    assert seen(run(["policy", "library", "list", "-o", form], capfd), planter) == {}
    run(["policy", "library", "remove", "policies"], capfd)


@pytest.mark.parametrize(
    "path",
    ["terraform", "plan.json", "terraform.tfstate", "arm", "bicep", "inventory.json", "inventory.csv", "manifests"],
)
def test_secrets_are_shown_as_withheld(planter: Planter, capfd: pytest.CaptureFixture[str], path: str) -> None:
    assert planter.planted
    assert "(redacted)" in run(["estate", "show", path, "-o", "json", *READ], capfd)


def test_every_resource_whole_shows_no_secret(planter: Planter, capfd: pytest.CaptureFixture[str]) -> None:
    options = ReadOptions(subscription=SUBSCRIPTION, resource_group="rg")
    shown = 0
    for path in ("terraform", "plan.json", "terraform.tfstate", "arm", "bicep", "inventory.json", "inventory.csv"):
        for reading in read_workload([Path(path)], options):
            for resource in reading.resources:
                text = run(["estate", "show", path, "--id", resource.id, *READ], capfd)
                assert seen(text, planter) == {}, resource.id
                shown += "(redacted)" in text
    assert shown >= 20


def test_no_file_that_is_written_holds_a_secret(
    planter: Planter, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outputs = [f"{form}={tmp_path / form}" for form in ("text", "json", "sarif", "html")]
    run(["assess", ".", *READ, "--fail-on", "never", *(part for output in outputs for part in ("-o", output))], capfd)
    assert len(list(tmp_path.iterdir())) == 4
    for path in tmp_path.iterdir():
        assert seen(path.read_text(), planter) == {}, path.name


def test_what_is_read_holds_no_secret(planter: Planter) -> None:
    options = ReadOptions(subscription=SUBSCRIPTION, resource_group="rg")
    for reading in read_workload([Path()], options):
        for resource in (*reading.resources, *reading.evidence):
            assert seen(repr((resource.id, resource.name, resource.body, resource.condition)), planter) == {}, (
                resource.id
            )
        assert seen(repr((reading.unresolved, reading.inputs, reading.dispositions, reading.outputs)), planter) == {}


def test_what_is_no_secret_is_shown(planter: Planter) -> None:
    assert planter.planted
    options = ReadOptions(subscription=SUBSCRIPTION, resource_group="rg")
    readings = read_workload([Path()], options)
    texts = json.dumps([str(resource.body) for reading in readings for resource in reading.resources])
    for word in ("shown", "uksouth", "StorageV2", "clusterUser", "Standard_LRS", "app", "12.0", "text"):
        assert word in texts
    holes = [hole for reading in readings for resource in reading.resources for hole in unknowns_in(resource.body)]
    assert sum(hole.secret for hole in holes) > 50


@pytest.mark.parametrize("secret", ["Plnt001zQ&w+7xLm", "sg003%2BaBcDeF%3D"])
def test_the_test_finds_secrets_in_every_form(secret: str) -> None:
    planter = Planter()
    planter.planted[secret] = "here"
    for form in forms(secret):
        assert seen(f"<a b='x{form}y'>", planter)
    assert not seen("Plnt", planter)
