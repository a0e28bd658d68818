"""The label: the ownership and purpose from which every name and tag is derived."""

from typing import NotRequired, TypedDict


class Label(TypedDict):
    """The ownership and purpose of a resource. One label names and tags a whole landing zone."""

    force: str
    """The force's name in the register, such as `west-midlands`."""
    code: str
    """The force's short code in lower-case letters and digits, such as `wmp`; part of every name."""
    environment: str
    """The force's environment, such as `prod`. It is part of every name, shortened to three letters if it has
    more than four."""
    cost_centre: str
    """The cost centre that pays, as the finance department writes it."""
    business_owner: str
    """The role or mailbox responsible for the service; never a personal name."""
    classification: str
    """The Government Security Classification tier with its handling instruction, such as `OFFICIAL-SENSITIVE`."""
    roadmap_milestone: str
    """The milestone of the force's roadmap."""
    spend_type: str
    """`strategic`, or `tactical` for a service with an exit date and a successor."""
    tags: NotRequired[dict[str, str]]
    """More tags. They cannot override the tags that the label gives."""
