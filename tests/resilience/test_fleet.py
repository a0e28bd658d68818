"""The short version of `python -m tests.resilience.fleet`: two forces, one kill of an engine and one of the command."""

from pathlib import Path

import pytest

from tests.resilience.fleet import attempt


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_fleet_with_a_killed_engine_and_command_is_completed_by_resuming(tmp_path: Path) -> None:
    fleet = attempt(tmp_path / "fleet", forces=2, some=1, commands=1, seed=3, jobs=2, verbs=())
    assert fleet.problems == []
    assert len(fleet.rows) > 1, "nothing was killed"
