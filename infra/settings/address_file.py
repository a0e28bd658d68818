"""Reads, validates and writes the kept address ranges of a force, `stacks/<force>/addresses.yaml`."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from os.path import lexists
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field

from bluelamp.core.fields import Label, Model, Network
from bluelamp.core.files import replace
from bluelamp.core.modeline import modeline
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps
from bluelamp.core.validation import validate
from bluelamp.infra.settings.allocation import HUB, Key, Ranges
from bluelamp.infra.settings.register import Entry

ADDRESS_FILE = "stacks/{slug}/addresses.yaml"
"""The path of the file in the project."""

_HEADER = f"""\
{modeline(ADDRESS_FILE, "addresses")}\
# Address ranges kept for {{slug}}: a network keeps its range by its name, wherever it is in the list of landing zones.
# `bluelamp up {{slug}}` adds new ones; commit this file. To release or move one: `bluelamp addresses --help`.
"""


class KeptRegion(Model):
    """The ranges kept in one Azure region."""

    hub: Network | None = None
    landing_zones: dict[Annotated[Label, Field(max_length=20)], Network] = {}
    """By the landing zone's name."""


class KeptRanges(Model):
    """The file's content."""

    uksouth: KeptRegion = KeptRegion()
    ukwest: KeptRegion = KeptRegion()

    def ranges(self) -> dict[Key, IPv4Network]:
        """Every kept range by region and name."""
        found: dict[Key, IPv4Network] = {}
        for region in ("uksouth", "ukwest"):
            part: KeptRegion = getattr(self, region)
            found |= {(region, HUB): part.hub} if part.hub else {}
            found |= {(region, name): net for name, net in part.landing_zones.items()}
        return found


class Kept(NamedTuple):
    """The kept ranges and their file; `ranges` is None if there is no file."""

    file: str
    ranges: Ranges | None = None
    source: Source | None = None

    def line(self, key: Key) -> str:
        """`file:line` of a kept range."""
        line, _ = self.source.at(steps_of(key)) if self.source else (0, 0)
        return f"{self.file}:{line}" if line else self.file


def steps_of(key: Key) -> Steps:
    """The path of a kept range in the file."""
    region, name = key
    return (region, "hub") if name == HUB else (region, "landingZones", name)


def shown(key: Key, *, primary: str = "") -> str:
    """A network's display name: `hub`, `hub in ukwest`, or the landing zone's name."""
    region, name = key
    return name if name != HUB else "hub" + (f" in {region}" if region != primary else "")


def kept_of(entry: Entry, root: Path) -> Kept:
    """The kept ranges of a stack of the project at `root`. Raises `SettingsError` as `read_kept` does."""
    return read_kept(root, ADDRESS_FILE.format(slug=entry.slug), entry.allocation.ranges())


def read_kept(root: Path, file: str, allocation: Mapping[str, IPv4Network]) -> Kept:
    """The ranges kept in `file` under `root`. Raises `SettingsError` with every mistake, including ranges that overlap
    or are outside the `allocation` of their region."""
    path = root / file
    if not lexists(path):
        return Kept(file)
    content, name = content_of(path, root)
    return check(content, name, allocation)


def check(content: bytes | str, file: str, allocation: Mapping[str, IPv4Network]) -> Kept:
    """The kept ranges in `content`, the text of `file`. Raises `SettingsError` as `read_kept` does."""
    source = parse(content.encode() if isinstance(content, str) else content, file, may_be_empty=True)
    values = {} if source.values is None else source.values
    parsed, invalid = validate(KeptRanges, values, source, lambda steps: steps)
    problems: list[Problem] = [*source.problems, *invalid]
    if parsed is not None:
        problems += _mistakes(parsed.ranges(), source, allocation)
    if problems or parsed is None:
        raise SettingsError(dict.fromkeys(problems))
    return Kept(file, parsed.ranges(), source)


def _mistakes(ranges: Ranges, source: Source, allocation: Mapping[str, IPv4Network]) -> Iterator[Problem]:
    seen: list[tuple[Key, IPv4Network]] = []
    for key, net in ranges.items():
        region, name = key
        smallest = 22 if name == HUB else 26
        if net.prefixlen > smallest:
            what = "a hub" if name == HUB else "a landing zone"
            yield source.problem(steps_of(key), f"{net} is too small for {what}", str(net), f"at least a /{smallest}")
        if region in allocation and not net.subnet_of(allocation[region]):
            message = f"{net} is outside the allocation for {region}"
            yield source.problem(steps_of(key), message, str(net), f"inside {allocation[region]}")
        for other, taken in seen:
            if net.overlaps(taken):
                message = f"{net} overlaps {shown(other)} ({taken})"
                yield source.problem(steps_of(key), message, str(net), next_step="release one of them")
                break
        seen.append((key, net))


def write_kept(root: Path, file: str, slug: str, ranges: Ranges) -> Path:
    """Writes `ranges` as the kept ones, atomically. Raises `SettingsError` if the file cannot be written."""
    path = root / file
    try:
        replace(path, text_of(slug, ranges), mode=0o644)
    except OSError as error:
        raise SettingsError([Problem(file, message=f"cannot be written: {reason_of(error)}")]) from None
    return path


def text_of(slug: str, ranges: Ranges) -> str:
    """The file's content for `ranges`: by region, the hub first, then landing zones by address."""
    lines = [_HEADER.format(slug=slug)]
    for region in sorted({region for region, _ in ranges}):
        lines.append(f"{region}:\n")
        if hub := ranges.get((region, HUB)):
            lines.append(f"  hub: {hub}\n")
        zones = sorted((net, name) for (place, name), net in ranges.items() if place == region and name != HUB)
        if zones:
            lines.append("  landingZones:\n")
            # A name of digits only would be read as a number.
            lines += [f'    "{name}": {net}\n' if name.isdigit() else f"    {name}: {net}\n" for net, name in zones]
    return "".join(lines)
