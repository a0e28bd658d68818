#!/usr/bin/env bash
# gocloud.dev/blob/fileblob: a write that fails half-way replaces the good blob by the part that was written.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.go << 'GO'
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"gocloud.dev/blob/fileblob"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	ctx := context.Background()
	bucket, err := fileblob.OpenBucket(os.Args[1], nil)
	must(err)
	defer bucket.Close()
	must(bucket.WriteAll(ctx, "state.json", bytes.Repeat([]byte("old "), 2500), nil))

	// No file of this process may grow past 4,096 bytes: writing then fails as on a full disk.
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	must(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	limit.Cur = 4096
	must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	failed := bucket.WriteAll(ctx, "state.json", bytes.Repeat([]byte("new "), 2500), nil)

	found, err := bucket.ReadAll(ctx, "state.json")
	must(err)
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "gocloud.dev" {
			fmt.Println(module.Path, module.Version)
		}
	}
	fmt.Println("expected: WriteAll returns an error, and the 10,000 bytes of the old blob are still there")
	fmt.Printf("seen: an error: %t; the blob holds %d bytes and begins with %q\n", failed != nil, len(found), found[:3])
	if failed == nil || len(found) != 4096 || string(found[:3]) != "new" {
		log.Fatal("the behaviour has changed")
	}
}
GO
go mod init finding 2> /dev/null
go get gocloud.dev/blob/fileblob@v0.46.1-0.20260810195832-b5401c07b5f1 2> get.log || { cat get.log >&2; exit 1; }
go build -o finding .
mkdir bucket
./finding "$work/bucket"
