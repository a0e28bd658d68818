"""The lineage diagram: assets in columns by distance from their sources, as one SVG without scripts."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final
from xml.etree import ElementTree as ET

from bluelamp.core.contracts import Contract
from bluelamp.render.canvas import Canvas
from bluelamp.render.files import MARK
from bluelamp.render.picture import framed

_WIDE: Final = 250
_HIGH: Final = 74
_ACROSS: Final = 90
_DOWN: Final = 22
_MARGIN: Final = 32
_HEAD: Final = 92
_ALONE: Final = 4
"""The number of assets without lineage in a row."""


def picture(name: str, contracts: Sequence[Contract]) -> str:
    """The SVG file of a force's lineage, in the reader's colour scheme. Assets without lineage are at the bottom."""
    return f"<!-- {MARK} from the register. -->\n" + ET.tostring(drawn(name, contracts), encoding="unicode") + "\n"


def drawn(name: str, contracts: Sequence[Contract]) -> ET.Element:
    """The drawing as an SVG element with its style."""
    by_id = {each.asset: each for each in contracts}
    flows = [(before, each.asset) for each in contracts for before in each.properties.lineage if before in by_id]
    with_lineage = {asset for flow in flows for asset in flow}
    places, bottom = _in_columns([each for each in by_id if each in with_lineage], by_id)
    without_lineage = [each for each in by_id if each not in with_lineage]
    canvas = Canvas()
    if without_lineage:
        canvas.text(_MARGIN, bottom + 26, "WITHOUT LINEAGE", "section", 12)
        bottom += 40
    for number, asset in enumerate(without_lineage):
        row, column = divmod(number, _ALONE)
        places[asset] = (_MARGIN + column * (_WIDE + 20), bottom + row * (_HIGH + _DOWN))
    width = max([x + _WIDE for x, _ in places.values()], default=600) + _MARGIN
    height = max([y + _HIGH for _, y in places.values()], default=_HEAD + 40) + _MARGIN
    for before, after in flows:
        _flow(canvas, places[before], places[after])
    for asset, (x, y) in places.items():
        _asset(canvas, by_id[asset], x, y)
    return _svg(canvas, name, flows, (width, height))


def _in_columns(assets: Sequence[str], by_id: Mapping[str, Contract]) -> tuple[dict[str, tuple[float, float]], float]:
    """The position of each asset, to the right of its sources, and the bottom of the last row."""

    @cache
    def depth(asset: str) -> int:
        return max((depth(each) + 1 for each in by_id[asset].properties.lineage if each in by_id), default=0)

    columns: dict[int, list[str]] = {}
    for asset in assets:
        columns.setdefault(depth(asset), []).append(asset)
    places: dict[str, tuple[float, float]] = {}
    tallest = max((len(each) for each in columns.values()), default=0)
    for column, listed in columns.items():
        offset = (tallest - len(listed)) * (_HIGH + _DOWN) / 2
        for row, asset in enumerate(listed):
            places[asset] = (_MARGIN + column * (_WIDE + _ACROSS), _HEAD + 24 + offset + row * (_HIGH + _DOWN))
    return places, _HEAD + 24 + tallest * (_HIGH + _DOWN)


def _flow(canvas: Canvas, before: tuple[float, float], after: tuple[float, float]) -> None:
    start = (before[0] + _WIDE, before[1] + _HIGH / 2)
    end = (after[0], after[1] + _HIGH / 2)
    # Curves, as straight lines of several flows would overlap.
    bend = _ACROSS * 0.8
    (x, y), (to_x, to_y) = start, end
    curve = f"M{x:g} {y:g} C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"
    ET.SubElement(canvas.root, "path", {"class": "peer", "d": curve})
    canvas.line(((end[0] - 8, end[1] - 5), end, (end[0] - 8, end[1] + 5)), "peer")


def _asset(canvas: Canvas, contract: Contract, x: float, y: float) -> None:
    own = contract.properties
    places = dict.fromkeys(each.properties.location for each in contract.placements)
    public = any(each.properties.public for each in contract.placements)
    premises = "onPremises" in places
    canvas.group(f"{contract.name}, {own.classification}")
    canvas.box(x, y, _WIDE, _HIGH, "apart" if public else "site" if premises else "hub")
    inner = _WIDE - 24
    canvas.text(x + 12, y + 24, contract.name, "strong", 14, inner)
    canvas.text(x + 12, y + 44, own.classification, "body", 12, inner)
    where = ", ".join("on premises" if each == "onPremises" else each for each in places)
    canvas.text(x + 12, y + 62, f"{where}; public" if public else where, "soft", 12, inner)


def _svg(canvas: Canvas, name: str, flows: Sequence[tuple[str, str]], size: tuple[float, float]) -> ET.Element:
    flows_text = "; ".join(f"{before} to {after}" for before, after in flows) or "no asset is derived from another"
    svg = framed(f"Lineage of the information assets of {name}", f"Data flows: {flows_text}.", *size)
    page = Canvas()
    page.box(0, 0, size[0], size[1], "page", 0)
    page.box(0, 0, size[0], _HEAD - 20, "head", 0)
    page.text(_MARGIN, 34, name, "head-ink", 22)
    page.text(
        _MARGIN,
        56,
        "Lineage of the information assets: blue in Azure, green on premises, dashed public",
        "head-soft",
        13,
    )
    svg.extend(page.root)
    svg.append(canvas.root)
    return svg
