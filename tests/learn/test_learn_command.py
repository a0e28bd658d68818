"""`bluelamp learn`: starting, hints, progress and resetting; nothing is lost, whatever a learner does."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bluelamp import schemas
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.learn import exercises, named
from bluelamp.learn.learner_folder import PROGRESS, load_progress
from tests.conftest import in_process
from tests.learn.ways import STACK, WAYS
from tests.thorough import tries

NAME = "fix-a-failing-rule"
SCHEMA = Draft202012Validator(schemas.output())


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one exercise was started."""
    folder = tmp_path_factory.mktemp("original")
    assert in_process(folder, ["learn", "start", NAME])[0] == 0
    return folder


@pytest.fixture
def started(original: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    shutil.copytree(original, tmp_path / "here")
    return tmp_path / "here"


def run(folder: Path, *words: str) -> tuple[int, Any]:
    """The exit status and the result."""
    status, out, _ = in_process(folder, ["learn", *words, "--format", "json"])
    document = json.loads(out)
    assert list(SCHEMA.iter_errors(document)) == []
    return status, document["result"] if status < 2 else document["problems"]


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files if ".bluelamp" not in path.parts}


def test_the_exercises_are_listed_by_track(tmp_path: Path) -> None:
    status, out, _ = in_process(tmp_path, ["learn"])
    assert status == 0
    places = [out.index(each.name) for each in exercises()]
    assert places == sorted(places)
    assert [each["name"] for each in run(tmp_path, "list")[1]["exercises"]] == [each.name for each in exercises()]


def test_an_exercise_is_started_done_and_solved(started: Path) -> None:
    root = started / "learn" / NAME
    assert named(NAME).title in (root / "TASK.md").read_text("utf-8")
    status, result = run(root, "check")
    assert (status, result["solved"]) == (1, False)
    assert "BL-LOG-001" in result["wrong"][0]["message"]
    WAYS[NAME].right(root)
    assert run(root, "check") == (0, {"exercise": NAME, "folder": str(root), "solved": True, "wrong": []})
    (row,) = (each for each in run(started, "status")[1]["exercises"] if each["name"] == NAME)
    assert (row["state"], row["checks"], row["hints"], row["resets"]) == ("solved", 2, 0, 0)
    assert run(started, "status")[1]["solved"] == 1


def test_a_solved_exercise_stays_solved(started: Path) -> None:
    root = started / "learn" / NAME
    WAYS[NAME].right(root)
    assert run(root, "check")[0] == 0
    (root / STACK).write_text((root / STACK).read_text("utf-8").replace("365", "90"), "utf-8")
    assert run(root, "check")[0] == 1
    assert run(root, "status")[1]["solved"] == 1


def test_hints_are_given_one_by_one(started: Path) -> None:
    every = named(NAME).hints
    for count in (*range(1, len(every) + 1), len(every)):
        _, result = run(started, "hint", NAME)
        assert result == {"exercise": NAME, "hints": list(every[:count]), "left": len(every) - count}


def test_starting_twice_changes_nothing(started: Path) -> None:
    root = started / "learn" / NAME
    (root / STACK).write_text("mine\n", "utf-8")
    before = contents(root)
    status, result = run(started, "start", NAME)
    assert (status, result["prepared"]) == (0, False)
    assert contents(root) == before


def test_a_reset_keeps_the_learners_files(started: Path, original: Path) -> None:
    root = started / "learn" / NAME
    for number, text in enumerate(("first\n", "second\n"), 1):
        (root / STACK).write_text(text, "utf-8")
        _, result = run(root if number == 1 else started, "reset", NAME)
        assert result["kept"] == str(root.with_name(f"{NAME}.kept-{number}"))
        assert Path(result["kept"], STACK).read_text("utf-8") == text
        assert contents(root) == contents(original / "learn" / NAME)
    (row,) = (each for each in run(started, "status")[1]["exercises"] if each["name"] == NAME)
    assert row["resets"] == 2


BROKEN = {
    "not YAML": (lambda root: (root / STACK).write_text("config: [\n", "utf-8"), "is not YAML"),
    "empty": (lambda root: (root / STACK).write_text("", "utf-8"), "is empty"),
    "another encoding": (lambda root: (root / STACK).write_bytes(b"config: \xff\n"), "is not UTF-8 text"),
    "a folder": (lambda root: ((root / STACK).unlink(), (root / STACK).mkdir()), "is a folder"),
    "no stack file": (lambda root: (root / STACK).unlink(), "has no stack file"),
    "no register": (lambda root: (root / "stacks/forces.yaml").unlink(), "forces.yaml is missing"),
    "no settings at all": (lambda root: shutil.rmtree(root / "stacks"), "stacks is missing"),
    "no folder": (shutil.rmtree, "the folder of the exercise is missing"),
    "a file for a folder": (lambda root: (shutil.rmtree(root), root.write_text("x")), "is missing"),
    "no project": (lambda root: (root / "Pulumi.yaml").unlink(), "Pulumi.yaml is missing"),
    "a program that does not parse": (
        lambda root: (root / "infra/__main__.py").write_text("start(\n", "utf-8"),
        "SyntaxError",
    ),
    "a program that raises": (
        lambda root: (root / "infra/__main__.py").write_text("1 / 0\n", "utf-8"),
        "division by zero",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_explained_and_nothing_is_lost(what: str, started: Path) -> None:
    root = started / "learn" / NAME
    damage, message = BROKEN[what]
    damage(root)
    before = contents(started)
    status, out, err = in_process(started, ["learn", "check", NAME])
    assert status == 2, out + err
    assert message in err
    assert "bluelamp learn reset" in err
    assert "Traceback" not in err
    after = contents(started)
    assert {name: text for name, text in after.items() if not name.endswith(PROGRESS)} == {
        name: text for name, text in before.items() if not name.endswith(PROGRESS)
    }
    assert run(started, "reset", NAME)[0] == 0
    assert run(started, "check", NAME)[0] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "valid dictionary"),
        ('{"format": "other/1"}', "bluelamp-learn/1"),
        ('{"exercises": {"read-a-plan": {"started": 1, "checks": -1}}}', "exercises.read-a-plan"),
    ],
)
def test_damaged_progress_is_explained_and_exercises_can_continue(content: str, message: str, started: Path) -> None:
    file = started / "learn" / PROGRESS
    file.write_text(content, "utf-8")
    for words in (["check"], ["hint"], ["status"], ["reset"], ["start", "read-a-plan"]):
        status, _, err = in_process(started, ["learn", *words])
        assert status == 2
        assert message in err
        assert "move the file away" in err
        assert file.read_text("utf-8") == content
    file.rename(file.with_suffix(".old"))
    (started / "learn" / NAME / STACK).write_text("mine\n", "utf-8")
    assert run(started, "start", NAME)[1]["prepared"] is False
    assert (started / "learn" / NAME / STACK).read_text("utf-8") == "mine\n"


@settings(max_examples=tries(60), derandomize=True, deadline=None)
@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_any_progress_file_is_read_or_refused(original: Path, raw: bytes) -> None:
    folder = original.parent / "any"
    folder.mkdir(exist_ok=True)
    (folder / PROGRESS).write_bytes(raw)
    refused: tuple[Problem, ...] = ()
    try:
        load_progress(folder)
    except SettingsError as error:
        refused = error.problems
    assert all(each.next_step for each in refused)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["start", "read-a-plam"], "did you mean read-a-plan?"),
        (["check"], "no exercise was started"),
        (["status"], "no exercise was started"),
        (["hint", "read-a-plan"], "no exercise was started"),
        (["start", "read-a-plan", "file/below"], "cannot be"),
    ],
)
def test_a_mistake_on_the_command_line_is_explained(words: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file\n", "utf-8")
    status, _, err = in_process(tmp_path, ["learn", *words])
    assert status == 2
    assert message in err
    assert contents(tmp_path) == {"file": b"a file\n"}


def test_an_unstarted_exercise_has_no_check(started: Path) -> None:
    status, problems = run(started, "check", "read-a-plan")
    assert status == 2
    assert "was not started" in problems[0]["message"]


def test_another_folder_can_be_named(original: Path, tmp_path: Path) -> None:
    shutil.copytree(original / "learn", tmp_path / "mine")
    assert run(tmp_path, "hint", "--dir", "mine")[1]["exercise"] == NAME
    assert run(tmp_path, "status", "--dir", "mine")[1]["folder"] == str(tmp_path / "mine")
