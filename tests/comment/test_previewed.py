"""The comparison with the engine's preview, and a report compared with the base."""

from typing import Any

from comparisons import comparison, judged, resource

from bluelamp.cli.comments import previewed
from bluelamp.comment import comment
from bluelamp.comparison.model import Action, ChangedProperty, Force
from bluelamp.core.wire import SIGNATURE
from bluelamp.engine.events import Step
from bluelamp.errors import Status
from bluelamp.fleet.deploy import Result
from tests.conftest import ROOT

SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hunter2-hunter2"'}


def step(op: str, name: str, force: str = "kent", **more: Any) -> Step:
    return Step(f"urn:pulumi:{force}::bluelamp::hub$azure-native:network:Subnet::{name}", op, **more)


def result(force: str, *steps: Step, status: Status = Status.DONE, **more: Any) -> Result:
    return Result(force, "preview", status, steps, **more)


def test_the_engines_steps_replace_the_plans() -> None:
    plan = comparison(Force("kent", resources=(resource(Action.UPDATED, "planned"),), verdicts=(judged(),)))
    steps = (
        step("create", "subnet"),
        step("delete", "old"),
        step(
            "replace",
            "moved",
            changes={"addressPrefix": "update-replace", "key": "update"},
            old={"addressPrefix": "10.0.0.0/24", "key": SECRET},
            inputs={"addressPrefix": "10.0.1.0/24", "key": SECRET},
        ),
        step("create-replacement", "moved"),
        step("delete-replaced", "moved"),
        step("create", "component", custom=False),
    )
    found = previewed(plan, [result("kent", *steps)], ROOT)
    (force,) = found.forces
    assert [(each.what, each.name) for each in force.resources] == [
        (Action.DELETED, "old"),
        (Action.REPLACED, "moved"),
        (Action.CREATED, "subnet"),
    ]
    assert (
        ChangedProperty("addressPrefix", "10.0.0.0/24", "10.0.1.0/24", replaces=True) in force.resources[1].properties
    )
    assert force.verdicts == plan.forces[0].verdicts
    text = comment(found, marker="preview")
    assert "hunter2" not in text
    assert "`addressPrefix`: `10.0.0.0/24` → `10.0.1.0/24`" in text


def test_forces_with_the_same_preview_are_one_group() -> None:
    plan = comparison(Force("kent", verdicts=(judged(),)), Force("essex", verdicts=(judged(),)))
    results = [result(force, step("create", f"{force}-subnet", force)) for force in ("kent", "essex")]
    assert "2 forces: the same change." in comment(previewed(plan, results, ROOT))


def test_a_failed_preview_is_in_the_comment() -> None:
    plan = comparison(Force("kent", resources=(resource(Action.UPDATED, "planned"),)))
    text = comment(previewed(plan, [result("kent", status=Status.FAILED, errors=("no login",))], ROOT))
    assert "1 force failed to plan" in text
    assert "- `kent`: `no login`" in text


def test_if_a_rule_stops_the_engine_the_plan_counts() -> None:
    plan = comparison(Force("kent", resources=(resource(Action.DELETED, "planned"),), verdicts=(judged(),)))
    found = previewed(plan, [result("kent", step("create", "first"), status=Status.RULES_BROKEN)], ROOT)
    assert found.forces == plan.forces
    assert found.notes == ("a mandatory rule stops the preview of kent: the changes there are those of the plan",)


def test_a_force_that_was_not_previewed_is_unchanged() -> None:
    plan = comparison(Force("kent", head_error="wrong settings"), Force("essex"))
    assert previewed(plan, [], ROOT) == plan
