"""The force's own premises: sites with their links, clusters with their tenants."""

from bluelamp.render.canvas import Canvas
from bluelamp.render.estate import Cluster, Site

_BAND, _SITE, _PAD, _TENANT = 74, 92, 20, 32


def band(sites: list[Site]) -> float:
    """The height that the links need between Azure and the premises; 0 without links."""
    return _BAND if any(site.hub for site in sites) else 0


def draw(
    canvas: Canvas,
    sites: list[Site],
    clusters: list[Cluster],
    anchors: dict[str, tuple[float, float]],
    x: float,
    y: float,
    width: float,
) -> float:
    """Draws the panel with its top at `y`, and the links from `anchors`; returns the height."""
    canvas.group("On premises")
    inner = width - 2 * _PAD
    rows = -(-len(sites) // 4)
    tall = max((_cluster_height(one, _wide(inner, len(clusters))) for one in clusters), default=0)
    cluster_rows = -(-len(clusters) // 4)
    height = 46 + rows * (_SITE + 14) + cluster_rows * (tall + 14) + 6
    canvas.box(x, y, width, height, "panel", 12)
    canvas.text(x + _PAD, y + 30, "On premises", "title", 17)
    top = y + 46
    wide = _wide(inner, len(sites))
    for index, site in enumerate(sites):
        left, above = x + _PAD + index % 4 * (wide + 14), top + index // 4 * (_SITE + 14)
        if site.hub in anchors and index < 4:
            _link(canvas, site, anchors[site.hub], left + 240 if index == 0 else left + wide / 2, above)
        _site(canvas, site, left, above, wide)
    top += rows * (_SITE + 14)
    wide = _wide(inner, len(clusters))
    for index, cluster in enumerate(clusters):
        _cluster(canvas, cluster, x + _PAD + index % 4 * (wide + 14), top + index // 4 * (tall + 14), wide, tall)
    return height


def _wide(inner: float, number: int) -> float:
    across = min(max(number, 1), 4)
    return (inner - 14 * (across - 1)) / across


def _link(canvas: Canvas, site: Site, anchor: tuple[float, float], x: float, y: float) -> None:
    left, top = anchor
    if site.vpn:
        canvas.line([(left, top), (left, top + 46), (x, top + 46), (x, y)], "vpn")
    if site.circuit:
        kind = "circuit" if site.connected else "ordered"
        canvas.line([(left + 10, top), (left + 10, top + 22), (x + 12, top + 22), (x + 12, y)], kind)
    vpn = f"VPN to {site.vpn} device{'' if site.vpn == 1 else 's'}" if site.vpn else ""
    canvas.text(x + 26, y - 12, "  ·  ".join(filter(None, [vpn, site.circuit])), "strong", 13.5)


def _site(canvas: Canvas, site: Site, x: float, y: float, width: float) -> None:
    canvas.box(x, y, width, _SITE, "site", 10)
    canvas.text(x + 16, y + 30, site.name, "title", 16, width - 32)
    canvas.text(x + 16, y + 55, "  ·  ".join(site.details[:2]), "body", 13.5, width - 32)
    canvas.text(x + 16, y + 76, "  ·  ".join(site.details[2:]), "body", 13.5, width - 32)


def _across(width: float) -> int:
    return max(1, int((width - 32 + 8) // 200))


def _cluster_height(cluster: Cluster, width: float) -> float:
    return 68 + -(-len(cluster.tenants) // _across(width)) * (_TENANT + 8) + 8


def _cluster(canvas: Canvas, cluster: Cluster, x: float, y: float, width: float, height: float) -> None:
    canvas.box(x, y, width, height, "card", 10)
    canvas.text(x + 16, y + 28, f"Kubernetes: {cluster.name}", "title", 15.5, width - 32)
    tenants = f"{len(cluster.tenants)} tenant{'' if len(cluster.tenants) == 1 else 's'}" if cluster.tenants else ""
    canvas.text(x + 16, y + 50, "  ·  ".join([*cluster.details, *filter(None, [tenants])]), "soft", 13.5, width - 32)
    across = _across(width)
    wide = (width - 32 - 8 * (across - 1)) / across
    for index, tenant in enumerate(cluster.tenants):
        left, top = x + 16 + index % across * (wide + 8), y + 64 + index // across * (_TENANT + 8)
        canvas.box(left, top, wide, _TENANT, "tenant", 6)
        canvas.text(left + 12, top + 21, tenant, "body", 13.5, wide - 24)
