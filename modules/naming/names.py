"""Names: `<abbreviation>-<workload>-<force code>-<environment>-<region>`, following the rules in `kinds.yaml`."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules.naming.label import Label
from bluelamp.modules.naming.regions import region

_PART = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Kind:
    """The naming rule of one kind of resource; the fields are those of `kinds.yaml`."""

    abbreviation: str
    longest: int
    hyphens: bool = True
    regional: bool = True
    unique: bool = False


@cache
def kinds() -> Mapping[str, Kind]:
    """The naming rule of every kind of resource."""
    read = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text("utf-8"))
    return {name: Kind(**fields) for name, fields in read.items()}


def name(kind: str, workload: str, label: Label, location: str = "") -> str:
    """The name of the `kind` of resource for `workload` in `location`, which kinds without a region ignore.

    `name("resource_group", "network", label, "uksouth")` is `rg-network-wmp-prod-uks`. The result is deterministic.
    A name that would be too long has a shortened workload and ends in a digest, so that names stay unique.

    Raises `ValueError` for an unknown kind, a region outside the United Kingdom, or a part that contains anything other
    than lower-case letters, digits and single hyphens.
    """
    rule = _kind(kind)
    for what, part in (("workload", workload), ("force code", label["code"]), ("environment", label["environment"])):
        if not _PART.fullmatch(part):
            raise ValueError(f"the {what} {part!r} cannot be in a name: use lower-case letters, digits and hyphens")
    digest = _digest(kind, workload, label, location)
    tail = [label["code"], _short(label["environment"])]
    if rule.regional:
        tail.append(region(location).short)
    if rule.unique:
        tail.append(digest)
    if not rule.hyphens:
        workload = workload.replace("-", "")
    full = _join(rule, workload, tail)
    if len(full) <= rule.longest:
        return full
    if not rule.unique:
        tail.append(digest)
    room = len(workload) - (len(_join(rule, workload, tail)) - rule.longest)
    if room < 1:
        raise ValueError(f"no {kind.replace('_', ' ')} name of {rule.longest} characters can hold {'-'.join(tail)}")
    return _join(rule, workload[:room].rstrip("-"), tail)


def _short(environment: str) -> str:
    """At most four characters, since a key vault name has at most 24: `preprod` becomes `pre`."""
    return environment if len(environment) <= 4 else environment[:3].rstrip("-")


def _kind(kind: str) -> Kind:
    try:
        return kinds()[kind]
    except KeyError:
        raise ValueError(f"no naming rule for {kind!r}" + did_you_mean(kind, kinds(), before="; ")) from None


def _join(rule: Kind, workload: str, tail: list[str]) -> str:
    text = "-".join(part for part in (rule.abbreviation, workload, *tail) if part)
    return text if rule.hyphens else text.replace("-", "")


def _digest(kind: str, workload: str, label: Label, location: str) -> str:
    words = "/".join((kind, workload, label["force"], label["environment"], location))
    return base64.b32encode(hashlib.sha256(words.encode()).digest()).decode().lower()[:4]
