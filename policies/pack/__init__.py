"""The rules as a Pulumi policy pack: what `pulumi preview --policy-pack policies` runs."""
