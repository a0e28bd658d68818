"""Adds a force to the register, with free address ranges."""

import re
from datetime import date, timedelta
from ipaddress import IPv4Network
from pathlib import Path

from bluelamp.core.files import read, replace
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import MAX_BYTES, parse
from bluelamp.core.register import parsed
from bluelamp.infra.scaffold.stack import quoted
from bluelamp.infra.settings.register import REGISTER, Register, read_register

_FIRST = {"uksouth": "10.16.0.0/16", "ukwest": "10.80.0.0/16", "onPremises": "10.144.0.0/16"}
"""The first range of each place in an empty register."""


def add_force(
    slug: str, *, name: str, region: str, code: str, special: bool = False, root: Path, larger: int = 0
) -> None:
    """Adds a row to the register under `root`, with address ranges of the same size as the last force's.

    With `larger` each range is that many powers of two larger.

    Raises `SettingsError` if the force exists, a value is invalid, no range is free or the file cannot be written; the
    file is then unchanged.
    """
    path = root / REGISTER
    content = _content(path)
    before = _before(content, root)
    if before is not None and slug in before.forces:
        raise SettingsError(
            [Problem(REGISTER, message=f"{slug} is in the register already", next_step=f"bluelamp new {slug}")]
        )
    ranges = {place: _free(place, before, larger) for place in _FIRST}
    listed = ", ".join(f"{place}: {net}" for place, net in ranges.items())
    row = (
        f"  {quoted(slug)}:\n    name: {quoted(name)}\n    kind: {'special' if special else 'territorial'}\n"
        f"    region: {quoted(region)}\n    code: {quoted(code)}\n    addresses: {{{listed}}}\n"
    )
    text = content.decode("utf-8")
    text = text.rstrip("\n") + "\n" + row
    if before is None:
        text = text.replace("\nforces: {}\n", "\nforces:\n")
    _checked(text, before, slug, row)
    try:
        replace(path, text)
    except OSError as error:
        raise SettingsError([Problem(REGISTER, message=f"cannot be written: {reason_of(error)}")]) from None


def followed(root: Path, slugs: tuple[str, ...], successor: str, day: str) -> None:
    """Records in the register under `root` that `successor` replaces `slugs` from `day` on.

    Raises `SettingsError` if `day` is not a date, a force already has another end, or the file cannot be written.
    """
    path = root / REGISTER
    text = _content(path).decode("utf-8")
    try:
        last = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    except ValueError:
        message = f"{day[:60]!r} is not a date"
        raise SettingsError([Problem(REGISTER, message=message, next_step="write it as YYYY-MM-DD")]) from None
    register = read_register(root)
    for slug in slugs:
        entry = register.entry(slug)
        if entry.successor or entry.valid_to:
            until = f"ends on {entry.valid_to}" if entry.valid_to else f"is followed by {entry.successor}"
            raise SettingsError([Problem(REGISTER, path=f"forces.{slug}", message=f"{slug} {until} already")])
        text = _with_lines(text, slug, f"    validTo: {quoted(last)}\n    successor: {quoted(successor)}\n")
    text = _with_lines(text, successor, f"    validFrom: {quoted(day)}\n")
    parsed(text.encode("utf-8", "backslashreplace"), REGISTER)
    replace(path, text)


def _with_lines(text: str, slug: str, lines: str) -> str:
    """The register's text with `lines` at the beginning of the row of `slug`."""
    return re.sub(rf"^(  [\"']?{re.escape(slug)}[\"']?:[ ]*\n)", rf"\g<1>{lines}", text, count=1, flags=re.MULTILINE)


def holds(root: Path, slug: str, name: str, region: str, code: str) -> bool:
    """Whether the register under `root` already has exactly this force, as after a run that failed later."""
    register = _before(_content(root / REGISTER), root)
    entry = register.forces.get(slug) if register else None
    return entry is not None and (entry.name, entry.region, entry.code) == (name, region, code)


def _content(path: Path) -> bytes:
    try:
        return read(path, MAX_BYTES)
    except OSError as error:
        raise SettingsError(
            [
                Problem(
                    REGISTER,
                    message=f"cannot be read: {reason_of(error)}",
                    next_step="restore it: it lists the forces and their address ranges",
                )
            ]
        ) from None


def _before(content: bytes, root: Path) -> Register | None:
    """The current register; None if it has no force yet."""
    values = parse(content, REGISTER).values
    if isinstance(values, dict) and "forces" in values and not values["forces"]:
        return None
    return read_register(root)


def _free(place: str, register: Register | None, larger: int) -> IPv4Network:
    """The range after the last one of a place, or else the first free one in the plan's space."""
    if register is None or not register.forces:
        return IPv4Network(_FIRST[place])
    plan = register.address_plan
    last = max(entry.allocation.ranges()[place] for entry in register.forces.values())
    blocks = list(plan.space.subnets(new_prefix=max(last.prefixlen - larger, plan.space.prefixlen)))
    after = [net for net in blocks if net > last]
    for net in [*after, *blocks]:
        if not net.overlaps(plan.national) and not any(net.overlaps(taken) for taken, _, _ in register.ranges):
            return net
    raise SettingsError(
        [
            Problem(
                REGISTER,
                message=f"{plan.space} has no free /{last.prefixlen - larger}",
                next_step="widen addressPlan.space",
            )
        ]
    )


def _checked(text: str, before: Register | None, slug: str, row: str) -> None:
    """Raises `SettingsError` if the new register is invalid, or differs from the old one in more than the new row."""
    after = parsed(text.encode("utf-8", "backslashreplace"), REGISTER)
    others = {each: entry for each, entry in after.forces.items() if each != slug}
    if slug not in after.forces or (before is not None and others != before.forces):
        message = "`forces:` is not the last key of the file, so that no force can be added at its end"
        raise SettingsError([Problem(REGISTER, message=message, next_step=f"add this row yourself:\n{row}")])
