"""Retention of data in a lake, by file system or directory."""

import re
from collections.abc import Iterable, Iterator, Mapping

import pulumi
from pulumi_azure_native import storage

from bluelamp.modules.azure.immutable_storage import LONGEST
from bluelamp.modules.azure.storage_lifecycle import lifecycle_policy, lifecycle_rule
from bluelamp.modules.component import Component

_NAME = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_MOST_RULES = 100


def lifecycle(
    owner: Component, name: str, here: Mapping[str, pulumi.Input[str]], retention: Mapping[str, int]
) -> storage.ManagementPolicy:
    """Deletes the data in each path the given number of days after its last change. `here` has the account's name."""
    rules = []
    for path, days in sorted(retention.items()):
        end = storage.DateAfterModificationArgs(days_after_modification_greater_than=days)
        actions = storage.ManagementPolicyActionArgs(base_blob=storage.ManagementPolicyBaseBlobArgs(delete=end))
        rules.append(lifecycle_rule(path.replace("/", "-"), ["blockBlob", "appendBlob"], actions, f"{path}/"))
    return lifecycle_policy(owner, name, here, rules)


def problems(file_systems: Iterable[str], immutable: Mapping[str, int], retention: Mapping[str, int]) -> list[str]:
    """Every problem with a lake's file systems and their retention."""
    return [*_names(list(file_systems)), *_immutable(immutable, retention), *_paths(list(file_systems), retention)]


def _names(file_systems: list[str]) -> Iterator[str]:
    for each in sorted(set(file_systems)):
        if file_systems.count(each) > 1:
            yield f"file_systems has {each!r} twice; landing, curated and published are always there"
        if not _NAME.fullmatch(each):
            yield f"file_systems has {each!r}; use 3 to 63 lower-case letters, digits and single hyphens"


def _immutable(immutable: Mapping[str, int], retention: Mapping[str, int]) -> Iterator[str]:
    for file_system, days in immutable.items():
        if not 1 <= days <= LONGEST:
            yield f"{file_system}_immutable_days is {days}; allowed are 1 to {LONGEST}"
        for path, kept in retention.items():
            if path.split("/")[0] == file_system and kept < days:
                yield f"retention.{path} is {kept} days; the immutability period is {days}"


def _paths(file_systems: list[str], retention: Mapping[str, int]) -> Iterator[str]:
    if len(retention) > _MOST_RULES:
        yield f"retention has {len(retention)} paths; a lifecycle policy takes {_MOST_RULES}"
    for path, days in retention.items():
        if path.split("/")[0] not in file_systems:
            yield f"retention.{path} is in no file system of the lake: {', '.join(file_systems)}"
        if not all(part.strip() for part in path.split("/")):
            yield f"retention.{path} has an empty part; write file-system/directory"
        if not 1 <= days <= LONGEST:
            yield f"retention.{path} is {days} days; allowed are 1 to {LONGEST}"
        for other in retention:
            if other.startswith(f"{path}/"):
                yield f"retention.{other} is inside {path}, and the shorter of the two would delete it"
