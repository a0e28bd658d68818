"""`--project` names the project's folder, before or after the command's name."""

import json
from pathlib import Path

import pytest

from bluelamp.starting import start
from tests.conftest import bluelamp


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    start(tmp_path / "estate", "kent", "platforms@kent.police.example", "KNT-1")
    return tmp_path / "estate"


def test_it_is_accepted_before_and_after_the_command(estate: Path, tmp_path: Path) -> None:
    place = str(estate)
    output = [
        bluelamp(words, tmp_path)
        for words in (
            ("list", "forces", "--format", "json", "--project", place),
            ("--project", place, "list", "forces", "--format", "json"),
            (f"--project={place}", "list", "forces", "--format", "json"),
        )
    ]
    assert [run.returncode for run in output] == [0, 0, 0]
    assert output[0].stdout == output[1].stdout == output[2].stdout
    assert json.loads(output[0].stdout)["command"].startswith("list")


def test_a_subcommand_accepts_it_before_the_group(estate: Path, tmp_path: Path) -> None:
    run = bluelamp(("--project", str(estate), "evidence", "list", "kent"), tmp_path)
    assert "No such option" not in run.stderr
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--project",), "--project needs a folder"),
        (("--project", "estate"), "--project needs a command"),
        (("--project", "estate", "cloud", "ls"), "bluelamp cloud ls takes no --project"),
        (("--project", "estate", "rehearse", "--", "true"), "bluelamp rehearse takes no --project"),
        (("--project=nowhere", "check", "kent"), "is not inside a Bluelamp project"),
        (("--project", "estate", "chek"), "No such command 'chek'"),
    ],
)
def test_an_option_that_cannot_apply_is_refused(estate: Path, words: tuple[str, ...], message: str) -> None:
    run = bluelamp(words, estate.parent)
    assert run.returncode == 2
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_help_and_the_reference_page_describe_it(estate: Path) -> None:
    assert "--project" in bluelamp(("--help",), estate).stdout
    assert "--project" in bluelamp(("check", "--help"), estate).stdout
