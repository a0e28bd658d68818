"""The causes of undecided verdicts on mandatory rules, and the steps that decide them.

Deployment decides only the verdicts on values that are known after it. Each other cause has its own step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from bluelamp.core.wire import DAMAGED, ENCRYPTED, FILE, PLACEHOLDER, STRANGE
from bluelamp.policies import Verdict
from bluelamp.policies.value import RENDER_AND_AUDIT, UNTIL_DEPLOYED
from bluelamp.reports.finding import Finding
from bluelamp.resources.state import NO_INPUTS

NAMED: Final = 3
"""The maximum number of findings of a cause named in a sentence."""


class Cause(StrEnum):
    """Why a verdict is undecided. Causes that deployment does not remove come first."""

    ERROR = "rule in error"
    ELSEWHERE = "deployed from elsewhere"
    OTHER = "not conclusive"
    FILE = "file not read"
    UNREADABLE = "value cannot be read"
    ENCRYPTED = "encrypted"
    NO_INPUTS = "inputs not in the state"
    PLACEHOLDER = "placeholder"
    ABSENT = "value not in the source"
    DEPLOYMENT = "known after deployment"


_ORDER: Final = tuple(Cause)
_REASONS: Final = {
    UNTIL_DEPLOYED: Cause.DEPLOYMENT,
    FILE: Cause.FILE,
    PLACEHOLDER: Cause.PLACEHOLDER,
    DAMAGED: Cause.UNREADABLE,
    STRANGE: Cause.UNREADABLE,
    NO_INPUTS: Cause.NO_INPUTS,
}


_TEXTS: Final = {
    Cause.ERROR: ("is/are in error, as the rule failed", "report the error to the maintainers of the rules"),
    Cause.ELSEWHERE: (
        "is/are about objects that are not among the resources, which deployment does not change",
        "render what is deployed and run `bluelamp audit --from manifests DIR`",
    ),
    Cause.OTHER: (
        "is/are not conclusive, and deployment may not settle that",
        "review what each finding says of its resource",
    ),
    Cause.FILE: ("needs/need the content of a file, which is not read", "review the file by hand"),
    Cause.UNREADABLE: ("needs/need values that cannot be read", "export the source anew, then {again}"),
    Cause.ENCRYPTED: (
        "needs/need encrypted values",
        "set PULUMI_CONFIG_PASSPHRASE or run `pulumi login`, then {again}",
    ),
    Cause.NO_INPUTS: ("needs/need inputs that the state does not hold", "run `pulumi refresh`, then {again}"),
    Cause.PLACEHOLDER: ("needs/need values that are placeholders", "give the values themselves, then {again}"),
    Cause.DEPLOYMENT: (
        "is/are known after deployment",
        "after deployment, run `bluelamp audit --from state {forces}`",
    ),
}
_ABSENT: Final = {
    "state": ("needs/need values that the state does not hold", "run `pulumi refresh`, then {again}"),
    "manifests": (
        "needs/need values that the manifests do not hold",
        "render them with these values, then {again}",
    ),
}
_ABSENT_IN_TEMPLATES: Final = (
    "needs/need values that the templates do not hold",
    "put them into the parameters file, then {again}; what only Azure knows is in the state after deployment",
)


@dataclass(frozen=True, slots=True)
class Undecided:
    """The undecided findings of one cause, the text that follows their number, and the step that decides them."""

    cause: Cause
    findings: tuple[Finding, ...]
    what: str
    step: str

    @property
    def counted(self) -> str:
        """`2 mandatory verdicts are known after deployment`."""
        return counted(len(self.findings), self.what)

    @property
    def sentences(self) -> str:
        """The number of verdicts, the first of them, and the step that decides them."""
        return f"{self.counted}: {named(self.findings)}. {self.step[0].upper()}{self.step[1:]}."

    def as_dict(self) -> dict[str, Any]:
        """The cause as JSON values."""
        return {"cause": self.cause, "count": len(self.findings), "settledBy": self.step}


def by_cause(undecided: Iterable[Finding], source: str, force: str) -> tuple[Undecided, ...]:
    """The `undecided` mandatory findings of a report by cause, in the order of `Cause`.

    `source` is the judged source, as in `Report.source`.
    """
    found: dict[Cause, list[Finding]] = {}
    for finding in undecided:
        found.setdefault(cause_of(finding, source), []).append(finding)
    return tuple(
        Undecided(cause, tuple(found[cause]), *texts_of(cause, source, [force])) for cause in _ORDER if cause in found
    )


def cause_of(finding: Finding, source: str) -> Cause:
    """Why `finding` is undecided; of several causes, the first in the order of `Cause`."""
    if finding.verdict is Verdict.ERROR:
        return Cause.ERROR
    causes = {_cause(reason, source) for reason in finding.reasons} or {Cause.OTHER}
    return min(causes, key=_ORDER.index)


def texts_of(cause: Cause, source: str, forces: Iterable[str]) -> tuple[str, str]:
    """The text for undecided verdicts of `cause`, with the singular and plural verb, and the step that decides them."""
    what, step = _ABSENT.get(source, _ABSENT_IN_TEMPLATES) if cause is Cause.ABSENT else _TEXTS[cause]
    again = f"run `bluelamp audit --from {source}` again"
    return what, step.format(again=again, forces=" ".join(forces))


def counted(count: int, what: str) -> str:
    """The number of verdicts with `what`, in the singular or plural."""
    one, _, several = what.partition("/")
    verb, _, rest = several.partition(" ")
    return f"{count:,} mandatory verdict{'' if count == 1 else 's'} {one if count == 1 else verb} {rest}"


def named(findings: Iterable[Finding]) -> str:
    """The rules and resources of the first findings, and the number of others."""
    found = list(findings)
    names = [f"{each.rule.id} on {each.name}" for each in found[:NAMED]]
    names += [f"{len(found) - NAMED:,} more"] if len(found) > NAMED else []
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _cause(reason: str, source: str) -> Cause:
    if reason.endswith(RENDER_AND_AUDIT):
        return Cause.ELSEWHERE
    if reason.startswith(ENCRYPTED):
        return Cause.ENCRYPTED
    cause = _REASONS.get(reason, Cause.OTHER)
    return Cause.ABSENT if cause is Cause.DEPLOYMENT and source != "plan" else cause
