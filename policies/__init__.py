"""The security baseline: rules on the resources of a force, and their evaluation.

    from bluelamp.policies import Resource, judge

    for judgement in judge([Resource(urn, "azure-native:storage:StorageAccount", "records", inputs)]):
        print(judgement.verdict, judgement.rule, judgement.message)

Rules are in `azure/`, `kubernetes/` and `data/`. This folder is also a policy pack, so that the same rules run in
`pulumi preview` and `pulumi up`.
"""

from os.path import realpath

# In a checkout `bluelamp/policies` is a link to `policies`, which tracebacks and reports should name.
__path__ = [realpath(folder) for folder in __path__]

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.policies.discovery import rules
from bluelamp.policies.judging import Baseline, judge
from bluelamp.policies.model import Case, Control, Enforcement, Judgement, Severity, Verdict
from bluelamp.policies.rule import Must, Rule

__all__ = [
    "UNKNOWN",
    "Baseline",
    "Case",
    "Control",
    "Enforcement",
    "Judgement",
    "Must",
    "Resource",
    "Rule",
    "Severity",
    "Verdict",
    "judge",
    "rules",
]
