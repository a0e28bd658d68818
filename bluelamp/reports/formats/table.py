"""CSV for spreadsheets: the findings, the rules, and facts about the whole report."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from bluelamp.reports.canonical import canonical, time_of
from bluelamp.reports.findings import Finding, Report, RuleRecord
from bluelamp.reports.words import not_covered
from bluelamp.resources.skipped import Skipped

_FORMULA: Final = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_BYTE_ORDER_MARK: Final = "\ufeff"
"""Spreadsheets need it to read a file as UTF-8."""

COLUMNS: Final[Mapping[str, Callable[[Report, Finding], Any]]] = {
    "verdict": lambda _, each: each.verdict,
    "severity": lambda _, each: each.rule.severity,
    "enforcement": lambda _, each: each.rule.enforcement,
    "rule": lambda _, each: each.rule.id,
    "title": lambda _, each: each.heading,
    "name": lambda _, each: each.name,
    "type": lambda _, each: each.type,
    "urn": lambda _, each: each.urn,
    "file": lambda _, each: each.source[0] if each.source else "",
    "line": lambda _, each: each.source[1] if each.source else "",
    "path": lambda _, each: each.path,
    "observed": lambda _, each: each.observed,
    "expected": lambda _, each: each.expected,
    "message": lambda _, each: each.message,
    "exemption": lambda _, each: each.exemption,
    "input hash": lambda _, each: each.input_hash,
    "force": lambda report, _: report.force,
    "only": lambda report, _: "; ".join(report.filters),
}
"""The columns of the findings and their values. `only` lists the judged rules if they were selected."""

RULES: Final[Mapping[str, Callable[[RuleRecord], Any]]] = {
    "rule": lambda each: each.id,
    "title": lambda each: each.title,
    "failure": lambda each: each.failure,
    "severity": lambda each: each.severity,
    "enforcement": lambda each: each.enforcement,
    "area": lambda each: each.area,
    "controls": lambda each: "; ".join(map(str, each.controls)),
    "rationale": lambda each: each.rationale,
    "fix": lambda each: each.fix,
    "parameters": lambda each: each.parameters or "",
    "rule hash": lambda each: each.hash,
}
"""The columns of the rules; a finding names its rule by the id."""

UNJUDGED: Final[Mapping[str, Callable[[Skipped], Any]]] = {
    "kind": lambda each: each.kind,
    "name": lambda each: each.name,
    "urn": lambda each: each.urn,
    "file": lambda each: each.source[0] if each.source else "",
    "line": lambda each: each.source[1] if each.source else "",
    "why": lambda each: each.why,
}
"""The columns of resources that were not judged."""

ABOUT: Final[Mapping[str, Callable[[Report], Any]]] = {
    "force": lambda report: report.force,
    "name": lambda report: report.name,
    "answer": lambda report: report.answer,
    "judged": lambda report: time_of(report.ended),
    "from": lambda report: report.source,
    "not judged": not_covered,
    "only": lambda report: "; ".join(report.filters),
    "commit": lambda report: report.provenance.commit + ("+changes" if report.provenance.dirty else ""),
    "rules hash": lambda report: report.provenance.rules_hash,
    "input hash": lambda report: report.provenance.input_hash,
    "versions": lambda report: "; ".join(f"{name} {each}" for name, each in report.provenance.versions.items()),
}
"""The facts about the whole report."""


def to_csv(report: Report) -> str:
    """The findings as CSV (RFC 4180, in UTF-8 with a byte order mark), with column headings.

    Text that a spreadsheet would evaluate as a formula is prefixed with an apostrophe.
    """
    return _table(COLUMNS, ([value_of(report, each) for value_of in COLUMNS.values()] for each in report.findings))


def to_rules(report: Report) -> str:
    """The rules as CSV, a row each."""
    return _table(RULES, ([value_of(rule) for value_of in RULES.values()] for rule in report.rules))


def to_unjudged(report: Report) -> str | None:
    """The unjudged resources as CSV, a row each; None if all were judged."""
    if not report.unjudged:
        return None
    rows = (one for each in report.unjudged for one in each.resources)
    return _table(UNJUDGED, ([value_of(one) for value_of in UNJUDGED.values()] for one in rows))


def to_about(report: Report) -> str:
    """The facts about the whole report as CSV: subject, time, commit and versions."""
    counts = [(str(verdict), count) for verdict, count in report.counts.items()]
    counts += [(name, count) for name, count, _ in report.totals.rows(report.source)]
    return _table(("what", "value"), [*((name, value_of(report)) for name, value_of in ABOUT.items()), *counts])


def _table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    stream = io.StringIO()
    stream.write(_BYTE_ORDER_MARK)
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows(map(_cell, row) for row in rows)
    return stream.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value) if isinstance(value, str) else canonical(value).decode()
    return f"'{text}" if _FORMULA.search(text) and not _NUMBER.fullmatch(text) else text
