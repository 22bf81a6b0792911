"""What the repository promises about itself."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_dependency_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=[a-zA-Z0-9])", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-zA-Z0-9._-]+(\[[a-z,]+\])?==", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[<>=\[]", line)[0] for line in project["dependencies"]}
    reasons = (ROOT / "docs" / "adr" / "0002-dependencies.md").read_text()
    assert not {name for name in names if f"`{name}`" not in reasons}


def test_a_bare_make_lists_the_targets() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    listing = subprocess.run([make, "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    for target in ("assess", "test", "lint", "bench", "conformance", "docs"):
        assert re.search(rf"^make {target} +\S", listing, re.MULTILINE), target
