"""The security baseline: rules over the resources of a force, and the judging of them.

    from bluelamp.policies import Resource, judge

    for judgement in judge([Resource(urn, "azure-native:storage:StorageAccount", "records", inputs)]):
        print(judgement.verdict, judgement.rule, judgement.message)

Rules are found in `azure/`, `kubernetes/` and `data/`; the same ones run here, and in `pulumi preview` and `pulumi up`
as the policy pack that this folder is.
"""

from bluelamp.policies.discovery import rules
from bluelamp.policies.judging import Baseline, judge
from bluelamp.policies.model import UNKNOWN, Case, Control, Enforcement, Judgement, Resource, Severity, Verdict
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
