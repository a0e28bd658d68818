//go:build tools

// Package oldest pins the oldest Pulumi command that Bluelamp supports.
package oldest

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
