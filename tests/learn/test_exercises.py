"""Every exercise can be solved, and each wrong answer is recognised with a message that explains it."""

import shutil
from pathlib import Path

import pytest

from bluelamp.core.problems import SettingsError
from bluelamp.learn import LearnerProject, Track, checks, exercises, named
from bluelamp.learn.prepare import prepare
from bluelamp.learn.questions import fact
from tests.conftest import ROOT
from tests.learn.ways import WAYS, Way


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The learner's folder, with each exercise as prepared."""
    return tmp_path_factory.mktemp("prepared")


def played(prepared: Path, tmp_path: Path, name: str, way: Way) -> list[str]:
    """The result of the check after one way of doing the exercise."""
    if not (prepared / name).exists():
        prepare(named(name), prepared / name, lambda *_: pytest.fail("it needs no deployment"))
    root = tmp_path / name
    shutil.copytree(prepared / name, root)
    way(root)
    try:
        return [str(each) for each in checks.check(LearnerProject(named(name), root))]
    except SettingsError as error:
        return [str(each) for each in error.problems]


def test_there_is_a_track_for_each_of_three_roles() -> None:
    assert len(exercises()) >= 12
    assert {each.track for each in exercises()} == set(Track)
    assert set(WAYS) | {each.name for each in exercises() if each.prepare.deploy or each.prepare.faults} == {
        each.name for each in exercises()
    }


@pytest.mark.parametrize("name", [each.name for each in exercises()])
def test_the_description_of_an_exercise_is_complete(name: str) -> None:
    exercise = named(name)
    assert len(exercise.hints) >= 3
    assert 5 <= exercise.minutes <= 60
    list(checks.parsed(exercise))
    assert exercise.questions or exercise.checks
    assert all(fact(exercise, each.fact) for each in exercise.questions)
    assert len({each.id for each in exercise.questions}) == len(exercise.questions)
    for page in exercise.read:
        assert (ROOT / page).is_file(), page


@pytest.mark.parametrize("name", WAYS)
def test_an_exercise_is_not_solved_at_the_start(name: str, prepared: Path, tmp_path: Path) -> None:
    assert played(prepared, tmp_path, name, lambda _: None)


@pytest.mark.parametrize("name", WAYS)
def test_an_exercise_is_solved_by_doing_it(name: str, prepared: Path, tmp_path: Path) -> None:
    assert played(prepared, tmp_path, name, WAYS[name].right) == []


@pytest.mark.parametrize(("name", "wrong"), [(name, wrong) for name, ways in WAYS.items() for wrong in ways.wrong])
def test_a_wrong_answer_is_explained(name: str, wrong: str, prepared: Path, tmp_path: Path) -> None:
    way, output = WAYS[name].wrong[wrong]
    found = played(prepared, tmp_path, name, way)
    assert any(output in each for each in found), found


def test_each_exercise_has_two_wrong_answers() -> None:
    assert all(len(ways.wrong) >= 2 for ways in WAYS.values())
