"""`python -m benchmarks.auditing [ROUNDS] [FORCE]`: the cost of `check` and `audit` compared with an earlier commit.

Both sides run alternately on one machine: this checkout, and the commit `BASE` with its own code, stacks and rules.
Each side has its own plan and state; manifests and templates are the same files for both. The benchmark compares
processor time, because elapsed time on a busy machine includes other work. No cached result is reused.
"""

import json
import os
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.table import Table

from benchmarks import manifests, projects, running
from benchmarks.projects import BASE
from benchmarks.running import ROOT

PROMISED: Final = 1.05
TEMPLATES, EACH = 24, 10


def main() -> None:
    """Measures and prints; status 1 if a command costs more than promised."""
    rounds = running.number(1, 3)
    force = sys.argv[2] if len(sys.argv) > 2 else "essex"
    console = running.console()
    engine = running.engine(console)
    with TemporaryDirectory(prefix="bluelamp-bench-") as name:
        folder = Path(name)
        base, current = projects.earlier(folder / "base"), projects.copied(folder / "now")
        commands = _commands(folder, force)
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment |= {
            "BLUELAMP_NO_CACHE": "1",
            "BLUELAMP_ENGINE": str(engine.path),
            "BLUELAMP_PYTHON": sys.executable,
        }
        sides = {
            BASE: (base, environment | {"PYTHONPATH": str(base)}),
            "now": (current, environment | {"PYTHONPATH": str(ROOT)}),
        }
        for side, where in sides.items():
            console.print(f"bringing {force} up in rehearsal: {side}")
            running.run([*running.PROGRAM, "up", "--rehearse", force], *where)
        costs: dict[tuple[str, str], list[float]] = {}
        for number in range(rounds + 1):  # the first run compiles modules for the others
            console.print(f"round {number} of {rounds}")
            for what, words in commands.items():
                for side, where in sides.items():
                    cost, _ = running.run([*running.PROGRAM, *words], *where)
                    if number:
                        costs.setdefault((what, side), []).append(cost.processor)
    table = Table("processor time", f"{BASE}, s", "now, s", "ratio")
    worst = 0.0
    for what in commands:
        was, now = (statistics.median(costs[what, side]) for side in sides)
        worst = max(worst, now / was)
        table.add_row(what, f"{was:.2f}", f"{now:.2f}", f"{now / was:.2f}")
    console.print(table)
    sys.exit(1 if worst > PROMISED else 0)


def _commands(folder: Path, force: str) -> dict[str, list[str]]:
    """The measured commands, by label."""
    objects, templates = folder / "manifests", folder / "templates"
    manifests.write(objects, folder / "one.yaml")
    templates.mkdir()
    for number in range(TEMPLATES):
        (templates / f"estate{number}.json").write_text(json.dumps(_template(number)), encoding="utf-8")
    report = ["--formats", "json", "--report", str(folder / "report")]
    return {
        f"check {force}": ["check", force],
        f"audit {force}": ["audit", force, *report],
        f"audit --from state {force}": ["audit", "--from", "state", "--rehearse", force, *report],
        f"audit --from manifests, {manifests.FILES * manifests.EACH:,} Deployments": [
            "audit",
            "--from",
            "manifests",
            str(objects),
        ],
        f"audit --from templates, {TEMPLATES * EACH * 3} resources": ["audit", "--from", "templates", str(templates)],
    }


def _template(number: int) -> dict[str, object]:
    """A template with parameters, variables, loops and references, as written by hand."""
    location = "[parameters('location')]"
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "location": {"type": "string", "defaultValue": "uksouth"},
            "count": {"type": "int", "defaultValue": EACH},
        },
        "variables": {"stem": f"[concat('e', string({number}))]", "tags": {"owner": "records", "data": "official"}},
        "resources": [
            {
                "type": "Microsoft.Storage/storageAccounts",
                "apiVersion": "2023-01-01",
                "name": "[concat(variables('stem'), 'st', copyIndex())]",
                "location": location,
                "copy": {"name": "accounts", "count": "[parameters('count')]"},
                "tags": "[variables('tags')]",
                "kind": "StorageV2",
                "sku": {"name": "[if(equals(parameters('location'), 'uksouth'), 'Standard_ZRS', 'Standard_LRS')]"},
                "properties": {"minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": True},
            },
            {
                "type": "Microsoft.Network/networkSecurityGroups",
                "apiVersion": "2023-09-01",
                "name": "[format('{0}-nsg-{1}', variables('stem'), copyIndex())]",
                "location": location,
                "copy": {"name": "groups", "count": "[parameters('count')]"},
                "properties": {
                    "copy": [
                        {
                            "name": "securityRules",
                            "count": 5,
                            "input": {
                                "name": "[concat('rule', copyIndex('securityRules'))]",
                                "properties": {
                                    "priority": "[add(100, copyIndex('securityRules'))]",
                                    "access": "Allow",
                                    "direction": "Inbound",
                                    "protocol": "Tcp",
                                    "sourceAddressPrefix": "10.0.0.0/8",
                                    "sourcePortRange": "*",
                                    "destinationAddressPrefix": "*",
                                    "destinationPortRange": "443",
                                },
                            },
                        }
                    ]
                },
            },
            {
                "type": "Microsoft.KeyVault/vaults",
                "apiVersion": "2023-07-01",
                "name": "[concat(variables('stem'), '-kv-', copyIndex())]",
                "location": location,
                "copy": {"name": "vaults", "count": "[parameters('count')]"},
                "dependsOn": ["[resourceId('Microsoft.Storage/storageAccounts', concat(variables('stem'), 'st0'))]"],
                "properties": {
                    "tenantId": "[subscription().tenantId]",
                    "sku": {"family": "A", "name": "standard"},
                    "accessPolicies": [],
                    "enablePurgeProtection": True,
                },
            },
        ],
    }


if __name__ == "__main__":
    main()
