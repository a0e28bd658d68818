"""The release of the SDK that the replacements are written for."""

from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

_FILES: Final = {
    "pulumi._utils": "3b4fa75cea973761c28750794156d489cb3fa8aaff65b41695e709b84e97cca3",
    "pulumi.output": "4b24ace58cbaa815d995b3c39f95eb3ee605e57220e1362a4b3ec0d484c7d086",
    "pulumi.resource": "86cb06ae4a775294ea8de74c6eff40c54c84533561828a29b576db960302efb9",
    "pulumi.runtime.resource": "2c783a7f3f6fe99794eef236472ee78015cffbcf22cd319f3aa878805edca6bc",
    "pulumi.runtime.resource_cycle_breaker": "58bcb372e5e36ee03b06ca0eaf28dcea9696777d5c047b9ebf9bcfe98595c516",
    "pulumi.runtime.rpc": "cbb7ae5674d187f5a7576539ba743f506540f7c592f27e593e52d8c09c68d007",
    "pulumi.runtime.rpc_manager": "f7588418fcdbd5be2f0379ac86a7ebb26ab0285f702a7610cd97da16e0adeb9d",
    "pulumi.runtime.settings": "6b18bf7ea273c698d51bb057efcfca3652ad1bab1aa572ff551a0c97edea513d",
}
"""SHA-256 of the SDK's files, release 3.272.0."""


class Replacement(NamedTuple):
    """A new value for an attribute of a module or a class of the SDK."""

    owner: ModuleType | type
    name: str
    value: Any


@cache
def known() -> bool:
    """Whether each SDK file with replaced code has the known digest."""
    return all(_digest(module) == digest for module, digest in _FILES.items())


def _digest(module: str) -> str:
    file = import_module(module).__file__
    try:
        return sha256(Path(file or "").read_bytes()).hexdigest()
    except OSError:
        return ""
