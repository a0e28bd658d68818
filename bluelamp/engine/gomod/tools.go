//go:build tools

// Package engine pins the Pulumi command that Bluelamp builds where the official release cannot be had.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
