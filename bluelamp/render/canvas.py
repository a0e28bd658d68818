"""A drawing of SVG elements, with texts shortened to fit."""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

_NARROW: Final = frozenset("iljtfr.,:;'|!()[]- ")
_WIDE: Final = frozenset("mwMW@%")


def width_of(text: str, size: float) -> float:
    """A generous estimate of the width of `text` in a common sans serif font of `size`; all in pixels."""
    units = sum(0.38 if c in _NARROW else 1.0 if c in _WIDE else 0.74 if c.isupper() else 0.64 for c in text)
    return units * size


def fitted(text: str, size: float, width: float) -> str:
    """`text`, shortened with an ellipsis if it is wider than `width` pixels."""
    if width_of(text, size) <= width:
        return text
    while text and width_of(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


class Canvas:
    """Draws into one group after another; styles are the classes of `diagram.css`."""

    def __init__(self) -> None:
        self.root = ET.Element("g")
        self._at = self.root

    def group(self, label: str) -> None:
        """Starts a group of elements that screen readers announce as `label`."""
        self._at = ET.SubElement(self.root, "g", {"role": "group", "aria-label": label})

    def box(self, x: float, y: float, width: float, height: float, kind: str, radius: float = 8) -> None:
        """A rectangle."""
        at = {"x": x, "y": y, "width": width, "height": height, "rx": radius}
        ET.SubElement(self._at, "rect", {"class": kind, **{key: f"{value:g}" for key, value in at.items()}})

    def text(
        self, x: float, y: float, words: str, kind: str = "body", size: float = 13, width: float = 0, anchor: str = ""
    ) -> None:
        """A line of text with its baseline at `y`. If shortened to `width`, a tooltip has the full text."""
        shown = fitted(words, size, width) if width else words
        attributes = {"class": kind, "x": f"{x:g}", "y": f"{y:g}", "font-size": f"{size:g}"}
        if anchor:
            attributes["text-anchor"] = anchor
        element = ET.SubElement(self._at, "text", attributes)
        if shown != words:
            ET.SubElement(element, "title").text = words
            element[0].tail = shown
        else:
            element.text = shown

    def line(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """A line through `points`."""
        path = "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
        ET.SubElement(self._at, "path", {"class": kind, "d": path})
