"""Azure Bastion in a hub: the way in for administrators, with no management port open to the Internet."""

from typing import NotRequired, TypedDict

from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place


class HubBastion(TypedDict):
    """Which Bastion a hub has."""

    enabled: NotRequired[bool]
    """Whether there is one; false by default. Its subnet and its rules are there either way."""
    sku: NotRequired[str]
    """`Standard`, or `Premium`, which records sessions; `Standard` by default."""


def bastion(place: Place, sku: str, subnet: network.Subnet) -> network.BastionHost:
    """The Bastion in `subnet`; files and text cannot be copied through it, and no link to it can be shared."""
    address = place.public_address("bastion")
    host = network.BastionHost(
        place.logical("bastion"),
        bastion_host_name=place.name("bastion", "hub"),
        **place.here,
        sku=network.SkuArgs(name=sku),
        ip_configurations=[
            network.BastionHostIPConfigurationArgs(
                name="bastion",
                subnet=network.SubResourceArgs(id=subnet.id),
                public_ip_address=network.SubResourceArgs(id=address.id),
            )
        ],
        disable_copy_paste=True,
        enable_file_copy=False,
        enable_shareable_link=False,
        enable_ip_connect=False,
        enable_tunneling=False,
        enable_session_recording=True if sku == "Premium" else None,
        zones=place.zones,
        opts=place.owner.child(),
    )
    place.log("bastion", host)
    return host
