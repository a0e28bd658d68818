"""What no single setting of a tenant's job can tell: whether its lake is there, and whether it can sign in."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bluelamp.core.problems import Problem, did_you_mean
from bluelamp.core.source import Steps, problem_at, show
from bluelamp.infra.settings.data import ENGINE_FILE_SYSTEM, LAKE_FILE_SYSTEMS
from bluelamp.infra.settings.profiles import is_on
from bluelamp.infra.settings.raw import dig, items

_KEYS: Final = ("read", "write", "own")


def job_problems(settings: Mapping[str, Any], *, has_policy: bool) -> Iterator[Problem]:
    """Every mistake of `lake` of a tenant's job against the rest of the settings.

    `has_policy` says whether the force has a policy of access.
    """
    for tenant_at, tenant in items(("onPremises", "tenants"), dig(settings, "onPremises", "tenants")):
        for job_at, job in items((*tenant_at, "jobs"), dig(tenant, "jobs")):
            lake = dig(job, "lake")
            if isinstance(lake, Mapping):
                steps: Steps = (*job_at, "lake")
                data = dig(settings, "azure", "data")
                if data is None:
                    step = "add bluelamp:azure.data, or remove lake"
                    yield problem_at(steps, "the force has no data lake", next_step=step)
                elif isinstance(data, Mapping):
                    yield from _lake(settings, steps, lake, data)
                    if lake.get("accessPolicy") is True and not has_policy:
                        message = "the force has no policy of access"
                        step = "write its access.yaml, or remove accessPolicy"
                        yield problem_at((*steps, "accessPolicy"), message, "true", next_step=step)
                    yield from _sign_in(settings, steps, dig(tenant, "cluster"))


def _lake(
    settings: Mapping[str, Any], steps: Steps, lake: Mapping[str, Any], data: Mapping[str, Any]
) -> Iterator[Problem]:
    if _switched_off(settings, "dataLake"):
        message = "the force has no data lake: the component dataLake is off"
        yield problem_at(steps, message, next_step="write dataLake: hybrid, or remove lake")
        return
    if not any(lake.get(key) for key in _KEYS):
        yield problem_at(steps, "names no file system", next_step="add `read: [curated]`, or remove lake")
    known = [*LAKE_FILE_SYSTEMS, *([ENGINE_FILE_SYSTEM] if data.get("engine") else [])]
    for key in _KEYS:
        for at, name in items((*steps, key), lake.get(key)):
            if isinstance(name, str) and name not in known:
                yield problem_at(
                    at,
                    f"the lake has no file system called {show(name)}",
                    show(name, quote=False),
                    f"file systems: {', '.join(known)}",
                    did_you_mean(name, known),
                )


def _switched_off(settings: Mapping[str, Any], component: str) -> bool:
    """Whether `components` leaves it out. A lower profile does not count: what it does not have, the next one adds."""
    return dig(settings, "components", component) is not None and not is_on(settings, component)


def _sign_in(settings: Mapping[str, Any], steps: Steps, wanted: object) -> Iterator[Problem]:
    """Whether Entra ID trusts the cluster's service accounts; a cluster that is not there is reported elsewhere."""
    if _switched_off(settings, "workloadIdentity"):
        message = "the job cannot sign in: the component workloadIdentity is off, so no cluster has an issuer"
        yield problem_at(steps, message, next_step="write workloadIdentity: full, or remove lake")
        return
    if not is_on(settings, "workloadIdentity"):
        return  # a higher profile brings it, and then the keys are needed
    listed = dig(settings, "onPremises", "clusters")
    clusters = listed if isinstance(listed, list) and listed else [{"name": "live"}]
    name = dig(clusters[0], "name") if wanted is None else wanted
    for cluster in clusters:
        if isinstance(name, str) and dig(cluster, "name") == name and not dig(cluster, "signingKeys"):
            message = f"the job cannot sign in: the cluster {show(name)} has no signing keys"
            yield problem_at(steps, message, next_step="add the cluster's signingKeys, or remove lake")
