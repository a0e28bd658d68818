//go:build tools

// Package etcd pins the database behind the Kubernetes API server that the tests build.
package etcd

import _ "go.etcd.io/etcd/server/v3"
