"""The rules as a Pulumi policy pack, for `pulumi preview --policy-pack policies`."""
