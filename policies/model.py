"""The data of judgements: verdicts, severities, controls and cases.

All are plain data. Importing the module takes milliseconds, as it imports no Pulumi package.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from bluelamp.core.resource import Resource

OWN: Final = "bluelamp_rules_"
"""The prefix of the modules of a force's own rules."""


class Verdict(StrEnum):
    """The verdict of a rule on a resource; only `PASS` and `NOT_APPLICABLE` need no action."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"
    ERROR = "error"


class Severity(StrEnum):
    """The severity of a failure."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Enforcement(StrEnum):
    """Whether a failure stops a deployment."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"


@dataclass(slots=True)
class Judgement:
    """The verdict of one rule on one resource: exactly one for each rule and each resource that it concerns.

    If several places of the resource fail, `path`, `observed` and `expected` are those of the first one, and `message`
    names all. `observed` is JSON, with secrets as `[secret]` and unknown parts as `<unknown>`. `exemption` is the id of
    the exemption of an exempt failure, otherwise empty. `reasons` are why a verdict is unknown, without the paths in
    `message`.
    """

    rule: str
    urn: str
    verdict: Verdict
    path: str = ""
    observed: Any = None
    expected: Any = None
    message: str = ""
    exemption: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a published framework, in one edition; catalogues are in `frameworks/`."""

    framework: str
    edition: str
    id: str

    def __str__(self) -> str:
        return f"{self.framework} {self.edition} {self.id}"


@dataclass(frozen=True, slots=True)
class Case:
    """A test case of a rule: judging `resources` gives `verdict` for the first of them.

    `missing` marks cases without the property in question, in which the service's default decides. `path`, if given, is
    the expected path of the judgement.
    """

    rule: str
    name: str
    verdict: Verdict
    resources: tuple[Resource, ...]
    missing: bool = False
    path: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
