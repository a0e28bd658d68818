"""Rules for tests, with the minimum of metadata."""

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
    """The decorator that makes a function the check of a rule in `module`; `more` are further fields of the rule."""
    fields = {"failure": "It is wrong", "controls": (), "fix": "", "example": "", **more}
    return lambda check: replace(rule(id_, title, at=at, severity=severity, **fields)(check), module=module)
