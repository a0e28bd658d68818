"""Values that Kubernetes, Cluster API, bare metal and SQL Server restrict."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from bluelamp.core.source import show
from bluelamp.infra.settings.fields import in_schema, matching, refuse

OLDEST: Final = 25
"""The first minor version of Kubernetes that enforces the Pod Security Standards."""
NEWEST: Final = 37
"""The newest minor version of Kubernetes whose objects Bluelamp can check."""

_VERSION = re.compile(r"1\.(\d{1,3})(\.\d{1,3})?")
_DEFAULT_INSTANCE = "MSSQLSERVER"
_INSTANCE = re.compile(r"[A-Za-z_&][A-Za-z0-9_$#]{0,15}")


@in_schema(pattern=rf"^1\.({'|'.join(map(str, range(OLDEST, NEWEST + 1)))})(\.\d{{1,3}})?$")
def _version(value: str) -> str:
    found = _VERSION.fullmatch(value)
    if not found:
        raise refuse(f"{show(value)} is not a version of Kubernetes", 'such as "1.36", in quotes')
    if not OLDEST <= int(found[1]) <= NEWEST:
        raise refuse(f"{show(value)} is not a supported version of Kubernetes", f"1.{OLDEST} to 1.{NEWEST}")
    return value


@in_schema(pattern=f"^{_INSTANCE.pattern}$")
def _instance(value: str) -> str:
    if value.upper() == _DEFAULT_INSTANCE and value != _DEFAULT_INSTANCE:
        raise refuse(f"{show(value)} is the default instance", "", f"write {_DEFAULT_INSTANCE}")
    if not _INSTANCE.fullmatch(value) or value.upper() == "DEFAULT":
        allowed = "1 to 16 letters, digits and _ $ #, beginning with a letter or _; never Default"
        raise refuse(f"{show(value)} is not a name of an instance of SQL Server", allowed)
    return value


Version = Annotated[str, AfterValidator(_version)]
"""A version of Kubernetes: `1.36`, or `1.36.3` with its patch."""

InstanceName = Annotated[str, AfterValidator(_instance)]
"""The name of an instance of SQL Server."""

ImageUrl = Annotated[
    str,
    AfterValidator(
        matching(
            r"https?://[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(:\d{1,5})?/[^\s?#]{1,1000}",
            "is not the address of an image",
            "for example https://images.force.police.example/rke2-v1.36.3.qcow2",
        )
    ),
]
"""The URL of an image."""

ImageChecksum = Annotated[
    str,
    AfterValidator(
        matching(
            r"[0-9a-fA-F]{64}|https?://[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(:\d{1,5})?/[^\s?#]{1,1000}",
            "is not a SHA-256 checksum",
            "64 hexadecimal digits, or the address of a file that holds them",
        )
    ),
]
"""The SHA-256 of an image, or its URL."""
