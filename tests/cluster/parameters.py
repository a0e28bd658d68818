"""Keeps an API server able to find the parameters of admission policies.

When the last policy whose parameters are ConfigMaps is deleted, the server (1.36) stops watching ConfigMaps for
policies and does not start again for later ones: they refuse everything because parameters are missing. So one policy
without any requirement stays installed.
"""

from pathlib import Path

from bluelamp.rehearsal.kubernetes.api import Api

_API = "admissionregistration.k8s.io/v1"
_NAME = "keeps-parameters"
_OBJECTS = (
    {
        "kind": "ValidatingAdmissionPolicy",
        "spec": {
            "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": ["none.example"],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["none"],
                    }
                ]
            },
            "validations": [{"expression": "true"}],
        },
    },
    {
        "kind": "ValidatingAdmissionPolicyBinding",
        "spec": {
            "policyName": _NAME,
            "validationActions": ["Audit"],
            "paramRef": {"name": _NAME, "namespace": "default", "parameterNotFoundAction": "Allow"},
        },
    },
)


def keep(kubeconfig: Path) -> None:
    """Installs the policy without any requirement."""
    api = Api(kubeconfig)
    for each in _OBJECTS:
        obj = {"apiVersion": _API, "metadata": {"name": _NAME}, **each}
        api.apply(api.path(_API, each["kind"], "", _NAME), obj, "tests", dry_run=False)
