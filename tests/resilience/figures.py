"""The figures of a run, as a table on the screen and as Markdown."""

from collections.abc import Sequence
from datetime import date
from statistics import median

from tests.resilience.points import Outcome
from tests.resilience.subjects import SUBJECTS

HEADINGS = (
    "command",
    "interrupted by",
    "points",
    "recovered",
    "lost or orphaned",
    "left files or processes",
    "median recovery",
)


def rows(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """A row for each command and way of stopping it, without the points at which a command had already ended."""
    found = []
    for name, subject in SUBJECTS.items():
        for disk in (False, True):
            tried = [each for each in outcomes if each.hit and (each.point.subject, each.point.disk) == (name, disk)]
            if tried:
                found.append(
                    (
                        subject.name,
                        "full disk" if disk else "kill",
                        str(len(tried)),
                        str(sum(not each.settled.diverged for each in tried)),
                        str(sum(bool(each.settled.lost) for each in tried)),
                        str(sum(bool(each.settled.left) for each in tried)),
                        f"{median(each.settled.seconds for each in tried):.1f} s",
                    )
                )
    return found


def table(outcomes: Sequence[Outcome]) -> str:
    """The rows in columns."""
    lines = [HEADINGS, *rows(outcomes)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def markdown(outcomes: Sequence[Outcome], seed: int, when: date) -> str:
    """The rows as a Markdown table with the date."""
    lines = [
        f"Figures of {when.isoformat()}, `--seed {seed}`:",
        "",
        f"| {' | '.join(HEADINGS)} |",
        f"|{'---|' * len(HEADINGS)}",
        *(f"| {' | '.join(row)} |" for row in rows(outcomes)),
    ]
    return "\n".join(lines) + "\n"
