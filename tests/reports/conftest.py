from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bluelamp.policies import Control, Enforcement, Resource, Rule, Severity, rules
from bluelamp.policies.rule import Fail, NotApplicable, Outcome
from bluelamp.policies.rule import rule as make_rule
from bluelamp.policies.value import Value
from bluelamp.reports import Report, Source, assess
from bluelamp.reports.html import to_html
from bluelamp.reports.unjudged import is_general
from tests.reports.tree import Node, parse
from tests.rules import made

STARTED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def urn(name: str, type_: str = "test:box:Box") -> str:
    return f"urn:pulumi:essex::bluelamp::bluelamp:index:Hub${type_}::{name}"


def box(name: str, **properties: Any) -> Resource:
    return Resource(urn(name), "test:box:Box", name, properties)


@pytest.fixture
def locked() -> Callable[..., Rule]:
    """Makes a rule over boxes: `lock` must be shut; `open` fails, `skip` is not applicable, `jam` breaks the rule."""

    def made(id_: str = "T-001", severity: Severity = Severity.HIGH, mandatory: bool = True) -> Rule:
        @make_rule(
            id_,
            f"Boxes are shut ({id_})",
            failure=f"A box is open ({id_})",
            severity=severity,
            controls=(Control("NCSC CAF", "4.0", "B3.c"), Control("Box Standard", "1", "BX-1")),
            at="test:box:Box",
            fix="Shut the box.",
            example="Box(lock='shut')",
            enforcement=Enforcement.MANDATORY if mandatory else Enforcement.ADVISORY,
        )
        def shut(place: Value) -> Outcome:
            """An open box is soon empty."""
            lock = place["lock"]
            match lock.known:
                case "skip":
                    return NotApplicable("it has no lid")
                case "jam":
                    raise ZeroDivisionError("jammed")
                case "shut":
                    return None
            return Fail(lock, "shut")

        return replace(shut, module="bluelamp.policies.test.boxes")

    return made


@pytest.fixture
def report_on(locked: Callable[..., Rule], tmp_path: Path) -> Callable[..., Report]:
    """Judges boxes with these locks by the rule above."""

    def made(*locks: Any, rules: list[Rule] | None = None, force: str = "essex", **more: Any) -> Report:
        boxes = [box(f"box-{number}", lock=lock) for number, lock in enumerate(locks)]
        more = {"source": Source.PLAN, "name": "Essex Police", "started": STARTED, "root": tmp_path, **more}
        return assess(force, boxes, rules=[locked()] if rules is None else rules, **more)

    return made


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A report by every real rule over the resources of some rules' cases: it has every verdict but exempt, and every
    resource is judged.
    """
    resources = []
    wanted = {"BL-NET-001", "BL-NET-006", "BL-K8S-014"}
    particular = [rule for rule in rules() if not is_general(rule)]
    for rule in (rule for number, rule in enumerate(particular) if number % 8 == 0 or rule.id in wanted):
        for case in rule.cases:
            first = case.resources[0]
            name = f"{first.name}-{len(resources)}"
            resources.append(replace(first, urn=urn(name, first.type), name=name))
    used = [*rules(), breaks]
    resources.append(box("jammed", lock="jam"))
    return assess(
        "essex", resources, Source.PLAN, root=tmp_path_factory.mktemp("project"), name="Essex Police", rules=used
    )


@pytest.fixture(scope="session")
def text(busy: Report) -> str:
    """The busy report's page."""
    return to_html(busy)


@pytest.fixture(scope="session")
def page(text: str) -> Node:
    """The page as a tree."""
    return parse(text)


@made("T-900", "Breaks down", severity=Severity.LOW)
def breaks(_: Value) -> Outcome:
    """It cannot hold."""
    raise ZeroDivisionError("jammed")
