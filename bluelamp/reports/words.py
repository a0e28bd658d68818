"""The sentences of a report, shared by all views."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from bluelamp.policies import Verdict
from bluelamp.policies.value import UNTIL_DEPLOYED
from bluelamp.reports.canonical import canonical
from bluelamp.reports.coverage import ControlStatus
from bluelamp.reports.findings import SEVERITIES, Answer, Finding, Report, Source
from bluelamp.reports.totals import SOURCES as TOTALS_SOURCES
from bluelamp.reports.trend import Since
from bluelamp.reports.unjudged import counted as amount

if TYPE_CHECKING:
    from bluelamp.reports.signature import Signature

SOURCES: Final = {
    Source.PLAN: "what the program would make (its plan)",
    Source.STATE: "what is deployed (the stack's state)",
    Source.MANIFESTS: "Kubernetes manifests",
    Source.TEMPLATES: "ARM templates",
}
VERDICT_WORDS: Final = {
    Verdict.FAIL: "Fail",
    Verdict.ERROR: "Error",
    Verdict.UNKNOWN: "Unknown",
    Verdict.EXEMPT: "Exempt",
    Verdict.PASS: "Pass",
    Verdict.NOT_APPLICABLE: "Not applicable",
}
STATUS_WORDS: Final = {
    ControlStatus.FAILS: "with a failing rule",
    ControlStatus.UNDECIDED: "undecided",
    ControlStatus.EXEMPT: "passing with exemptions",
    ControlStatus.PASSES: "with passing rules",
    ControlStatus.PARTLY: "seen in part, with passing rules",
    ControlStatus.NOTHING_HERE: "with nothing to judge",
    ControlStatus.NOT_ASSESSED: "not assessed",
    ControlStatus.NOT_ASSESSABLE: "not assessable from infrastructure",
}
"""The words for a number of controls with each status."""
ANSWER_WORDS: Final = {
    Answer.WITHIN: "within baseline",
    Answer.WITHIN_PICKED: "within the picked rules",
    Answer.NOT_WITHIN: "not within baseline",
    Answer.UNDECIDED: "undecided",
}
"""The text of each answer for people; data has the values of `Answer`."""
VERDICT_MEANINGS: Final = {
    Verdict.FAIL: "The resource breaks the rule.",
    Verdict.ERROR: "The rule itself failed, so the result is unknown; report it to the maintainers of the rules.",
    Verdict.UNKNOWN: "The rule needs a value that is not known yet. It is not a pass.",
    Verdict.EXEMPT: "The resource breaks the rule, and an exemption in force allows it.",
    Verdict.PASS: "The resource meets the rule.",
    Verdict.NOT_APPLICABLE: "The rule does not apply to this resource.",
}


def headline(report: Report) -> str:
    """The answer in one sentence, and a second one on uncovered resources, if any."""
    return f"{answered(report)} {sentence(not_covered(report))}".rstrip()


def not_covered(report: Report) -> str:
    """The numbers of unjudged resources and kinds, as half a sentence; empty if all were judged."""
    none = sum(len(each.resources) for each in report.uncovered)
    partly = sum(len(each.resources) for each in report.unjudged if each.general)
    phrases = []
    if none:
        kinds = some(len({each.kind for each in report.uncovered}), "kind")
        phrases.append(f"{some(none, 'resource')} of {kinds} {'is' if none == 1 else 'are'} covered by no rule")
    if partly:
        noun = some(partly, "resource") if not none else f"{partly:,}"
        verb = "is" if partly == 1 else "are"
        phrases.append(f"{noun} {verb} covered only by rules on location, classification and cost")
    phrases += _parts(report)
    return ", and ".join(filter(None, (", ".join(phrases[:-1]), *phrases[-1:])))


def _parts(report: Report) -> list[str]:
    """The numbers of unreadable items, and of items that the source left out, by kind."""
    found: Counter[tuple[bool, str]] = Counter()
    for each in report.parts:
        found[each.unread, each.of] += len(each.resources)
    return [
        f"{amount(count, of)} {'cannot be read' if unread else 'is not judged' if count == 1 else 'are not judged'}"
        for (unread, of), count in sorted(found.items(), key=lambda each: (not each[0][0], each[0][1]))
    ]


def unread(report: Report) -> str:
    """The numbers of unreadable files and resources, as half a sentence; empty if there are none."""
    found: Counter[str] = Counter()
    for each in report.unread:
        found[each.of] += len(each.resources)
    listed = " and ".join(amount(count, of) for of, count in sorted(found.items()))
    return f"{listed} cannot be read" if listed else ""


def sentence(text: str) -> str:
    """`text`, which may be empty, as a sentence."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


def answered(report: Report) -> str:
    """The answer in one sentence."""
    match report.answer:
        case Answer.WITHIN:
            return f"{report.name} is within its security baseline."
        case Answer.WITHIN_PICKED:
            return f"{report.name} is within the rules that were picked, which are not its whole security baseline."
        case Answer.NOT_WITHIN:
            return f"{report.name} is not within its security baseline."
        case Answer.UNDECIDED:
            what = "the rules that were picked" if report.filters else "its security baseline"
            return f"It is undecided whether {report.name} is within {what}."


def explanation(report: Report) -> list[str]:
    """The reasons for the answer, and its limits, in a few sentences."""
    said = []
    if report.filters:
        left_out = f"{some(report.left_out, 'other rule')} {'was' if report.left_out == 1 else 'were'} not judged"
        said.append(
            f"Picked: {'; '.join(report.filters)}. {left_out}, so the report does not cover the whole baseline."
        )
    if not report.findings:
        return [*said, "There was nothing to judge: no resource that any rule is about."]
    if report.broken:
        worst = f", the worst of them {report.broken[0].rule.severity}" if _rules(report.broken) > 1 else ""
        said.append(f"{_broken(report)}{worst}.")
    else:
        none_left = "" if report.undecided else ", and none is left undecided"
        said.append(f"No mandatory rule is broken{none_left}.")
    if not report.decided:
        said.append(
            "Only rules on location, classification and cost were applied: no other rule concerns what is here."
        )
    said += [sentence(unread(report))] if report.unread else []
    said += [each.sentences for each in report.causes]
    if report.advised:
        count = _rules(report.advised)
        fails, they = ("fails", "it does") if count == 1 else ("fail", "they do")
        too = " too" if report.broken else ""
        said.append(f"{some(count, 'advisory rule')} {fails}{too}; {they} not stop a deployment.")
    exempt = report.counts[Verdict.EXEMPT]
    if exempt:
        said.append(f"{some(exempt, 'failure')} {'is' if exempt == 1 else 'are'} exempt.")
    if report.against:
        only = "; only new findings fail this run" if report.against.gates else ""
        said.append(f"{sentence(against(report))[:-1]}{only}.")
    if report.redacted:
        said.append("Addresses and names are redacted; each has the same replacement everywhere.")
    return said


def counted(report: Report) -> str:
    """The counts behind the answer, in one line, without zeros."""
    totals = report.totals
    kinds = [
        (totals.judged, "judged"),
        (totals.in_part, "judged in part"),
        (totals.without_rule, "without a rule"),
    ]
    parts = ", ".join(f"{count:,} {what}" for count, what in kinds if count)
    if totals.judged == totals.resources:
        parts = "all judged" if totals.resources else ""
    source = TOTALS_SOURCES[report.source]
    said = f"{some(totals.resources, 'resource')} {source}{f' ({parts})' if parts else ''}"
    if totals.left_out:
        said += f", {some(totals.left_out, 'object')} left out by the source"
    verdicts = ", ".join(filter(None, (failures(report), *_other_verdicts(report))))
    said += f"; {some(totals.verdicts, 'verdict')} by {some(totals.rules, 'rule')}"
    return f"{said}: {verdicts}" if verdicts else said


def failures(report: Report) -> str:
    """The numbers of failures of mandatory and of advisory rules; empty if there are none."""
    kinds = (("mandatory", len(report.broken)), ("advisory", len(report.advised)))
    return ", ".join(some(count, f"{kind} failure") for kind, count in kinds if count)


def _other_verdicts(report: Report) -> list[str]:
    return [f"{count:,} {each}" for each, count in report.counts.items() if count and each is not Verdict.FAIL]


def one_line(report: Report) -> str:
    """The answer, the comparison with an earlier report and the uncovered resources, to follow the force's name."""
    return "; ".join(filter(None, (_answer(report), against(report), not_covered(report))))


def against(report: Report) -> str:
    """The numbers of new and known findings against an earlier report, as half a sentence; empty without one."""
    found = report.against
    if found is None:
        return ""
    parts = [f"{len(found.new):,} new", f"{len(found.known):,} known"]
    parts += [f"{len(found.changed):,} of them changed"] if found.changed else []
    parts += [f"{len(found.absent):,} no longer found"] if found.absent else []
    commit = f", commit {found.commit[:9]}" if found.commit else ""
    what = f"the report of {found.written}{commit}" if found.gates else f"the base {found.commit[:9]}"
    return f"against {what}: {', '.join(parts)}"


def baseline_status(report: Report, finding: Finding) -> str:
    """A finding's status against an earlier report: `new: …`, `known` or `known, changed`; empty if not compared."""
    found = report.against
    if found is None:
        return ""
    if finding.key in found.new:
        return f"new: {found.new[finding.key]}"
    if finding.key in report.changed_keys:
        return "known, changed"
    return "known" if report.is_known(finding) else ""


def _answer(report: Report) -> str:
    match report.answer:
        case Answer.WITHIN:
            return "within its baseline"
        case Answer.WITHIN_PICKED:
            return f"within the picked rules, {len(report.rules)} of {len(report.rules) + report.left_out}"
        case Answer.NOT_WITHIN:
            severities = Counter(finding.rule.severity for finding in report.broken)
            parts = ", ".join(f"{severities[each]} {each}" for each in SEVERITIES if severities[each])
            return f"not within its baseline: {some(len(report.broken), 'mandatory failure')} ({parts})"
        case Answer.UNDECIDED:
            return f"undecided: {_open(report)}"


def _open(report: Report) -> str:
    """Why the answer is inconclusive, as half a sentence."""
    causes = [f"{each.counted} ({each.step})" for each in report.causes]
    if report.unread or causes:
        return "; ".join(filter(None, (unread(report), *causes)))
    if not report.findings:
        return "there was nothing to judge"
    return "only rules on location, classification and cost were applied"


def moment(time: datetime) -> str:
    """A time for people, in UTC: `1 April 2026 at 09:30 UTC`."""
    time = time.astimezone(UTC)
    return f"{time.day} {time:%B %Y at %H:%M} UTC"


def day(time: date) -> str:
    """A day for people: `1 April 2026`."""
    return f"{time.day} {time:%B %Y}"


def short_day(time: date) -> str:
    """A day in a chart: `1 Apr`."""
    return f"{time.day} {time:%b}"


def signed(signature: "Signature | None") -> str:
    """A sentence about the report's signature; only `bluelamp verify` can confirm it."""
    if signature is None:
        return "Not signed."
    holder = signature.holder or "an unknown holder"
    return f"Signed with key `{signature.fingerprint[:16]}` of {holder}; only `bluelamp verify` can confirm that."


def changed(since: Since | None) -> str:
    """The changes since the previous report, in one sentence; empty without one."""
    if since is None or since.previous is None:
        return ""
    parts = [some(len(since.new), "new failure"), f"{len(since.fixed):,} fixed"]
    if since.flapping:
        parts.append(f"{len(since.flapping):,} that came back")
    commit = f", commit {since.previous.commit[:9]}" if since.previous.commit else ""
    return f"Since the report of {moment(since.previous.time)}{commit}: {', '.join(parts)}."


def value(observed: Any) -> str:
    """A JSON value for people: text unchanged, null as `not set`, other values as JSON."""
    if observed is None:
        return "not set"
    if isinstance(observed, str):
        return observed or "(empty text)"
    return canonical(observed).decode()


def requirement(expected: Any) -> str:
    """A rule's requirement in words."""
    if isinstance(expected, list) and expected and all(isinstance(item, (str, int, float)) for item in expected):
        return " or ".join(value(item) for item in expected)
    return value(expected)


def says_more(finding: Finding) -> bool:
    """Whether the finding's message has more than its path, observed and expected value."""
    if finding.verdict in {Verdict.FAIL, Verdict.EXEMPT}:
        return "; " in finding.message or finding.message.endswith(")")
    if finding.verdict is Verdict.UNKNOWN:
        return finding.message != f"{finding.path}: {UNTIL_DEPLOYED}"
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
