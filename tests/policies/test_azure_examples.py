"""Every Azure example is a program that runs, that the rehearsal cloud accepts, and that its rule passes."""

import pytest
from azure_examples import azure_rules, examples

from bluelamp.policies import Rule, Verdict, judge

pytestmark = pytest.mark.xdist_group("azure-examples")
ALL = pytest.mark.parametrize("rule", azure_rules(), ids=lambda rule: rule.id)


@ALL
def test_an_example_runs_and_the_cloud_accepts_it(rule: Rule):
    example = examples()[rule.id]
    if example.error:
        raise example.error
    assert example.resources
    assert not [(each.name, each.failures) for each in example.refused]


@ALL
def test_an_example_passes_its_own_rule(rule: Rule):
    judgements = judge(examples()[rule.id].resources, [rule])
    assert {judgement.verdict for judgement in judgements} <= {Verdict.PASS, Verdict.NOT_APPLICABLE}, judgements
    assert Verdict.PASS in {judgement.verdict for judgement in judgements}, judgements
