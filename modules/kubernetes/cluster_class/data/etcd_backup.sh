#!/bin/sh
# Takes a snapshot of etcd through its own container, keeps it where backups are kept, and drops those that are too old.
set -eu
umask 077
name="etcd-$(hostname)-$(date -u +%Y%m%dT%H%M%SZ).db"
container=$(crictl ps --name '^etcd$' --state Running --quiet | head -n 1)
crictl exec "$container" etcdctl --endpoints=https://127.0.0.1:2379 \
  --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt \
  --key=/etc/kubernetes/pki/etcd/server.key snapshot save "/var/lib/etcd/$name"
mv "/var/lib/etcd/$name" "/var/backups/etcd/$name"
find /var/backups/etcd -name "etcd-$(hostname)-*.db" -mtime "+DAYS" -delete
