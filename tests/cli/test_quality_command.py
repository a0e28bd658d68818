"""The command `bluelamp quality`."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Project
from tests.workloads.contracts import contract, write_csv

PROPERTIES = [{"name": "id", "logicalType": "string", "unique": True}]


@pytest.fixture
def assets(project: Project) -> Path:
    """A project in which one force has one asset, with its data."""
    contract(project.root, properties=PROPERTIES)
    folder = project.root / "stacks" / "dyfed-powys" / "assets"
    shutil.rmtree(folder)
    (project.root / "contracts").rename(folder)
    write_csv(project.root, "id\na\nb\n")
    (project.root / ".bluelamp").mkdir(exist_ok=True)
    (project.root / "data").rename(project.root / "copies")
    return project.root / "copies"


def test_a_met_contract_passes_and_a_broken_one_fails(project, assets):
    good = project.here("quality", "dyfed-powys", "--data", "copies")
    assert (good.returncode, good.stderr) == (0, "")
    assert "incidents  pass" in good.stdout
    (assets / "incidents" / "log.csv").write_text("id\na\na\n", encoding="utf-8")
    bad = project.here("quality", "dyfed-powys", "--data", "copies", "--report", "out", "--format", "json")
    assert bad.returncode == 3
    [force] = json.loads(bad.stdout)["result"]["forces"]
    [asset] = force["assets"]
    assert (asset["outcome"], asset["publishable"], force["blocked"]) == ("fail", False, {"incidents": ["incidents"]})
    [failed] = [each for each in asset["checks"] if each["outcome"] == "fail"]
    assert failed["file"] == "stacks/dyfed-powys/assets/incidents.yaml"
    page = (project.root / "out" / "quality.html").read_text(encoding="utf-8")
    assert "0 of 1 data contract hold" in page
    assert "Checks, run by run" in page


def test_wrong_use_names_the_next_step(project, assets):
    shutil.rmtree(project.root / "stacks" / "wiltshire" / "assets")
    for words, output in {
        ("quality", "wiltshire"): "wiltshire has no register of information assets",
        ("quality", "dyfed-powis"): "did you mean dyfed-powys?",
        ("quality", "dyfed-powys", "--data", "nowhere"): "there is no folder nowhere",
        ("quality", "--as-of", "yesterday"): "is not a date",
    }.items():
        done = project.here(*words)
        assert done.returncode == 2
        assert output in done.stderr


def test_without_data_the_check_is_not_run_and_does_not_pass(project, assets):
    done = project.here("quality")
    assert done.returncode == 0
    assert "1 not run" in done.stdout
    assert "there is no such file" in done.stdout
