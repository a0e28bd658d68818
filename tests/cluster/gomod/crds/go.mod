module bluelamp/tests/cluster/crds

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/cilium/cilium v1.18.4
	github.com/external-secrets/external-secrets v1.3.2
	github.com/fluxcd/kustomize-controller v1.9.6
	github.com/fluxcd/source-controller v1.9.6
	github.com/metal3-io/baremetal-operator v0.13.1
	github.com/rancher/cluster-api-provider-rke2 v0.21.0
	github.com/vmware-tanzu/velero v1.18.3
	sigs.k8s.io/cluster-api v1.14.2
	sigs.k8s.io/cluster-api-provider-vsphere v1.16.1
	sigs.k8s.io/gateway-api v1.6.3
)
