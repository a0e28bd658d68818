"""Rules for tests, which say as little of themselves as a rule may."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bluelamp.policies import Rule, Severity
from bluelamp.policies.rule import rule

BOX = "test:box:Box"


def made(
    id_: str,
    title: str,
    *,
    at: str = BOX,
    severity: Severity = Severity.HIGH,
    module: str = "bluelamp.policies.test.boxes",
    **more: Any,
) -> Callable[[Callable[..., Any]], Rule]:
    """What makes a function the check of a rule in `module`; `more` are further fields of the rule."""
    said = {"failure": "It is wrong", "controls": (), "fix": "", "example": "", **more}
    return lambda check: replace(rule(id_, title, at=at, severity=severity, **said)(check), module=module)
