"""Every rule passes its own cases."""

import pytest

from bluelamp.policies import Case, Rule, Verdict, judge, rules
from bluelamp.policies.cases import entries

RULES = {rule.id: rule for rule in rules()}
CASES = [pytest.param(case, id=f"{case.rule}-{case.name}") for rule in rules() for case in rule.cases]


def judged(case: Case, rule: Rule):
    """The judgement of the case's first resource."""
    rule = rule.using(**case.parameters) if case.parameters else rule
    (judgement,) = [each for each in judge(case.resources, [rule]) if each.urn == case.resources[0].urn]
    return judgement


@pytest.mark.parametrize("case", CASES)
def test_a_case_has_its_stated_verdict(case):
    judgement = judged(case, RULES[case.rule])
    assert judgement.verdict == case.verdict, judgement
    if case.path is not None:
        assert judgement.path == case.path


def test_a_case_of_several_resources_has_a_name():
    unnamed = [rule.id for rule in rules() for each in entries(rule) if "with" in each and not each.get("name")]
    assert not unnamed


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_has_every_kind_of_case(rule):
    verdicts = {case.verdict for case in rule.cases}
    assert {Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN} <= verdicts
    assert any(case.missing for case in rule.cases), "no case leaves the property out"
    if rule.must is None and "NotApplicable(" in _source(rule):
        assert Verdict.NOT_APPLICABLE in verdicts
    if rule.parameters and rule.must is None:
        assert any(case.parameters for case in rule.cases) or rule.id in _FEW_WOULD_CHANGE


# Parameters that only a special estate would set; tests of parameters themselves are in test_rules.py.
_FEW_WOULD_CHANGE = {"BL-IAM-001", "BL-K8S-005", "BL-K8S-012", "BL-K8S-031", "BL-K8S-032"}


def _source(rule: Rule) -> str:
    import inspect

    return inspect.getsource(rule.check)
