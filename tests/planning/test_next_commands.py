"""Next steps in a rehearsal name the rehearsal's commands."""

from bluelamp.core.commands import rehearsed
from bluelamp.fleet import trial_update
from bluelamp.planning.trial import RefusedStep


def test_commands_on_deployed_resources_have_the_option_once() -> None:
    output = "run `bluelamp destroy essex`, then `bluelamp addresses essex --move records=R` and `bluelamp up essex`"
    messages = rehearsed(output)
    assert messages.count("--rehearse") == 2
    assert "`bluelamp destroy --rehearse essex`" in messages
    assert rehearsed(messages) == messages
    assert rehearsed("bluelamp check essex") == "bluelamp check essex"


def test_a_refusal_is_shown_without_ids() -> None:
    one = "/subscriptions/0/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet/subnets/edge"
    messages = trial_update._described(
        RefusedStep("urn:pulumi:s::p::t::hub-edge", "delete", "InUse", f"Subnet {one} is in use by {one}.")
    )
    assert messages == (
        "hub-edge cannot be deleted: Subnet Microsoft.Network/virtualNetworks/vnet/subnets/edge is in use by "
        "Microsoft.Network/virtualNetworks/vnet/subnets/edge (InUse)"
    )
    group = trial_update._described(
        RefusedStep("urn:pulumi:s::p::t::g", "create", "Taken", "/subscriptions/0/resourceGroups/rg is there")
    )
    assert group == "g cannot be made: resourceGroups/rg is there (Taken)"
