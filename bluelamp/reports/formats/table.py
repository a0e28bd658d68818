"""CSV for a spreadsheet: a row for each finding, with its evidence."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bluelamp.reports.canonical import canonical, time_of
from bluelamp.reports.findings import Finding, Report

_FORMULA: Final = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_BYTE_ORDER_MARK: Final = "\ufeff"
"""Spreadsheets take the file for UTF-8 when it begins with this."""

COLUMNS: Final[Mapping[str, Callable[[Report, Finding], Any]]] = {
    "verdict": lambda _, each: each.verdict,
    "severity": lambda _, each: each.rule.severity,
    "enforcement": lambda _, each: each.rule.enforcement,
    "rule": lambda _, each: each.rule.id,
    "title": lambda _, each: each.rule.title,
    "area": lambda _, each: each.rule.area,
    "controls": lambda _, each: "; ".join(map(str, each.rule.controls)),
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
    "fix": lambda _, each: each.rule.fix,
    "force": lambda report, _: report.force,
    "judged": lambda report, _: time_of(report.ended),
    "from": lambda report, _: report.source,
    "commit": lambda report, _: report.provenance.commit + ("+changes" if report.provenance.dirty else ""),
    "input hash": lambda _, each: each.input_hash,
    "rule hash": lambda _, each: each.rule.hash,
    "rules hash": lambda report, _: report.provenance.rules_hash,
    "versions": lambda report, _: "; ".join(f"{name} {each}" for name, each in report.provenance.versions.items()),
    "only": lambda report, _: "; ".join(report.filters),
}
"""The columns, and what stands in them. `only` says which rules were judged, where not all were."""


def to_csv(report: Report) -> str:
    """The findings as CSV (RFC 4180, in UTF-8 with a byte order mark), with the names of the columns on top.

    A text that a spreadsheet would take for a formula has an apostrophe in front.
    """
    stream = io.StringIO()
    stream.write(_BYTE_ORDER_MARK)
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for finding in report.findings:
        writer.writerow([_cell(made(report, finding)) for made in COLUMNS.values()])
    return stream.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value) if isinstance(value, str) else canonical(value).decode()
    return f"'{text}" if _FORMULA.search(text) and not _NUMBER.fullmatch(text) else text
