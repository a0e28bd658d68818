"""The tree of management groups."""

from bluelamp.render.canvas import Canvas
from bluelamp.render.estate import Group

_ROOT, _BOX, _PILL, _GAP = 58, 58, 48, 10


def words(group: Group) -> str:
    """The text alternative of the tree."""
    below = f" ({', '.join(words(one) for one in group.below)})" if group.below else ""
    return group.name + below


def draw(canvas: Canvas, roots: list[Group], x: float, y: float, width: float) -> float:
    """Draws each tree from `x`, `y` in `width`; returns the height."""
    canvas.group("Management groups")
    canvas.text(x, y + 12, "MANAGEMENT GROUPS", "section", 13)
    start, y = y, y + 24
    for root in roots:
        y += _tree(canvas, root, x, y, width) + _GAP * 2
    return y - _GAP * 2 - start


def _tree(canvas: Canvas, root: Group, x: float, y: float, width: float) -> float:
    middle = x + width / 2
    canvas.box(middle - 190, y, 380, _ROOT, "group")
    _name(canvas, root, middle, y + 25, 360, "title", 16)
    below = sorted(root.below, key=lambda one: -len(one.below))
    if not below:
        return _ROOT
    weights = [_weight(one) for one in below]
    wide = (width - 14 * (len(below) - 1)) / sum(weights)
    trunk, top = y + _ROOT + 14, y + _ROOT + 28
    canvas.line([(middle, y + _ROOT), (middle, trunk)], "tree")
    left, tallest = x, 0.0
    for group, weight in zip(below, weights, strict=True):
        own = wide * weight
        canvas.line([(middle, trunk), (left + own / 2, trunk), (left + own / 2, top)], "tree")
        tallest = max(tallest, _column(canvas, group, left, top, own, 3 if weight > 3 else 2 if weight > 2 else 1))
        left += own + 14
    return _ROOT + 28 + tallest


def _weight(group: Group) -> float:
    """The relative width of a group's column, with its children in up to two rows."""
    return max(1.0, {0: 1.15, 1: 1.4}.get(len(group.below), 2.6 if len(group.below) <= 4 else 3.6))


def _column(canvas: Canvas, group: Group, x: float, y: float, width: float, across: int) -> float:
    rows = -(-len(group.below) // across)
    height = _BOX + rows * (_PILL + 8) + (6 if rows else 0)
    canvas.box(x, y, width, height, "group")
    _name(canvas, group, x + width / 2, y + 25, width - 16, "strong", 14.5)
    wide = (width - 24 - (across - 1) * 8) / across
    for index, one in enumerate(group.below):
        left, top = x + 12 + index % across * (wide + 8), y + _BOX + index // across * (_PILL + 8)
        canvas.box(left, top, wide, _PILL, "card", 6)
        _name(canvas, one, left + wide / 2, top + 20, wide - 12, "body", 13)
    return height


def _name(canvas: Canvas, group: Group, x: float, y: float, width: float, kind: str, size: float) -> None:
    """Draws a group's name centred at `x`, with the number of assigned policies below."""
    canvas.text(x, y if group.policies else y + 9, group.name, kind, size, width, anchor="middle")
    if group.policies:
        said = f"{group.policies} {'policy' if group.policies == 1 else 'policies'} assigned"
        canvas.text(x, y + 18, said, "soft", 12, width, anchor="middle")
