"""Reports for a terminal: plain at 80 columns, and without colour."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bluelamp.core.text import printable
from bluelamp.policies import Verdict
from bluelamp.reports.exemptions import ExemptionRecord
from bluelamp.reports.findings import Answer, Finding, Report
from bluelamp.reports.unjudged import Skipped, Unjudged
from bluelamp.reports.words import asked, one_line, says_more, some, value

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

MOST: Final = 40
"""How many findings of a kind are spelt out before the rest is only counted."""
_STYLES: Final = {
    Answer.WITHIN: "green",
    Answer.WITHIN_PICKED: "green",
    Answer.NOT_WITHIN: "red",
    Answer.CANNOT_BE_SAID: "yellow",
}
_LONGEST: Final = 160
_NAMED: Final = 3
"""How many resources of a kind that was not judged are named."""


def result(report: Report) -> "Text":
    """One line: the force and its answer."""
    return _line((report.force, "bold"), ": ", (one_line(report), _STYLES[report.answer]))


def show(report: Report) -> "RenderableType":
    """One report: broken mandatory rules in full, then what is unknown or fails but stops nothing, then the answer."""
    from rich.console import Group

    parts: list[RenderableType] = [_broken(finding) for finding in report.broken[:MOST]]
    parts += _rest(len(report.broken), "mandatory failure")
    for findings, what in ((report.undecided, "undecided finding"), (report.advised, "advisory failure")):
        parts += [_short(finding) for finding in findings[:MOST]]
        parts += _rest(len(findings), what)
    parts += [_exempt(finding, report) for finding in report.findings if finding.verdict is Verdict.EXEMPT][:MOST]
    parts += _rest(report.counts[Verdict.EXEMPT], "exempt failure")
    parts += [_no_exemption(each) for each in report.exemptions if not each.holds]
    parts += [_unjudged(each) for each in report.uncovered[:MOST]]
    parts += _rest(len(report.uncovered), "kind that was not judged")
    parts += _in_part([each for each in report.unjudged if each.general])
    parts += [_line(counted(report)), result(report)]
    return Group(*parts)


def forces(reports: Sequence[Report]) -> "RenderableType":
    """Several reports: a row for each force, and how many are within their baseline."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("Force", no_wrap=True)
    table.add_column("Answer", ratio=1)
    left = sum(len(each.resources) for report in reports for each in report.uncovered)
    for heading in ("Broken", "Fail", "Error", "Unkn.", "Pass", *(["No rule"] if left else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    for report in reports:
        figures = (
            len(report.broken),
            report.counts[Verdict.FAIL],
            report.counts[Verdict.ERROR],
            report.counts[Verdict.UNKNOWN],
            report.counts[Verdict.PASS],
            *([sum(len(each.resources) for each in report.uncovered)] if left else []),
        )
        table.add_row(_line(report.force), Text(report.answer, _STYLES[report.answer]), *map(str, figures))
    answers = [report.answer for report in reports]
    said = ", ".join(f"{answers.count(answer)} {answer}" for answer in Answer if answer in answers)
    lines = [Text(f"{some(len(reports), 'force')}: {said}", "bold")]
    if left:
        lines.append(Text(f"No rule: {some(left, 'resource')} that no rule covers; `bluelamp audit FORCE` lists them"))
    return Group(table, *lines)


def counted(report: Report) -> str:
    """What was judged, and how many verdicts there are of each kind that there is, in one line."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report.counts.items() if count)
    judged = f"{some(report.resources, 'resource')}, {some(len(report.rules), 'rule')}"
    return f"{judged}: {counts}" if counts else judged


def _broken(finding: Finding) -> "RenderableType":
    from rich.padding import Padding
    from rich.table import Table

    rule = finding.rule
    head = _line(("fail", "bold red"), f" {rule.severity} ", (rule.id, "bold"), f" {rule.title}")
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, min_width=10)
    table.add_column(overflow="fold")
    lines = {
        "resource": f"{finding.name} ({finding.type})",
        "property": finding.path or "the resource",
        "written": f"{finding.source[0]}:{finding.source[1]}" if finding.source else "",
        "observed": _trim(value(finding.observed)),
        "expected": _trim(asked(finding.expected)),
        "also": _trim(finding.message) if says_more(finding) else "",
        "controls": ", ".join(str(control) for control in rule.controls),
        "fix": rule.fix,
    }
    for label, text in lines.items():
        if text:
            table.add_row(_line((label, "dim")), _line(text))
    from rich.console import Group

    return Group(head, Padding(table, (0, 0, 1, 2)))


def _short(finding: Finding) -> "Text":
    style = {Verdict.ERROR: "bold magenta", Verdict.UNKNOWN: "bold yellow"}.get(finding.verdict, "bold")
    where = f".{finding.path}" if finding.path and not finding.path.startswith("[") else finding.path
    tell = finding.verdict is not Verdict.FAIL and says_more(finding)
    said = f": {_trim(finding.message)}" if tell else ""
    return _line(
        (finding.verdict, style), f" {finding.rule.severity} ", finding.rule.id, f" {finding.name}{where}{said}"
    )


def _exempt(finding: Finding, report: Report) -> "Text":
    until = next((f" until {each.expiry}" for each in report.exemptions if each.id == finding.exemption), "")
    where = f".{finding.path}" if finding.path and not finding.path.startswith("[") else finding.path
    return _line(
        (finding.verdict, "bold cyan"),
        f" {finding.rule.severity} {finding.rule.id} {finding.name}{where}: by {finding.exemption}{until}",
    )


def _no_exemption(exemption: ExemptionRecord) -> "Text":
    said = f" {exemption.id} from {exemption.rule}: {exemption.status}: {exemption.why}"
    return _line(("exemption does not hold", "bold yellow"), said)


def _unjudged(each: Unjudged) -> "Text":
    names = ", ".join(_place(one) for one in each.resources[:_NAMED])
    more = f" and {len(each.resources) - _NAMED:,} more" if len(each.resources) > _NAMED else ""
    return _line(
        ("not judged", "bold yellow"), f" {each.kind} ({len(each.resources):,}): {_trim(names)}{more}: {each.why}"
    )


def _in_part(kinds: Sequence[Unjudged]) -> "list[RenderableType]":
    """One line for the kinds of which only general rules say something: there are many, and they say the same."""
    if not kinds:
        return []
    told = ", ".join(f"{each.kind} ({len(each.resources):,})" for each in kinds[:MOST])
    more = f" and {some(len(kinds) - MOST, 'more kind')}" if len(kinds) > MOST else ""
    return [_line(("judged in part", "bold yellow"), f" {told}{more}: {kinds[0].why}")]


def _place(one: Skipped) -> str:
    return one.name if one.place in ("", one.name) else f"{one.name} ({one.place})"


def _rest(count: int, noun: str) -> "list[RenderableType]":
    return [_line(f"… and {some(count - MOST, f'more {noun}')}")] if count > MOST else []


def _line(*parts: "str | tuple[str, str]") -> "Text":
    """Parts of a line with their styles. Values come from files and from the cloud: none of them begins a line."""
    from rich.text import Text

    shown = [printable(part) if isinstance(part, str) else (printable(part[0]), part[1]) for part in parts]
    return Text.assemble(*shown)


def _trim(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
