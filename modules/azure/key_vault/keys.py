"""Keys in a vault, with expiry and automatic rotation."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import keyvault

from bluelamp.modules.component import Component

_PERIOD = re.compile(r"P(\d+)([YMD])")
_DAYS = {"Y": 365, "M": 30, "D": 1}
_MARGIN = 7  # days that Key Vault requires between rotation and expiry, and before a notification
_SIZES = (2048, 3072, 4096)


class KeyVaultKey(TypedDict):
    """One key of a vault."""

    size: NotRequired[int]
    """Bits of the RSA key: 2048, 3072 or 4096; 4096 by default. It cannot be changed later."""
    operations: NotRequired[list[str]]
    """The key operations; by default `wrapKey` and `unwrapKey`, which encryption of data at rest
    needs. Others are `encrypt`, `decrypt`, `sign` and `verify`."""
    rotate_after: NotRequired[str]
    """The period from creation to rotation, such as `P90D` or `P1Y`; `P1Y` by default."""
    expires_after: NotRequired[str]
    """The period from creation to expiry, such as `P2Y`; `P2Y` by default. Longer than `rotate_after`."""
    expires_on: NotRequired[str]
    """The expiry date of the first version, `2028-03-31`. Rotation sets an expiry on later versions only."""


def vault_key(
    owner: Component,
    name: str,
    key_name: str,
    wanted: KeyVaultKey,
    vault: Mapping[str, pulumi.Input[str]],
    *,
    hardware: bool = True,
    protect: bool = False,
    tags: Mapping[str, str],
) -> keyvault.Key:
    """Creates the key `key_name` as a child of `owner` with the logical `name`.

    `vault` has vault_name and resource_group_name. `hardware` keys never leave the vault's HSMs (FIPS 140-3 level 3),
    which only a premium vault has. The key is created through Resource Manager, so the deployment needs no network
    access to the vault.

    Raises `ValueError` for a size or a period that Key Vault does not accept.
    """
    size, rotate, expire = (
        wanted.get("size", 4096),
        wanted.get("rotate_after", "P1Y"),
        wanted.get("expires_after", "P2Y"),
    )
    problems = _problems(f"key {key_name!r}", wanted, size, rotate, expire)
    if problems:
        raise ValueError("; ".join(problems))
    ends = wanted.get("expires_on")
    return keyvault.Key(
        name,
        key_name=key_name,
        **vault,
        properties=keyvault.KeyPropertiesArgs(
            kty="RSA-HSM" if hardware else "RSA",
            key_size=size,
            key_ops=wanted.get("operations", ["wrapKey", "unwrapKey"]),
            attributes=keyvault.KeyAttributesArgs(enabled=True, exportable=False, expires=_seconds(ends)),
            rotation_policy=keyvault.RotationPolicyArgs(
                attributes=keyvault.KeyRotationPolicyAttributesArgs(expiry_time=expire),
                lifetime_actions=[
                    _action("rotate", time_after_create=rotate),
                    _action("notify", time_before_expiry="P30D"),
                ],
            ),
        ),
        tags=dict(tags),
        opts=owner.child(protect=protect),
    )


def _action(what: str, **when: str) -> keyvault.LifetimeActionArgs:
    return keyvault.LifetimeActionArgs(
        action=keyvault.ActionArgs(type=what),
        trigger=keyvault.TriggerArgs(**when),
    )


def _problems(owner: str, wanted: KeyVaultKey, size: int, rotate: str, expire: str) -> list[str]:
    found = [] if size in _SIZES else [f"{owner}: size is {size}; allowed are 2048, 3072 and 4096"]
    periods = {"rotate_after": rotate, "expires_after": expire}
    wrong = {name: text for name, text in periods.items() if not _PERIOD.fullmatch(text)}
    found += [f"{owner}: {name} is {text!r}; write a period such as P90D, P18M or P2Y" for name, text in wrong.items()]
    if not wrong and _days(expire) < _days(rotate) + _MARGIN:
        found.append(f"{owner}: expires_after {expire} must be {_MARGIN} days longer than rotate_after {rotate}")
    try:
        _seconds(wanted.get("expires_on"))
    except ValueError:
        found.append(f"{owner}: expires_on is {wanted.get('expires_on')!r}; write a day such as 2028-03-31")
    return found


def _days(period: str) -> int:
    found = _PERIOD.fullmatch(period)
    return int(found[1]) * _DAYS[found[2]] if found else 0


def _seconds(day: str | None) -> int | None:
    """A date in seconds since 1970, as Resource Manager requires."""
    return int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) if day else None
