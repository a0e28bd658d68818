"""Every finding is in the index, can be run, and names the versions that it is about."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "findings"
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def row(script: Path) -> str:
    (found,) = re.findall(rf"^\| \[{re.escape(script.name)}\]\({re.escape(script.name)}\) \|.*$", INDEX, re.M)
    return str(found)


def test_the_index_lists_every_script_and_no_other() -> None:
    assert re.findall(r"^\| \[([\w-]+\.sh)\]", INDEX, re.M) == [script.name for script in SCRIPTS]


def test_the_files_that_the_index_names_exist() -> None:
    for name in re.findall(r"`([\w/]+\.py)`", INDEX):
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_can_be_run_and_pins_the_versions_in_its_row(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert """trap 'rm -rf "$work"' EXIT""" in text
    installed = re.findall(r"(?<= )[\w-]+==([\w.]+)", text) + re.findall(r"(?<=@)v([\w.-]+)", text)
    assert installed
    assert installed[0] in row(script)
