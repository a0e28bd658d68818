"""The shared key of a site's tunnels: given as a secret, or generated and stored in a key vault."""

from datetime import UTC, date, datetime, time
from typing import NotRequired, TypedDict

import pulumi

from bluelamp.modules import naming
from bluelamp.modules.component import Component

_LENGTH = 64  # characters; Azure's limit is 128
_SHORTEST = 32


class KeyVaultPlace(TypedDict):
    """The key vault for a generated key."""

    vault_name: pulumi.Input[str]
    """The vault's name."""
    resource_group_name: pulumi.Input[str]
    """The vault's resource group."""
    expires_on: NotRequired[str]
    """The expiry date of the key, `2027-11-30`; the vault raises an event before it. None by default."""
    number: NotRequired[int]
    """The number of the site's key; 1 by default. A higher number generates a new key and deletes the old one."""


def shared_key(
    owner: Component,
    prefix: str,
    site: str,
    given: pulumi.Input[str] | None,
    vault: KeyVaultPlace | None,
    label: naming.Label,
) -> pulumi.Output[str]:
    """The site's key, always a secret: `given`, or a generated one that is stored in `vault` as `vpn-<site>`.

    Raises `ValueError` if neither or both are set, a known key is too short, or the expiry is not a date.
    """
    if (given is None) == (vault is None):
        raise ValueError(
            f"{prefix}: one of shared_key (a secret) and key_vault (which takes a key made here) is required; "
            "`pulumi config set --secret` keeps a key out of the settings"
        )
    if vault is not None:
        return _made(owner, prefix, site, vault, label)
    if isinstance(given, str) and len(given) < _SHORTEST:
        raise ValueError(f"{prefix}: shared_key has {len(given)} characters, at least {_SHORTEST} are needed")
    return pulumi.Output.secret(given or "")


def _made(owner: Component, prefix: str, site: str, vault: KeyVaultPlace, label: naming.Label) -> pulumi.Output[str]:
    import pulumi_random
    from pulumi_azure_native import keyvault

    number, expires = vault.get("number", 1), _end(prefix, vault.get("expires_on"))
    made = pulumi_random.RandomPassword(
        # Letters and digits, which the devices of all manufacturers accept.
        f"{prefix}-key" if number == 1 else f"{prefix}-key-{number}",
        length=_LENGTH,
        special=False,
        opts=owner.child(),
    )
    result: pulumi.Output[str] = made.result
    key: pulumi.Output[str] = pulumi.Output.secret(result)
    keyvault.Secret(
        f"{prefix}-key-secret",
        secret_name=f"vpn-{site}",
        vault_name=vault["vault_name"],
        resource_group_name=vault["resource_group_name"],
        tags=naming.tags(label),
        properties=keyvault.SecretPropertiesArgs(
            value=key,
            content_type="IPsec shared key",
            attributes=keyvault.SecretAttributesArgs(enabled=True, expires=expires),
        ),
        opts=owner.child(),
    )
    return key


def _end(prefix: str, day: str | None) -> int | None:
    """The end of the day in seconds since 1970, as a key vault requires."""
    if day is None:
        return None
    try:
        return int(datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC).timestamp())
    except ValueError:
        raise ValueError(f"{prefix}: key_vault.expires_on is {day!r}; use a date such as 2027-11-30") from None
