//go:build tools

// Package yaml pins the host of Pulumi's YAML language.
package yaml

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
