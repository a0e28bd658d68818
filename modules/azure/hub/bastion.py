"""Azure Bastion in a hub: administrator access without management ports open to the Internet."""

from typing import NotRequired, TypedDict

from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place


class HubBastion(TypedDict):
    """The hub's Bastion."""

    enabled: NotRequired[bool]
    """Whether Bastion is deployed; false by default. Its subnet and rules always exist."""
    sku: NotRequired[str]
    """`Standard`, or `Premium`, which records sessions; `Standard` by default."""


def bastion(place: Place, sku: str, subnet: network.Subnet) -> network.BastionHost:
    """The Bastion in `subnet`, with copying of files and text and shareable links disabled."""
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
