"""The dated price snapshot: list prices in GBP without VAT.

Bluelamp's own snapshot is in `prices/`. Prices in a project's refreshed snapshot, `stacks/prices.csv`, override those
with the same key.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Final

from bluelamp.core.dates import today
from bluelamp.core.files import FileRefusedError, read
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import name_of
from bluelamp.core.suggestions import nearest

FILE: Final = "stacks/prices.csv"
"""The path of a project's refreshed prices."""

HEADINGS: Final = ("key", "what", "unit", "gbp", "region", "source", "date", "note")
HOURS: Final = Decimal(730)
"""Hours in a month, as in Azure's pricing calculator."""
STALE_DAYS: Final = 90
"""The age in days after which prices are stale."""

_LARGEST: Final = 2_000_000
LARGEST_PRICE: Final = Decimal(10) ** 9
"""GBP for one unit; far above any Azure list price."""
_AMOUNT: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,40})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REGION: Final = "uksouth"
_HOURLY: Final = (
    "hour",
    "server-hour",
    "instance-hour",
    "account-hour",
    "vault-hour",
    "node-hour",
    "vCore-hour",
    "subscription-hour",
)
MONTHS: Final[Mapping[str, Decimal]] = {
    **dict.fromkeys(_HOURLY, HOURS),
    "day": HOURS / 24,
    "3-years": Decimal(1) / 36,
    **dict.fromkeys(("month", "GB-month", "key-month", "vCore-month", "instance-month"), Decimal(1)),
    **dict.fromkeys(("GB", "TB", "1k", "10k", "50k", "1M", "10M", "renewal", "DIU-hour", "activity-hour"), Decimal(1)),
}
"""The units of prices, and their number in a month: 730 for an hourly price, 1 for units of usage such as GB."""

_VM: Final = re.compile(r"Standard_([A-Z]+)(\d+)(?:-\d+)?([a-z]*)(?:_([a-z0-9_-]+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Price:
    """A list price in GBP without VAT per `unit`. `region` is a region's name or `other`."""

    key: str
    what: str
    unit: str
    gbp: Decimal
    region: str
    source: str
    dated: date
    note: str = ""

    def is_stale(self, day: date) -> bool:
        """Whether the price is older than `STALE_DAYS` on `day`."""
        return (day - self.dated).days > STALE_DAYS


@dataclass(frozen=True, slots=True)
class PriceSource:
    """A source of prices."""

    id: str
    title: str
    dated: date
    note: str


@dataclass(frozen=True)
class Prices:
    """A snapshot of prices by key."""

    by_key: Mapping[str, Price]

    def find(self, key: str) -> Price | None:
        """The price with this key, or None."""
        return self.by_key.get(key)

    def like(self, key: str) -> str:
        """The most similar key; empty if none is similar."""
        return next(iter(nearest(key, self.by_key, 1)), "")

    def machine(self, region: str, size: str) -> Price | None:
        """The hourly price of a Linux virtual machine in a region, else in UK South."""
        for place in (region, _REGION):
            own = self.by_key.get(machine_key(size)) if place == _REGION else None
            if found := own or _machines().get((place, size.lower())):
                return found
        return None

    def nearest_machine(self, size: str) -> str:
        """The most similar size; empty if none is similar."""
        names = {price.note: None for price in _machines().values()}
        return next(iter(nearest(size, names, 1)), "")


def vcpus(size: str) -> int:
    """The number of vCPUs in the name of a size (`Standard_D4s_v5` has 4); 0 if it has none."""
    found = _VM.fullmatch(size)
    return int(found[2]) if found else 0


def machine_key(size: str) -> str:
    """The key of the Linux price of a size: `vm-d4s-v5-linux` of `Standard_D4s_v5`."""
    return f"vm-{size.removeprefix('Standard_').lower().replace('_', '-')}-linux"


def load(root: Path | None = None) -> Prices:
    """The prices of the project at `root`: Bluelamp's own, overridden by the project's refreshed ones.

    Raises `SettingsError` with every mistake in the project's file.
    """
    by_key = dict(_shipped())
    if root is not None and (root / FILE).exists():
        by_key |= refreshed(root)
    return Prices(by_key)


def refreshed(root: Path) -> dict[str, Price]:
    """The prices in the project's own file; empty if there is none. Raises `SettingsError`."""
    path = root / FILE
    name = name_of(path, root)
    try:
        text = read(path, _LARGEST).decode()
    except FileNotFoundError:
        return {}
    except FileRefusedError as error:
        raise SettingsError([Problem(name, message=str(error.strerror))]) from None
    except UnicodeDecodeError:
        raise SettingsError([Problem(name, message="is not UTF-8 text", next_step=_NEXT_STEP)]) from None
    except OSError as error:
        raise SettingsError([Problem(name, message=f"cannot be read: {error.strerror or error}")]) from None
    return parse(text, name)


_NEXT_STEP: Final = "run `bluelamp cost --refresh`, or delete the file"


def parse(text: str, name: str) -> dict[str, Price]:
    """The prices in a snapshot's text; `name` is for messages. Raises `SettingsError` with every mistake."""
    reader = csv.reader(StringIO(text))
    try:
        headings, *rows = [(reader.line_num, row) for row in reader] or [(1, [])]
    except csv.Error as error:
        raise SettingsError(
            [Problem(name, reader.line_num, message=f"is not CSV: {error}", next_step=_NEXT_STEP)]
        ) from None
    if tuple(headings[1]) != HEADINGS:
        allowed = f"allowed: {','.join(HEADINGS)}"
        raise SettingsError(
            [
                Problem(
                    name,
                    1,
                    message="wrong headings",
                    found=",".join(headings[1]),
                    allowed=allowed,
                    next_step=_NEXT_STEP,
                )
            ]
        )
    prices: dict[str, Price] = {}
    problems: list[Problem] = []
    for line, row in rows:
        if not row:
            continue
        if len(row) != len(HEADINGS):
            problems.append(
                Problem(name, line, message=f"{len(row)} columns instead of {len(HEADINGS)}", next_step=_NEXT_STEP)
            )
            continue
        key, what, unit, gbp, region, source, dated, note = row
        problem = _problem(unit, gbp, dated)
        if not all(map(str.isprintable, row)):
            problem = "a column has a control character"
        if key in prices:
            problem = "duplicate key"
        if problem:
            problems.append(Problem(name, line, path=key, message=problem, next_step=_NEXT_STEP))
            continue
        prices[key] = Price(key, what, unit, Decimal(gbp), region, source, date.fromisoformat(dated), note)
    if problems:
        raise SettingsError(problems)
    return prices


def _problem(unit: str, gbp: str, dated: str) -> str:
    if unit not in MONTHS:
        return f"unknown unit {unit!r}; allowed: {', '.join(MONTHS)}"
    amount = Decimal(gbp) if _AMOUNT.fullmatch(gbp) else Decimal(0)
    if not 0 < amount <= LARGEST_PRICE:
        return f"{gbp[:40]!r} is not a price; allowed: a decimal number above 0 and at most {LARGEST_PRICE:,}"
    try:
        day = date.fromisoformat(dated) if _DATE.fullmatch(dated) else None
    except ValueError:
        day = None
    if day is None:
        return f"{dated[:40]!r} is not a date such as 2026-04-01"
    # A price from the future would not become stale. One day is allowed for time zones.
    return f"{dated} is in the future" if (day - today()).days > 1 else ""


def text_of(prices: Mapping[str, Price]) -> str:
    """The text of a snapshot file, the inverse of `parse`."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    for key in sorted(prices):
        one = prices[key]
        writer.writerow(
            [one.key, one.what, one.unit, f"{one.gbp:f}", one.region, one.source, one.dated.isoformat(), one.note]
        )
    return out.getvalue()


@cache
def sources() -> Mapping[str, PriceSource]:
    """The sources of the snapshot's prices, by id."""
    rows = csv.DictReader(StringIO(_text("sources.csv")))
    return {
        row["id"]: PriceSource(row["id"], row["title"], date.fromisoformat(row["date"]), row["note"]) for row in rows
    }


@cache
def _shipped() -> Mapping[str, Price]:
    return parse(_text("azure.csv"), "bluelamp/pricing/prices/azure.csv")


@cache
def _machines() -> Mapping[tuple[str, str], Price]:
    """The prices of Linux virtual machines by region and size in lower case; `note` is the size as in Azure."""
    source = sources()["karpenter"]
    return {
        (row["region"], row["size"].lower()): Price(
            machine_key(row["size"]),
            f"{row['size']} Linux",
            "hour",
            Decimal(row["gbp"]),
            row["region"],
            source.id,
            source.dated,
            row["size"],
        )
        for row in _rows("virtual-machines.csv")
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(StringIO(_text(name))))


def _text(name: str) -> str:
    return (files("bluelamp.pricing") / "prices" / name).read_text(encoding="utf-8")
