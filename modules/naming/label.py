"""Whose a resource is and what it is for: what every name and every tag is made of."""

from typing import NotRequired, TypedDict


class Label(TypedDict):
    """Whose a resource is and what it is for. One label names and tags a whole landing zone."""

    force: str
    """The force's name in the register, such as `west-midlands`."""
    code: str
    """The force's short code, lower-case letters and digits, such as `wmp`; it is in every name."""
    environment: str
    """Which of the force's environments this is, such as `prod`. It is in every name, cut to three letters where it
    has more than four."""
    cost_centre: str
    """The cost centre that pays, as finance writes it."""
    business_owner: str
    """The role or mailbox of the person who answers for the service; never a personal name."""
    classification: str
    """The Government Security Classification tier with its handling, such as `OFFICIAL-SENSITIVE`."""
    roadmap_milestone: str
    """The milestone of the force's roadmap that this serves."""
    spend_type: str
    """`strategic`, or `tactical` for what has an exit date and a successor."""
    tags: NotRequired[dict[str, str]]
    """More tags. None of them may restate one that the label gives."""
