"""The shared key of a site's tunnels: given as a secret, or made here and kept in a key vault."""

from typing import TypedDict

import pulumi

from modules import naming
from modules.component import Component

_LENGTH = 64  # characters; Azure takes 128
_SHORTEST = 32


class KeyVaultPlace(TypedDict):
    """The key vault that keeps a key."""

    vault_name: pulumi.Input[str]
    """The vault's name."""
    resource_group_name: pulumi.Input[str]
    """The vault's resource group."""


def shared_key(
    owner: Component,
    prefix: str,
    site: str,
    given: pulumi.Input[str] | None,
    vault: KeyVaultPlace | None,
    label: naming.Label,
) -> pulumi.Output[str]:
    """The site's key, always a secret: `given`, or one made here and put into `vault` as `vpn-<site>`.

    Raises `ValueError` where neither or both are there, or a key that can be seen is too short.
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

    made = pulumi_random.RandomPassword(
        # Letters and digits: every maker's devices take them.
        f"{prefix}-key",
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
            attributes=keyvault.SecretAttributesArgs(enabled=True),
        ),
        opts=owner.child(),
    )
    return key
