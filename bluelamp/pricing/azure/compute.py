"""Virtual machines, scale sets and AKS clusters."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from bluelamp.core.resource import Resource
from bluelamp.pricing.azure.storage import disk_charge
from bluelamp.pricing.context import Context, Pricing, at, count_at, free, known, list_at, text_at, unpriced
from bluelamp.pricing.model import Charge, Kind
from bluelamp.pricing.snapshot import HOURS, vcpus

_WINDOWS: Final = "vm-d2s-v5-windows"
_LINUX: Final = "vm-d2s-v5-linux"
_CORES: Final = 2
"""A Windows and a Linux price of a size, and its vCPUs. The difference is the Windows licence, charged per vCPU."""
_AKS_TIERS: Final = {"Free": "", "Standard": "aks-standard", "Premium": "aks-premium"}


def machine(resource: Resource, context: Context) -> Iterator[Charge]:
    """Virtual machines: hours by size and region, the Windows licence, and the system disk."""
    size = text_at(resource, "hardwareProfile.vmSize")
    windows = text_at(resource, "storageProfile.osDisk.osType") == "Windows"
    windows = windows or at(resource, "osProfile.windowsConfiguration") is not None
    licensed = text_at(resource, "licenseType").startswith("Windows")
    yield from _machines(resource, context, size, 1, windows=windows, licensed=licensed)
    yield from _disks(resource, context, "storageProfile", 1)


def scale_set(resource: Resource, context: Context) -> Iterator[Charge]:
    """Scale sets: the same, for each machine of their capacity."""
    count = count_at(resource, "sku.capacity", 1)
    profile = "virtualMachineProfile"
    windows = at(resource, f"{profile}.osProfile.windowsConfiguration") is not None
    licensed = text_at(resource, f"{profile}.licenseType").startswith("Windows")
    yield from _machines(resource, context, text_at(resource, "sku.name"), count, windows=windows, licensed=licensed)
    yield from _disks(resource, context, f"{profile}.storageProfile", count)


def _machines(
    resource: Resource, context: Context, size: str, count: int, *, windows: bool = False, licensed: bool = False
) -> Iterator[Charge]:
    price = context.prices.machine(text_at(resource, "location", "uksouth"), size)
    if price is None:
        like = context.prices.nearest_machine(size)
        near = f"; the nearest is {like}" if like else ""
        yield unpriced(f"Virtual machine {size}", f"no price for the size {size} in the snapshot{near}")
        return
    amount = context.usage.of("machineHours", resource.name)
    share = amount.value / HOURS
    kind = Kind.FIXED if share == 1 else Kind.USAGE
    reserved = f"{price.key.removesuffix('-linux')}-reserved-3-years"
    if context.usage.reservation == "3-years" and context.prices.find(reserved) is not None:
        yield context.fixed(reserved, f"{size}, reserved for three years", count, "reservations.virtualMachines")
    else:
        basis = amount.basis if kind is Kind.USAGE else ""
        if context.usage.reservation == "3-years":
            basis = "pay as you go: the snapshot has no reservation price of this size"
        yield Charge(f"{size} Linux", kind, price.key, Decimal(count) * share, basis, price=price)
    if windows:
        yield from _licence(context, size, count, share, kind, licensed=licensed)


def _licence(
    context: Context, size: str, count: int, share: Decimal, kind: Kind, *, licensed: bool
) -> Iterator[Charge]:
    if licensed or context.usage.hybrid_benefit:
        yield Charge("Windows licence", Kind.FREE, basis="Azure Hybrid Benefit: the licence is the force's own")
        return
    with_licence, without = context.prices.find(_WINDOWS), context.prices.find(_LINUX)
    if with_licence is None or without is None:
        yield unpriced("Windows licence", "the snapshot has no price to derive it from")
        return
    each = (with_licence.gbp - without.gbp) / _CORES
    what = "Windows licence by the vCPU"
    yield Charge(what, kind, with_licence.key, Decimal(count * vcpus(size)) * share, "", each, "hour")


def _disks(resource: Resource, context: Context, profile: str, count: int) -> Iterator[Charge]:
    disks: list[Any] = [at(resource, f"{profile}.osDisk"), *list_at(resource, f"{profile}.dataDisks")]
    for each in disks:
        managed = known(each.get("managedDisk"), profile) if isinstance(each, Mapping) else None
        sku = known(managed.get("storageAccountType"), profile) if isinstance(managed, Mapping) else None
        if isinstance(sku, str):
            size = known(each.get("diskSizeGB"), profile)
            gib = int(size) if isinstance(size, (int, float)) else 0
            yield from disk_charge(context, sku, gib, count)


def cluster(resource: Resource, context: Context) -> Iterator[Charge]:
    """AKS clusters: the tier of the control plane, and the nodes of inline node pools."""
    tier = text_at(resource, "sku.tier", "Free")
    meter = _AKS_TIERS.get(tier)
    if meter == "":
        yield Charge("Control plane", Kind.FREE, basis="the Free tier")
    else:
        yield context.fixed(meter or f"aks-{tier.lower()}", f"Control plane, {tier} tier")
    for pool in list_at(resource, "agentPoolProfiles"):
        if isinstance(pool, Mapping):
            yield from _pool(resource, context, pool)


def node_pool(resource: Resource, context: Context) -> Iterator[Charge]:
    """Node pools of AKS clusters: node-hours by size."""
    own = known(resource.properties, "vmSize")
    yield from _pool(resource, context, own if isinstance(own, Mapping) else {})


def _pool(resource: Resource, context: Context, pool: Mapping[str, Any]) -> Iterator[Charge]:
    # With the autoscaler, the minimum number of nodes is always charged.
    scales = known(pool.get("enableAutoScaling"), "enableAutoScaling") is True
    key = "minCount" if scales else "count"
    count = known(pool.get(key), key)
    nodes = max(0, int(count)) if isinstance(count, (int, float)) else 1
    size = known(pool.get("vmSize"), "vmSize")
    if not nodes:
        yield free("the pool has no nodes")
        return
    windows = known(pool.get("osType"), "osType") == "Windows"
    yield from _machines(resource, context, size if isinstance(size, str) else "", nodes, windows=windows)


PRICED: Final[Mapping[str, Pricing]] = {
    "compute:VirtualMachine": machine,
    "compute:VirtualMachineScaleSet": scale_set,
    "containerservice:ManagedCluster": cluster,
    "containerservice:AgentPool": node_pool,
}
FREE: Final[Mapping[str, str]] = {
    "compute:VirtualMachineExtension": "the service that it serves is charged",
    "compute:AvailabilitySet": "the machines are charged",
    "containerservice:MaintenanceConfiguration": "the cluster is charged",
}
