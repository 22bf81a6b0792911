"""Whatever is told to be wrong in a policy document comes with what to do."""

import ast
from pathlib import Path

import everward.policy


def test_every_fault_comes_with_advice() -> None:
    folder = Path(everward.policy.__file__).parent
    calls = 0
    silent: list[str] = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fault":
                calls += 1
                if len(node.args) < 3 and not any(keyword.arg == "help" for keyword in node.keywords):
                    silent.append(f"{path.relative_to(folder)}:{node.lineno}")
    assert calls > 50
    assert silent == []
