#!/usr/bin/env bash
# apiextensions-apiserver: the fields in the options of a structural schema are checked at the root only.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.go << 'GO'
package main

import (
	"fmt"
	"log"
	"runtime/debug"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

type props = apiextensions.JSONSchemaProps

func object() *props {
	option := props{Properties: map[string]props{"missing": {Enum: []apiextensions.JSON{"a"}}}}
	return &props{Type: "object", AnyOf: []props{option}}
}

func problems(name string, whole *props) int {
	structural, err := schema.NewStructural(whole)
	if err != nil {
		log.Fatal(err)
	}
	found := schema.ValidateStructural(field.NewPath("schema"), structural)
	fmt.Printf("seen: %s: %v\n", name, found)
	return len(found)
}

func main() {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "k8s.io/apiextensions-apiserver" {
			fmt.Println(module.Path, module.Version)
		}
	}
	fmt.Println("expected: a field inside anyOf that the schema does not define is refused at every depth")
	root := problems("at the root", object())
	below := problems("below the root", &props{Type: "object", Properties: map[string]props{"spec": *object()}})
	if root != 1 || below != 0 {
		log.Fatal("the behaviour has changed")
	}
}
GO
go mod init finding 2> /dev/null
go get k8s.io/apiextensions-apiserver/pkg/apiserver/schema@v0.36.3 2> get.log || { cat get.log >&2; exit 1; }
go build -o finding .
./finding
