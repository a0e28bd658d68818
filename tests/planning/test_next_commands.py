"""A next step that speaks of the rehearsal names the rehearsal's commands."""

from bluelamp.core.commands import rehearsed
from bluelamp.fleet import trial_update
from bluelamp.planning.trial import RefusedStep


def test_commands_that_work_on_what_is_deployed_carry_the_option_once() -> None:
    said = "run `bluelamp destroy essex`, then `bluelamp addresses essex --move records=R` and `bluelamp up essex`"
    told = rehearsed(said)
    assert told.count("--rehearse") == 2
    assert "`bluelamp destroy --rehearse essex`" in told
    assert rehearsed(told) == told
    assert rehearsed("bluelamp check essex") == "bluelamp check essex"


def test_a_refusal_is_told_without_ids() -> None:
    one = "/subscriptions/0/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet/subnets/edge"
    told = trial_update._described(
        RefusedStep("urn:pulumi:s::p::t::hub-edge", "delete", "InUse", f"Subnet {one} is in use by {one}.")
    )
    assert told == (
        "hub-edge cannot be deleted: Subnet Microsoft.Network/virtualNetworks/vnet/subnets/edge is in use by "
        "Microsoft.Network/virtualNetworks/vnet/subnets/edge (InUse)"
    )
    group = trial_update._described(
        RefusedStep("urn:pulumi:s::p::t::g", "create", "Taken", "/subscriptions/0/resourceGroups/rg is there")
    )
    assert group == "g cannot be made: resourceGroups/rg is there (Taken)"
