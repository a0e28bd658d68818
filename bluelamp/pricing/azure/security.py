"""Defender for Cloud, key vaults and managed HSMs."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.pricing.context import Context, Pricing, at, free, text_at, unpriced
from bluelamp.pricing.model import Charge, Kind

_HSM_TYPES: Final = ("RSA-HSM", "EC-HSM")
_FREE_CORES: Final = 6
"""vCPUs of an Arc cluster for which GitOps configuration is free."""


def plan(resource: Resource, context: Context) -> Iterator[Charge]:
    """Defender plans: the protected resources, counted in the estate or set in `usage.yaml`."""
    name = text_at(resource, "pricingName")
    if text_at(resource, "pricingTier", "Free") != "Standard":
        yield free("the free tier")
        return
    if name in _BY_COUNT:
        meter, what, count = _BY_COUNT[name](resource, context)
        yield from _counted(context, meter, what, count)
    elif name in _BY_USE:
        meter, what, key = _BY_USE[name]
        amount = context.usage.of(key)
        yield context.charge(meter, what, amount.value, Kind.USAGE, amount.basis)
    else:
        yield unpriced(f"Defender plan {name}", "no price was found")


def _counted(context: Context, meter: str, what: str, count: int) -> Iterator[Charge]:
    basis = f"{count} in this estate"
    if not count:
        yield free(f"nothing that the plan protects is in this estate: {what.lower()}")
    else:
        yield context.fixed(meter, what, count, basis)


def _servers(resource: Resource, context: Context) -> tuple[str, str, int]:
    own = context.inventory.count("compute:VirtualMachine", "hybridcompute:Machine")
    own += int(context.usage.of("extraServers").value)
    part = text_at(resource, "subPlan", "P2").lower()
    return f"defender-servers-{part}", f"Defender for Servers {part.upper()}", own


def _accounts(_resource: Resource, context: Context) -> tuple[str, str, int]:
    return "defender-storage", "Defender for Storage accounts", context.inventory.count("storage:StorageAccount")


def _vaults(_resource: Resource, context: Context) -> tuple[str, str, int]:
    return "defender-key-vault", "Defender for Key Vault", context.inventory.count("keyvault:Vault")


def _sql_machines(_resource: Resource, context: Context) -> tuple[str, str, int]:
    count = context.inventory.count("azurearcdata:SqlServerInstance", "sqlvirtualmachine:SqlVirtualMachine")
    return "defender-sql", "Defender for SQL on servers", count


def _sql_servers(_resource: Resource, context: Context) -> tuple[str, str, int]:
    return "defender-sql", "Defender for Azure SQL", context.inventory.count("sql:Server", "sql:ManagedInstance")


_BY_COUNT: Final[Mapping[str, Callable[[Resource, Context], tuple[str, str, int]]]] = {
    "VirtualMachines": _servers,
    "StorageAccounts": _accounts,
    "KeyVaults": _vaults,
    "SqlServerVirtualMachines": _sql_machines,
    "SqlServers": _sql_servers,
}
_BY_USE: Final[Mapping[str, tuple[str, str, str]]] = {
    "Arm": ("defender-resource-manager", "Defender for Resource Manager", "subscriptions"),
    "Containers": ("defender-containers", "Defender for Containers", "kubernetesCores"),
    "AppServices": ("defender-app-service", "Defender for App Service", "appServiceNodes"),
    "CosmosDbs": ("defender-cosmos", "Defender for Cosmos DB", "cosmosThroughput"),
    "OpenSourceRelationalDatabases": (
        "defender-open-source-databases",
        "Defender for open-source databases",
        "databaseInstances",
    ),
}


def vault(resource: Resource, context: Context) -> Iterator[Charge]:
    """Key vaults: operations and certificate renewals."""
    yield context.used("key-vault-operations", "Operations", "vaultOperations", resource)
    renewals = context.usage.of("vaultCertificates", resource.name)
    if renewals.value:
        yield context.charge(
            "key-vault-certificate-renewal", "Certificate renewals", renewals.value, Kind.USAGE, renewals.basis
        )


def key(resource: Resource, context: Context) -> Iterator[Charge]:
    """Keys: HSM-protected keys by the month, other keys only by operations."""
    if text_at(resource, "properties.kty") in _HSM_TYPES:
        yield context.fixed("key-vault-hsm-key", "Key protected by an HSM")
    else:
        yield free("a software-protected key is charged by its operations")


def managed_hsm(_resource: Resource, context: Context) -> Iterator[Charge]:
    """Managed HSM pools: by the hour."""
    yield context.fixed("key-vault-managed-hsm", "Managed HSM pool")


def secret(resource: Resource, _context: Context) -> Iterator[Charge]:
    """Secrets are charged by their operations."""
    del resource
    yield free("a secret is charged by its operations")


def machine(_resource: Resource, _context: Context) -> Iterator[Charge]:
    """Arc servers: the control plane is free."""
    yield free("the control plane of Arc is free; Defender and logs are charged there")


def sql_instance(resource: Resource, context: Context) -> Iterator[Charge]:
    """Arc-enabled SQL Server: free with a licence; the snapshot has no pay-as-you-go price."""
    if at(resource, "properties.licenseType") == "PAYG":
        yield unpriced("SQL Server pay as you go", "no price was found")
    else:
        yield free("the licence is the force's own: see hardware.yaml")
    del context


def extension(resource: Resource, context: Context) -> Iterator[Charge]:
    """Extensions of Arc-enabled Kubernetes clusters: GitOps per vCPU beyond the first six of each cluster."""
    kind = text_at(resource, "extensionType").lower()
    if kind == "microsoft.flux":
        cores = context.usage.of("clusterCores", resource.name)
        billed = max(Decimal(0), cores.value - _FREE_CORES)
        yield context.charge("arc-kubernetes-configuration", "GitOps by the vCPU", billed, Kind.USAGE, cores.basis)
    elif kind == "microsoft.policyinsights":
        yield free("Azure Policy for Kubernetes has no cost while it is in public preview")
    else:
        yield free("the service that it serves is charged")


PRICED: Final[Mapping[str, Pricing]] = {
    "security:Pricing": plan,
    "keyvault:Vault": vault,
    "keyvault:Key": key,
    "keyvault:ManagedHsm": managed_hsm,
    "keyvault:Secret": secret,
    "hybridcompute:Machine": machine,
    "azurearcdata:SqlServerInstance": sql_instance,
    "kubernetesconfiguration:Extension": extension,
}
FREE: Final[Mapping[str, str]] = {
    "security:AzureServersSetting": "the Defender plan is charged",
    "security:SecurityContact": "contacts are free",
    "hybridcompute:MachineExtension": "the service that it serves is charged",
    "hybridcompute:PrivateLinkScope": "its private endpoint is charged",
    "kubernetes:ConnectedCluster": "the control plane of Arc is free; its extensions are charged",
}
