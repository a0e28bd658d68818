"""What a report says in sentences, the same in the terminal and on the page."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from bluelamp.reports.canonical import canonical
from bluelamp.reports.findings import SEVERITIES, Answer, Finding, Report, Source
from policies import Verdict

SOURCES: Final = {
    Source.PLAN: "what the program would make (its plan)",
    Source.STATE: "what is deployed (the stack's state)",
    Source.MANIFESTS: "Kubernetes manifests",
}
VERDICT_WORDS: Final = {
    Verdict.FAIL: "Fail",
    Verdict.ERROR: "Error",
    Verdict.UNKNOWN: "Unknown",
    Verdict.EXEMPT: "Exempt",
    Verdict.PASS: "Pass",
    Verdict.NOT_APPLICABLE: "Not applicable",
}
VERDICT_MEANINGS: Final = {
    Verdict.FAIL: "The resource breaks the rule.",
    Verdict.ERROR: "The rule itself broke down, so nothing is known; tell whoever keeps the rules.",
    Verdict.UNKNOWN: "The rule needs a value that is not known yet. It is not a pass.",
    Verdict.EXEMPT: "The resource breaks the rule, and an exemption in force allows it.",
    Verdict.PASS: "The resource is as the rule asks.",
    Verdict.NOT_APPLICABLE: "The rule has nothing to ask of this resource.",
}


def headline(report: Report) -> str:
    """The answer in one sentence."""
    match report.answer:
        case Answer.WITHIN:
            return f"{report.name} is within its security baseline."
        case Answer.NOT_WITHIN:
            return f"{report.name} is not within its security baseline."
        case Answer.CANNOT_BE_SAID:
            return f"It cannot be said whether {report.name} is within its security baseline."


def explanation(report: Report) -> list[str]:
    """Why the answer is what it is, and what it leaves out: a few sentences."""
    if not report.findings:
        return ["There was nothing to judge: no resource that any rule is about."]
    said = []
    if report.broken:
        worst = f", the worst of them {report.broken[0].rule.severity}" if _rules(report.broken) > 1 else ""
        said.append(f"{_broken(report)}{worst}.")
    else:
        none_left = "" if report.undecided else ", and none is left undecided"
        said.append(f"No mandatory rule is broken{none_left}.")
    unknown = [finding for finding in report.undecided if finding.verdict is Verdict.UNKNOWN]
    errors = [finding for finding in report.undecided if finding.verdict is Verdict.ERROR]
    if unknown:
        later = "; judge what is deployed to settle them" if report.source is Source.PLAN else ""
        said.append(f"{some(len(unknown), 'verdict')} on mandatory rules {_be(unknown)} unknown{later}.")
    if errors:
        said.append(
            f"{some(len(errors), 'verdict')} on mandatory rules {_be(errors)} missing, for the rule broke down."
        )
    if report.advised:
        count = _rules(report.advised)
        said.append(f"{some(count, 'advisory rule')} {'fails' if count == 1 else 'fail'} too, which stops nothing.")
    exempt = report.counts[Verdict.EXEMPT]
    if exempt:
        said.append(f"{some(exempt, 'failure')} {'is' if exempt == 1 else 'are'} exempt.")
    return said


def one_line(report: Report) -> str:
    """The answer as half a sentence, to stand after the force's name."""
    match report.answer:
        case Answer.WITHIN:
            return "within its baseline"
        case Answer.NOT_WITHIN:
            severities = Counter(finding.rule.severity for finding in report.broken)
            parts = ", ".join(f"{severities[each]} {each}" for each in SEVERITIES if severities[each])
            return f"not within its baseline: {some(len(report.broken), 'mandatory failure')} ({parts})"
        case Answer.CANNOT_BE_SAID if not report.findings:
            return "cannot be said: there was nothing to judge"
        case Answer.CANNOT_BE_SAID:
            errors = sum(1 for finding in report.undecided if finding.verdict is Verdict.ERROR)
            unknown = len(report.undecided) - errors
            if report.source is Source.PLAN and not errors:
                return f"nothing broken; {some(unknown, 'verdict')} on mandatory rules {_wait(unknown)} for deployment"
            parts = ", ".join(
                f"{count} {word}" for count, word in ((unknown, "unknown"), (errors, "in error")) if count
            )
            return f"cannot be said: {parts} on mandatory rules"


def value(observed: Any) -> str:
    """A JSON value as people read it: text as it is, nothing as `not set`, the rest as JSON."""
    if observed is None:
        return "not set"
    if isinstance(observed, str):
        return observed or "(empty text)"
    return canonical(observed).decode()


def asked(expected: Any) -> str:
    """What a rule asks for, as people say it."""
    if isinstance(expected, list) and expected and all(isinstance(item, (str, int, float)) for item in expected):
        return " or ".join(value(item) for item in expected)
    return value(expected)


def says_more(finding: Finding) -> bool:
    """Whether the finding's message says what its path, observed and expected value do not."""
    if finding.verdict is Verdict.FAIL:
        return "; " in finding.message or finding.message.endswith(")")
    if finding.verdict is Verdict.UNKNOWN:
        return not finding.path or not finding.message.startswith(f"{finding.path}: ")
    return bool(finding.message)


def some(count: int, noun: str) -> str:
    """`1 rule`, `2 rules`, `1,024 rules`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _broken(report: Report) -> str:
    count = _rules(report.broken)
    resources = len({finding.urn for finding in report.broken})
    return f"{some(count, 'mandatory rule')} {'is' if count == 1 else 'are'} broken, on {some(resources, 'resource')}"


def _rules(findings: Iterable[Finding]) -> int:
    return len({finding.rule.id for finding in findings})


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"


def _be(findings: list[Finding]) -> str:
    return "is" if len(findings) == 1 else "are"
