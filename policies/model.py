"""The values of a judgement: what is judged, by what, and what came out.

Everything here is plain data. Importing it costs milliseconds: no Pulumi package is touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "<unknown>"

    def __copy__(self) -> "_Unknown":
        return self

    def __deepcopy__(self, _memo: object) -> "_Unknown":
        return self

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""A property whose value is not known until deployment. Reading it makes the verdict unknown."""


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


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it is declared: its inputs, not what a cloud answered.

    `type` is Pulumi's token (`azure-native:storage:StorageAccount`, `kubernetes:apps/v1:Deployment`), `properties` the
    engine's inputs in camelCase, as plain JSON values in which a value that is not known yet is `UNKNOWN`. `secrets`
    names the paths (`data.password`, `spec.rules[0].key`) whose values are never shown; they and whatever lies below
    them are redacted in every judgement. `parent` is a URN, or empty. `references` tells of a top-level property the
    URNs of the resources that its value is made from, as the engine records it; it says where a value that is not known
    yet will come from. `source` is the file and the line (from 1) that it was read from, None where it was not.
    `reasons` tells of paths whose value is `UNKNOWN` why, where it is not that only the deployment settles them.
    `within` is the path of this object in the resource that carries it, empty for a resource of its own.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    protect: bool = False
    parent: str = ""
    secrets: frozenset[str] = frozenset()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: tuple[str, int] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    within: str = ""


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
