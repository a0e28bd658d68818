"""A landing zone's shared services, with one line of detail each."""

from collections.abc import Mapping
from typing import Any

from bluelamp.render.lookup import Lookup


def services(look: Lookup) -> list[tuple[str, str]]:
    """The name and one line of detail of each shared service."""
    found: list[tuple[str, str]] = []

    def count(*types: str) -> int:
        return sum(1 for _ in look.of(*(f"azure-native:{each}" for each in types)))

    def add(name: str, number: int, line: str) -> None:
        if number:
            said = line.format(n=number)
            found.append((name, said.removesuffix("s") if number == 1 and "{n}" in line else said))

    for one in look.of("azure-native:operationalinsights:Workspace"):
        found.append(("Log Analytics", f"{one.inputs.get('retentionInDays', '?')} days kept"))
    add("Microsoft Sentinel", count("securityinsights:SentinelOnboardingState"), "on the workspace")
    add("Defender for Cloud", count("security:Pricing"), "{n} plans")
    vaults = list(look.of("azure-native:keyvault:Vault"))
    if vaults:
        skus = {str(_inner(_inner(one.inputs, "properties"), "sku").get("name", "")) for one in vaults}
        private = all(_inner(one.inputs, "properties").get("publicNetworkAccess") == "Disabled" for one in vaults)
        found.append(("Key Vault", f"{len(vaults)} × {', '.join(sorted(skus))}" + (", private" if private else "")))
    add("Private DNS", count("privatedns:PrivateZone"), "{n} zones")
    archived = count("storage:BlobContainerImmutabilityPolicy", "storage:ImmutabilityPolicy")
    add("Log archive", archived, "immutable")
    alerts = count("monitor:ActivityLogAlert", "monitor:MetricAlert", "monitor:ScheduledQueryRule")
    add("Alerts", alerts, "{n} rules")
    add("Backup", count("recoveryservices:Vault", "dataprotection:BackupVault"), "{n} vaults")
    add("Custom roles", count("authorization:RoleDefinition"), "{n} roles")
    add("Private Link scopes", count("hybridcompute:PrivateLinkScope", "monitor:PrivateLinkScope"), "{n} scopes")
    add("DDoS protection", count("network:DdosProtectionPlan"), "own plan")
    conditional = sum(1 for _ in look.of("azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"))
    add("Conditional access", conditional, "{n} policies")
    add("Budgets", count("consumption:Budget"), "{n} budgets")
    return found


def _inner(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = values.get(key)
    return value if isinstance(value, Mapping) else {}
