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
    from bluelamp.planning.trial import RefusedStep, Trial
    from bluelamp.rehearsal.store import Record, Store

_PROJECT: Final = "bluelamp"
_AZURE: Final = "azure-native"
_MOST: Final = 10
_ID: Final = re.compile(r"/subscriptions/[^\s'\"`,;()]+")
_DONE: Final = {"create": "made", "update": "changed", "replace": "replaced", "delete": "deleted"}
_ONE_AT_A_TIME: Final = Lock()
_NAME_TAKEN: Final = ("ResourceExists", "AlreadyExists", "Conflict")
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


def deletes_deployed(plan: "Plan", state: Mapping[str, Any]) -> bool:
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


def refuse_unsafe_update(force: "Force", root: Path, deployed: Deployed) -> None:
    """Raises `UsageError`, with the required steps, if Azure would refuse a step of the update half-way.

    Its message begins with the setting and has a line for each refusal; its next step has a line for each step.
    """
    trial = try_update(force, root, deployed)
    if trial is None or not (trial.refused or is_everything(trial)):
        return
    lines = [f"{_place(trial, force.slug, root)}: {_problem(trial)}; nothing was changed"]
    if not is_everything(trial):
        lines.append("in a trial on a copy of the deployed resources, Azure refuses:")
        refusals = list(dict.fromkeys(map(_described, trial.refused)))
        lines += refusals[:_MOST]
        if len(refusals) > _MOST:
            lines.append(f"and {len(refusals) - _MOST} more")
    steps = steps_for(trial, force.slug)
    raise UsageError("\n".join(lines), next_step="\n".join(f"{at}. {step}" for at, step in enumerate(steps, 1)))


def _problem(trial: "Trial") -> str:
    if is_everything(trial):
        return (
            f"this change replaces {_replaced(trial)} of {len(trial.running)} deployed resources, including the logs, "
            "keys and backups in them"
        )
    if _hub_steps(trial) & {"create", "delete"}:
        return "the topology of a deployed estate cannot be changed in one update"
    return "the deployed resources cannot be changed in this way in one update"


def _place(trial: "Trial", slug: str, root: Path) -> str:
    """The file and, if known, the line and the setting that cause a refusal."""
    from bluelamp.planning.refused_settings import source_of

    source = source_of(slug, root)
    if not is_everything(trial) and _hub_steps(trial) & {"create", "delete"}:
        problem = source.problem(("config", "bluelamp:azure", "topology"), "")
        return f"{problem.where}: {problem.path}"
    return source.file


def _described(one: "RefusedStep") -> str:
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


def steps_for(trial: "Trial", slug: str) -> tuple[str, ...]:
    """The steps of a change that cannot be made in one update."""
    up = f"run `bluelamp up {slug}`"
    if is_everything(trial):
        return (
            "revert the setting: nearly every resource's name or location depends on it, so it cannot change while "
            "the estate is deployed",
            f"run `bluelamp destroy {slug}`",
            f"change the setting and {up}",
        )
    off = "set bluelamp:azure.hub.firewall.enabled: false and bluelamp:components.gateways: off"
    hubs = _hub_steps(trial)
    if "create" in hubs:
        return (
            f"revert bluelamp:azure.topology, {off}, and {up}",
            f"change the topology, restore both settings, and {up}",
        )
    if "delete" in hubs:
        return (
            f"{off} with the new topology, and {up}",
            f"restore both settings and {up}",
        )
    if all(any(code in one.code for code in _NAME_TAKEN) for one in trial.refused):
        return (
            f"remove the resources to be replaced from the settings and {up}",
            f"add the new ones and {up}",
        )
    return (
        f"revert the setting, add the new resource under another name, and {up}",
        "move everything that uses the old resource",
        f"remove the old resource and {up}",
    )


def try_update(force: "Force", root: Path, deployed: Deployed) -> "Trial | None":
    """The trial of the update on the deployed resources; None if there are none."""
    from bluelamp.planning.plan import config_of
    from bluelamp.planning.program import program
    from bluelamp.planning.trial import ScratchCloud, update

    records, running = _deployed_resources(deployed, force.slug)
    if not running:
        return None
    scratch = ScratchCloud(records, running)
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


def _deployed_resources(deployed: Deployed, stack: str) -> tuple[list["Record"], dict[str, Any]]:
    from bluelamp.planning.trial import DeployedResource
    from bluelamp.rehearsal.azure import ids
    from bluelamp.rehearsal.provider import CloudError, Instance
    from bluelamp.rehearsal.store import Record

    resources = (deployed.state.get("deployment") or {}).get("resources") or ()
    stored = {one.urn: one for one in deployed.store.all()} if deployed.store else {}
    records, running = list(stored.values()), dict[str, DeployedResource]()
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
        running[urn] = DeployedResource(urn, one["id"], inputs, outputs, needs, bool(one.get("protect")), instance)
    return records, running
