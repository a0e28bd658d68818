"""Generates fictitious people with known duplicates, to measure linking.

Two systems record the same people with typical errors: misspellings, short forms of names, swapped day and month,
changed surnames, old addresses, missing values. The same seed gives the same people. The postcode area does not exist.
"""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

SYSTEMS: Final = ("custody-people", "intelligence-people")
COLUMNS: Final = (
    "record", "forename", "surname", "date_of_birth", "sex", "house_number", "street", "town", "postcode", "phone",
    "note",
)  # fmt: skip
_NAMES: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("people.json").read_text(encoding="utf-8"))
_WOMEN: Final[list[str]] = _NAMES["women"]
_MEN: Final[list[str]] = _NAMES["men"]
_COMMON: Final[list[str]] = _NAMES["surnames"]
_SHORT: Final[dict[str, str]] = _NAMES["short"]
"""Short forms of forenames."""
_FIRST: Final[list[str]] = _NAMES["begins"]
_LAST: Final[list[str]] = _NAMES["ends"]
"""The first and second parts of rarer surnames and of street names."""
_KINDS: Final = ("Road", "Street", "Lane", "Avenue", "Close", "Drive", "Grove", "Terrace")
_ABBREVIATED: Final = {"Road": "Rd", "Street": "St", "Lane": "La", "Avenue": "Ave", "Close": "Cl", "Drive": "Dr"}
_TOWNS: Final = ["Ashbury", "Brackenford", "Crossgate", "Dunhollow", "Eastmere", "Fallowby", "Grantley", "Hexwell"]
_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"
_OLDEST: Final = date(1935, 1, 1)
_DAYS: Final = (date(2008, 12, 31) - _OLDEST).days


@dataclass(frozen=True, slots=True)
class _Address:
    house: str
    street: str
    town: str
    postcode: str


@dataclass(frozen=True, slots=True)
class _Person:
    number: int
    forename: str
    surname: str
    born: date
    sex: str
    address: _Address
    phone: str


@dataclass(frozen=True, slots=True)
class Truth:
    """The true person and address of a record."""

    system: str
    record: str
    person: int
    address: str
    """Empty if the record has none."""


def generate(folder: Path, records: int = 30_000, seed: int = 2026) -> tuple[Truth, ...]:
    """Writes `people.csv` of each system into `folder/<system>/`, `records` in all; returns their true identities."""
    chance = random.Random(seed)  # noqa: S311 - reproducible test data
    truth: list[Truth] = []
    rows: dict[str, list[dict[str, str]]] = {each: [] for each in SYSTEMS}
    for person, system in _sightings(chance, records):
        name = f"{system[0].upper()}{len(rows[system]) + 1:06}"
        row, address = _record(chance, person)
        rows[system].append({"record": name, **row})
        truth.append(Truth(system, name, person.number, address))
    for system, found in rows.items():
        path = folder / system / "people.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)
    return tuple(truth)


def _sightings(chance: random.Random, records: int) -> Iterator[tuple[_Person, str]]:
    """Each record's person and system, `records` in all, in random order."""
    addresses = [_address(chance) for _ in range(max(1, records // 3))]
    found: list[tuple[_Person, str]] = []
    number = 0
    while len(found) < records:
        person = _person(chance, number, chance.choice(addresses))
        number += 1
        how = chance.random()
        times = (
            (1, 1)
            if how < 0.55
            else (1, 0)
            if how < 0.70
            else (0, 1)
            if how < 0.83
            else (2, 1)
            if how < 0.93
            else (2, 2)
        )
        seen = [system for system, count in zip(SYSTEMS, times, strict=True) for _ in range(count)]
        for place, system in enumerate(seen):
            # an old address, or a surname that was changed
            moved = place > 0 and chance.random() < 0.12
            renamed = place > 0 and person.sex == "F" and chance.random() < 0.05
            found.append(
                (
                    replace(
                        person,
                        address=chance.choice(addresses) if moved else person.address,
                        surname=_surname(chance) if renamed else person.surname,
                    ),
                    system,
                )
            )
    del found[records:]
    chance.shuffle(found)
    return iter(found)


def _address(chance: random.Random) -> _Address:
    # the streets of a postcode district are few, as they are in a town
    district = chance.randrange(60)
    local = random.Random(district * 1000 + chance.randrange(25))  # noqa: S311
    street = f"{local.choice(_FIRST)}{local.choice(_LAST)} {local.choice(_KINDS)}"
    unit = f"{local.randrange(1, 10)}{local.choice(_LETTERS)}{local.choice(_LETTERS)}"
    house = f"{chance.randrange(1, 160)}{chance.choice(['', '', '', '', '', '', 'A'])}"
    return _Address(house, street, _TOWNS[district % len(_TOWNS)], f"XW{district + 1} {unit}")


def _person(chance: random.Random, number: int, address: _Address) -> _Person:
    sex = chance.choice("FM")
    forename = chance.choice(_WOMEN if sex == "F" else _MEN)
    born = _OLDEST + timedelta(days=chance.randrange(_DAYS))
    return _Person(number, forename, _surname(chance), born, sex, address, f"07700 9{chance.randrange(100_000):05}")


def _surname(chance: random.Random) -> str:
    if chance.random() < 0.45:
        return chance.choice(_COMMON)
    return chance.choice(_FIRST) + chance.choice(_LAST)


def _record(chance: random.Random, person: _Person) -> tuple[dict[str, str], str]:
    forename, surname, born = person.forename, person.surname, person.born.isoformat()
    if chance.random() < 0.08:
        forename = _SHORT.get(forename, forename)
    if chance.random() < 0.05:
        forename = _misspelt(chance, forename)
    if chance.random() < 0.06:
        surname = _misspelt(chance, surname)
    how = chance.random()
    if how < 0.03 and person.born.day <= 12:
        born = person.born.replace(month=person.born.day, day=person.born.month).isoformat()
    elif how < 0.06:
        born = (person.born + timedelta(days=chance.choice((-365, -10, -1, 1, 10, 30)))).isoformat()
    elif how < 0.09:
        born = ""
    where = person.address
    house, street, postcode = where.house, where.street, where.postcode
    if chance.random() < 0.15:
        words = street.split(" ")
        street = f"{words[0]} {_ABBREVIATED.get(words[1], words[1])}"
    if chance.random() < 0.04:
        street = _misspelt(chance, street)
    if chance.random() < 0.03:
        postcode = postcode[:-1] + chance.choice(_LETTERS)
    if chance.random() < 0.03:
        house = postcode = street = ""
    row = {
        "forename": "UNKNOWN" if chance.random() < 0.01 else forename,
        "surname": surname,
        "date_of_birth": born,
        "sex": person.sex if chance.random() < 0.97 else "",
        "house_number": house,
        "street": street,
        "town": where.town,
        "postcode": postcode,
        "phone": person.phone if chance.random() < 0.5 else "",
        "note": "",
    }
    return row, f"{where.house} {where.street}, {where.postcode}" if street else ""


def _misspelt(chance: random.Random, word: str) -> str:
    place = chance.randrange(1, len(word))
    match chance.randrange(4):
        case 0:
            return word[:place] + word[place + 1 :]
        case 1:
            return word[:place] + word[place - 1] + word[place:]
        case 2:
            return word[:place] + chance.choice("aeioursnt") + word[place + 1 :]
        case _:
            return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
