"""Tags: cost centre, owner, classification and roadmap milestone."""

from bluelamp.modules.naming.label import Label

MANDATORY = (
    "force",
    "environment",
    "cost-centre",
    "business-owner",
    "classification",
    "roadmap-milestone",
    "spend-type",
    "managed-by",
)
"""The mandatory tags of every resource that can have tags."""

_LONGEST_VALUE = 256  # Azure Resource Manager's limit; a key may have 512 characters.
_MOST_TAGS = 50


def tags(label: Label) -> dict[str, str]:
    """The tags of every resource under `label`: the mandatory ones, then the label's own.

    Raises `ValueError` if a mandatory value is empty, a value is longer than Azure allows, there are more tags than
    Azure allows, or one of the label's own tags would override a mandatory one.
    """
    values = (
        label["force"],
        label["environment"],
        label["cost_centre"],
        label["business_owner"],
        label["classification"],
        label["roadmap_milestone"],
        label["spend_type"],
        "bluelamp",
    )
    mandatory = dict(zip(MANDATORY, values, strict=True))
    more = label.get("tags", {})
    wrong = [f"{key} is empty" for key, value in mandatory.items() if not value.strip()]
    wrong += [f"{key} is given by the label, so tags cannot override it" for key in more if key in mandatory]
    wrong += [
        f"{key} has {len(value)} characters, Azure takes {_LONGEST_VALUE}"
        for key, value in {**mandatory, **more}.items()
        if len(value) > _LONGEST_VALUE
    ]
    if len(mandatory) + len(more) > _MOST_TAGS:
        wrong.append(f"there are {len(mandatory) + len(more)} tags, Azure takes {_MOST_TAGS}")
    if wrong:
        raise ValueError("tags: " + "; ".join(wrong))
    return {**mandatory, **more}


def annotations(label: Label) -> dict[str, str]:
    """The same tags as Kubernetes annotations, `bluelamp/cost-centre` and so on; an annotation takes any value."""
    return {f"bluelamp/{key}": value for key, value in tags(label).items()}
