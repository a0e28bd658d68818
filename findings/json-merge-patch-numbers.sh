#!/usr/bin/env bash
# apimachinery: the merge patch that kubectl apply sends for a custom resource rounds whole numbers above 2^53.
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

	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
)

func patch(live, manifest string) string {
	original := fmt.Sprintf(`{"spec":{"id":%s}}`, live)
	modified := fmt.Sprintf(`{"spec":{"id":%s}}`, manifest)
	found, err := jsonmergepatch.CreateThreeWayJSONMergePatch([]byte(original), []byte(modified), []byte(original))
	if err != nil {
		log.Fatal(err)
	}
	return string(found)
}

func main() {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "k8s.io/apimachinery" || module.Path == "gopkg.in/evanphx/json-patch.v4" {
			fmt.Println(module.Path, module.Version)
		}
	}
	fmt.Println("expected: the patch sets the number of the manifest: a field of format int64 holds it exactly")
	for _, each := range []struct{ live, manifest, seen string }{
		{"1", "42", `{"spec":{"id":42}}`},
		{"1", "1234567890123456789", `{"spec":{"id":1234567890123456800}}`},
		{"9007199254740992", "9007199254740993", `{}`},
	} {
		found := patch(each.live, each.manifest)
		fmt.Printf("seen: %s live, %s in the manifest: the patch is %s\n", each.live, each.manifest, found)
		if found != each.seen {
			log.Fatal("the behaviour has changed")
		}
	}
}
GO
go mod init finding 2> /dev/null
go get k8s.io/apimachinery/pkg/util/jsonmergepatch@v0.36.3 2> get.log || { cat get.log >&2; exit 1; }
go build -o finding .
./finding
