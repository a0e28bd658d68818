//go:build tools

// Package apiserver pins the Kubernetes control plane that the tests build.
package apiserver

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
)
