#!/usr/bin/env bash
# json-patch, which applies JSON merge patches in the Kubernetes API server: nulls inside the items of a list are lost.
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

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

func must(value []byte, err error) string {
	if err != nil {
		log.Fatal(err)
	}
	return string(value)
}

func main() {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "gopkg.in/evanphx/json-patch.v4" {
			fmt.Println(module.Path, module.Version)
		}
	}
	before, after := `{"rules":[{"port":80}]}`, `{"rules":[{"port":null},null]}`
	patch := must(jsonpatch.CreateMergePatch([]byte(before), []byte(after)))
	merged := must(jsonpatch.MergePatch([]byte(before), []byte(patch)))
	fmt.Println("expected: a list of the patch replaces the old list as it is, as RFC 7396 says:", after)
	fmt.Println("seen: the library's own patch is", patch)
	fmt.Println("seen: applied, it gives", merged)
	if patch != after || merged != `{"rules":[{},null]}` {
		log.Fatal("the behaviour has changed")
	}
}
GO
go mod init finding 2> /dev/null
go get gopkg.in/evanphx/json-patch.v4@v4.13.0 2> get.log || { cat get.log >&2; exit 1; }
go build -o finding .
./finding
