"""Command lines of helm, kubectl, kustomize and az, as far as they say what goes to which cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from everward.sources.pipelines import split_words

COMMAND: Final = re.compile(
    r"(?:^|[;&|({]|\bthen\b|\bdo\b|\belse\b|\bsudo\b|\bexec\b)\s*(?:\w+=\S+\s+)*"
    r"(?P<tool>helm|kubectl|kustomize|az\s+aks)(?:\.exe)?\s+(?=(?P<rest>[^\n]*))"
)
"""Where a command of one of the tools begins on a line."""

_ENDS: Final = frozenset({"|", "||", "&&", "&", ";", ")", "}", ">", ">>", "2>&1", "||true"})

_HELM_VALUED: Final = frozenset(
    {
        "-n", "--namespace", "-f", "--values", "--set", "--set-string", "--set-json", "--set-file", "--set-literal",
        "--version", "--repo", "--kube-context", "--kubeconfig", "--timeout", "--username", "--password",
        "--description", "--history-max", "--post-renderer", "--post-renderer-args", "--keyring", "--ca-file",
        "--cert-file", "--key-file", "--registry-config", "--repository-cache", "--repository-config", "--labels", "-l",
        "-o", "--output", "--name-template", "--api-versions", "-a", "--kube-version", "-s", "--show-only",
        "--output-dir", "--kube-apiserver", "--kube-token", "--kube-as-user", "--burst-limit",
    }
)  # fmt: skip
_KUBECTL_VALUED: Final = frozenset(
    {
        "-f", "--filename", "-k", "--kustomize", "-n", "--namespace", "--context", "--cluster", "--kubeconfig", "-l",
        "--selector", "-o", "--output", "--timeout", "--server", "-s", "--token", "--user", "--request-timeout",
        "--field-manager", "--type", "-p", "--patch",
    }
)  # fmt: skip
_AZ_VALUED: Final = frozenset(
    {"-n", "--name", "-g", "--resource-group", "--subscription", "--context", "-f", "--file", "-c", "--command", "-o",
     "--output", "--query", "--format"}
)  # fmt: skip


@dataclass(slots=True)
class Call:
    """A command with its options, in order."""

    tool: str
    words: list[str] = field(default_factory=list)
    """What is no option."""
    options: list[tuple[str, str]] = field(default_factory=list)
    """Options with their values; an empty value for switches."""

    def all(self, *names: str) -> list[str]:
        """The values of an option by any of its names, in order."""
        return [value for name, value in self.options if name in names]

    def last(self, *names: str) -> str | None:
        """The value of an option; the last one counts."""
        found = self.all(*names)
        return found[-1] if found else None


def calls_in(line: str) -> Iterator[Call]:
    """The calls on one line of a script."""
    for match in COMMAND.finditer(line):
        tool = " ".join(match["tool"].split())
        words = split_words(match["rest"])
        yield read_call(tool, _until_end(words))


def _until_end(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word in _ENDS:
            return
        yield word[:-1] if word.endswith(";") else word


def read_call(tool: str, words: Iterator[str]) -> Call:
    """A call from its words."""
    valued = {"helm": _HELM_VALUED, "kubectl": _KUBECTL_VALUED, "az aks": _AZ_VALUED}.get(tool, frozenset())
    call = Call(tool)
    for word in words:
        if not word.startswith("-") or word == "-":
            call.words.append(word)
            continue
        name, equals, value = word.partition("=")
        if equals:
            call.options.append((name, value))
        elif name in valued:
            call.options.append((name, next(words, "")))
        elif tool == "kubectl" and re.fullmatch(r"-[fkn].+", name):
            call.options.append((name[:2], name[2:]))
        else:
            call.options.append((name, ""))
    return call
