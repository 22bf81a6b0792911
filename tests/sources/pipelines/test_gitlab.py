"""Jobs of GitLab."""

from pathlib import Path

from everward.sources.pipelines import gitlab, steps_of
from everward.sources.pipelines.connections import connections_of

MAIN = """
include:
- local: /ci/base.yml
- https://example.org/x.yml
- project: other/thing
  file: y.yml
default:
  before_script: [echo before]
variables:
  CLIENT: {value: "11", description: who}
stages: [deploy]
.base:
  variables: {ENV: prod}
  environment: {name: $ENV/eu}
deploy:
  extends: [.base, .unknown]
  script:
  - az login --service-principal -u $CLIENT -t t --federated-token $TOKEN
  - terraform apply
  - [nested]
check:
  before_script: []
  script: echo
empty: {stage: deploy}
odd: text
"""
BASE = """
include: {local: /ci/base.yml}
included:
  script: [az login --identity]
  environment: int
"""


def repository(folder: Path) -> Path:
    (folder / "ci").mkdir()
    (folder / ".gitlab-ci.yml").write_text(MAIN)
    (folder / "ci" / "base.yml").write_text(BASE)
    return folder


def test_jobs_with_scripts(tmp_path: Path) -> None:
    steps = steps_of(repository(tmp_path))
    assert [(step.scripts, step.guard, step.environment) for step in steps] == [
        (("echo before", "az login --identity"), "int", "int"),
        (
            ("echo before", "az login --service-principal -u $CLIENT -t t --federated-token $TOKEN\nterraform apply"),
            "prod/eu",
            "prod",
        ),
        (("echo",), None, None),
    ]
    assert steps[1].text("$CLIENT and ${OTHER}") == "11 and ${OTHER}"


def test_their_logins(tmp_path: Path) -> None:
    found = {record.name: record.body["properties"] for record in connections_of(repository(tmp_path))}
    login = found["11"]
    assert isinstance(login, dict)
    assert (login["platform"], login["scheme"], login["guards"]) == (
        "gitlab",
        "workloadIdentityFederation",
        ["prod/eu"],
    )
    assert len(found) == 2


def test_what_is_no_pipeline(tmp_path: Path) -> None:
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text("- a\n")
    assert gitlab.steps_of(path, tmp_path) == []
    path.write_text(".a: {extends: .a, script: x}\nb: {extends: .a}\nc: {extends: c, script: y}\n")
    assert [step.scripts for step in gitlab.steps_of(path, tmp_path)] == [("x",), ("y",)]
