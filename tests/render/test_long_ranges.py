"""In the diagram of an estate no range overlaps the name behind it."""

import pytest

from bluelamp.render.canvas import Canvas, width_of
from bluelamp.render.draw_azure import draw
from bluelamp.render.estate import Net


@pytest.mark.parametrize("prefix", ["10.0.0.0/8", "10.29.128.192/26", "255.255.255.255/32"])
def test_a_name_is_behind_the_whole_range(prefix: str) -> None:
    net = Net(
        "hub", "hub", "uksouth", ("10.0.0.0/7",), True, [("firewall management", prefix), ("gateway", "10.0.0.0/26")]
    )
    canvas = Canvas()
    draw(canvas, [net], [], 0, 0, 1400)
    texts = {each.text: float(each.attrib["x"]) for each in canvas.root.iter("text")}
    assert texts["firewall management"] >= texts[prefix] + width_of(prefix, 12.5) + 8
