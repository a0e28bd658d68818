"""The private DNS zones of Azure's private endpoints, and the corresponding public names."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bluelamp.modules import naming


@dataclass(frozen=True)
class Zone:
    """One zone: its `name`, its `product`, and the `public` names to forward from on-premises DNS servers."""

    name: str
    product: str
    public: tuple[str, ...]


@cache
def zones(regions: tuple[str, ...]) -> tuple[Zone, ...]:
    """Every zone that an estate in `regions` needs, without duplicates, in the order of `zones.yaml`.

    Raises `ValueError` for a region outside the United Kingdom.
    """
    return tuple(
        dict.fromkeys(
            Zone(_in(template, region), product, tuple(_in(public, region) for public in names))
            for product, template, names in _templates()
            for region in (regions if "{" in template else regions[:1])
        )
    )


def forwarders(chosen: Sequence[Zone]) -> list[str]:
    """The public names that an on-premises DNS server must forward to Azure to resolve private endpoints.

    A server that forwarded only `privatelink.…` would resolve the public name itself.
    A name inside another of the list is omitted, since the outer one covers it.
    """
    names = {public for zone in chosen for public in zone.public}
    return sorted(name for name in names if not any(name.endswith(f".{other}") for other in names))


@cache
def _templates() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    read = yaml.safe_load(Path(__file__).with_name("zones.yaml").read_text("utf-8"))
    found = []
    for product, entries in read.items():
        for entry in entries:
            zone, public = (entry, None) if isinstance(entry, str) else (entry["zone"], entry["public"])
            found.append((product, zone, tuple(public or [zone.removeprefix("privatelink.")])))
    return tuple(found)


def _in(template: str, region: str) -> str:
    return template.format(region=naming.region(region).name, code=naming.region(region).short)
