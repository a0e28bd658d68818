"""Budgets without an amount use the roadmap's."""

from pathlib import Path

import pytest

from bluelamp.core.roadmap import FILE
from bluelamp.infra.force import ROOT, Force, SettingsError, load
from bluelamp.infra.settings.budgets import place_of

ESSEX = ROOT / "stacks/Pulumi.essex.yaml"
ROADMAP = ROOT / FILE.format(force="essex")
PLATFORM = "      amount: 11500\n"
ZONE = "{amount: 2200, contacts: [technology@essex.police.example]}"


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def essex(root: Path, *changes: tuple[str, str], roadmap: tuple[str, str] = ("", "")) -> Force:
    """Essex with replaced texts in its settings and in its roadmap."""
    (root / "stacks/essex").mkdir(exist_ok=True)
    (root / FILE.format(force="essex")).write_text(changed(ROADMAP.read_text("utf-8"), roadmap), "utf-8")
    (root / "stacks/Pulumi.essex.yaml").write_text(changed(ESSEX.read_text("utf-8"), *changes), "utf-8")
    return load("essex", root=root)


def amounts(force: Force) -> tuple[float, list[float]]:
    assert force.azure is not None
    return force.azure.budget.amount, [zone.budget.amount for zone in force.azure.landing_zones]


LEFT_OUT = ((PLATFORM, ""), (ZONE, "{contacts: [technology@essex.police.example]}"))


def test_an_omitted_amount_is_that_of_the_roadmap(root: Path) -> None:
    # 13,500 a month for cloud-first, of which 1,100 and 900 are for two landing zones.
    assert amounts(essex(root, *LEFT_OUT)) == (11_500, [1_100, 900, 2_200])
    assert amounts(essex(root, *LEFT_OUT, roadmap=("monthly: 13500", "monthly: 14500")))[0] == 12_500
    assert amounts(essex(root, *LEFT_OUT, roadmap=("monthly: 2200", "monthly: 2300")))[1] == [1_100, 900, 2_300]


def test_a_written_amount_takes_precedence(root: Path) -> None:
    raised = ("monthly: 13500", "monthly: 14500")
    assert amounts(essex(root, roadmap=raised)) == (11_500, [1_100, 900, 2_200])


def test_the_location_of_an_amount_is_in_the_roadmap(root: Path) -> None:
    force = essex(root, *LEFT_OUT)
    lines = (root / FILE.format(force="essex")).read_text("utf-8").splitlines()
    for zone, budget in ((None, "monthly: 13500"), ("data", "monthly: 2200")):
        file, line = place_of(force, zone, root)
        assert file == FILE.format(force="essex")
        assert budget in lines[line - 1]
    with pytest.raises(LookupError):
        place_of(force, "records", root)


@pytest.mark.parametrize(
    ("roadmap", "path"),
    [
        (("budget: {monthly: 13500, capital: 150000}", "budget: {capital: 150000}"), "azure.budget.amount"),
        (("monthly: 13500", "monthly: 2000"), "azure.budget.amount"),
        (("monthly: 2200", "monthly: 0"), "azure.landingZones[2].budget.amount"),
        (("landingZones: [data]", "landingZones: [data, records]"), "azure.landingZones[2].budget.amount"),
    ],
)
def test_an_amount_without_a_source_is_missing(root: Path, roadmap: tuple[str, str], path: str) -> None:
    with pytest.raises(SettingsError) as raised:
        essex(root, *LEFT_OUT, roadmap=roadmap)
    assert f"bluelamp:{path}: is missing" in str(raised.value)


def test_a_mistake_in_the_roadmap_is_reported_instead_of_a_missing_amount(root: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        essex(root, *LEFT_OUT, roadmap=("monthly: 13500", "monthly: a lot"))
    (problem,) = raised.value.problems
    assert (problem.file, problem.path) == (FILE.format(force="essex"), "milestones[0].budget.monthly")


def test_another_environment_writes_the_budget_of_its_platform(root: Path) -> None:
    essex(root, *LEFT_OUT)
    subscription = "11111111-2222-4333-8444-555555555555"
    contacts = "budget: {contacts: [dev@essex.police.example]}"
    text = (
        f"config:\n  bluelamp:environment: dev\n  bluelamp:azure:\n    subscriptionId: {subscription}\n    {contacts}\n"
    )
    (root / "stacks/Pulumi.essex-dev.yaml").write_text(text, "utf-8")
    with pytest.raises(SettingsError) as raised:
        load("essex-dev", root=root)
    assert [each.path for each in raised.value.problems] == ["bluelamp:azure.budget.amount"]


def test_the_largest_force_has_the_budget_of_its_roadmap() -> None:
    assert amounts(load("west-midlands", root=ROOT))[1][-1] == 9_500
