"""Any content of the files beside the settings is accepted or is a problem with its file and line."""

import copy
import functools
import operator
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.core.problems import SettingsError
from bluelamp.errors import Status
from bluelamp.governance.read import governance
from tests.conftest import ROOT, Project
from tests.exempting import APPROVERS_FILE, EXEMPTIONS_FILE
from tests.thorough import tries

BASELINE = """\
rules:
  BL-NET-001:
    enforcement: mandatory
    parameters: {ports: [22, 23, 3389, 5985, 5986]}
  BL-LOG-001:
    parameters: {minimum: 400}
"""
FILES = {
    "stacks/baseline.yaml": yaml.safe_load(BASELINE),
    "stacks/essex/exemptions.yaml": yaml.safe_load(EXEMPTIONS_FILE),
    "stacks/approvers.yaml": yaml.safe_load(APPROVERS_FILE),
    "stacks/forces.yaml": yaml.safe_load((ROOT / "stacks" / "forces.yaml").read_text("utf-8")),
}
FILES["stacks/forces.yaml"]["forces"] = {
    slug: FILES["stacks/forces.yaml"]["forces"][slug] for slug in ("essex", "kent", "dyfed-powys")
}
WRONG = [{"a": 1}, [[]], [], {}, True, "", " ", "a\nb", "é\u202e", "x" * 5000, -1, 0, 1e300, "2026-13-45", "nothing"]


def places(tree: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path for key, value in items for path in [(*here, key), *places(value, (*here, key))]]


PLACES = [(file, path) for file, tree in FILES.items() for path in places(tree)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one of each of the files, all of them valid."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "stacks" / "essex").mkdir(parents=True)
    for file, tree in FILES.items():
        (folder / file).write_text(yaml.dump(tree, sort_keys=False), encoding="utf-8")
    return folder


def test_the_files_are_valid(root: Path) -> None:
    assert governance(root, "essex").exemptions


@settings(
    max_examples=tries(400), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.sampled_from(PLACES), st.sampled_from(["replace", "delete", "rename", "misspell"]), st.sampled_from(WRONG))
def test_any_wrong_value_is_a_problem_with_its_location(
    root: Path, place: tuple[str, tuple[str | int, ...]], how: str, value: Any
) -> None:
    file, path = place
    tree = copy.deepcopy(FILES[file])
    parent = functools.reduce(operator.getitem, path[:-1], tree)
    old = parent[path[-1]]
    match how:
        case "delete":
            del parent[path[-1]]
        case "rename" if isinstance(parent, dict):
            parent[f"{path[-1]}x"] = parent.pop(path[-1])
        case "misspell" if isinstance(old, str):
            parent[path[-1]] = old[1:2] + old[:1] + old[2:]
        case _:
            parent[path[-1]] = value
    kept = (root / file).read_text("utf-8")
    (root / file).write_text(yaml.dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")
    try:
        governance(root, "essex")
    except SettingsError as error:
        for problem in error.problems:
            assert problem.file.startswith("stacks/")
            assert problem.message
            assert (
                problem.line or problem.message in ("is empty", "is not a mapping") or "unknown force" in str(problem)
            )
            assert str(problem).isprintable()
    finally:
        (root / file).write_text(kept, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("stacks/baseline.yaml", "rules:\n  BL-NET-01:\n    parameters: {ports: [22]}\n"),
        ("stacks/baseline.yaml", "rules:\n  BL-NET-001:\n    parameters: {ports: ssh}\n"),
        ("stacks/essex/exemptions.yaml", EXEMPTIONS_FILE.replace('"2026-04-01"', '"2026-02-31"')),
        ("stacks/approvers.yaml", "approvers:\n  - id: siro\n    emails: [nobody]\n"),
    ],
)
def test_the_command_ends_with_status_2(project: Project, file: str, text: str) -> None:
    path = project.root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "stacks" / "approvers.yaml", project.root / "stacks")
    path.write_text(text, encoding="utf-8")
    run = project.here("check", "essex")
    assert run.returncode == Status.WRONG_USE, run.stdout + run.stderr
    assert f"error: {file}:" in run.stderr
    assert "Traceback" not in run.stderr
