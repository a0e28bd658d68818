"""The security baseline: rules over the resources of a force, and the judging of them.

    from bluelamp.policies import Resource, judge

    for judgement in judge([Resource(urn, "azure-native:storage:StorageAccount", "records", inputs)]):
        print(judgement.verdict, judgement.rule, judgement.message)

Rules are found in `azure/`, `kubernetes/` and `data/`; the same ones run here, and in `pulumi preview` and `pulumi up`
as the policy pack that this folder is.
"""

from os.path import realpath

# In a checkout `bluelamp/policies` is a link to `policies`: tracebacks and reports name files as a reader knows them.
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
