"""Every cell of a policy has the same answer in the policy and in every target that it compiles to."""


from hypothesis import HealthCheck, given, settings

from bluelamp.core.access import cells, decide
from tests.access import access_targets as targets

THOROUGH = settings(
    max_examples=2500, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


def disagreements(policy, resources, day=targets.DAY):
    """The cells in which a target answers otherwise than the policy."""
    return [
        (cell, target)
        for cell in cells(policy)
        for target, views in targets.answers(resources, policy, cell).items()
        if views != targets.expected(policy, cell, target, decide(policy, cell, day).view)
    ]


@THOROUGH
@given(targets.policies)
def test_every_cell_agrees_in_every_target(generated):
    policy, _ = generated
    assert disagreements(policy, targets.deployed(policy)) == []
