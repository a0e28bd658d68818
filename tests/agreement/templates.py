"""How many verdicts are unknown for templates like those that Azure Verified Modules compile to.

Run `python -m tests.agreement.templates`.

Each case is a module with the constructs that such modules share: nullable parameters of user-defined types, `tryGet`
and `coalesce`, lambdas over role assignments and identities, diagnostic settings, locks, role assignments and private
endpoints in loops, nested modules, and outputs that other modules read. `WANTED` has the verdicts that a reader of the
module can determine. The exit status is 1 if the share of unknown verdicts is not below `MOST`, or a verdict differs.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bluelamp.policies import Verdict, judge
from bluelamp.resources.templates.reading import read

MOST: Final = 0.2
"""The share of unknown verdicts that there must be less of. Verdicts that are not applicable do not count."""
SCHEMA: Final = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
JUDGED_ELSEWHERE: Final = frozenset({"BL-AST-001"})
"""Needs a register of information assets, which no template has."""

Json = dict[str, Any]

DEFINITIONS: Final[Json] = {
    "lockType": {
        "type": "object",
        "properties": {"kind": {"type": "string", "nullable": True}, "name": {"type": "string", "nullable": True}},
        "nullable": True,
    },
    "diagnosticSettingType": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "nullable": True},
                "logCategoriesAndGroups": {"type": "array", "items": {"type": "object"}, "nullable": True},
                "workspaceResourceId": {"type": "string", "nullable": True},
            },
        },
        "nullable": True,
    },
    "roleAssignmentType": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"roleDefinitionIdOrName": {"type": "string"}, "principalId": {"type": "string"}},
        },
        "nullable": True,
    },
    "managedIdentitiesType": {
        "type": "object",
        "properties": {
            "systemAssigned": {"type": "bool", "nullable": True},
            "userAssignedResourceIds": {"type": "array", "items": {"type": "string"}, "nullable": True},
        },
        "nullable": True,
    },
    "passwordType": {"type": "securestring"},
}
PARAMETERS: Final[Json] = {
    "name": {"type": "string"},
    "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
    "lock": {"$ref": "#/definitions/lockType"},
    "diagnosticSettings": {"$ref": "#/definitions/diagnosticSettingType"},
    "roleAssignments": {"$ref": "#/definitions/roleAssignmentType"},
    "managedIdentities": {"$ref": "#/definitions/managedIdentitiesType"},
    "privateEndpoints": {"type": "array", "nullable": True},
    "tags": {"type": "object", "nullable": True},
    "enableTelemetry": {"type": "bool", "defaultValue": True},
}
ROLES: Final = {"Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}


def module(type_: str, version: str, properties: Any, *, parameters: Json | None = None, **more: Any) -> Json:
    """A module around one resource, with the parts that every module has."""
    own = {"type": type_, "apiVersion": version, "name": "[parameters('name')]", "location": "[parameters('location')]"}
    identity = (
        "[if(not(empty(parameters('managedIdentities'))), createObject('type', if(coalesce(tryGet(parameters("
        "'managedIdentities'), 'systemAssigned'), false()), if(not(empty(coalesce(tryGet(parameters("
        "'managedIdentities'), 'userAssignedResourceIds'), createObject()))), 'SystemAssigned, UserAssigned', "
        "'SystemAssigned'), if(not(empty(coalesce(tryGet(parameters('managedIdentities'), 'userAssignedResourceIds'), "
        "createObject()))), 'UserAssigned', null())), 'userAssignedIdentities', if(not(empty(variables("
        "'formattedUserAssignedIdentities'))), variables('formattedUserAssignedIdentities'), null())), null())]"
    )
    return {
        "$schema": SCHEMA,
        "languageVersion": "2.0",
        "contentVersion": "1.0.0.0",
        "definitions": DEFINITIONS,
        "parameters": PARAMETERS | (parameters or {}),
        "variables": {
            "copy": [
                {
                    "name": "formattedRoleAssignments",
                    "count": "[length(coalesce(parameters('roleAssignments'), createArray()))]",
                    "input": "[union(coalesce(parameters('roleAssignments'), createArray())[copyIndex("
                    "'formattedRoleAssignments')], createObject('roleDefinitionId', coalesce(tryGet(variables("
                    "'builtInRoleNames'), coalesce(parameters('roleAssignments'), createArray())[copyIndex("
                    "'formattedRoleAssignments')].roleDefinitionIdOrName), coalesce(parameters('roleAssignments'), "
                    "createArray())[copyIndex('formattedRoleAssignments')].roleDefinitionIdOrName)))]",
                }
            ],
            "builtInRoleNames": {
                name: f"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{role}')]"
                for name, role in ROLES.items()
            },
            "formattedUserAssignedIdentities": "[reduce(map(coalesce(tryGet(parameters('managedIdentities'), "
            "'userAssignedResourceIds'), createArray()), lambda('id', createObject(format('{0}', lambdaVariables('id')),"
            " createObject()))), createObject(), lambda('cur', 'next', union(lambdaVariables('cur'), "
            "lambdaVariables('next'))))]",
        },
        "resources": {
            "avmTelemetry": {
                "condition": "[parameters('enableTelemetry')]",
                "type": "Microsoft.Resources/deployments",
                "apiVersion": "2024-03-01",
                "name": "[format('46d3xbcp.{0}', substring(uniqueString(deployment().name, parameters('location')), 0, 4))]",
                "properties": {"mode": "Incremental", "template": {"$schema": SCHEMA, "resources": []}},
            },
            "main": {
                **own,
                "tags": "[parameters('tags')]",
                "identity": identity,
                "properties": properties,
                **more,
            },
            **_extensions(type_),
        },
        "outputs": {
            "resourceId": {"type": "string", "value": f"[resourceId('{type_}', parameters('name'))]"},
            "location": {"type": "string", "value": f"[reference('main', '{version}', 'full').location]"},
            "principalId": {
                "type": "string",
                "nullable": True,
                "value": f"[tryGet(tryGet(reference('main', '{version}', 'full'), 'identity'), 'principalId')]",
            },
        },
    }


def _extensions(type_: str) -> Json:
    """The diagnostic settings, locks, role assignments and private endpoints of a module."""
    on = f"[resourceId('{type_}', parameters('name'))]"
    each = "coalesce(parameters('{0}'), createArray())[copyIndex()]"
    diagnostic, endpoint = each.format("diagnosticSettings"), each.format("privateEndpoints")
    return {
        "diagnosticSettings": {
            "copy": {"name": "ds", "count": "[length(coalesce(parameters('diagnosticSettings'), createArray()))]"},
            "type": "Microsoft.Insights/diagnosticSettings",
            "apiVersion": "2021-05-01-preview",
            "scope": on,
            "name": f"[coalesce(tryGet({diagnostic}, 'name'), format('{{0}}-diagnosticSettings', parameters('name')))]",
            "properties": {
                "copy": [
                    {
                        "name": "logs",
                        "count": f"[length(coalesce(tryGet({diagnostic}, 'logCategoriesAndGroups'), "
                        "createArray(createObject('categoryGroup', 'allLogs'))))]",
                        "input": {
                            "categoryGroup": f"[tryGet(coalesce(tryGet({diagnostic}, 'logCategoriesAndGroups'), "
                            "createArray(createObject('categoryGroup', 'allLogs')))[copyIndex('logs')], 'categoryGroup')]",
                            "enabled": f"[coalesce(tryGet(coalesce(tryGet({diagnostic}, 'logCategoriesAndGroups'), "
                            "createArray(createObject('categoryGroup', 'allLogs')))[copyIndex('logs')], 'enabled'), true())]",
                        },
                    }
                ],
                "workspaceId": f"[tryGet({diagnostic}, 'workspaceResourceId')]",
            },
        },
        "lock": {
            "condition": "[and(not(empty(coalesce(parameters('lock'), createObject()))), not(equals(tryGet(parameters("
            "'lock'), 'kind'), 'None')))]",
            "type": "Microsoft.Authorization/locks",
            "apiVersion": "2020-05-01",
            "scope": on,
            "name": "[coalesce(tryGet(parameters('lock'), 'name'), format('lock-{0}', parameters('name')))]",
            "properties": {"level": "[coalesce(tryGet(parameters('lock'), 'kind'), '')]"},
        },
        "roleAssignments": {
            "copy": {"name": "ra", "count": "[length(coalesce(variables('formattedRoleAssignments'), createArray()))]"},
            "type": "Microsoft.Authorization/roleAssignments",
            "apiVersion": "2022-04-01",
            "scope": on,
            "name": "[guid(parameters('name'), variables('formattedRoleAssignments')[copyIndex()].principalId)]",
            "properties": {
                "roleDefinitionId": "[variables('formattedRoleAssignments')[copyIndex()].roleDefinitionId]",
                "principalId": "[variables('formattedRoleAssignments')[copyIndex()].principalId]",
                "principalType": "[tryGet(variables('formattedRoleAssignments')[copyIndex()], 'principalType')]",
            },
        },
        "privateEndpoints": {
            "copy": {"name": "pe", "count": "[length(coalesce(parameters('privateEndpoints'), createArray()))]"},
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "name": "[format('{0}-pe-{1}', uniqueString(deployment().name, parameters('location')), copyIndex())]",
            "properties": {
                "expressionEvaluationOptions": {"scope": "inner"},
                "mode": "Incremental",
                "parameters": {
                    "name": {"value": "[format('pep-{0}-{1}', parameters('name'), copyIndex())]"},
                    "subnetResourceId": {"value": f"[{endpoint}.subnetResourceId]"},
                    "serviceResourceId": {"value": on},
                    "service": {"value": f"[coalesce(tryGet({endpoint}, 'service'), 'default')]"},
                },
                "template": {
                    "$schema": SCHEMA,
                    "languageVersion": "2.0",
                    "parameters": {
                        name: {"type": "string"}
                        for name in ("name", "subnetResourceId", "serviceResourceId", "service")
                    },
                    "resources": {
                        "endpoint": {
                            "type": "Microsoft.Network/privateEndpoints",
                            "apiVersion": "2023-11-01",
                            "name": "[parameters('name')]",
                            "location": "[resourceGroup().location]",
                            "properties": {
                                "subnet": {"id": "[parameters('subnetResourceId')]"},
                                "privateLinkServiceConnections": [
                                    {
                                        "name": "[parameters('name')]",
                                        "properties": {
                                            "privateLinkServiceId": "[parameters('serviceResourceId')]",
                                            "groupIds": "[createArray(parameters('service'))]",
                                        },
                                    }
                                ],
                            },
                        }
                    },
                },
            },
        },
    }


STORAGE: Final = module(
    "Microsoft.Storage/storageAccounts",
    "2024-01-01",
    "[shallowMerge(createArray(createObject('allowSharedKeyAccess', parameters('allowSharedKeyAccess'), "
    "'minimumTlsVersion', parameters('minimumTlsVersion'), 'supportsHttpsTrafficOnly', true(), 'isLocalUserEnabled', "
    "false(), 'publicNetworkAccess', if(not(empty(parameters('publicNetworkAccess'))), parameters('publicNetworkAccess'),"
    " if(and(not(empty(parameters('privateEndpoints'))), empty(parameters('networkAcls'))), 'Disabled', null()))), "
    "if(not(empty(parameters('networkAcls'))), createObject('networkAcls', union(createObject('resourceAccessRules', "
    "tryGet(parameters('networkAcls'), 'resourceAccessRules')), createObject('defaultAction', coalesce(tryGet("
    "parameters('networkAcls'), 'defaultAction'), 'Deny')))), createObject())))]",
    parameters={
        "kind": {"type": "string", "defaultValue": "StorageV2", "allowedValues": ["StorageV2", "BlobStorage"]},
        "skuName": {"type": "string", "defaultValue": "Standard_GRS"},
        "minimumTlsVersion": {"type": "string", "defaultValue": "TLS1_2"},
        "allowSharedKeyAccess": {"type": "bool", "defaultValue": True},
        "publicNetworkAccess": {"type": "string", "nullable": True},
        "networkAcls": {"type": "object", "nullable": True},
    },
    kind="[parameters('kind')]",
    sku={"name": "[parameters('skuName')]"},
)
VAULT: Final = module(
    "Microsoft.KeyVault/vaults",
    "2024-11-01",
    {
        "enablePurgeProtection": "[if(parameters('enablePurgeProtection'), parameters('enablePurgeProtection'), null())]",
        "enableRbacAuthorization": "[parameters('enableRbacAuthorization')]",
        "enableSoftDelete": True,
        "tenantId": "[subscription().tenantId]",
        "sku": {"name": "[parameters('sku')]", "family": "A"},
        "networkAcls": "[if(not(empty(coalesce(parameters('networkAcls'), createObject()))), createObject('bypass', "
        "tryGet(parameters('networkAcls'), 'bypass'), 'defaultAction', tryGet(parameters('networkAcls'), "
        "'defaultAction')), null())]",
        "publicNetworkAccess": "[if(not(empty(parameters('privateEndpoints'))), 'Disabled', null())]",
    },
    parameters={
        "sku": {"type": "string", "defaultValue": "premium"},
        "enablePurgeProtection": {"type": "bool", "defaultValue": True},
        "enableRbacAuthorization": {"type": "bool", "defaultValue": True},
        "networkAcls": {"type": "object", "nullable": True},
    },
)
NETWORK: Final = module(
    "Microsoft.Network/virtualNetworks",
    "2024-05-01",
    {
        "addressSpace": {"addressPrefixes": "[createArray(parameters('prefix'))]"},
        "subnets": "[map(range(0, parameters('count')), lambda('i', createObject('name', format('snet-{0}', "
        "lambdaVariables('i')), 'properties', createObject('addressPrefix', cidrSubnet(parameters('prefix'), 24, "
        "lambdaVariables('i')), 'defaultOutboundAccess', false()))))]",
        "ddosProtectionPlan": "[if(not(empty(parameters('ddosProtectionPlanResourceId'))), createObject('id', "
        "parameters('ddosProtectionPlanResourceId')), null())]",
        "enableDdosProtection": "[not(empty(parameters('ddosProtectionPlanResourceId')))]",
    },
    parameters={
        "prefix": {"type": "string", "defaultValue": "10.1.0.0/20"},
        "count": {"type": "int", "defaultValue": 3},
        "ddosProtectionPlanResourceId": {"type": "string", "defaultValue": ""},
    },
)
SQL: Final = module(
    "Microsoft.Sql/servers",
    "2023-08-01",
    {
        "administratorLogin": "[if(not(empty(parameters('administratorLogin'))), parameters('administratorLogin'), null())]",
        "administratorLoginPassword": "[parameters('administratorLoginPassword')]",
        "minimalTlsVersion": "[parameters('minimalTlsVersion')]",
        "version": "12.0",
        "publicNetworkAccess": "[if(not(empty(parameters('publicNetworkAccess'))), parameters('publicNetworkAccess'), "
        "if(not(empty(parameters('privateEndpoints'))), 'Disabled', null()))]",
        "restrictOutboundNetworkAccess": "[if(not(empty(parameters('outbound'))), parameters('outbound'), null())]",
    },
    parameters={
        "administratorLogin": {"type": "string", "defaultValue": ""},
        "administratorLoginPassword": {"$ref": "#/definitions/passwordType", "defaultValue": ""},
        "minimalTlsVersion": {"type": "string", "defaultValue": "1.2"},
        "publicNetworkAccess": {"type": "string", "defaultValue": ""},
        "outbound": {"type": "string", "nullable": True},
    },
)
REGISTRY: Final = module(
    "Microsoft.ContainerRegistry/registries",
    "2023-06-01-preview",
    {
        "adminUserEnabled": "[parameters('acrAdminUserEnabled')]",
        "anonymousPullEnabled": False,
        "policies": {
            "exportPolicy": {"status": "[parameters('exportPolicyStatus')]"},
            "retentionPolicy": "[if(equals(parameters('acrSku'), 'Premium'), createObject('days', 15, 'status', "
            "'enabled'), null())]",
        },
        "publicNetworkAccess": "[if(not(empty(parameters('privateEndpoints'))), 'Disabled', null())]",
        "zoneRedundancy": "[if(equals(parameters('acrSku'), 'Premium'), 'Enabled', null())]",
    },
    parameters={
        "acrSku": {"type": "string", "defaultValue": "Premium"},
        "acrAdminUserEnabled": {"type": "bool", "defaultValue": False},
        "exportPolicyStatus": {"type": "string", "defaultValue": "disabled"},
    },
    sku={"name": "[parameters('acrSku')]"},
)
WORKSPACE: Final = module(
    "Microsoft.OperationalInsights/workspaces",
    "2025-02-01",
    {
        "retentionInDays": "[parameters('dataRetention')]",
        "features": {"disableLocalAuth": "[coalesce(tryGet(parameters('features'), 'disableLocalAuth'), true())]"},
        "publicNetworkAccessForQuery": "[parameters('access')]",
        "publicNetworkAccessForIngestion": "[parameters('access')]",
    },
    parameters={
        "dataRetention": {"type": "int", "defaultValue": 365},
        "features": {"type": "object", "nullable": True},
        "access": {"type": "string", "defaultValue": "Disabled"},
    },
)
MODULES: Final = {
    "storage": STORAGE, "vault": VAULT, "network": NETWORK, "sql": SQL, "registry": REGISTRY, "workspace": WORKSPACE,
}  # fmt: skip

SUBNET: Final = "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet-records', 'snet-0')]"


def used(name: str, /, **given: Any) -> Json:
    """The module `name`, as used by another template."""
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": f"[format('{name}-{{0}}', uniqueString(deployment().name))]",
        "properties": {
            "expressionEvaluationOptions": {"scope": "inner"},
            "mode": "Incremental",
            "parameters": {key: {"value": value} for key, value in given.items()},
            "template": MODULES[name],
        },
    }


def pattern() -> Json:
    """A template made of modules, as a team would write it."""
    settings = {
        "lock": {"kind": "CanNotDelete"},
        "tags": "[variables('tags')]",
        "location": "uksouth",
        "diagnosticSettings": [{"workspaceResourceId": "[reference('workspace').outputs.resourceId.value]"}],
        "privateEndpoints": [{"subnetResourceId": SUBNET, "service": "blob"}],
        "roleAssignments": [{"roleDefinitionIdOrName": "Reader", "principalId": "p", "principalType": "Group"}],
        "managedIdentities": {"systemAssigned": True},
    }
    return {
        "$schema": SCHEMA,
        "languageVersion": "2.0",
        "parameters": {"force": {"type": "string", "defaultValue": "essex"}},
        "variables": {"tags": {"cost-centre": "CC1", "business-owner": "records", "classification": "OFFICIAL"}},
        "resources": {
            "workspace": used("workspace", name="[format('log-{0}', parameters('force'))]", location="uksouth"),
            "network": used("network", name="vnet-records", location="uksouth", tags="[variables('tags')]"),
            **{
                name: used(name, name=f"[toLower(format('{name}{{0}}', parameters('force')))]", **settings)
                for name in ("storage", "vault", "sql", "registry")
            },
        },
    }


CASES: Final = {**MODULES, "pattern": pattern()}
WANTED: Final = {
    ("storage", "BL-STO-002"): Verdict.PASS,
    ("storage", "BL-STO-003"): Verdict.FAIL,
    ("storage", "BL-STO-005"): Verdict.FAIL,
    ("storage", "BL-STO-008"): Verdict.PASS,
    ("vault", "BL-KV-001"): Verdict.PASS,
    ("vault", "BL-KV-003"): Verdict.PASS,
    ("registry", "BL-ACR-001"): Verdict.PASS,
    ("network", "BL-NET-012"): Verdict.FAIL,
    ("workspace", "BL-LOG-001"): Verdict.PASS,
    ("pattern", "BL-STO-005"): Verdict.PASS,
    ("pattern", "BL-IAM-001"): Verdict.PASS,
    ("pattern", "BL-DAT-001"): Verdict.PASS,
}


def verdicts(folder: Path) -> Iterator[tuple[str, str, Verdict]]:
    """The case, the rule and the verdict, for each verdict that counts."""
    for name, case in CASES.items():
        file = folder / f"{name}.json"
        file.write_text(json.dumps(case, indent=1))
        for each in judge(read([str(file)])):
            if each.verdict is not Verdict.NOT_APPLICABLE and each.rule not in JUDGED_ELSEWHERE:
                yield name, each.rule, each.verdict


def disagreements(found: list[tuple[str, str, Verdict]]) -> list[str]:
    """The verdicts that differ from those expected."""
    return [
        f"{case} {rule}: {sorted({each for name, of, each in found if (name, of) == (case, rule)})}, not {wanted}"
        for (case, rule), wanted in WANTED.items()
        if {each for name, of, each in found if (name, of) == (case, rule)} != {wanted}
    ]


def share(found: list[tuple[str, str, Verdict]]) -> float:
    """The share of verdicts that are unknown, from 0 to 1."""
    return sum(each is Verdict.UNKNOWN for _, _, each in found) / len(found)


def main() -> int:
    """Prints the figures; returns the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(verdicts(Path(folder)))
    wrong = disagreements(found)
    lines = [f"templates: {share(found):.1%} of {len(found):,} verdicts are unknown (the most is {MOST:.0%})"]
    for name in CASES:
        counts = Counter(str(each) for case, _, each in found if case == name)
        lines.append(f"  {name}: {', '.join(f'{count} {each}' for each, count in sorted(counts.items()))}")
    sys.stdout.write("\n".join([*lines, *(f"  wrong: {each}" for each in wrong), ""]))
    return 1 if wrong or share(found) >= MOST else 0


if __name__ == "__main__":
    sys.exit(main())
