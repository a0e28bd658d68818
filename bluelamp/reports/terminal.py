"""Reports for a terminal, readable at 80 columns and without colour."""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bluelamp.core.folding import Folded
from bluelamp.core.text import cut, first_of, printable
from bluelamp.policies import Enforcement, Verdict
from bluelamp.reports.exemptions import ExemptionRecord
from bluelamp.reports.findings import SEVERITIES, UNDECIDED, Answer, Finding, Report, RuleRecord
from bluelamp.reports.unjudged import Unjudged
from bluelamp.reports.unjudged import counted as counted_of
from bluelamp.reports.words import ANSWER_WORDS, baseline_status, counted, one_line, requirement, says_more, some, value
from bluelamp.resources.skipped import DOCUMENT, FILE, Skipped

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

MOST: Final = 40
"""The maximum number of listed rules of a section, or findings of a kind; the rest is counted."""
_STYLES: Final = {
    Answer.WITHIN: "green",
    Answer.WITHIN_PICKED: "green",
    Answer.NOT_WITHIN: "red",
    Answer.UNDECIDED: "yellow",
}
_LONGEST: Final = 160
_NAMED_OF_RULE: Final = 5
"""The number of failing resources listed for a rule."""
_NAMED: Final = 3
"""The number of forces, or settings, named for a rule that fails on several forces."""
_FEW: Final = 5
"""If at most this number of resources were not judged, they are named; otherwise they are counted by kind."""


def show(report: Report, *, refused: bool = False) -> "RenderableType":
    """One report: mandatory failures, undecided verdicts and advisory failures, by rule, the worst first; then
    exemptions, unjudged resources and a closing line. `refused` is whether the rehearsal refused the change."""
    from rich.console import Group

    parts: list[RenderableType] = []
    for title, style, findings in _sections(report):
        parts += _section(title, style, findings, report)
    parts += [_exempt(finding, report) for finding in report.findings if finding.verdict is Verdict.EXEMPT][:MOST]
    parts += _rest(report.counts[Verdict.EXEMPT], "exempt failure")
    parts += [_no_exemption(each) for each in report.exemptions if not each.holds]
    parts += _unjudged(report)
    parts.append(closing(report, refused=refused))
    return Group(*parts)


def closing(report: Report, *, refused: bool = False) -> "Text":
    """One line: the force, its answer, and the counts of judged resources and verdicts.

    For a `refused` change, the refusal replaces the answer.
    """
    if refused:
        why = "the rehearsed estate cannot be changed to this plan in one update; see the error above"
        return _line((report.force, "bold"), ": ", ("refused", "red"), f": {why}. {counted(report)}")
    return _line((report.force, "bold"), ": ", (one_line(report), _STYLES[report.answer]), f". {counted(report)}")


def _sections(report: Report) -> "Sequence[tuple[str, str, Sequence[Finding]]]":
    sections = _of_interest(report)
    if report.against is not None:
        kinds = [(title[0].lower() + title[1:], style, findings) for title, style, findings in sections]
        sections = [(f"New: {title}", style, _filtered(report, found, known=False)) for title, style, found in kinds]
        sections += [(f"Known: {title}", "dim", _filtered(report, found, known=True)) for title, _, found in kinds]
    minor = [each for each in report.findings if each.verdict in UNDECIDED and not each.mandatory]
    return (*sections, ("Undecided on advisory rules", "bold", minor))


def _filtered(report: Report, findings: "Sequence[Finding]", *, known: bool) -> "Sequence[Finding]":
    """The findings that the earlier report has (`known`) or does not have."""
    return [each for each in findings if report.is_known(each) == known]


def _of_interest(report: Report) -> "list[tuple[str, str, Sequence[Finding]]]":
    return [
        ("Mandatory failures", "bold red", report.broken),
        ("Undecided on mandatory rules", "bold yellow", report.undecided),
        ("Advisory failures", "bold", report.advised),
    ]


def _section(title: str, style: str, findings: "Sequence[Finding]", report: Report) -> "list[RenderableType]":
    """The findings by rule, in their order, under a heading with their number; empty without findings."""
    if not findings:
        return []
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule.id].append(finding)
    parts: list[RenderableType] = [_line((f"{title} ({len(findings):,})", style))]
    for alike in list(by_rule.values())[:MOST]:
        parts += _of_rule(alike, report)
    left = sum(len(alike) for alike in list(by_rule.values())[MOST:])
    if left:
        parts.append(_line(f"  … and {left:,} more of {some(len(by_rule) - MOST, 'rule')}; --format json has all"))
    return [*parts, _line("")]


def _of_rule(findings: "Sequence[Finding]", report: Report) -> "list[RenderableType]":
    """One rule with its failing resources, the settings that fix them, and the fix in code."""
    rule = findings[0].rule
    failing = findings[0].verdict is Verdict.FAIL
    lines: list[RenderableType] = [Folded(_line(f"{rule.severity} ", (rule.id, "bold"), f" {findings[0].heading}"), 2)]
    for finding in findings[:_NAMED_OF_RULE]:
        where = (finding.name, "bold"), _dotted(finding.path)
        place = (f"{finding.source[0]}:{finding.source[1]}", "cyan") if finding.source else None
        status = baseline_status(report, finding)
        detail = f": {cut(_detail(finding), _LONGEST)}{f' ({status})' if status != 'known' and status else ''}"
        lines.append(Folded(_line("- ", *where, *((" ", place) if place else ()), detail), 4))
    if len(findings) > _NAMED_OF_RULE:
        lines.append(Folded(_line(f"… and {len(findings) - _NAMED_OF_RULE:,} more; --format json has all"), 4))
    if not failing:
        return lines
    remedies = list(dict.fromkeys(finding.remedy for finding in findings if finding.remedy))
    lines += [Folded(_line(("fix in the settings: ", "green"), (each, "bold")), 4) for each in remedies]
    if rule.fix:
        lines.append(Folded(_line(("or in the code: " if remedies else "fix: ", "green"), rule.fix), 4))
    if rule.controls and findings[0].mandatory:
        lines.append(Folded(_line(("controls: ", "dim"), "; ".join(map(str, rule.controls))), 4))
    return lines


def _detail(finding: Finding) -> str:
    """The observed and the expected value, or the message, as half a sentence."""
    if finding.verdict is not Verdict.FAIL:
        word = "" if finding.verdict is Verdict.UNKNOWN else f"{finding.verdict}: "
        return f"{word}{finding.message}"
    if says_more(finding) or not finding.path:
        return finding.message or f"expected {requirement(finding.expected)}"
    return f"found {cut(value(finding.observed), _LONGEST)}, expected {cut(requirement(finding.expected), _LONGEST)}"


def _dotted(path: str) -> str:
    return f".{path}" if path and not path.startswith("[") else path


def forces(reports: Sequence[Report], failed: Sequence[str] = (), refused: Sequence[str] = ()) -> "RenderableType":
    """Several reports: a row for each force, the failures by rule, and the totals in one line.

    `failed` are the forces without a report, or whose plan the cloud would refuse; `refused` those whose rehearsed
    estate cannot be changed to the plan in one update.
    """
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("Force", no_wrap=True)
    compared = any(report.against for report in reports)
    for heading in (*_FIGURES, *(("New", "Known") if compared else ())):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Answer", overflow="fold")
    for report in reports:
        answer = (ANSWER_WORDS[report.answer], _STYLES[report.answer])
        for word, those in (("refused", refused), ("failed", failed)):
            answer = (word, "red") if report.force in those else answer
        counts = [*figures(report).values()]
        if report.against:
            counts += [len(report.against.new), len(report.against.known)]
        table.add_row(_line(report.force), *(f"{each:,}" for each in counts), Text(*answer))
    reported = {report.force for report in reports}
    for force in failed:
        if force not in reported:
            table.add_row(_line(force), *("" for _ in table.columns[2:]), Text("failed", "red"))
    parts: list[RenderableType] = [table]
    shared = common(reports)
    if shared:
        parts.append(_line(("Failures by rule", "bold")))
    for each in shared[:MOST]:
        parts += _shared(each, len(reports))
    parts += _rest(len(shared), "rule")
    other = sum(len(each.broken) + len(each.advised) for each in reports) - sum(each.failures for each in shared)
    if other:
        parts.append(_line(f"  … and {some(other, 'advisory failure')}, each of a rule that fails on one force only"))
    if shared or other:
        parts.append(_line(("`bluelamp check FORCE` lists the failures of one force", "dim")))
    return Group(*parts, totals(reports, failed, refused))


_FIGURES: Final = ("Mandatory", "Advisory", "Unknown", "Exempt")


def figures(report: Report) -> dict[str, int]:
    """The counts in a table row: mandatory and advisory failures, undecided mandatory verdicts, exempt failures."""
    counted = (len(report.broken), len(report.advised), len(report.undecided), report.counts[Verdict.EXEMPT])
    return dict(zip(_FIGURES, counted, strict=True))


@dataclass(frozen=True)
class Common:
    """A failing rule: its forces, the number of its failures, and the settings that fix them."""

    rule: RuleRecord
    forces: tuple[str, ...]
    failures: int
    remedies: tuple[str, ...]


def common(reports: Sequence[Report]) -> list[Common]:
    """Every failing mandatory rule, and the advisory rules that fail on more than one force, the worst first."""
    found: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    for report in reports:
        for finding in (*report.broken, *report.advised):
            found[finding.rule.id].append((report.force, finding))
    rules = [
        Common(
            failing[0][1].rule,
            tuple(dict.fromkeys(force for force, _ in failing)),
            len(failing),
            tuple(dict.fromkeys(finding.remedy for _, finding in failing if finding.remedy)),
        )
        for failing in found.values()
    ]
    return sorted(
        (each for each in rules if len(each.forces) > 1 or each.rule.enforcement is Enforcement.MANDATORY),
        key=lambda each: (
            each.rule.enforcement is not Enforcement.MANDATORY,
            SEVERITIES.index(each.rule.severity),
            -len(each.forces),
            each.rule.id,
        ),
    )


def _shared(each: Common, forces: int) -> "list[RenderableType]":
    rule = each.rule
    where = "all forces" if len(each.forces) == forces > _NAMED else first_of(each.forces, _NAMED)
    head = _line(f"{rule.enforcement} {rule.severity} ", (rule.id, "bold"), f" {rule.failure}")
    count = f"{some(len(each.forces), 'force')} ({where}), {some(each.failures, 'failure')}"
    lines: list[RenderableType] = [Folded(head, 2), Folded(_line(count), 4)]
    lines += [
        Folded(_line(("fix in the settings: ", "green"), (remedy, "bold")), 4) for remedy in each.remedies[:_NAMED]
    ]
    if not each.remedies and rule.fix:
        lines.append(Folded(_line(("fix: ", "green"), rule.fix), 4))
    return lines


def totals(reports: Sequence[Report], failed: Sequence[str] = (), refused: Sequence[str] = ()) -> "Text":
    """The closing line of several reports; see `forces`."""
    stopped = set(refused) - set(failed)
    answers = [report.answer for report in reports if report.force not in {*failed, *stopped}]
    parts = [f"{answers.count(answer)} {ANSWER_WORDS[answer]}" for answer in Answer if answer in answers]
    parts += [f"{len(stopped)} refused"] if stopped else []
    parts += [f"{len(set(failed))} failed"] if failed else []
    sums = {name: sum(figures(report)[name] for report in reports) for name in _FIGURES}
    counted = ", ".join(f"{count:,} {name.lower()}" for name, count in sums.items())
    left = sum(len(each.resources) for report in reports for each in report.uncovered)
    uncovered = f"; {some(left, 'resource')} that no rule covers" if left else ""
    found = [report.against for report in reports if report.against]
    if found:
        new, known = sum(len(each.new) for each in found), sum(len(each.known) for each in found)
        what = "earlier report" if found[0].gates else "base"
        uncovered = f"; against the {what} {new:,} new, {known:,} known{uncovered}"
    number = len({*(report.force for report in reports), *failed})
    return _line((f"{some(number, 'force')}: {', '.join(parts)}", "bold"), f" ({counted}{uncovered})")


def _exempt(finding: Finding, report: Report) -> "Text":
    until = next((f" until {each.expiry}" for each in report.exemptions if each.id == finding.exemption), "")
    name = f"{finding.name}{_dotted(finding.path)}"
    return _line(
        (finding.verdict, "bold cyan"),
        f" {finding.rule.severity} {finding.rule.id} {name}: by {finding.exemption}{until}",
    )


def _no_exemption(exemption: ExemptionRecord) -> "Text":
    detail = f" {exemption.id} from {exemption.rule}: {exemption.status}: {exemption.why}"
    return _line(("exemption does not hold", "bold yellow"), detail)


def _unjudged(report: Report) -> "list[RenderableType]":
    """The resources that were not judged, or judged in part: a paragraph for each reason, and where the rest is."""
    by_why: dict[tuple[str, str], list[Unjudged]] = defaultdict(list)
    for each in report.unjudged:
        by_why[each.why, each.of].append(each)
    few = sum(len(each.resources) for each in report.uncovered) <= _FEW
    short = short_kinds({each.kind for each in report.unjudged})
    parts: list[RenderableType] = []
    for (why, _), kinds in by_why.items():
        count = counted_of(sum(len(each.resources) for each in kinds), kinds[0].of)
        head = "judged in part" if kinds[0].general else "not read" if kinds[0].unread else "not judged"
        if kinds[0].of in (FILE, DOCUMENT):
            parts.append(Folded(_line((head, "bold yellow"), f": {count}: {_files(kinds)}: {why}"), 0))
            continue
        if few and not kinds[0].general:
            listed = "; ".join(f"{each.kind} ({', '.join(map(_place, each.resources))})" for each in kinds)
        else:
            listed = ", ".join(f"{short[each.kind]} ({len(each.resources):,})" for each in kinds)
        reason = why if len(kinds) == 1 else why.replace("this kind", "these kinds")
        detail = f": {count} of {some(len(kinds), 'kind')}: {listed}: {reason}"
        parts.append(Folded(_line((head, "bold yellow"), detail), 0))
    if not few or any(each.general for each in report.unjudged):
        parts.append(_line(("each by name: --format json, or the report that --report DIR writes", "dim")))
    return parts


def short_kinds(kinds: Set[str]) -> dict[str, str]:
    """The shortest unique name of each kind: its last part, the part after the provider, or the whole."""
    found: dict[str, str] = {}
    for kind in kinds:
        ways = (kind.rpartition(":")[2], kind.partition(":")[2] or kind)
        found[kind] = next((way for way in ways if sum(_ends(each, way) for each in kinds) == 1), kind)
    return found


def _ends(kind: str, way: str) -> bool:
    return kind == way or kind.endswith(f":{way}")


def _place(one: Skipped) -> str:
    return one.name if one.place in ("", one.name) else f"{one.name} ({one.place})"


def _files(kinds: "Sequence[Unjudged]") -> str:
    """A few of the files and documents that were not judged, with their places, and the number of others."""
    found = [one for each in kinds for one in each.resources]
    named = ", ".join(one.place or one.name for one in found[:MOST])
    return named if len(found) <= MOST else f"{named} and {len(found) - MOST:,} more"


def _rest(count: int, noun: str) -> "list[RenderableType]":
    return [_line(f"… and {some(count - MOST, f'more {noun}')}")] if count > MOST else []


def _line(*parts: "str | tuple[str, str]") -> "Text":
    """A line of parts with their styles. Line breaks in values are escaped, as values are untrusted."""
    from rich.text import Text

    shown = [printable(part) if isinstance(part, str) else (printable(part[0]), part[1]) for part in parts]
    return Text.assemble(*shown)
