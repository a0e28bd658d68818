"""Markdown for a pull request comment: a result line, the most severe findings first, and folded detail."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from bluelamp.core.markdown import code, fitted, line
from bluelamp.policies import Verdict
from bluelamp.reports.canonical import time_of
from bluelamp.reports.changes import ORDER, Change
from bluelamp.reports.findings import Answer, Finding, Report
from bluelamp.reports.words import counted, explanation, headline, not_covered, requirement, some, value

MOST: Final = 50
"""The maximum number of findings listed in each part; the rest is counted."""
_ICONS: Final = {Answer.WITHIN: "✅", Answer.WITHIN_PICKED: "☑️", Answer.NOT_WITHIN: "❌", Answer.UNDECIDED: "❔"}
_DESTRUCTIVE: Final = ("delete", "replace")
_PROPERTIES: Final = 8
"""The maximum number of listed properties of a change."""
_NAMED: Final = 5
"""The maximum number of listed resources of a kind that was not judged."""
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]#+!|~$-])")
_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)")


def to_markdown(report: Report) -> str:
    """The report as Markdown (GitHub's and GitLab's), short enough for one comment."""
    return fitted(lambda most: _lines(report, most), MOST)


def _lines(report: Report, most: int) -> Iterator[str]:
    yield f"### {_ICONS[report.answer]} {plain(headline(report))}"
    yield ""
    yield plain(" ".join(explanation(report)))
    yield ""
    yield from _planned_changes(report, most)
    yield from _counts(report)
    yield plain(f"{counted(report)}.")
    yield ""
    yield from _changes(report)
    yield from _part("mandatory failure", report.broken, most, opened=True)
    yield from _part(
        "undecided verdict on mandatory rules", report.undecided, most, plural="undecided verdicts on mandatory rules"
    )
    yield from _part("advisory failure", report.advised, most)
    exempt = [finding for finding in report.findings if finding.verdict is Verdict.EXEMPT]
    yield from _part("exempt failure", exempt, most)
    yield from _unjudged(report, most)
    yield from _provenance(report)


def _counts(report: Report) -> Iterator[str]:
    yield "| " + " | ".join(report.counts) + " |"
    yield "|" + "---:|" * len(report.counts)
    yield "| " + " | ".join(str(count) for count in report.counts.values()) + " |"
    yield ""


def _changes(report: Report) -> Iterator[str]:
    since = report.since
    if since and since.previous:
        parts = [f"{len(since.new)} new", f"{len(since.fixed)} fixed"]
        parts += [f"{len(since.flapping)} flapping"] if since.flapping else []
        yield f"Since {time_of(since.previous.time)}: {', '.join(parts)}."
        yield ""


def _planned_changes(report: Report, most: int) -> Iterator[str]:
    """The changes of a preview: the number of each kind, then the kinds, with destructive ones unfolded."""
    if report.changes is None:
        return
    by_kind: dict[str, list[Change]] = {kind: [] for kind in ORDER}
    for change in report.changes:
        by_kind.setdefault(change.kind, []).append(change)
    counts = [f"{len(changes):,} to {plain(kind)}" for kind, changes in by_kind.items() if changes]
    yield f"**Changes:** {', '.join(counts) or 'none'}."
    yield ""
    for kind, changes in by_kind.items():
        if not changes:
            continue
        opened = " open" if kind in _DESTRUCTIVE else ""
        yield f"<details{opened}><summary><b>{len(changes):,} to {plain(kind)}</b></summary>"
        yield ""
        for change in changes[:most]:
            yield f"- {code(change.type)} {code(change.name)}"
            for path, (was, now) in list(change.properties.items())[:_PROPERTIES]:
                yield f"  - {code(path)}: {code(value(was))} → {code(value(now))}"
            left = len(change.properties) - _PROPERTIES
            if left > 0:
                yield f"  - … and {left:,} more {'property' if left == 1 else 'properties'}"
        if len(changes) > most:
            yield f"- … and {len(changes) - most:,} more; `bluelamp preview` lists them"
        yield ""
        yield "</details>"
        yield ""


def _part(
    noun: str, findings: Iterable[Finding], most: int, *, plural: str = "", opened: bool = False
) -> Iterator[str]:
    found = list(findings)
    if not found:
        return
    title = f"{len(found):,} {plural}" if plural and len(found) != 1 else some(len(found), noun)
    yield f"<details{' open' if opened else ''}><summary><b>{title}</b></summary>"
    yield ""
    by_rule: dict[tuple[str, Verdict], list[Finding]] = defaultdict(list)
    for finding in found[:most]:
        by_rule[finding.rule.id, finding.verdict].append(finding)
    for findings_of_rule in by_rule.values():
        rule = findings_of_rule[0].rule
        yield f"- **{rule.id}** {plain(findings_of_rule[0].heading)} ({rule.severity})"
        for finding in findings_of_rule:
            yield f"  - {_finding(finding)}"
        remedies = dict.fromkeys(finding.remedy for finding in findings_of_rule if finding.remedy)
        for remedy in remedies:
            yield f"  - Fix in the settings: {code(remedy)}"
        if rule.fix:
            yield f"  - {'Or in the code' if remedies else 'Fix'}: {plain(rule.fix)}"
    if len(found) > most:
        yield f"- … and {len(found) - most:,} more, in findings.json"
    yield ""
    yield "</details>"
    yield ""


def _unjudged(report: Report, most: int) -> Iterator[str]:
    if not report.unjudged:
        return
    yield f"<details><summary><b>{plain(_upper(not_covered(report)))}</b></summary>"
    yield ""
    for each in report.unjudged[:most]:
        names = ", ".join(code(one.name) for one in each.resources[:_NAMED])
        more = f" and {len(each.resources) - _NAMED:,} more" if len(each.resources) > _NAMED else ""
        yield f"- {code(each.kind)} ({len(each.resources):,}): {names}{more}: {plain(each.why)}"
    if len(report.unjudged) > most:
        yield f"- … and {len(report.unjudged) - most:,} more kinds, in findings.json"
    yield ""
    yield "</details>"
    yield ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _finding(finding: Finding) -> str:
    where = f"{code(finding.name)} {code(finding.path)}" if finding.path else code(finding.name)
    place = f" at {code(f'{finding.source[0]}:{finding.source[1]}')}" if finding.source else ""
    if finding.verdict in (Verdict.FAIL, Verdict.EXEMPT):
        found = f"found {code(value(finding.observed))}, expected {code(requirement(finding.expected))}"
        by = f" (exemption {code(finding.exemption)})" if finding.exemption else ""
        return f"{where}{place}: {found}{by}"
    return f"{where}{place}: {finding.verdict}: {plain(finding.message)}"


def _provenance(report: Report) -> Iterator[str]:
    source = report.provenance
    commit = (
        f"commit {code(source.commit[:12])}{' with uncommitted changes' if source.dirty else ''}, "
        if source.commit
        else ""
    )
    yield (
        f"<sub>{some(report.resources, 'resource')} of the {report.source}, {some(len(report.rules), 'rule')}, "
        f"{commit}{time_of(report.ended)}, Bluelamp {source.versions.get('bluelamp', '')}</sub>"
    )


def plain(text: str) -> str:
    """`text` on one line without markup or mentions.

    Ids and paths in it can be copied, unlike in `bluelamp.core.markdown.plain`, which breaks links.
    """
    return _SPECIAL.sub(r"\\\1", escape(_MENTION.sub("@\u200b", line(text)), quote=False))
