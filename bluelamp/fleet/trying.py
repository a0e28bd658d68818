"""Trial updates: detects changes that the cloud would refuse for the deployed resources."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.resource import name_of, type_of
from bluelamp.errors import Status, UsageError
from bluelamp.fleet.deploy import Result

if TYPE_CHECKING:
    from bluelamp.infra.force import Force
    from bluelamp.planning import Plan
    from bluelamp.planning.trial import Refused, Trial
    from bluelamp.rehearsal.store import Record, Store

_PROJECT: Final = "bluelamp"
_AZURE: Final = "azure-native"
_MOST: Final = 10
_ID: Final = re.compile(r"/subscriptions/[^\s'\"`,;()]+")
_DONE: Final = {"create": "made", "update": "changed", "replace": "replaced", "delete": "deleted"}
_ONE_AT_A_TIME: Final = Lock()
_TAKEN: Final = ("ResourceExists", "AlreadyExists", "Conflict")
_ABSENT: Final = ("NotFound", "InvalidResourceReference", "ParentResourceNotFound")
"""Errors about other resources, which a scratch cloud with one stack cannot predict."""


@dataclass(frozen=True)
class Deployed:
    """The deployed resources of a stack: the engine's state and, in a rehearsal, the rehearsal cloud."""

    state: Mapping[str, Any]
    store: "Store | None" = None


def is_risky(planned: Result) -> bool:
    """Whether Azure could refuse a preview's steps half-way: it failed, or it replaces or deletes resources."""
    return planned.status is Status.FAILED or any("replace" in step.op or "delete" in step.op for step in planned.steps)


def leaves(plan: "Plan", state: Mapping[str, Any]) -> bool:
    """Whether a plan would delete a resource in `state`, or recreate it with another name or location."""
    planned = {alias: each for each in plan.resources for alias in (each.urn, *each.aliases)}
    for one in (state.get("deployment") or {}).get("resources") or ():
        own = one.get("custom") and not one.get("external") and not one["type"].startswith("pulumi:")
        if not own or one.get("delete"):
            continue
        now = planned.get(one["urn"])
        if now is None:
            return True
        for key, was in (one.get("inputs") or {}).items():
            fixed = key == "location" or key.endswith("Name")
            if fixed and isinstance(was, str) and isinstance(now.inputs.get(key), str) and now.inputs[key] != was:
                return True
    return False


def refuse(force: "Force", root: Path, deployed: Deployed) -> None:
    """Raises `UsageError`, with the required steps, if Azure would refuse a step of the update half-way.

    Its message begins with the setting and has a line for each refusal; its next step has a line for each step.
    """
    trial = tried(force, root, deployed)
    if trial is None or not (trial.refused or is_everything(trial)):
        return
    said = [f"{_place(trial, force.slug, root)}: {_problem(trial)}; nothing was changed"]
    if not is_everything(trial):
        said.append("tried out on a copy of what is deployed, Azure refuses:")
        told = list(dict.fromkeys(map(_told, trial.refused)))
        said += told[:_MOST]
        if len(told) > _MOST:
            said.append(f"and {len(told) - _MOST} more")
    steps = way(trial, force.slug)
    raise UsageError("\n".join(said), next_step="\n".join(f"{at}. {step}" for at, step in enumerate(steps, 1)))


def _problem(trial: "Trial") -> str:
    if is_everything(trial):
        return (
            f"this change replaces {_replaced(trial)} of {len(trial.running)} resources that are deployed, with the "
            "logs, keys and backups in them"
        )
    if _hub_steps(trial) & {"create", "delete"}:
        return "the topology of what is deployed cannot be changed in one update"
    return "what is deployed cannot be changed so in one update"


def _place(trial: "Trial", slug: str, root: Path) -> str:
    """The file and, if known, the line and the setting that cause a refusal."""
    from bluelamp.planning.refused_settings import source_of

    source = source_of(slug, root)
    if not is_everything(trial) and _hub_steps(trial) & {"create", "delete"}:
        problem = source.problem(("config", "bluelamp:azure", "topology"), "")
        return f"{problem.where}: {problem.path}"
    return source.file


def _told(one: "Refused") -> str:
    """A refusal in words, with names in place of ids."""
    words = _ID.sub(
        lambda found: "/".join(found.group().strip("/").split("/")[2:]).rpartition("/providers/")[2], one.message
    )
    words = words.removesuffix(".")
    return f"{name_of(one.urn)} cannot be {_DONE.get(one.op, one.op)}: {words} ({one.code})"


def _replaced(trial: "Trial") -> int:
    return len({urn for op, urn in trial.steps if op == "replace"})


def is_everything(trial: "Trial") -> bool:
    """Whether an update replaces most of the deployed resources, which amounts to a new estate."""
    return _replaced(trial) * 2 > len(trial.running)


def _hub_steps(trial: "Trial") -> set[str]:
    """The operations on virtual hubs, which a change of topology creates or deletes."""
    return {op for op, urn in trial.steps if type_of(urn).endswith(":VirtualHub")}


def way(trial: "Trial", slug: str) -> tuple[str, ...]:
    """The steps of a change that cannot be made in one update."""
    up = f"run `bluelamp up {slug}`"
    if is_everything(trial):
        return (
            "put the setting back: it is in the names or the places of nearly everything, and does not change while "
            "the estate is deployed",
            f"run `bluelamp destroy {slug}`",
            f"change the setting and {up}",
        )
    off = "set bluelamp:azure.hub.firewall.enabled: false and bluelamp:components.gateways: off"
    hubs = _hub_steps(trial)
    if "create" in hubs:
        return (
            f"put bluelamp:azure.topology back, {off}, and {up}",
            f"change the topology, set both as they were, and {up}",
        )
    if "delete" in hubs:
        return (
            f"{off} beside the new topology, and {up}",
            f"set both as they were and {up}",
        )
    if all(any(code in one.code for code in _TAKEN) for one in trial.refused):
        return (
            f"take what is to be replaced out of the settings and {up}",
            f"put the new in and {up}",
        )
    return (
        f"put the setting back, add the new beside the old under another name, and {up}",
        "move what uses the old",
        f"take the old out and {up}",
    )


def tried(force: "Force", root: Path, deployed: Deployed) -> "Trial | None":
    """The trial of the update on the deployed resources; None if there are none."""
    from bluelamp.planning.plan import config_of
    from bluelamp.planning.program import program
    from bluelamp.planning.trial import Scratch, update

    records, running = _held(deployed, force.slug)
    if not running:
        return None
    scratch = Scratch(records, running)
    try:
        # The SDK keeps one program's state per process, and forces run in threads.
        with _ONE_AT_A_TIME:
            config = config_of(force.slug, root)
            trial = update(scratch, program(force, root), config, stack=force.slug, root=root)
    finally:
        scratch.close()
    if deployed.store is None:
        trial.refused = [one for one in trial.refused if not any(code in one.code for code in _ABSENT)]
    return trial


def _held(deployed: Deployed, stack: str) -> tuple[list["Record"], dict[str, Any]]:
    from bluelamp.planning.trial import Running
    from bluelamp.rehearsal.azure import ids
    from bluelamp.rehearsal.provider import CloudError, Instance
    from bluelamp.rehearsal.store import Record

    resources = (deployed.state.get("deployment") or {}).get("resources") or ()
    stored = {one.urn: one for one in deployed.store.all()} if deployed.store else {}
    records, running = list(stored.values()), dict[str, Running]()
    providers = {
        one["urn"]: one.get("inputs") or {} for one in resources if one["type"].startswith("pulumi:providers:")
    }
    for one in resources:
        if not one.get("custom") or one["type"].startswith("pulumi:") or one.get("delete"):
            continue
        urn, kept = one["urn"], stored.get(one["urn"])
        inputs = kept.inputs if kept else one.get("inputs") or {}
        outputs = kept.outputs if kept else one.get("outputs") or {}
        instance = Instance(stack, _PROJECT, providers.get(str(one.get("provider", "")).rpartition("::")[0], {}))
        if deployed.store is None:
            package, parent = type_of(urn).partition(":")[0], ""
            with suppress(CloudError):
                parent = (ids.parent_id(instance, type_of(urn), inputs, urn) or "") if package == _AZURE else ""
            records.append(Record(one["id"], package, type_of(urn), urn, dict(inputs), dict(outputs), parent))
        needs = (*one.get("dependencies", ()), *([one["parent"]] if one.get("parent") else []))
        running[urn] = Running(urn, one["id"], inputs, outputs, needs, bool(one.get("protect")), instance)
    return records, running
