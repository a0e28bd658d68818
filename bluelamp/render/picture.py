"""The frame of a drawing, for a separate file or a figure in a page."""

from importlib.resources import files
from xml.etree import ElementTree as ET


def framed(name: str, described: str, width: float, height: float) -> ET.Element:
    """An empty SVG element with its size in pixels, its text alternative, and the style of drawings."""
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width:g} {height:g}",
            "width": f"{width:g}",
            "height": f"{height:g}",
            "role": "img",
            "aria-labelledby": "name described",
            "lang": "en-GB",
        },
    )
    ET.SubElement(svg, "title", {"id": "name"}).text = name
    ET.SubElement(svg, "desc", {"id": "described"}).text = described
    ET.SubElement(svg, "style").text = (files("bluelamp.render") / "diagram.css").read_text(encoding="utf-8")
    return svg
