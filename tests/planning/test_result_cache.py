"""A plan that takes over a provider's earlier answers is the plan that it would be without them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_random import RandomPet

from bluelamp.planning import Plan, result_cache
from bluelamp.planning.plan import plan_force, plan_program
from tests.conftest import Project, make_project
from tests.thorough import tries

FORCE = "dyfed-powys"
DAYS, SKUS = (90, 365, 730), ("standard", "premium")


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose settings are edited."""
    return make_project(tmp_path_factory.mktemp("edited") / "project", (FORCE,))


@pytest.fixture(scope="module")
def text(edited: Project) -> str:
    """The force's settings before any edit."""
    return edited.settings(FORCE).read_text("utf-8")


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test keeps is nothing to another."""
    monkeypatch.setattr(result_cache, "_results", None)


def _without(project: Project) -> Plan:
    """The plan by a provider that answers anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(result_cache, "_results", None)
        return plan_force(FORCE, project.root)


@settings(max_examples=tries(5), derandomize=True, deadline=None)
@given(st.sampled_from(DAYS), st.sampled_from(SKUS), st.booleans())
def test_every_edit_gives_the_plan_that_it_gives_without_answers(
    edited: Project, text: str, days: int, sku: str, moved: bool
) -> None:
    result_cache.enable()
    edited.settings(FORCE).write_text(text, encoding="utf-8")
    before = plan_force(FORCE, edited.root)
    new = text.replace("retentionDays: 365", f"retentionDays: {days}").replace("sku: standard", f"sku: {sku}")
    new = new.replace("bluelamp:costCentre: ", "bluelamp:costCentre: X") if moved else new
    edited.settings(FORCE).write_text(new, encoding="utf-8")
    after = plan_force(FORCE, edited.root)
    assert after == _without(edited)
    assert (after == before) == (new == text)


def test_what_is_the_same_is_taken_over_and_nothing_else(tmp_path: Path) -> None:
    def plan(keeper: object) -> Plan:
        return plan_program("test", lambda: RandomPet("pet", keepers={"it": keeper}), {}, root=tmp_path)  # type: ignore[dict-item] # any value

    result_cache.enable()
    (first,), (again,), (other,) = (plan(each).managed for each in (1, 1, True))
    assert first.inputs is again.inputs
    assert (first.inputs["keepers"]["it"], other.inputs["keepers"]["it"]) == (1, True)
    assert other.inputs["keepers"]["it"] is True
