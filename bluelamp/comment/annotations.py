"""A comparison as annotations: new failures at the line of the settings or the program, in the syntax of CI hosts.

GitHub Actions reads `::error file=…,line=…::…`, Azure Pipelines `##vso[task.logissue type=error;…]…`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bluelamp.comment.words import each_error
from bluelamp.comparison.model import Comparison, VerdictStatus
from bluelamp.core.text import cut, printable
from bluelamp.reports.words import some

MOST: Final = 10
"""The maximum numbers of errors and of warnings that GitHub shows for a step."""
_LONGEST: Final = 500
_PLACE: Final = re.compile(r"(?P<file>[\w./-]+\.\w+):(?P<line>\d+)")


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation; `line` is 0 and `file` empty if there is no place."""

    error: bool
    title: str
    text: str
    file: str = ""
    line: int = 0


def annotations(found: Comparison) -> list[Annotation]:
    """Errors for new mandatory failures and forces that were not planned, then warnings for other new failures and
    undecided verdicts; at most `MOST` of each, of which the last gives the number left out."""
    unique: dict[tuple[bool, str, str, str, int], int] = {}
    for each in _every(found):
        key = (each.error, each.title, each.text, each.file, each.line)
        unique[key] = unique.get(key, 0) + 1
    all_annotations = [Annotation(*key) for key in unique]
    errors = _limited([each for each in all_annotations if each.error], error=True)
    return [*errors, *_limited([each for each in all_annotations if not each.error], error=False)]


def github(found: Iterable[Annotation]) -> Iterator[str]:
    """Workflow commands of GitHub Actions, a line each."""
    for each in found:
        values = {"file": each.file, "line": str(each.line or ""), "title": each.title}
        properties = ",".join(f"{name}={_github(text, property_=True)}" for name, text in values.items() if text)
        yield f"::{'error' if each.error else 'warning'} {properties}::{_github(each.text)}"


def azure(found: Iterable[Annotation]) -> Iterator[str]:
    """Logging commands of Azure Pipelines, a line each."""
    for each in found:
        values = {"sourcepath": each.file, "linenumber": str(each.line or ""), "code": each.title}
        properties = "".join(f";{name}={_azure(text)}" for name, text in values.items() if text)
        yield f"##vso[task.logissue type={'error' if each.error else 'warning'}{properties}]{_azure(each.text)}"


def _every(found: Comparison) -> Iterator[Annotation]:
    for force in found.affected:
        for error in each_error(force.head_error):
            place = _PLACE.match(error)
            where = (place["file"], int(place["line"])) if place else ("", 0)
            yield Annotation(True, f"{force.force}: failed to plan", _text(error), *where)
        for reason in force.refused:
            yield Annotation(True, f"{force.force}: refused by the cloud", _text(reason))
        for one in force.verdicts:
            if (
                one.turn is VerdictStatus.NEW
                and one.verdict != "exempt"
                and (one.level == "mandatory" or one.verdict == "fail")
            ):
                text = _text(f"{one.title}: {one.name}{f': {one.message}' if one.message else ''}")
                word = "" if one.verdict == "fail" else f" {one.verdict}"
                yield Annotation(one.breaks, f"{one.rule}{word} ({one.level})", text, one.file, one.line)


def _limited(found: list[Annotation], *, error: bool) -> list[Annotation]:
    if len(found) <= MOST:
        return found
    left = len(found) - MOST + 1
    return [*found[: MOST - 1], Annotation(error, "Bluelamp", f"{some(left, 'more finding')}: see the comment")]


def _text(text: str) -> str:
    return cut(printable(" ".join(text.split())), _LONGEST)


def _github(text: str, *, property_: bool = False) -> str:
    escaped = _safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace(":", "%3A").replace(",", "%2C") if property_ else escaped


def _azure(text: str) -> str:
    escaped = _safe(text).replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace(";", "%3B").replace("]", "%5D")


def _safe(text: str) -> str:
    """`text` on one line, without the prefixes of either host's commands."""
    return printable(text).replace("##", "# #").replace("::", ": :")
