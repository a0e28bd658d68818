"""The roadmap pages: one force's, and the comparison of all forces."""

from collections.abc import Sequence
from typing import Any, Final

from bluelamp import __version__
from bluelamp.core.roadmap import DEMANDS
from bluelamp.render.inline import inlined, style
from bluelamp.reports.html import render
from bluelamp.roadmap.model import RoadmapProgress, Status
from bluelamp.roadmap.picture import drawn
from bluelamp.roadmap.shared import shared

STYLES: Final = ("report.css", "print.css", "quality.css", "roadmap.css")
PAGE: Final = "roadmap.html"
NATIONAL: Final = "roadmaps.html"


def to_html(progress: RoadmapProgress, *, beside: str = "") -> str:
    """The page of one force's roadmap. `beside` is the relative path of the national page; empty for none."""
    shown: dict[str, Any] = {
        "progress": progress,
        "svg": inlined(drawn(progress)),
        "diagram_style": style(),
        "demands": DEMANDS,
        "Status": Status,
        "titles": {each.milestone.id: each.milestone.title for each in progress.milestones},
        "beside": beside,
        "version": __version__,
    }
    return render("roadmap.html.j2", "quality.js", shown, styles=STYLES)


def to_national(all_progress: Sequence[RoadmapProgress], *, links: bool = True) -> str:
    """The page of several forces: the progress of each, and the milestones that they could share.

    With `links` it links to the page of each force, `FORCE/roadmap.html`.
    """
    found = shared(all_progress)
    shown: dict[str, Any] = {
        "all_progress": all_progress,
        "by_kind": [
            (kind, title, [each for each in found if each.kind == kind])
            for kind, title in (("demand", "By demand of the strategy"), ("component", "By component"))
        ],
        "shared": found,
        "reached": sum(each.reached for each in all_progress),
        "milestones": sum(len(each.milestones) for each in all_progress),
        "late_cost": sum(each.late_cost for each in all_progress),
        "names": {each.force: each.name for each in all_progress},
        "day": all_progress[0].day if all_progress else None,
        "links": links,
        "version": __version__,
    }
    return render("roadmaps.html.j2", "quality.js", shown, styles=STYLES)
