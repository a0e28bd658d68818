"""The short version of `python -m tests.resilience`: a few points of each command."""

import pytest

from tests import thorough
from tests.resilience.__main__ import points, tried
from tests.resilience.subjects import SUBJECTS

KILLS = 2 if thorough.ALL else 1
DISKS = 1


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("name", sorted(SUBJECTS))
def test_a_stopped_command_is_repaired_by_the_next_run(name, tmp_path):
    listed = list(points([name], KILLS, DISKS, seed=10))
    outcomes = tried(tmp_path, listed, jobs=1, verbose=True)
    assert len(outcomes) == KILLS + DISKS
    wrong = [f"{each.point}: {'; '.join(each.settled.problems)}" for each in outcomes if not each.well]
    assert not wrong, "\n".join(wrong)
