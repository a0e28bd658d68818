"""The diagram of a force's estate, as a self-contained SVG file."""

from typing import Final
from xml.etree import ElementTree as ET

from bluelamp.render import draw_azure, draw_groups, draw_premises
from bluelamp.render.canvas import Canvas, width_of
from bluelamp.render.estate import Estate
from bluelamp.render.files import MARK
from bluelamp.render.picture import framed

WIDTH: Final = 1600
MARGIN: Final = 32
_GAP: Final = 26
_HEAD: Final = 92
_FOOT: Final = 56


def diagram(estate: Estate) -> str:
    """The SVG of `estate`, in the reader's light or dark colour scheme; light when printed."""
    return f"<!-- {MARK} from the plan. -->\n" + ET.tostring(drawn(estate), encoding="unicode") + "\n"


def drawn(estate: Estate, heading: str = "The estate as planned") -> ET.Element:
    """The diagram as an element; `heading` is the line below the force's name."""
    canvas = Canvas()
    inner = WIDTH - 2 * MARGIN
    y = float(_HEAD + _GAP)
    if estate.groups:
        y += draw_groups.draw(canvas, estate.groups, MARGIN, y, inner) + _GAP
    if estate.services:
        y += _services(canvas, estate, y, inner) + _GAP
    anchors: dict[str, tuple[float, float]] = {}
    if estate.networks:
        height, anchors = draw_azure.draw(canvas, estate.networks, estate.sites, MARGIN, y, inner)
        y += height
        y += draw_premises.band(estate.sites) or _GAP
    if estate.sites or estate.clusters:
        y += draw_premises.draw(canvas, estate.sites, estate.clusters, anchors, MARGIN, y, inner) + _GAP
    _legend(canvas, estate, y)
    return _svg(canvas, estate, y + _FOOT, heading)


def _svg(canvas: Canvas, estate: Estate, height: float, heading: str) -> ET.Element:
    svg = framed(f"Estate of {estate.name}", described(estate), WIDTH, height)
    ET.SubElement(svg, "rect", {"class": "page", "width": f"{WIDTH:g}", "height": f"{height:g}"})
    head = Canvas()
    head.group("Heading")
    head.box(0, 0, WIDTH, _HEAD, "head", 0)
    head.text(MARGIN, 44, estate.name, "head-ink", 30)
    regions = list(dict.fromkeys(net.region for net in estate.networks))
    said = [f"{estate.resources:,} resources", *(draw_azure.region_name(region) for region in regions)]
    said += [estate.classification] if estate.classification else []
    head.text(MARGIN, 71, f"{heading}  ·  " + "  ·  ".join(said), "head-soft", 15)
    svg.append(head.root)
    svg.append(canvas.root)
    return svg


def described(estate: Estate) -> str:
    """The diagram's text alternative."""
    parts = [f"{estate.name}: {estate.resources} resources."]
    if estate.groups:
        parts.append("Management groups: " + "; ".join(draw_groups.words(group) for group in estate.groups) + ".")
    for net in estate.networks:
        kind = "Hub" if net.hub else "Spoke"
        has = f", with {', '.join(net.services)}" if net.services else ""
        parts.append(f"{kind} {net.name} in {draw_azure.region_name(net.region)}, {', '.join(net.ranges)}{has}.")
    for site in estate.sites:
        links = [f"{site.vpn} VPN connections"] if site.vpn else []
        links += [site.circuit] if site.circuit else []
        parts.append(f"Site {site.name}: {', '.join(links)}.")
    for cluster in estate.clusters:
        parts.append(f"Kubernetes cluster {cluster.name}, tenants: {', '.join(cluster.tenants) or 'none'}.")
    parts += [f"{what}: {line}." for what, line in estate.services]
    return " ".join(parts)


def _services(canvas: Canvas, estate: Estate, y: float, width: float) -> float:
    """Draws the landing zone's shared services as cards; returns the height."""
    canvas.group("Shared services")
    canvas.text(MARGIN, y + 12, "SHARED SERVICES", "section", 13)
    across, gap, high = 6, 12, 54
    wide = (width - gap * (across - 1)) / across
    for index, (what, line) in enumerate(estate.services):
        left, top = MARGIN + index % across * (wide + gap), y + 24 + index // across * (high + gap)
        canvas.box(left, top, wide, high, "card")
        canvas.text(left + 14, top + 23, what, "strong", 14.5, wide - 28)
        canvas.text(left + 14, top + 42, line, "soft", 13, wide - 28)
    rows = -(-len(estate.services) // across)
    return 24 + rows * (high + gap) - gap


def _legend(canvas: Canvas, estate: Estate, y: float) -> None:
    canvas.group("Legend")
    marks = []
    if any(net.hubs for net in estate.networks):
        marks.append(("peer", "peering"))
    if any(site.vpn for site in estate.sites):
        marks.append(("vpn", "site-to-site VPN"))
    if any(site.circuit and site.connected for site in estate.sites):
        marks.append(("circuit", "ExpressRoute"))
    if any(site.circuit and not site.connected for site in estate.sites):
        marks.append(("ordered", "ExpressRoute, not connected yet"))
    x = float(MARGIN)
    for kind, words in marks:
        canvas.line([(x, y + 14), (x + 44, y + 14)], kind)
        canvas.text(x + 54, y + 19, words, "soft", 13.5)
        x += 54 + width_of(words, 13.5) + 30
    canvas.text(WIDTH - MARGIN, y + 19, "drawn from the plan by bluelamp render", "soft", 13.5, anchor="end")
