"""The cluster class: its templates, its variables and its machine health check."""

from typing import Any

from bluelamp.modules.kubernetes.cluster_class.parts import Part, endpoint_patch

WORKERS = "workers"
"""The worker class of the machine pools."""
_ILL_SECONDS = 300
_STARTUP_SECONDS = {"vsphere": 1200, "metal3": 3600}  # physical servers start slowly (firmware checks, disk imaging)


def class_spec(
    parts: dict[str, Part], prefix: str, infrastructure: str, patches: list[dict[str, Any]]
) -> dict[str, Any]:
    """The spec of a `ClusterClass` with templates whose names start with `prefix`."""

    def reference(part: str) -> dict[str, Any]:
        return parts[part].reference(f"{prefix}-{part}")

    health = _health(_STARTUP_SECONDS[infrastructure])
    return {
        "infrastructure": reference("infrastructure"),
        "controlPlane": {
            **reference("control-plane"),
            "machineInfrastructure": reference("control-plane-machine"),
            "healthCheck": health,
        },
        "workers": {
            "machineDeployments": [
                {
                    "class": WORKERS,
                    "bootstrap": reference("worker"),
                    "infrastructure": reference("worker-machine"),
                    "healthCheck": health,
                }
            ]
        },
        "variables": [
            {
                "name": "controlPlaneEndpoint",
                "required": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "description": "The address of the cluster's API server.",
                        "required": ["host", "port"],
                        "properties": {
                            "host": {"type": "string", "minLength": 1, "maxLength": 253},
                            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                        },
                    }
                },
            },
            {
                "name": "serviceAccountIssuer",
                "required": False,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "string",
                        "description": "The public address of the issuer of the cluster's service account tokens.",
                        "default": "",
                        "pattern": "^(https://[a-zA-Z0-9./-]+[^/])?$",
                    }
                },
            },
        ],
        "patches": [endpoint_patch(parts["infrastructure"]), *patches],
    }


def _health(startup: int) -> dict[str, Any]:
    return {
        "checks": {
            "nodeStartupTimeoutSeconds": startup,
            "unhealthyNodeConditions": [
                {"type": "Ready", "status": status, "timeoutSeconds": _ILL_SECONDS} for status in ("False", "Unknown")
            ],
        },
        # More unhealthy machines than this indicate a wider problem, which needs an operator.
        "remediation": {"triggerIf": {"unhealthyLessThanOrEqualTo": "40%"}},
    }
