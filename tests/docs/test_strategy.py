"""The strategy page names existing commands and tests, and has a row for every demand."""

import re

import pytest

from bluelamp.policies.discovery import baseline
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "strategy.md"
DEMANDS = (
    "1 Hybrid cloud",
    "1 IT as a service",
    "1 Digital skills",
    "2a ",
    "2b ",
    "2c Quality",
    "2c Digital capture",
    "2d ",
    "2e ",
    "3 Spend smarter: cost",
    "3 Spend smarter: along",
    "3 Spend smarter: once",
)


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [123]", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_demand_has_one_row() -> None:
    found = [row[0] for row in rows()]
    assert len(found) == len(DEMANDS)
    for each, demand in zip(found, DEMANDS, strict=True):
        assert each.startswith(demand)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_what_a_row_names_exists(row: list[str]) -> None:
    from typer.main import get_command

    from bluelamp.cli.app import app, load

    load()
    demand, answer, command, test = row
    verbs = get_command(app).commands  # type: ignore[attr-defined] # it is a group
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    program, verb, *_ = command.strip("`").split()
    assert verb in (verbs if program == "bluelamp" else targets), demand
    for link in re.findall(r"\]\(([^)#]+)", answer):
        assert (PAGE.parent / link).is_file(), link
    for folder in re.findall(r"`(workloads/\w+)`", answer):
        assert (ROOT / folder).is_dir(), folder
    (path,) = re.findall(r"^`(tests/[\w/.]+)`$", test)
    place = ROOT / path
    assert place.is_file() or list(place.glob("test_*.py")), path


def test_the_rules_on_spend_are_all_named() -> None:
    answers = {row[0]: row[1] for row in rows()}
    ids = [each.id for each in baseline() if each.id.startswith("BL-SPD-")]
    assert f"({ids[0]} to {ids[-1]})" in answers["3 Spend smarter: along the roadmap, no dead ends"]
