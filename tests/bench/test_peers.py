"""Peers are asked what the product is asked, are told nothing more, and are judged alike."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.bench import peers
from tests.bench.measure import BenchError, Sample, output_of
from tests.bench.peers import FILES, PEERS, Peer, Score, check_for, interpreter, outdone, score_table, scored, scores

RULE = {
    "protocol": "Tcp",
    "access": "Allow",
    "direction": "Inbound",
    "priority": 200,
    "sourcePortRange": "*",
    "sourceAddressPrefix": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "3389",
}
COST = Sample(0.1, 0.2, 30)


def exposure(expected: bool, asked: str = "TCP", port: int = 3389, **rule: Any) -> dict[str, Any]:
    listed = [{"name": "a", "id": "/x/a", "properties": {**RULE, **rule}}]
    return {
        "id": "made",
        "kind": "nsg-port-exposed",
        "question": f"does this NSG alone let {asked}/{port} in from anywhere (probes 198.51.100.9) to 10.1.0.5?",
        "resources": [
            {"type": "Microsoft.Network/networkSecurityGroups", "name": "n", "properties": {"securityRules": listed}}
        ],
        "expected": expected,
        "note": "not for contenders",
    }


CASES = [exposure(True), exposure(False, sourceAddressPrefix="10.0.0.0/8"), exposure(True, destinationPortRange="*")]


def written(folder: Path, cases: list[dict[str, Any]]) -> Path:
    """A folder of published cases that has these in the first set."""
    path = folder / "cases" / FILES["groups"][0]
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(map(json.dumps, cases)), "utf-8")
    return folder / "cases"


def program(folder: Path, name: str, code: str) -> Path:
    """A command of Python, as installers write it."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{code}", "utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No peer is installed."""
    for peer in PEERS:
        monkeypatch.delenv(peer.variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    monkeypatch.setattr(peers, "INSTALLED", tmp_path / ".bench")


def test_no_answer_is_neither_right_nor_wrong() -> None:
    found = scored("groups", "peer", "1", [True, None, False], CASES, COST)
    assert (found.asked, found.right, found.wrong, found.silent) == (3, 1, 1, 1)


def test_the_table_shows_everybody_and_who_is_ahead() -> None:
    ours, better = Score("groups", "everward", "1", 3, 1, 2, COST), Score("groups", "peer", "", 3, 2, 0, None)
    assert outdone([ours, better]) == [better]
    assert outdone([ours, Score("groups", "peer", "", 3, 1, 0, None)]) == []
    heading, *lines = score_table([ours, better]).splitlines()
    assert heading.split() == ["cases", "who", "version", "asked", "right", "wrong", "cannot", "say", "wall", "cpu"]
    assert [line.split() for line in lines] == [
        ["groups", "everward", "1", "3", "1", "2", "0", "0.200", "s", "0.100", "s"],
        ["groups", "peer", "-", "3", "2", "0", "1", "-", "-"],
    ]


def test_a_peer_is_found_by_its_name_below_the_checkout_and_in_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = Peer("other", "OTHER", "other", "other==1", ("groups",))
    assert peer.find() is None
    in_path = program(tmp_path, "other", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert peer.find() == in_path
    home = tmp_path / ".bench" / "other" / "bin"
    home.mkdir(parents=True)
    own = program(home, "other", "")
    assert peer.find() == own
    monkeypatch.setenv("OTHER", str(in_path))
    assert peer.find() == in_path
    monkeypatch.setenv("OTHER", str(tmp_path / "gone"))
    assert peer.find() is None


def test_the_interpreter_is_the_one_of_the_command(tmp_path: Path) -> None:
    assert interpreter(program(tmp_path, "it", "")) == sys.executable
    for content in (b"\x7fELF", b"#!/no/such/python\n"):
        (tmp_path / "odd").write_bytes(content)
        with pytest.raises(BenchError, match="does not name an interpreter"):
            interpreter(tmp_path / "odd")


def test_without_peers_the_product_is_asked_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [ours] = list(scores(written(tmp_path, CASES), 1, ("groups",)))
    assert (ours.name, ours.right, ours.wrong) == ("everward", 3, 0)
    assert ours.cost is not None
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said] == ["c7n_azure", "prowler", "checkov"]
    assert said[0].endswith("name its command `custodian` by CUSTODIAN (package c7n-azure==0.7.52)")


def test_a_peer_is_told_the_question_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = program(
        tmp_path,
        "asking.py",
        "import json, os, sys\n"
        "cases = json.load(open(sys.argv[1]))['cases']\n"
        "told = {key for case in cases for key in case}\n"
        "alone = told == {'kind', 'question', 'resources'} and sys.flags.isolated\n"
        "print('a line of its log')\n"
        "print(json.dumps({'version': '7', 'answers': [bool(alone)] * len(cases)}))\n",
    )
    monkeypatch.setitem(peers.SCRIPTS, "c7n_azure", str(script))
    monkeypatch.setenv("CUSTODIAN", str(program(tmp_path, "custodian", "")))
    monkeypatch.setattr(peers, "PEERS", PEERS[:1])
    ours, other = scores(written(tmp_path, CASES), 1, ("groups",))
    assert ours.right == 3
    assert (other.name, other.version, other.right, other.wrong) == ("c7n_azure", "7", 2, 1)
    script.write_text('print(\'{"version": 1, "answers": []}\')', "utf-8")
    with pytest.raises(BenchError, match="0 answers to 3 cases"):
        list(scores(tmp_path / "cases", 1, ("groups",)))


CHECKOV = """
import json, pathlib, sys
if '--version' in sys.argv:
    print('9.9')
    sys.exit()
given = dict(zip(sys.argv[1:], sys.argv[2:]))
found = {'failed_checks': [], 'passed_checks': []}
for path in pathlib.Path(given['-d']).glob('*.json'):
    [group] = json.loads(path.read_text())['resources']
    open_ = group['properties']['securityRules'][0]['properties']['sourceAddressPrefix'] == '*'
    for check in given['--check'].split(','):
        key = 'failed_checks' if open_ else 'passed_checks'
        found[key].append({'file_path': '/' + path.name, 'check_id': check})
print(json.dumps({'results': found}))
sys.exit(1)
"""


def test_checkov_gets_templates_where_it_has_a_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKOV", str(program(tmp_path, "checkov", CHECKOV)))
    other_port = exposure(True, port=5985, destinationPortRange="5985")
    folder = written(tmp_path, [*CASES, other_port])
    _, found = scores(folder, 1, ("groups",))
    assert (found.name, found.version, found.right, found.wrong, found.silent) == ("checkov", "9.9", 3, 0, 1)
    assert found.cost is not None
    (folder / FILES["groups"][0]).write_text(json.dumps(other_port), "utf-8")
    _, found = scores(folder, 1, ("groups",))
    assert (found.right, found.silent, found.cost) == (0, 1, None)


@pytest.mark.parametrize(
    ("case", "check"),
    [
        (exposure(True), "CKV_AZURE_9"),
        (exposure(True, port=22), "CKV_AZURE_10"),
        (exposure(True, "UDP", 3389), None),
        ({"kind": "filter", "question": {}}, None),
    ],
)
def test_checks_are_about_one_port_each(case: dict[str, Any], check: str | None) -> None:
    assert check_for(case) == check


def test_cases_that_are_not_there_are_no_score(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="there are no cases"):
        list(scores(tmp_path, 1, ("rights",)))


NAMED = {peer.name: peer.find() for peer in PEERS if os.environ.get(peer.variable)}
"""Peers that the environment names: before the tests take that away."""


def real(name: str, cases: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a peer that is installed answers."""
    command = NAMED.get(name)
    peer = next(item for item in PEERS if item.name == name)
    if command is None:
        pytest.skip(f"{peer.variable} does not name a command of {peer.package}")
    monkeypatch.setenv(peer.variable, str(command))
    monkeypatch.setattr(peers, "PEERS", (peer,))
    given = {"cases": cases, **peers._directory()}
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(given), "utf-8")
    made = peers._scripted(peer, command, peers.SCRIPTS[name], path)
    return made.read(output_of(made.command), len(cases))[1]


def test_custodian_is_asked_for_any_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = [
        exposure(True, port=8022, destinationPortRange="8000-8100", sourceAddressPrefix="Internet"),
        exposure(False, port=8022, destinationPortRange="8000"),
        exposure(True, "UDP", 53, destinationPortRange="53", protocol="Udp"),
    ]
    assert real("c7n_azure", odd, tmp_path, monkeypatch) == [True, False, True]
    other = {"kind": "filter", "question": {"resource": "azure.vm", "filters": []}, "resources": []}
    assert real("c7n_azure", [other, {**other, "kind": "flow"}], tmp_path, monkeypatch) == [None, None]


def test_prowler_is_asked_for_the_ports_of_its_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [*CASES[:2], exposure(True, port=80, destinationPortRange="80"), exposure(True, port=5985)]
    assert real("prowler", asked, tmp_path, monkeypatch) == [True, False, True, None]


def test_arcet_is_asked_where_it_does_not_say_that_it_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = "Microsoft.Compute/virtualMachines/read"
    scope = "/subscriptions/s/resourceGroups/rg"
    roles = [{"role": "Reader", "scope": "/subscriptions/s"}]
    denial = {"permissions": [{"actions": ["*"]}], "principals": ["p"], "scope": "/subscriptions/s"}
    cases: list[dict[str, Any]] = [
        {"kind": "wildcard", "resources": {"pattern": "Microsoft.Web/*", "action": "Microsoft.Web/sites/read"}},
        {"kind": "additive", "resources": {"assignments": roles, "action": read, "scope": scope}},
        {"kind": "additive", "resources": {"assignments": roles, "action": f"{read[:-4]}write", "scope": scope}},
        {"kind": "effective", "resources": {"role": {"actions": ["*"], "notActions": [read]}, "action": read}},
        {"kind": "deny", "resources": {"roleActions": ["*"], "denyAssignment": denial, "action": read}},
        {"kind": "abac-eval", "resources": {"condition": "true"}},
    ]
    asked = [{"question": "?", **case} for case in cases]
    assert real("arcet", asked, tmp_path, monkeypatch) == [True, True, False, False, None, None]
