"""The values of a judgement: what is judged, by what, and what came out.

Everything here is plain data. Importing it costs milliseconds: no Pulumi package is touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from bluelamp.core.resource import Resource

OWN: Final = "bluelamp_rules_"
"""What the module of a rule of a force's own begins with."""


class Verdict(StrEnum):
    """What a rule says about a resource; only `PASS` and `NOT_APPLICABLE` need nothing done."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"
    ERROR = "error"


class Severity(StrEnum):
    """How bad it is to break a rule."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Enforcement(StrEnum):
    """Whether breaking a rule stops a deployment."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"


@dataclass(slots=True)
class Judgement:
    """The verdict of one rule on one resource: exactly one for each pair that concern each other.

    When several places of the resource fail, `path`, `observed` and `expected` are those of the first one and
    `message` names all. `observed` is JSON, with secrets as `[secret]` and unknown parts as `<unknown>`. `exemption` is
    the id of the exemption that excuses a failure, empty where the verdict is not exempt. `reasons` say why a verdict
    is unknown, without the paths that `message` gives.
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
    """An example that a rule is held to: judging `resources` gives `verdict` for the first of them.

    `missing` marks the cases in which the property in question is left out and the service's default decides.
    `path`, when given, is the place that the judgement names.
    """

    rule: str
    name: str
    verdict: Verdict
    resources: tuple[Resource, ...]
    missing: bool = False
    path: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
