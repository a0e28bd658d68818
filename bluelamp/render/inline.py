"""The diagram of an estate inside a page: an SVG element and its style, which do not affect the rest of the page."""

import re
from functools import cache
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree as ET

from bluelamp.core.text import printable
from bluelamp.render.diagram import drawn
from bluelamp.render.estate import Estate

_PREFIX: Final = "e-"
_CLASS: Final = re.compile(r"\.([a-z][\w-]*)(?=[^{}]*\{)")
_ROOT: Final = re.compile(r"(?<![\w-])svg(?= \{)")
_TEXT: Final = re.compile(r"(?<![\w-])text(?= \{)")


def inline(estate: Estate, heading: str) -> str:
    """The SVG element of `estate`, for a page."""
    return inlined(drawn(estate, heading))


def inlined(svg: ET.Element) -> str:
    """A drawing for a page: every id and class has the prefix `e-`, and texts have no control characters."""
    for style in svg.findall("style"):
        svg.remove(style)
    for element in svg.iter():
        if "class" in element.attrib:
            element.attrib["class"] = " ".join(_PREFIX + name for name in element.attrib["class"].split())
        if "id" in element.attrib:
            element.attrib["id"] = _PREFIX + element.attrib["id"]
        for name in ("aria-labelledby", "aria-describedby"):
            if name in element.attrib:
                element.attrib[name] = " ".join(_PREFIX + each for each in element.attrib[name].split())
        if "aria-label" in element.attrib:
            element.attrib["aria-label"] = printable(element.attrib["aria-label"])
        element.text = printable(element.text) if element.text else element.text
        element.tail = printable(element.tail) if element.tail else element.tail
    svg.attrib.pop("xmlns", None)
    svg.attrib["class"] = "estate"
    return ET.tostring(svg, encoding="unicode")


@cache
def style() -> str:
    """The diagram's style, for elements inside `.estate` only."""
    text = (files("bluelamp.render") / "diagram.css").read_text(encoding="utf-8")
    text = _CLASS.sub(rf".estate .{_PREFIX}\1", text)
    return _TEXT.sub(".estate text", _ROOT.sub(".estate", text))
