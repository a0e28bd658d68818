"""`--project` names the project's folder, before the command's name as well as behind it."""

import json
from pathlib import Path

import pytest

from bluelamp.starting import start
from tests.conftest import bluelamp


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    start(tmp_path / "estate", "kent", "platforms@kent.police.example", "KNT-1")
    return tmp_path / "estate"


def test_it_stands_before_or_behind_the_command(estate: Path, tmp_path: Path) -> None:
    place = str(estate)
    said = [
        bluelamp(words, tmp_path)
        for words in (
            ("list", "forces", "--format", "json", "--project", place),
            ("--project", place, "list", "forces", "--format", "json"),
            (f"--project={place}", "list", "forces", "--format", "json"),
        )
    ]
    assert [run.returncode for run in said] == [0, 0, 0]
    assert said[0].stdout == said[1].stdout == said[2].stdout
    assert json.loads(said[0].stdout)["command"].startswith("list")


def test_a_command_with_words_of_its_own_gets_it_behind_both(estate: Path, tmp_path: Path) -> None:
    run = bluelamp(("--project", str(estate), "evidence", "list", "kent"), tmp_path)
    assert "No such option" not in run.stderr
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--project",), "--project needs a folder"),
        (("--project", "estate"), "--project needs a command"),
        (("--project", "estate", "cloud", "ls"), "bluelamp cloud ls takes no --project"),
        (("--project", "estate", "rehearse", "--", "true"), "bluelamp rehearse takes no --project"),
        (("--project=nowhere", "check", "kent"), "is not inside a Bluelamp project"),
        (("--project", "estate", "chek"), "No such command 'chek'"),
    ],
)
def test_what_cannot_be_meant_is_told(estate: Path, words: tuple[str, ...], says: str) -> None:
    run = bluelamp(words, estate.parent)
    assert run.returncode == 2
    assert says in run.stderr
    assert "Traceback" not in run.stderr


def test_help_and_the_page_of_the_command_have_it(estate: Path) -> None:
    assert "--project" in bluelamp(("--help",), estate).stdout
    assert "--project" in bluelamp(("check", "--help"), estate).stdout
