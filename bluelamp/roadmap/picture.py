"""The diagram of a roadmap: milestones and tactical spend over time, as one SVG without scripts.

Every bar has its status as text, so that the diagram is readable without colour.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

from bluelamp.core.roadmap import DEMANDS
from bluelamp.render.canvas import Canvas, fitted, width_of
from bluelamp.render.files import MARK
from bluelamp.render.picture import framed
from bluelamp.roadmap.model import Debt, MilestoneProgress, RoadmapProgress, Status

_WIDTH: Final = 1180
_LEFT: Final = 352
"""The left end of the time axis; the names are to the left of it."""
_MARGIN: Final = 32
_HEAD: Final = 92
_TOP: Final = _HEAD + 34
_ROW: Final = 64
_BAR: Final = 30
_DEBT: Final = 40
_NAMES: Final = _LEFT - _MARGIN - 24
"""The maximum width of the names."""
_BOLD: Final = 1.06
"""The relative width of bold text."""
_KINDS: Final[Mapping[Status, str]] = {
    Status.REACHED: "site",
    Status.IN_PROGRESS: "hub",
    Status.OVERDUE: "late",
    Status.BLOCKED: "apart",
    Status.PLANNED: "spoke",
}
"""The style of a bar: solid if started or done, dashed if waiting."""


def picture(standing: RoadmapProgress) -> str:
    """The SVG file of a force's roadmap, in the reader's light or dark colour scheme; light when printed."""
    svg = ET.tostring(drawn(standing), encoding="unicode")
    return f"<!-- {MARK} from the roadmap. -->\n{svg}\n"


def drawn(standing: RoadmapProgress) -> ET.Element:
    """The drawing as an SVG element with its style."""
    time = _Time(standing)
    rows = len(standing.milestones) * _ROW
    bottom = _TOP + rows + (44 + len(standing.debts) * _DEBT if standing.debts else 0)
    canvas = Canvas()
    _years(canvas, time, bottom)
    tops = {each.milestone.id: _TOP + row * _ROW for row, each in enumerate(standing.milestones)}
    for each in standing.milestones:
        for before in each.milestone.depends_on:
            _dependency(canvas, standing, time, tops, before, each)
    for each in standing.milestones:
        _milestone(canvas, time, each, tops[each.milestone.id], critical=each.milestone.id in standing.critical)
    if standing.debts:
        canvas.text(_MARGIN, _TOP + rows + 30, "TACTICAL SPEND", "section", 12)
    for row, debt in enumerate(standing.debts):
        _debt(canvas, time, debt, _TOP + rows + 44 + row * _DEBT)
    _today(canvas, time, standing.day, bottom)
    height = bottom + 66
    svg = framed(f"Roadmap of {standing.name}", " ".join(_sentences(standing)), _WIDTH, height)
    page = Canvas()
    page.box(0, 0, _WIDTH, height, "page", 0)
    page.box(0, 0, _WIDTH, _HEAD - 20, "head", 0)
    page.text(_MARGIN, 34, standing.name, "head-ink", 22)
    own = "" if standing.own else "; the default roadmap of its profile"
    reached = f"{standing.reached} of {len(standing.milestones)} milestones reached"
    told = f"Roadmap on {_spoken(standing.day)}: {reached}{own}. On each bar: exit criteria met"
    page.text(_MARGIN, 56, told, "head-soft", 13)
    _legend(page, bottom + 36)
    svg.extend(page.root)
    svg.append(canvas.root)
    return svg


class _Time:
    """The time axis: dates as horizontal positions."""

    def __init__(self, standing: RoadmapProgress) -> None:
        days = [standing.day]
        for each in standing.roadmap.milestones:
            days += [each.start, each.end]
        for debt in standing.debts:
            days += [each for each in (debt.exit_date, debt.replaced) if each]
        self.first = date(min(days).year, 1, 1)
        self.last = date(max(days).year, 12, 31)
        self._scale = (_WIDTH - _MARGIN - _LEFT) / ((self.last - self.first).days + 1)

    def __call__(self, day: date) -> float:
        """The start of `day`."""
        return _LEFT + (day - self.first).days * self._scale

    def after(self, day: date) -> float:
        """The end of `day`."""
        return self(day) + self._scale


def _years(canvas: Canvas, time: _Time, bottom: float) -> None:
    for year in range(time.first.year, time.last.year + 1):
        for month in (1, 4, 7, 10):
            x = time(date(year, month, 1))
            canvas.line(((x, _TOP - (16 if month == 1 else 8)), (x, bottom)), "grid")
        canvas.text(time(date(year, 1, 1)) + 6, _TOP - 12, str(year), "section", 12)
    end = time.after(time.last)
    canvas.line(((end, _TOP - 16), (end, bottom)), "grid")


def _today(canvas: Canvas, time: _Time, day: date, bottom: float) -> None:
    x = time(day)
    canvas.group(f"Today, {_spoken(day)}")
    canvas.line(((x, _TOP - 2), (x, bottom + 6)), "today")
    canvas.text(x, bottom + 20, f"today, {_spoken(day)}", "strong", 12, anchor="middle")


def _milestone(canvas: Canvas, time: _Time, each: MilestoneProgress, y: float, *, critical: bool) -> None:
    milestone = each.milestone
    canvas.group(
        f"{milestone.title}: {each.status}, {each.met} of {len(each.criteria)} criteria met, "
        f"{milestone.start} to {milestone.end}"
    )
    lines = _wrapped(milestone.title, 13 * _BOLD, _NAMES)
    for number, words in enumerate(lines):
        canvas.text(_MARGIN, y + 15 + 16 * number, words, "strong", 13)
    below = y + 16 + 16 * len(lines)
    canvas.text(_MARGIN, below, f"{', '.join(milestone.enables)} · {each.owner}", "soft", 12, _NAMES)
    left, right = time(milestone.start), time.after(milestone.end)
    canvas.box(left, y + 6, right - left, _BAR, _KINDS[each.status], 4)
    if critical:
        canvas.line(((left, y + 6 + _BAR + 4), (right, y + 6 + _BAR + 4)), "critical")
    words = f"{each.status}, {each.met} of {len(each.criteria)}"
    wide = width_of(words, 12)
    if wide + 16 <= right - left:
        canvas.text(left + 8, y + 6 + 20, words, "body", 12)
    elif right + 8 + wide <= _WIDTH - 8:
        canvas.text(right + 8, y + 6 + 20, words, "body", 12)
    else:
        canvas.text(left - 8, y + 6 + 20, words, "body", 12, anchor="end")


def _dependency(
    canvas: Canvas,
    standing: RoadmapProgress,
    time: _Time,
    tops: Mapping[str, float],
    before: str,
    after: MilestoneProgress,
) -> None:
    x = time.after(standing.by_id[before].milestone.end)
    start = time(after.milestone.start)
    top, end = tops[before] + 6 + _BAR, tops[after.milestone.id] + 6 + _BAR / 2
    turn = min(x, start) - 10
    canvas.line(((x - 6, top), (x - 6, top + 8), (turn, top + 8), (turn, end), (start - 2, end)), "peer")
    canvas.line(((start - 8, end - 4), (start - 2, end), (start - 8, end + 4)), "peer")


def _debt(canvas: Canvas, time: _Time, debt: Debt, y: float) -> None:
    cost = "the cost of a late exit is unknown" if debt.late_cost is None else f"late: £{debt.late_cost:,}"
    canvas.group(f"{debt.id} {debt.title}, exit {debt.exit_date}, {cost}")
    canvas.text(_MARGIN, y + 22, f"{debt.id} {debt.title}".strip(), "body", 12, _NAMES)
    if debt.exit_date is None:
        canvas.text(_LEFT + 8, y + 22, "no exit date", "strong", 12)
        return
    x = time.after(debt.exit_date)
    later = time.after(debt.replaced) if debt.replaced and debt.replaced > debt.exit_date else x
    if later > x:
        canvas.line(((x, y + 18), (later, y + 18)), "ordered")
    canvas.line(((x, y + 9), (x + 8, y + 18), (x, y + 27), (x - 8, y + 18), (x, y + 9)), "exit")
    words = f"exit {_spoken(debt.exit_date)}" + (", overdue" if debt.overdue else "")
    words += f"; {cost}" if debt.late_cost is None or debt.late_cost else ""
    wide = width_of(words, 12)
    if later + 14 + wide <= _WIDTH - 8:
        canvas.text(later + 14, y + 22, words, "body", 12)
    else:
        canvas.text(x - 14, y + 22, words, "body", 12, anchor="end")


def _legend(canvas: Canvas, y: float) -> None:
    x = float(_MARGIN)
    for status, kind in _KINDS.items():
        canvas.box(x, y, 24, 14, kind, 3)
        canvas.text(x + 32, y + 12, status, "soft", 12)
        x += 32 + width_of(status, 12) + 20
    canvas.line(((x, y + 8), (x + 24, y + 8)), "critical")
    canvas.text(x + 32, y + 12, "critical path", "soft", 12)
    x += 32 + width_of("critical path", 12) + 20
    canvas.line(((x + 12, y - 1), (x + 20, y + 7), (x + 12, y + 15), (x + 4, y + 7), (x + 12, y - 1)), "exit")
    canvas.text(x + 32, y + 12, "exit of tactical spend; dotted: paid for until its successor exists", "soft", 12)


def _wrapped(text: str, size: float, width: float) -> list[str]:
    """`text` on at most two lines, the second shortened if it is too long."""
    words = text.split()
    first: list[str] = []
    while words and (not first or width_of(" ".join([*first, words[0]]), size) <= width):
        first.append(words.pop(0))
    lines = [" ".join(first), " ".join(words)]
    return [fitted(each, size, width) for each in lines if each]


def _sentences(standing: RoadmapProgress) -> Iterator[str]:
    for each in standing.milestones:
        milestone = each.milestone
        demands = ", ".join(DEMANDS[demand] for demand in milestone.enables)
        yield (
            f"{milestone.title} ({demands}): {milestone.start} to {milestone.end}, {each.status}, "
            f"{each.met} of {len(each.criteria)} criteria met."
        )
    for debt in standing.debts:
        yield f"{debt.id}: exit {debt.exit_date or 'without a date'}."


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
