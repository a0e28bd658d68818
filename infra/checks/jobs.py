"""Checks of tenants' jobs against other settings: that the data lake exists and that the job can sign in."""

from collections.abc import Iterator

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.settings.data import ENGINE_FILE_SYSTEM, LAKE_FILE_SYSTEMS
from bluelamp.infra.settings.profiles import is_on
from bluelamp.infra.settings.written import WrittenData, WrittenLake, WrittenSettings, WrittenTenant


def job_problems(settings: WrittenSettings, *, has_policy: bool) -> Iterator[Problem]:
    """Every conflict of `lake` of a tenant's job with other settings.

    `has_policy` is whether the force has an access policy.
    """
    data = settings.azure.data
    for tenant in settings.on_premises.tenants:
        for job in tenant.jobs:
            lake = job.lake
            if not lake.is_mapping:
                continue
            if not data.is_given:
                step = "add bluelamp:azure.data, or remove lake"
                yield lake.problem("the force has no data lake", next_step=step)
            elif data.is_mapping:
                yield from _lake(settings, lake, data)
                if lake.access_policy.value is True and not has_policy:
                    message = "the force has no access policy"
                    step = "write its access.yaml, or remove accessPolicy"
                    yield lake.access_policy.problem(message, "true", next_step=step)
                yield from _sign_in(settings, lake, tenant)


def _lake(settings: WrittenSettings, lake: WrittenLake, data: WrittenData) -> Iterator[Problem]:
    if _switched_off(settings, "dataLake"):
        message = "the force has no data lake: the component dataLake is off"
        yield lake.problem(message, next_step="write dataLake: hybrid, or remove lake")
        return
    if not any(each.value for each in (lake.read, lake.write, lake.own)):
        yield lake.problem("names no file system", next_step="add `read: [curated]`, or remove lake")
    known = [*LAKE_FILE_SYSTEMS, *([ENGINE_FILE_SYSTEM] if data.engine.value else [])]
    for name in (*lake.read, *lake.write, *lake.own):
        if name.text is not None and name.text not in known:
            yield name.problem(
                f"the lake has no file system called {show(name.text)}",
                show(name.text, quote=False),
                f"file systems: {', '.join(known)}",
                did_you_mean(name.text, known),
            )


def _switched_off(settings: WrittenSettings, component: str) -> bool:
    """Whether `components` switches it off. A lower profile does not count, as the next one adds the component."""
    return settings.components.get(component) is not None and not is_on(settings.values, component)


def _sign_in(settings: WrittenSettings, lake: WrittenLake, tenant: WrittenTenant) -> Iterator[Problem]:
    """A cluster whose service accounts Entra ID does not trust; an unknown cluster is reported elsewhere."""
    if _switched_off(settings, "workloadIdentity"):
        message = "the job cannot sign in: the component workloadIdentity is off, so no cluster has an issuer"
        yield lake.problem(message, next_step="write workloadIdentity: full, or remove lake")
        return
    if not is_on(settings.values, "workloadIdentity"):
        return  # a higher profile adds it, and then requires the keys
    keys_of = [(each.name.value, each.signing_keys.value) for each in settings.on_premises.clusters]
    keys_of = keys_of or [("live", None)]  # the default cluster, if none are listed
    name = tenant.cluster.value if tenant.cluster.is_given else keys_of[0][0]
    for cluster, keys in keys_of:
        if isinstance(name, str) and cluster == name and not keys:
            message = f"the job cannot sign in: the cluster {show(name)} has no signing keys"
            yield lake.problem(message, next_step="add the cluster's signingKeys, or remove lake")
