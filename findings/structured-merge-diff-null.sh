#!/usr/bin/env bash
# structured-merge-diff, the merge of Kubernetes' server-side apply: null clears a field or keeps it, depending on the field's type.
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

	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

const schema = `
types:
- name: object
  map:
    fields:
    - {name: scalar, type: {scalar: string}}
    - {name: atomicMap, type: {map: {elementType: {scalar: string}, elementRelationship: atomic}}}
    - {name: atomicList, type: {list: {elementType: {scalar: string}, elementRelationship: atomic}}}
    - {name: granularMap, type: {map: {elementType: {scalar: string}}}}
    - {name: setList, type: {list: {elementType: {scalar: string}, elementRelationship: associative}}}
`

const live = `{scalar: x, atomicMap: {a: x}, atomicList: [a], granularMap: {a: x}, setList: [a]}`

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	object := must(typed.NewParser(schema)).Type("object")
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "sigs.k8s.io/structured-merge-diff/v6" {
			fmt.Println(module.Path, module.Version)
		}
	}
	fmt.Println("expected: applying null does the same to every field, whatever its type")
	cleared := map[string]bool{"scalar": true, "atomicMap": true, "atomicList": true, "granularMap": false, "setList": false}
	for _, field := range []string{"scalar", "atomicMap", "atomicList", "granularMap", "setList"} {
		applied := must(object.FromYAML(typed.YAMLObject("{" + field + ": null}")))
		merged := must(must(object.FromYAML(live)).Merge(applied))
		value := merged.AsValue().Unstructured().(map[string]any)[field]
		fmt.Printf("seen: %s: null gives %v; the applier owns %v\n", field, value, must(applied.ToFieldSet()))
		if cleared[field] != (value == nil) {
			log.Fatal("the behaviour has changed")
		}
	}
}
GO
go mod init finding 2> /dev/null
go get sigs.k8s.io/structured-merge-diff/v6/typed@v6.3.3 2> get.log || { cat get.log >&2; exit 1; }
go build -o finding .
./finding
