"""The rehearsal cloud: an embedded emulation of Azure Resource Manager, Kubernetes and other Pulumi packages."""
