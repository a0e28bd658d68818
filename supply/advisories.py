"""Known vulnerabilities of dependencies, in the OSV format: from a folder of files, or from the OSV service."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import semver
import yaml
from packaging.version import InvalidVersion, Version

from bluelamp.core.files import read
from bluelamp.core.os_errors import reason_of
from supply.go_modules import Module
from supply.python_packages import Package, normalised

SERVICE: Final = "https://api.osv.dev/v1/querybatch"
"""The public service of osv.dev. It is sent names and versions of published packages, nothing else."""

_ACCEPTED: Final = Path(__file__).with_name("accepted-advisories.yaml")
_SECONDS: Final = 8.0
_LIMIT: Final = 20_000_000

Dependency = Package | Module


class NotCheckedError(Exception):
    """There is no source to check against. The message has the reason."""


class AdvisoryError(Exception):
    """An advisory that cannot be read. The message names the file."""


@dataclass(frozen=True)
class Finding:
    """A dependency that an advisory affects. `fixed` names the unaffected versions, empty for none."""

    advisory: str
    name: str
    version: str
    summary: str = ""
    fixed: tuple[str, ...] = ()

    def __str__(self) -> str:
        step = f"; fixed in {', '.join(self.fixed)}" if self.fixed else ""
        return f"{self.name} {self.version}: {self.advisory}{f' ({self.summary})' if self.summary else ''}{step}"


def from_folder(folder: Path, dependencies: Sequence[Dependency]) -> list[Finding]:
    """The findings of the advisories in `folder` and below, one OSV document in each `*.json`.

    Raises `NotCheckedError` if there are none, `AdvisoryError` if one cannot be read.
    """
    files = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    if not files:
        raise NotCheckedError(f"{folder} holds no advisories")
    wanted = {_key(one): one for one in dependencies}
    found: list[Finding] = []
    for file in files:
        try:
            found += _matches(json.loads(read(file, _LIMIT)), wanted)
        except OSError as error:
            raise AdvisoryError(f"{file}: {reason_of(error)}") from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise AdvisoryError(f"{file}: is not an advisory in the OSV format") from error
    return found


def from_service(dependencies: Sequence[Dependency], address: str = SERVICE) -> list[Finding]:
    """The findings of the OSV service. Raises `NotCheckedError` if it cannot be reached within seconds."""
    queries = [
        {"package": {"ecosystem": ecosystem, "name": name}, "version": one.version.removeprefix("v")}
        for one in dependencies
        for ecosystem, name in [_key(one)]
    ]
    request = urllib.request.Request(  # noqa: S310 - the address is a constant, or a maintainer's own
        address, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    answer = _within(_SECONDS, lambda: _answer(request))
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list) or len(results) != len(queries):
        raise NotCheckedError("the service gave an answer of another form")
    found = []
    for one, result in zip(dependencies, results, strict=True):
        for row in (result or {}).get("vulns") or []:
            found.append(Finding(str(row["id"]), _name(one), one.version))
    return found


def accepted(today: date, path: Path = _ACCEPTED) -> Mapping[str, str]:
    """The advisories accepted on `today`, with the reason. Raises `ValueError` for a row without one."""
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    kept = {}
    for row in rows:
        if not str(row.get("reason") or "").strip() or not isinstance(row.get("until"), date):
            raise ValueError(f"{path.name}: {row.get('id')} gives no reason or no date until which it holds")
        if today <= row["until"]:
            kept[str(row["id"])] = str(row["reason"])
    return kept


def _answer(request: urllib.request.Request) -> Any:
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as stream:  # noqa: S310 - as above
            return json.loads(stream.read(_LIMIT))
    except urllib.error.URLError as error:
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise NotCheckedError(f"the service cannot be reached: {reason}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise NotCheckedError(f"the service cannot be asked: {error}") from error


def _within(seconds: float, work: Callable[[], Any]) -> Any:
    """The result of `work`. A DNS look-up has no timeout of its own, so the wait is bounded from outside."""
    done: list[Any] = []
    failed: list[NotCheckedError] = []

    def run() -> None:
        try:
            done.append(work())
        except NotCheckedError as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise NotCheckedError(f"the service did not answer within {seconds:g} seconds")
    return done[0]


def _matches(advisory: Mapping[str, Any], wanted: Mapping[tuple[str, str], Dependency]) -> Iterator[Finding]:
    if advisory.get("withdrawn"):
        return
    identifier, summary = str(advisory["id"]), str(advisory.get("summary") or "")[:120]
    seen = set()
    for affected in advisory.get("affected") or []:
        package = affected.get("package") or {}
        ecosystem, name = str(package.get("ecosystem") or ""), str(package.get("name") or "")
        one = wanted.get((ecosystem.partition(":")[0], normalised(name) if ecosystem == "PyPI" else name))
        if one is not None and one not in seen and _affects(affected, one):
            seen.add(one)
            yield Finding(identifier, _name(one), one.version, summary, tuple(_fixes(affected)))


def _affects(affected: Mapping[str, Any], one: Dependency) -> bool:
    """Whether a version is affected. One that cannot be compared is, because it is not known to be safe."""
    ordered = _order(one)
    mine = ordered(one.version)
    listed = affected.get("versions") or []
    ranges = [row for row in affected.get("ranges") or [] if row.get("type") in ("ECOSYSTEM", "SEMVER")]
    if mine is None or not (listed or ranges):
        return True
    if any(ordered(str(version)) == mine for version in listed):
        return True
    return any(_within_range(row.get("events") or [], mine, ordered) for row in ranges)


def _within_range(events: Iterable[Mapping[str, Any]], mine: Any, ordered: Callable[[str], Any]) -> bool:
    inside = False
    points = []
    for event in events:
        for kind in ("introduced", "fixed", "last_affected", "limit"):
            if kind in event:
                text = str(event[kind])
                place = ordered(text)
                if place is None and text not in ("0", "*"):
                    return True
                points.append((text, place, kind))
    starts = [point for point in points if point[0] == "0"]
    known = [point for point in points if point not in starts and point[1] is not None]
    # Where a range ends and another begins at the same version, the version counts as affected.
    order = {"fixed": 0, "limit": 0, "introduced": 1, "last_affected": 2}
    rest = sorted(known, key=lambda point: (point[1], order[point[2]]))
    for text, place, kind in (*starts, *rest):
        if kind == "introduced":
            inside = inside or text == "0" or mine >= place
        elif (kind == "last_affected" and mine > place) or (kind in ("fixed", "limit") and mine >= place):
            inside = False
    return inside


def _fixes(affected: Mapping[str, Any]) -> Iterator[str]:
    for row in affected.get("ranges") or []:
        for event in row.get("events") or []:
            if "fixed" in event and row.get("type") != "GIT":
                yield str(event["fixed"])


def _order(one: Dependency) -> Callable[[str], Any]:
    """The function that makes versions of a dependency comparable; it returns None for an invalid version."""
    return _python_version if isinstance(one, Package) else _go_version


def _python_version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _go_version(text: str) -> semver.Version | None:
    try:
        return semver.Version.parse(text.removeprefix("v"), optional_minor_and_patch=True)
    except (ValueError, TypeError):
        return None


def _key(one: Dependency) -> tuple[str, str]:
    return ("PyPI", one.name) if isinstance(one, Package) else ("Go", one.path)


def _name(one: Dependency) -> str:
    return one.name if isinstance(one, Package) else one.path
