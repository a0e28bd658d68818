"""The page of a published view: the sources of its rows, how records were linked, and its known limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bluelamp import __version__
from bluelamp.reports.html import render
from bluelamp.reports.months import month_chart
from bluelamp.reports.quality import STYLES
from bluelamp.workloads.single_view import Built

if TYPE_CHECKING:
    from bluelamp.demonstration.facts import Facts


@dataclass(frozen=True, slots=True)
class Section:
    """A section that another workload adds to the page, such as a forecast or a map.

    `template` is a file in `bluelamp/reports/templates`, rendered with `section`; `anchor` is the section's id in the
    page, and `style` its additional CSS.
    """

    anchor: str
    title: str
    template: str
    context: Any = None
    style: str = ""


def to_html(
    built: Built, facts: "Facts | None", *, beside: str = "", forecast: str = "", sections: Sequence[Section] = ()
) -> str:
    """The page of `built`, with `sections` after the trend.

    `beside` is the file name of the scorecard, `forecast` that of the page of patterns in demand.
    """
    context = _context(built, facts, sections) | {"beside": beside, "forecast": forecast}
    return render("single_view.html.j2", "quality.js", context, styles=STYLES)


def _context(built: Built, facts: "Facts | None", sections: Sequence[Section]) -> dict[str, Any]:
    charts = []
    for asset in built.quality.assets:
        for each in asset.results:
            if each.months:
                title = f"{asset.name}: rows by month"
                charts.append(month_chart(title, [(month.month, month.rows) for month in each.months]))
    published = built.published
    return {
        "built": built,
        "facts": facts,
        "sections": sections,
        "charts": charts,
        "entities": published.entities if published else {},
        "entity_rows": published.rows if published else {},
        "rows": sum(each.rows for each in built.staged),
        "in_view": sum(each.staged for each in built.staged),
        "quarantined": sum(each.quarantined + each.rejected for each in built.staged),
        "version": __version__,
        "diagram_style": "\n".join(each.style for each in sections if each.style),
    }
