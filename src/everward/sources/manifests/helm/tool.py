"""The user's own Helm, for templates that are not rendered here. No shell, no network, no cluster, limited time."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from everward.sources.limits import Limits
from everward.sources.manifests.helm.chart import Chart
from everward.sources.manifests.helm.holes import Hole, Holes, to_holes
from everward.sources.manifests.helm.merging import Variant, merge_variants
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.helm.render import Made, NotRendered, Release, Rendered
from everward.sources.manifests.helm.values import as_given
from everward.sources.manifests.yamltext import Document, read_documents
from everward.sources.tree import display, real
from everward.values import ProblemError, Unknown

SECONDS: Final = 20
"""How long Helm may take for one chart."""
MAX_OUTPUT: Final = 32_000_000
VERSION: Final = "1.31.0"
"""The version of Kubernetes that Helm is told; conditions on it are as of a cluster that is supported."""

_SOURCE: Final = re.compile(r"^# Source: (?P<name>\S+)$", re.MULTILINE)
_STANDING: Final = (
    "everward{}open",
    "zq{}qz",
)


@dataclass(slots=True)
class _Sentinel:
    """A text that stands for a hole while Helm runs."""

    text: str
    unknown: Unknown


def render_missing(
    chart: Chart,
    release: Release,
    values: dict[str, Any],
    missing: Sequence[NotRendered],
    rendered: Rendered,
    limits: Limits,
) -> list[NotRendered]:
    """Render what is missing with the user's Helm, into `rendered`; what is still missing is given back.

    What is not known is rendered as two different texts: what comes out different is open.
    """
    wanted = {item.template.name: item for item in missing if not item.error.refused}
    helm = shutil.which("helm") if wanted else None
    if helm is None:
        return list(missing)
    outputs: list[dict[str, list[Document]]] = []
    try:
        for pattern in _STANDING:
            sentinels: list[_Sentinel] = []
            given = _standing(values, pattern, sentinels)
            text = _run(helm, chart, release, given)
            outputs.append(_documents(text, sentinels, limits, wanted))
    except TemplateError as error:
        return [NotRendered(item.template, error) if item.template.name in wanted else item for item in missing]
    cause = Hole("helm", Unknown(reason="it depends on values that are not known", decided_by=("helm",)))
    for name in wanted:
        variants = [Variant(found.get(name, []), {cause.key: cause}, {}) for found in outputs]
        rendered.made += [Made(item.document, name, item.condition) for item in merge_variants(variants)]
    return [item for item in missing if item.template.name not in wanted]


def _standing(values: Any, pattern: str, sentinels: list[_Sentinel]) -> Any:
    """Values with texts for holes."""
    if isinstance(values, Unknown):
        sentinel = _Sentinel(pattern.format(len(sentinels)), values)
        sentinels.append(sentinel)
        return sentinel.text
    if isinstance(values, dict):
        return {key: _standing(item, pattern, sentinels) for key, item in values.items()}
    if isinstance(values, list):
        return [_standing(item, pattern, sentinels) for item in values]
    return values


def _run(helm: str, chart: Chart, release: Release, values: dict[str, Any]) -> str:
    """What `helm template` prints.

    Raises:
        TemplateError: when it fails or takes too long.

    """
    name = (
        release.name if isinstance(release.name, str) and re.fullmatch(r"[a-z0-9-]{1,53}", release.name) else "release"
    )
    with tempfile.TemporaryDirectory(prefix="everward-helm-") as folder:
        file = Path(folder) / "values.json"
        file.write_text(json.dumps(as_given(to_holes(values, ""))), encoding="utf-8")
        command = [
            helm,
            "template",
            name,
            str(real(chart.folder)),
            "--values",
            str(file),
            "--kube-version",
            VERSION,
        ]
        if isinstance(release.namespace, str):
            command += ["--namespace", release.namespace]
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and the arguments are ours
                command, capture_output=True, timeout=SECONDS, check=False, cwd=folder, env=_environment(folder)
            )
        except subprocess.TimeoutExpired as error:
            raise TemplateError(f"`helm template` took more than {SECONDS} s") from error
        except OSError as error:
            raise TemplateError(f"`helm` cannot be run: {(error.strerror or 'error').lower()}") from error
    if done.returncode:
        first = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise TemplateError(f"`helm template` failed: {first[0][:200] if first else 'no reason given'}")
    if len(done.stdout) > MAX_OUTPUT:
        raise TemplateError(f"`helm template` printed more than {MAX_OUTPUT:,} bytes")
    return done.stdout.decode("utf-8", "replace")


def _environment(folder: str) -> dict[str, str]:
    """An environment in which Helm finds no plugins, no cluster and no way out."""
    own = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "KUBECONFIG": os.devnull}
    helm = {f"HELM_{name}_HOME": folder for name in ("CONFIG", "CACHE", "DATA")}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    return {**own, **helm, **proxies, "HELM_PLUGINS": os.path.join(folder, "plugins"), "NO_PROXY": ""}


def _documents(
    text: str, sentinels: Sequence[_Sentinel], limits: Limits, wanted: dict[str, NotRendered]
) -> dict[str, list[Document]]:
    """The documents of what Helm printed, by template. They stand at the beginning of their template."""
    found: dict[str, list[Document]] = {}
    for name, body in _parts(text):
        if name not in wanted:
            continue
        file = display(wanted[name].template.path)
        holes = Holes()
        for sentinel in sentinels:
            body = body.replace(sentinel.text, holes.token(Hole(sentinel.text, sentinel.unknown)))
        try:
            for document in read_documents(body, file, limits, [1] * (body.count("\n") + 1)):
                if document.value is not None:
                    document.value = holes.restore_all(document.value)
                    found.setdefault(name, []).append(document)
        except ProblemError as problem:
            raise TemplateError(f"what `helm template` printed for it is {problem.message}") from problem
    return found


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Each document that Helm printed, with the name of its template."""
    for part in re.split(r"(?m)^---$", text):
        match = _SOURCE.search(part)
        if match is not None:
            yield match["name"], part
