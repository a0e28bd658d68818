"""A name and the tags of a resource, with no Pulumi at all."""

from bluelamp.modules.naming import Label, name, tags

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
print(name("key_vault", "custody", label, "uksouth"), tags(label))  # noqa: T201 - an example shows its answer
