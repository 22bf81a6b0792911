"""Whatever stands in the files of pipelines, they are looked at without an error."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from everward.sources.pipelines.connections import connections_of

WORDS = (
    "jobs", "steps", "on", "trigger", "pr", "pool", "include", "extends", "variables", "script", "before_script",
    "environment", "name", "value", "task", "inputs", "uses", "with", "env", "template", "parameters", "deployment",
    "azureSubscription", "creds", "client-id", "scriptPath", "local", "branches", "default", "workingDirectory",
    "retryCountOnTaskFailure", "addSpnToEnvironment", "stages", ".base",
)  # fmt: skip
TEXTS = (
    "az login --identity", "az role assignment create --role $x", "terraform -chdir=a apply", "azure/login@v2", "$(a)",
    "${{ if a }}", "${{ parameters.a }}", "AzureCLI@2", ".base", "\u0000", "../../x.yml", "-u", "az login -u", "",
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(TEXTS)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)),
    max_leaves=14,
)
DOCUMENTS = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(DOCUMENTS, VALUES), st.sampled_from((".gitlab-ci.yml", ".github/workflows/a.yml", ".ado/a.yml")))
def test_whatever_stands_there_nothing_fails(document: Any, name: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))
        connections_of(Path(folder))


def test_deep_nesting_ends(tmp_path: Path) -> None:
    folder = tmp_path / ".ado"
    folder.mkdir()
    (folder / "a.yml").write_text("pool: x\nsteps: " + "[" * 3_000 + "]" * 3_000)
    (tmp_path / ".gitlab-ci.yml").write_text("a: " + "{b: " * 3_000 + "}" * 3_000)
    assert connections_of(tmp_path) == []
