"""A project's folder with the real register; tests write its stack files."""

import shutil
from pathlib import Path

import pytest

from bluelamp.infra.force import ROOT

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def base() -> str:
    """Valid settings of essex that use every part of the model."""
    return (HERE / "base.yaml").read_text("utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    shutil.copy(ROOT / "stacks" / "forces.yaml", stacks)
    return tmp_path
