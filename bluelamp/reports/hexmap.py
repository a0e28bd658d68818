"""A hexagon map without a base map: cells coloured by value, drawn to scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import Final

WIDTH: Final = 800
_MARGIN: Final = 12
_CLASSES: Final = 6
_STEPS: Final = (1, 2, 5)
_DEGREE: Final = 111.32
"""Kilometres in a degree of latitude."""


@dataclass(frozen=True, slots=True)
class Hexagon:
    """One cell: its outline as an SVG path, its class from 1, and its centre."""

    cell: str
    path: str
    kind: int
    title: str
    x: int
    y: int
    rank: int
    """1 for the highest value, and so on; 0 for unranked cells."""


@dataclass(frozen=True, slots=True)
class HexMap:
    """The drawing; lengths are in SVG user units."""

    hexagons: tuple[Hexagon, ...]
    legend: tuple[tuple[int, str], ...]
    """Each class and its range of values."""
    width: int
    height: int
    kilometres: int
    """The distance that the scale bar represents."""
    bar: int
    """The length of the scale bar."""


def hex_map(values: Mapping[str, float], titles: Mapping[str, str], *, ranked: Sequence[str] = ()) -> HexMap:
    """The map of `values` by H3 cell; `ranked` are the marked cells, the highest first."""
    from h3 import cell_to_boundary, cell_to_latlng

    corners = {cell: cell_to_boundary(cell) for cell in values}
    latitudes = [latitude for each in corners.values() for latitude, _ in each]
    longitudes = [longitude for each in corners.values() for _, longitude in each]
    narrow = cos(radians((min(latitudes) + max(latitudes)) / 2))
    across = max((max(longitudes) - min(longitudes)) * narrow, (max(latitudes) - min(latitudes)) / 2)
    scale = (WIDTH - 2 * _MARGIN) / across

    def place(latitude: float, longitude: float) -> tuple[float, float]:
        x = _MARGIN + (longitude - min(longitudes)) * narrow * scale
        return x, _MARGIN + (max(latitudes) - latitude) * scale

    limits = _limits(max(values.values()))
    ranks = {cell: number for number, cell in enumerate(ranked, 1)}
    hexagons = []
    # Marked cells are drawn last, so that their outlines are on top.
    for cell in sorted(values, key=lambda each: (each in ranks, ranks.get(each, 0), each)):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*corner) for corner in corners[cell]))
        x, y = place(*cell_to_latlng(cell))
        kind = 1 + sum(values[cell] >= limit for limit in limits)
        hexagons.append(Hexagon(cell, f"M{points}Z", kind, titles[cell], round(x), round(y), ranks.get(cell, 0)))
    kilometres = next((each for each in (50, 20, 10, 5, 2) if each / _DEGREE * scale < WIDTH / 5), 1)
    return HexMap(
        tuple(hexagons),
        _legend(limits),
        WIDTH,
        round(_MARGIN * 2 + (max(latitudes) - min(latitudes)) * scale + 28),
        kilometres,
        round(kilometres / _DEGREE * scale),
    )


def _limits(most: float) -> list[int]:
    """The lower limits of all classes but the first: round numbers, each about twice the previous one."""
    series = [step * 10**power for power in range(8) for step in _STEPS]
    below = [each for each in series if each <= most * 0.7] or [1]
    return below[-(_CLASSES - 1) :]


def _legend(limits: Sequence[int]) -> tuple[tuple[int, str], ...]:
    first = (1, f"under {limits[0]:,}")
    middle = [(number + 2, f"{low:,} to {high:,}") for number, (low, high) in enumerate(pairwise(limits))]
    return first, *middle, (len(limits) + 1, f"{limits[-1]:,} and more")
