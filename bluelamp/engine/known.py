"""Known errors of the engine: the problem, the next command, and the exit status."""

import re
from dataclasses import dataclass
from typing import Final

from bluelamp.errors import Status

_PASSPHRASE: Final = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Known:
    """A known error of the engine; `status` is `WRONG_USE` if the caller's set-up is incomplete."""

    message: str
    next_step: str
    status: Status = Status.FAILED

    def __str__(self) -> str:
        return f"{self.message}; next: {self.next_step}"


@dataclass(frozen=True)
class _Kind:
    pattern: re.Pattern[str]
    message: str
    next_step: str
    status: Status = Status.FAILED


def _kind(pattern: str, message: str, next_step: str, status: Status = Status.FAILED) -> _Kind:
    return _Kind(re.compile(pattern, re.IGNORECASE | re.DOTALL), message, next_step, status)


_KINDS: Final = (
    _kind(
        r"unknown secrets provider type '(?P<found>[^']*)'",
        "unknown secrets provider {found}",
        "give --secrets-provider passphrase, or azurekeyvault://VAULT.vault.azure.net/keys/KEY",
        Status.WRONG_USE,
    ),
    _kind(
        r"PULUMI_ACCESS_TOKEN must be set for login|not logged in|you must (?:first )?(?:be logged|log) ?in",
        "no state backend is set, or its login is missing",
        "set PULUMI_BACKEND_URL, or run: bluelamp pulumi login URL (docs/first-deployment.md)",
        Status.WRONG_USE,
    ),
    _kind(
        r"incorrect passphrase",
        "the passphrase is wrong for this stack",
        f"set {_PASSPHRASE} or {_PASSPHRASE}_FILE to the passphrase of the stack",
        Status.WRONG_USE,
    ),
    _kind(
        rf"{_PASSPHRASE}",
        "the stack's passphrase is missing",
        f"set {_PASSPHRASE} or {_PASSPHRASE}_FILE",
        Status.WRONG_USE,
    ),
    _kind(
        r"no stack named '(?P<found>[^']*)' found",
        "the backend has no stack {stack}",
        "bluelamp stack init {stack}",
        Status.WRONG_USE,
    ),
    _kind(
        r"the stack is currently locked.*?(?:created by (?P<found>[^\n]*?)(?:\s*$|\n|;))",
        "the stack is locked by another update ({found})",
        "wait for it to end; if it has ended: bluelamp pulumi cancel --stack {stack}",
    ),
    _kind(
        r"the stack is currently locked|another update is (?:currently|already) (?:in progress|running)|"
        r"conflict: another update",
        "the stack is locked by another update",
        "wait for it to end; if it has ended: bluelamp pulumi cancel --stack {stack}",
    ),
    _kind(
        r"(?:Could not automatically download and install (?:resource )?plugin|no resource plugin) "
        r"'(?:pulumi-resource-)?(?P<found>[\w-]+)'(?:[^,]*? at version v?(?P<version>[\w.+-]+))?",
        "the provider {found} is not installed",
        "bluelamp pulumi plugin install resource {found}{version}, which downloads it; without a network, add "
        "--file ARCHIVE",
    ),
    _kind(
        r"az login|AzureCLICredential|DefaultAzureCredential|building auth config|"
        r"failed to load application credentials",
        "not logged in to Azure",
        "az login --tenant TENANT, or set ARM_CLIENT_ID, ARM_TENANT_ID and ARM_USE_OIDC (docs/first-deployment.md)",
        Status.WRONG_USE,
    ),
    _kind(
        r"secrets manager.*?(?P<found>https://[^\"/?]*(?:vault|managedhsm)[^\"?]*)\S*:?(?P<reason>[^\n]*)",
        "the key that encrypts the secrets cannot be used: {found}{reason}",
        "check its address, the network, and that you have the role Key Vault Crypto User on the key",
    ),
    _kind(
        r"unable to open (?:state directory|bucket) \"(?P<found>[^\"]*)\"(?P<reason>.*)",
        "the backend {found} cannot be opened{reason}",
        "correct PULUMI_BACKEND_URL, or create the folder or container that it names",
    ),
    _kind(
        r"unknown (?:backend|scheme)|no driver registered for",
        "the kind of backend is unknown",
        "set PULUMI_BACKEND_URL to file://…, azblob://CONTAINER?storage_account=NAME, or a Pulumi Cloud address",
        Status.WRONG_USE,
    ),
    _kind(
        r"(?P<found>(?:read|list|write)[^\n]*\.pulumi/[^\n]*|problem logging in[^\n]*|"
        r"[^\n]*/api/(?:user|stacks|capabilities|organizations)[^\n]*)",
        "the backend cannot be reached: {found}",
        "check PULUMI_BACKEND_URL, the network and the login to the backend: bluelamp pulumi whoami --verbose",
    ),
)


def known(error: str, stack: str) -> Known | None:
    """The known error that `error`, the engine's message on `stack`, matches; None if it is unknown."""
    for kind in _KINDS:
        found = kind.pattern.search(error)
        if found:
            return _filled(kind, found.groupdict(), stack)
    return None


def _filled(kind: _Kind, groups: dict[str, str | None], stack: str) -> Known:
    version = groups.get("version")
    words = {
        "stack": stack,
        "found": (groups.get("found") or "unknown").strip().removeprefix("error: ")[:300],
        "reason": (groups.get("reason") or "").strip().split("\n")[0][:300],
        "version": f" v{version}" if version else "",
    }
    return Known(kind.message.format(**words), kind.next_step.format(**words), kind.status)
