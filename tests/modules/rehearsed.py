"""Plans a program against the rehearsal cloud and judges the result."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bluelamp import policies
from bluelamp.planning import Plan, plan_program
from bluelamp.rehearsal.values import plain
from bluelamp.resources import from_plan

ROOT = Path(__file__).resolve().parents[2]


def rehearse(program: Callable[[], Any], config: dict[str, str] | None = None) -> Plan:
    """The plan of `program`. Fails if the cloud refuses any of it or a mandatory rule is broken."""
    plan = plan_program("test", program, config or {}, root=ROOT)
    assert plan.errors == ()
    assert [(each.name, each.failures) for each in plan.refused] == []
    mandatory = [rule for rule in policies.rules() if rule.enforcement is policies.Enforcement.MANDATORY]
    wrong = [each for each in policies.judge(from_plan(plan), mandatory) if each.verdict in ("fail", "error")]
    assert [f"{each.rule} {each.urn} {each.path} {each.message}" for each in wrong] == []
    return plan


def of(plan: Plan, type_: str) -> dict[str, dict[str, Any]]:
    """The inputs of every resource whose type ends in `type_`, by logical name."""
    return {each.name: dict(plain(each.inputs)) for each in plan.resources if each.type.endswith(f":{type_}")}
