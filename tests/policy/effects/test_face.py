"""What the package of effects offers."""

import subprocess
import sys

import pytest

from everward.policy import effects


def test_everything_that_is_promised_is_there() -> None:
    for name in effects.__all__:
        assert getattr(effects, name).__name__ == name
    with pytest.raises(AttributeError, match="has no `nonsense`"):
        _ = effects.nonsense


def test_reading_definitions_loads_nothing_that_decides_requests() -> None:
    code = "import sys, everward.policy; sys.exit('everward.policy.effects.request' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
