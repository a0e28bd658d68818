#!/usr/bin/env bash
# kube-openapi, the validation of custom resources: multipleOf accepts some multiples and not others.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.go << 'GO'
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"runtime/debug"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
)

func main() {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "k8s.io/kube-openapi" {
			fmt.Println(module.Path, module.Version)
		}
	}
	var schema spec.Schema
	if err := json.Unmarshal([]byte(`{"type": "number", "multipleOf": 0.01}`), &schema); err != nil {
		log.Fatal(err)
	}
	validator := validate.NewSchemaValidator(&schema, nil, "hours", strfmt.Default)
	fmt.Println("expected: 0.07, 0.29, 1 and -0.07 are all multiples of 0.01")
	valid := map[string]bool{"0.07": true, "0.29": false, "1": false, "-0.07": false}
	for _, text := range []string{"0.07", "0.29", "1", "-0.07"} {
		var value any
		if text == "1" { // an API server reads whole numbers as such
			value = int64(1)
		} else if err := json.Unmarshal([]byte(text), &value); err != nil {
			log.Fatal(err)
		}
		found := validator.Validate(value)
		fmt.Printf("seen: %s: %v\n", text, found.Errors)
		if found.IsValid() != valid[text] {
			log.Fatal("the behaviour has changed")
		}
	}
}
GO
go mod init finding 2> /dev/null
go get k8s.io/kube-openapi/pkg/validation/validate@v0.0.0-20260317180543-43fb72c5454a 2> get.log || { cat get.log >&2; exit 1; }
go build -o finding .
./finding
