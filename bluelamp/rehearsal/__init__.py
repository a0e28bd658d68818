"""The rehearsal cloud: an embedded stand-in for Azure Resource Manager, Kubernetes and other Pulumi packages."""
