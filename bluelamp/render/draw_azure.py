"""Hubs and spokes, region by region."""

from collections.abc import Iterable
from itertools import groupby

from bluelamp.render.canvas import Canvas, width_of
from bluelamp.render.estate import Net, Site

Anchor = tuple[float, float]

_PAD, _GUTTER, _SPOKE, _CHIP, _ROW = 20, 34, 84, 28, 25
_NAMES = {"uksouth": "UK South", "ukwest": "UK West"}


def region_name(region: str) -> str:
    """The display name of a region."""
    return _NAMES.get(region, region or "no region")


def draw(
    canvas: Canvas, networks: list[Net], sites: list[Site], x: float, y: float, width: float
) -> tuple[float, dict[str, Anchor]]:
    """Draws a panel for each region; returns the height, and where the links of each hub leave its panel."""
    canvas.group("Azure")
    canvas.text(x, y + 12, "AZURE", "section", 13)
    start, y = y, y + 24
    ordered = sorted(networks, key=lambda net: (_first(networks, net.region), not net.hub))
    regions = [(region, list(nets)) for region, nets in groupby(ordered, key=lambda net: net.region)]
    weights = [2.0 if sum(not net.hub for net in nets) > 2 else 1.25 for _, nets in regions]
    wide = (width - 30 * (len(regions) - 1)) / sum(weights)
    linked = {site.hub for site in sites}
    height = max(_height(nets, wide * weight) for (_, nets), weight in zip(regions, weights, strict=True))
    anchors: dict[str, Anchor] = {}
    sides: dict[str, tuple[float, float, float]] = {}
    left = x
    for (region, nets), weight in zip(regions, weights, strict=True):
        own = wide * weight
        canvas.box(left, y, own, height, "panel", 12)
        canvas.text(left + _PAD, y + 30, region_name(region), "title", 17)
        top = y + 46
        for net in (one for one in nets if one.hub):
            tall = _hub_height(net, own - _GUTTER - _PAD)
            _hub(canvas, net, left + _GUTTER, top, own - _GUTTER - _PAD, tall)
            sides[net.key] = (left + _GUTTER, left + own - _PAD, top + 40)
            if net.key in linked:
                anchors[net.key] = (left + 12, y + height)
                for kind, offset in _links(net, sites):
                    canvas.line(
                        [
                            (left + _GUTTER, top + 40 + offset),
                            (left + 12 + offset, top + 40 + offset),
                            (left + 12 + offset, y + height),
                        ],
                        kind,
                    )
            top += tall + 18
        hubs = [sides[net.key] for net in nets if net.hub]
        _spokes(canvas, [net for net in nets if not net.hub], left, top, own, bool(hubs))
        left += own + 30
    _peerings(canvas, networks, sides)
    return y + height - start, anchors


def _first(networks: list[Net], region: str) -> tuple[int, int]:
    """The sort key of a region: the one with the most networks first."""
    mine = [index for index, net in enumerate(networks) if net.region == region]
    return -len(mine), mine[0]


def _links(net: Net, sites: list[Site]) -> Iterable[tuple[str, float]]:
    mine = [site for site in sites if site.hub == net.key]
    if any(site.vpn for site in mine):
        yield "vpn", 0
    circuits = [site for site in mine if site.circuit]
    if circuits:
        yield ("circuit" if any(site.connected for site in circuits) else "ordered"), 10


def _height(nets: list[Net], width: float) -> float:
    hubs = sum(_hub_height(net, width - _GUTTER - _PAD) + 18 for net in nets if net.hub)
    spokes = [net for net in nets if not net.hub]
    rows = -(-len(spokes) // _across(width)) if spokes else 0
    return 46 + hubs + (26 + rows * (_SPOKE + 14) if rows else 0) + 6


def _across(width: float) -> int:
    return max(1, int((width - _GUTTER - _PAD + 12) // 212))


def _chip_rows(net: Net, width: float) -> list[list[tuple[str, float]]]:
    rows: list[list[tuple[str, float]]] = [[]]
    used = 0.0
    for words in net.services:
        wide = width_of(words, 13) + 22
        if rows[-1] and used + wide > width - 32:
            rows.append([])
            used = 0.0
        rows[-1].append((words, wide))
        used += wide + 8
    return [row for row in rows if row]


def _hub_height(net: Net, width: float) -> float:
    chips = len(_chip_rows(net, width))
    return 50 + chips * (_CHIP + 8) + -(-len(net.subnets) // _columns(width)) * _ROW + 14


def _columns(width: float) -> int:
    return max(1, int(width // 340))


def _hub(canvas: Canvas, net: Net, x: float, y: float, width: float, height: float) -> None:
    canvas.box(x, y, width, height, "hub", 10)
    ranges = ", ".join(net.ranges)
    canvas.text(x + 16, y + 30, net.name, "title", 16, width - 44 - width_of(ranges, 15))
    canvas.text(x + width - 16, y + 30, ranges, "strong", 15, anchor="end")
    top = y + 46
    for row in _chip_rows(net, width):
        left = x + 16
        for words, wide in row:
            canvas.box(left, top, wide, _CHIP, "chip", _CHIP / 2)
            canvas.text(left + wide / 2, top + 19, words, "chip-text", 13, anchor="middle")
            left += wide + 8
        top += _CHIP + 8
    columns = _columns(width)
    wide = (width - 32) / columns
    indent = max((width_of(prefix, 12.5) for _, prefix in net.subnets), default=0) + 14
    for index, (name, prefix) in enumerate(net.subnets):
        left, base = x + 16 + index % columns * wide, top + 16 + index // columns * _ROW
        canvas.text(left, base, prefix, "soft", 12.5)
        canvas.text(left + indent, base, name, "body", 12.5, wide - indent - 8)


def _spokes(canvas: Canvas, spokes: list[Net], x: float, y: float, width: float, has_hub: bool) -> None:
    across = _across(width)
    wide = (width - _GUTTER - _PAD - 12 * (across - 1)) / across
    for index, net in enumerate(spokes):
        left, top = x + _GUTTER + index % across * (wide + 12), y + 26 + index // across * (_SPOKE + 14)
        joined = bool(net.hubs) and has_hub
        if joined and index < across:
            canvas.line([(left + wide / 2, y - 18), (left + wide / 2, top)], "peer")
        elif joined:
            canvas.line([(left - 6, y - 18), (left - 6, top + 20), (left, top + 20)], "peer")
        canvas.box(left, top, wide, _SPOKE, "spoke" if net.hubs else "apart")
        canvas.text(left + 14, top + 25, net.name, "strong", 14.5, wide - 28)
        canvas.text(left + 14, top + 46, ", ".join(net.ranges), "body", 13.5, wide - 28)
        said = f"{len(net.subnets)} subnet" + ("" if len(net.subnets) == 1 else "s")
        canvas.text(left + 14, top + 67, said if net.hubs else f"{said}, on its own", "soft", 13, wide - 28)


def _peerings(canvas: Canvas, networks: list[Net], sides: dict[str, tuple[float, float, float]]) -> None:
    """Draws a line between peered hubs of neighbouring regions."""
    for net in networks:
        for other in net.hubs:
            if net.key in sides and other in sides and sides[net.key][1] < sides[other][0]:
                (_, right, y), (left, _, _) = sides[net.key], sides[other]
                canvas.line([(right, y), (left, y)], "peer")
