"""The command `bluelamp cost`."""

import csv
import json
import subprocess
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bluelamp import schemas
from bluelamp.core.wire import SECRET, SIGNATURE
from bluelamp.cost.estate import cost_of_plan, cost_of_state
from bluelamp.planning import plan_force
from bluelamp.pricing.model import By
from bluelamp.rehearsal.values import UNKNOWN, Secret
from tests.conftest import ROOT, Project, in_process, make_project

SCHEMA = Draft202012Validator(schemas.output())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in a git checkout with its settings committed."""
    made = make_project(tmp_path_factory.mktemp("cost") / "project")
    for words in (
        ["init", "--quiet"],
        ["add", "Pulumi.yaml", "stacks"],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "settings"],
    ):
        subprocess.run(["git", *words], cwd=made.root, check=True)
    return made


def document(folder: Path, *words: str) -> dict[str, Any]:
    status, out, _ = in_process(folder, ["cost", *words, "--format", "json"])
    found = json.loads(out)
    assert list(SCHEMA.iter_errors(found)) == []
    assert (status, found["status"]) == (0, 0)
    return found["result"]  # type: ignore[no-any-return]


def test_a_force_as_text(small: Project) -> None:
    status, out, _ = in_process(small.root, ["cost", "dyfed-powys"])
    assert status == 0
    lines = out.splitlines()
    assert lines[0].split() == ["component", "fixed", "£", "by", "use", "£", "£", "a", "month", "unpriced"]
    assert any(line.startswith("logs ") for line in lines)
    assert lines[-1].startswith("dyfed-powys: £1,0")
    assert lines[-1].endswith("4 of 4 chargeable resources priced (100.0%)")


def test_a_force_as_json_and_by_every_group(small: Project) -> None:
    found = document(small.root, "dyfed-powys", "--by", "spend")
    assert {each["group"] for each in found["groups"]} == {"strategic", "tactical"}
    (force,) = found["forces"]
    assert sum(Decimal(each["monthly"]) for each in force["lines"]) == Decimal(force["total"])
    assert sum(Decimal(each["monthly"]) for each in found["groups"]) == Decimal(found["total"])
    assert found["total"] == force["total"]
    assert force["difference"] is None
    assert {line["kind"] for line in force["lines"]} <= {"fixed", "usage", "unpriced"}


def test_focus_is_csv_of_the_same_total(small: Project) -> None:
    _, out, _ = in_process(small.root, ["cost", "dyfed-powys", "--format", "focus"])
    rows = list(csv.DictReader(StringIO(out)))
    assert sum(Decimal(row["BilledCost"]) for row in rows) == Decimal(document(small.root, "dyfed-powys")["total"])


def test_the_difference_since_a_revision_is_that_of_two_full_costs(small: Project) -> None:
    settings, usage = small.settings("dyfed-powys"), small.root / "stacks" / "dyfed-powys" / "usage.yaml"
    output, used = settings.read_text("utf-8"), usage.read_text("utf-8")
    before = Decimal(document(small.root, "dyfed-powys")["total"])
    try:
        settings.write_text(
            output.replace("sku: standard", "sku: premium").replace("enabled: false", "enabled: true"), "utf-8"
        )
        usage.write_text(used.replace("2 GB/day", "3 GB/day"), "utf-8")
        after = document(small.root, "dyfed-powys", "--against", "HEAD")
        changed = after["forces"][0]["difference"]
        _, out, _ = in_process(small.root, ["cost", "dyfed-powys", "--against", "HEAD"])
    finally:
        settings.write_text(output, "utf-8")
        usage.write_text(used, "utf-8")
    assert Decimal(changed["before"]) == before
    assert Decimal(changed["amount"]) == Decimal(after["total"]) - before
    assert sum(Decimal(each["amount"]) for each in changed["changes"]) == Decimal(changed["amount"])
    whats = {(each["what"], each["name"]) for each in changed["changes"]}
    assert ("created", "hub-firewall") in whats
    assert ("resized", "logs-workspace") in whats
    # Azure Firewall, 730 h at least.
    assert Decimal(changed["amount"]) > 600
    assert f"dyfed-powys: +£{Decimal(changed['amount']):,.2f} a month (£{before:,.2f} -> " in out


def test_no_change_is_no_difference(small: Project) -> None:
    _, out, _ = in_process(small.root, ["cost", "dyfed-powys", "--against", "HEAD"])
    assert out.startswith("dyfed-powys: £0.00 a month (£1,0")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["kentt"], "did you mean kent"),
        (["dyfed-powys", "--against", "no-such"], "--against no-such: it names no commit of this checkout"),
        (["dyfed-powys", "--rehearse"], "--rehearse belongs to --from state"),
        (["dyfed-powys", "--from", "state", "--against", "HEAD"], "--against compares plans"),
        (["dyfed-powys", "--against", "HEAD", "--format", "focus"], "FOCUS has no differences"),
        (["dyfed-powys", "--refresh"], "--refresh is for the prices of all forces"),
        (["--refresh", "--against", "HEAD"], "--refresh prices nothing"),
        ([], "no force selected"),
    ],
)
def test_wrong_use_is_reported(small: Project, words: list[str], message: str) -> None:
    status, _, err = in_process(small.root, ["cost", *words])
    assert status == 2
    assert message in err


def test_a_mistake_in_use_is_reported_with_its_location(small: Project) -> None:
    path = small.root / "stacks" / "dyfed-powys" / "usage.yaml"
    text = path.read_text("utf-8")
    try:
        path.write_text("usage: {logIngestion: 2 GB}\nresources: {vault: {vaultOperations: 1 10k operations/month}}\n")
        status, _, err = in_process(small.root, ["cost", "dyfed-powys"])
        assert (status, "stacks/dyfed-powys/usage.yaml:1:23: usage.logIngestion" in err) == (2, True)
        path.write_text("resources: {vault-valt: {vaultOperations: 1 10k operations/month}}\n")
        status, _, err = in_process(small.root, ["cost", "dyfed-powys"])
        assert (status, "did you mean vault-vault?" in err) == (2, True)
    finally:
        path.write_text(text, "utf-8")


def test_a_state_costs_as_much_as_its_plan() -> None:
    plan = plan_force("dyfed-powys", ROOT)

    def wire(value: Any) -> Any:
        """The value as the engine would record it: unknown values are known, secrets are encrypted."""
        if value is UNKNOWN:
            return "/subscriptions/known-now"
        if isinstance(value, Secret):
            return {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
        if isinstance(value, dict):
            return {key: wire(item) for key, item in value.items()}
        return [wire(item) for item in value] if isinstance(value, (list, tuple)) else value

    records = [
        {"urn": one.urn, "type": one.type, "custom": one.custom, "inputs": wire(dict(one.inputs)), "parent": one.parent}
        for one in plan.resources
    ]
    planned = cost_of_plan(plan, ROOT)
    deployed = cost_of_state({"version": 3, "deployment": {"resources": records}}, "dyfed-powys", ROOT)
    for by in By:
        assert deployed.by(by) == planned.by(by)


@pytest.mark.engine
def test_a_preview_ends_with_the_cost_of_its_changes(project: Project, engine: Path) -> None:
    roadmap = project.root / "stacks" / "dyfed-powys" / "roadmap.yaml"
    roadmap.write_text(roadmap.read_text("utf-8").replace("budget: {monthly: 1500", "budget: {monthly: 904"), "utf-8")
    done = project.here("preview", "--rehearse", "dyfed-powys")
    assert done.returncode in (0, 3), done.stderr
    over = (
        "found 904, expected at least £904.73 (the fixed cost of first-steps is £904.73 a month; the most expensive are"
    )
    assert over in " ".join((done.stdout + done.stderr).split()), "the policy pack prices the milestone as a plan does"
    # The hardware exists before and after.
    assert done.stdout.splitlines()[-1].startswith("cost: +£193.57 a month (£898.84 -> £1,092.41)")
