"""One finding, and the record of its rule in a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bluelamp.policies import Control, Enforcement, Severity, Verdict
from bluelamp.policies.headings import heading
from bluelamp.reports.canonical import plain


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule in a report: `title` is what a pass confirms, `failure` what a failure means.

    `parameters` are the parameters in use, `example` is a fix in code, and `hash` is the SHA-256 of the rule's source
    file, parameters and enforcement.
    """

    id: str
    title: str
    failure: str
    severity: Severity
    enforcement: Enforcement
    area: str
    controls: tuple[Control, ...]
    rationale: str
    fix: str
    example: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""

    def heading(self, verdict: Verdict) -> str:
        """The heading of a finding with `verdict`."""
        return heading(self.title, self.failure, verdict)

    def as_dict(self) -> dict[str, Any]:
        """The rule as JSON values, without its id, which is the key in a report."""
        return {
            "title": self.title,
            "failure": self.failure,
            "severity": self.severity,
            "enforcement": self.enforcement,
            "area": self.area,
            "controls": [str(control) for control in self.controls],
            "rationale": self.rationale,
            "fix": self.fix,
            "example": self.example,
            "parameters": self.parameters,
            "hash": self.hash,
        }


# Not frozen, as there are many thousands, and frozen instances take longer to create.
@dataclass(slots=True)
class Finding:
    """One rule's verdict on one resource.

    `path` is the property path in Pulumi's notation, empty for the resource as a whole; `observed` and `expected` are
    JSON, with secrets as `[secret]` and unknown parts as `<unknown>`. `source` is the file and line of the resource,
    None if unknown. `input_hash` is the SHA-256 of the resource's inputs as canonical JSON, with secrets and unknown
    parts replaced likewise. `exemption` is the id of the exemption that allows a failure. `remedy` is the setting that
    fixes a failure, such as `bluelamp:azure.keyVault.sku: premium`. `reasons` are why a verdict is unknown, without
    the paths in `message`; see `bluelamp.reports.undecided`.
    """

    rule: RuleRecord
    verdict: Verdict
    urn: str
    type: str
    name: str
    path: str = ""
    observed: Any = None
    expected: Any = None
    message: str = ""
    source: tuple[str, int] | None = None
    input_hash: str = ""
    exemption: str = ""
    remedy: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The finding's key across reports: the rule's id and the URN."""
        return f"{self.rule.id} {self.urn}"

    @property
    def heading(self) -> str:
        """The heading of the finding; only a pass has the rule's title alone."""
        return self.rule.heading(self.verdict)

    @property
    def mandatory(self) -> bool:
        """Whether the rule stops a deployment."""
        return self.rule.enforcement is Enforcement.MANDATORY

    def as_dict(self, controls: list[str] | None = None) -> dict[str, Any]:
        """The finding as JSON values, with its rule's id and its resource's URN.

        `controls` are the names of the rule's controls, if computed already. Details are stored once, under the
        report's `rules`, `controls` and `subjects`. Empty messages, exemptions and remedies are omitted.
        """
        found = {
            "rule": self.rule.id,
            "severity": self.rule.severity,
            "enforcement": self.rule.enforcement,
            "controls": [str(control) for control in self.rule.controls] if controls is None else controls,
            "verdict": self.verdict,
            "resource": self.urn,
            "source": {"file": plain(self.source[0]), "line": self.source[1]} if self.source else None,
            "path": self.path,
            "observed": self.observed,
            "expected": self.expected,
        }
        if self.message:
            found["message"] = self.message
        if self.exemption:
            found["exemption"] = self.exemption
        if self.remedy:
            found["remedy"] = self.remedy
        return found
