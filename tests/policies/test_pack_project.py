"""The project whose baseline and exemptions a policy pack uses."""

from pathlib import Path

import pytest

from bluelamp.policies.pack import stack_governance


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project" / "stacks").mkdir(parents=True)
    (tmp_path / "project" / "stacks" / "forces.yaml").write_text("forces: {}\n", encoding="utf-8")
    (tmp_path / "project" / "policies").mkdir()
    (tmp_path / "installed" / "policies").mkdir(parents=True)
    return tmp_path / "project"


def test_a_pack_inside_a_project_uses_that_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.parent)
    assert stack_governance.project(["127.0.0.1:1", str(project / "policies")]) == project


@pytest.mark.parametrize("within", [".", "policies"])
def test_an_installed_pack_uses_the_project_in_which_it_starts(
    project: Path, within: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / within)
    assert stack_governance.project(["127.0.0.1:1", str(project.parent / "installed" / "policies")]) == project
