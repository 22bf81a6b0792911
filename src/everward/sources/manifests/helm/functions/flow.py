"""Functions that choose, include, refuse, and those whose results only the deployment knows."""

from __future__ import annotations

import re
from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback, Renderer
from everward.sources.manifests.helm.functions.calling import check_count, detail, holes_of
from everward.sources.manifests.helm.holes import Hole, derived
from everward.sources.manifests.helm.parser import parse
from everward.sources.manifests.helm.problem import TemplateError
from everward.values import Unknown

OLDEST_MINOR: Final = 25
"""AKS has run no cluster with an older minor version of Kubernetes 1 since 2024: such comparisons are decided."""
CLUSTER_VERSION: Final = "version of the cluster"

_CONSTRAINT: Final = re.compile(r"\s*(?P<sign><=|>=|<|>)\s*v?1\.(?P<minor>[0-9]{1,3})(?:\.[0-9x*]+)?(?:-[\w.]*)?\s*")


def _default(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("default", arguments, 1, 2)
    other = arguments[0]
    if len(arguments) == 1:
        return other
    value = arguments[1]
    found = renderer.truth(value)
    if isinstance(found, Hole):
        given = renderer.truth(other)
        truth = True if given is True else None
        hole = found if isinstance(value, str) else value
        return Hole(hole.key if truth is None and not other else f"default({hole.key})", hole.unknown, truth)
    return value if found else other


def _coalesce(renderer: Renderer, arguments: list[Any]) -> Any:
    for position, value in enumerate(arguments):
        found = renderer.truth(value)
        if isinstance(found, Hole):
            return derived("coalesce", holes_of(renderer, arguments[position:]), detail(arguments))
        if found:
            return value
    return None


def _ternary(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("ternary", arguments, 3, 3)
    first, second, condition = arguments
    if not isinstance(condition, bool | Hole):
        raise TemplateError("`ternary` needs a condition", refused=True)
    return first if renderer.decide(condition) else second


def _empty(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("empty", arguments, 1, 1)
    found = renderer.truth(arguments[0])
    return found.negate() if isinstance(found, Hole) else not found


def _required(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("required", arguments, 2, 2)
    message, value = arguments
    if value is None or value == "":
        raise TemplateError(f"a value is required: {renderer.printed(message)}", refused=True)
    return value


def _fail(renderer: Renderer, arguments: list[Any]) -> Any:
    raise TemplateError(f"the chart refuses: {' '.join(renderer.printed(item) for item in arguments)}", refused=True)


def _include(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("include", arguments, 2, 2)
    name, dot = arguments
    if not isinstance(name, str) or renderer.holes.in_text(name):
        raise TemplateError("the name of a template is not known")
    return renderer.include(name, dot)


def _tpl(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("tpl", arguments, 2, 2)
    text, dot = arguments
    if isinstance(text, Hole):
        return derived("tpl", [text])
    if not isinstance(text, str):
        raise TemplateError("`tpl` needs a text", refused=True)
    if renderer.holes.in_text(text) and "{{" in text:
        return derived("tpl", renderer.holes.in_text(text), detail(arguments))
    if "{{" not in text:
        return text
    parsed = parse(text, "tpl", renderer.limits)
    if parsed.defined:
        raise TemplateError("a text that defines templates is not read here")
    return renderer.file(parsed, dot).text


def _made(name: str) -> Callback:
    """Something that is new each time: it is there, and nobody knows it."""

    def call(renderer: Renderer, _arguments: list[Any]) -> Any:
        renderer.step()
        unknown = Unknown(reason="made anew when the chart is installed", decided_by=(name,), present=True)
        return Hole(f"{name}#{renderer.steps}", unknown, truth=True)

    return call


def _lookup(_renderer: Renderer, arguments: list[Any]) -> Any:
    unknown = Unknown(reason="looked up in the cluster when the chart is installed", decided_by=("lookup",))
    return Hole(f"lookup({detail(arguments)})", unknown)


def _semver(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("semverCompare", arguments, 2, 2)
    constraint, version = arguments
    holes = holes_of(renderer, arguments)
    if isinstance(constraint, str) and len(holes) == 1 and holes[0].key.startswith(CLUSTER_VERSION):
        decided = _decided(constraint)
        return derived("semverCompare", holes, constraint) if decided is None else decided
    if holes:
        return derived("semverCompare", holes, detail(arguments))
    return compare_versions(constraint, version)


def _decided(constraint: str) -> bool | None:
    """What a comparison with the cluster's version comes to whatever supported version it has."""
    match = _CONSTRAINT.fullmatch(constraint)
    if match is None or int(match["minor"]) > OLDEST_MINOR:
        return None
    return match["sign"].startswith(">") if int(match["minor"]) < OLDEST_MINOR or match["sign"] in (">=", "<") else None


def compare_versions(constraint: Any, version: Any) -> bool:
    """Whether a known version is in one simple range.

    Raises:
        TemplateError: when the range is not that simple.

    """
    wanted = re.fullmatch(r"\s*(<=|>=|<|>|=|)\s*v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:-0)?\s*", str(constraint))
    given = re.fullmatch(r"v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})", str(version))
    if wanted is None or given is None or (wanted[4] is None and wanted[1] in ("", "=", ">", "<=")):
        raise TemplateError(f"the comparison of versions `{constraint}` is not read here")
    mine = tuple(int(part) for part in given.groups())
    theirs = (int(wanted[2]), int(wanted[3]), int(wanted[4] or 0))
    return {
        "<": mine < theirs, "<=": mine <= theirs, ">": mine > theirs, ">=": mine >= theirs,
        "=": mine == theirs, "": mine == theirs,
    }[wanted[1]]  # fmt: skip


_MADE: Final = (
    "now", "randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes", "randInt", "uuidv4", "shuffle",
    "genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert", "genSignedCert", "htpasswd", "bcrypt",
    "derivePassword", "encryptAES",
)  # fmt: skip

FUNCTIONS: Final[dict[str, Callback]] = {
    "default": _default,
    "coalesce": _coalesce,
    "ternary": _ternary,
    "empty": _empty,
    "required": _required,
    "fail": _fail,
    "include": _include,
    "tpl": _tpl,
    "lookup": _lookup,
    "semverCompare": _semver,
    # Helm asks no name servers unless it is told to.
    "getHostByName": lambda _renderer, _arguments: "",
    **{name: _made(name) for name in _MADE},
}
