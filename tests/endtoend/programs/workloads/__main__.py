"""Every common kind of workload in one namespace, and a kind of its own."""

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition
from pulumi_kubernetes.yaml import ConfigFile

cluster = k8s.Provider("cluster", enable_server_side_apply=True, namespace="records")
here = pulumi.ResourceOptions(provider=cluster)

namespace = k8s.core.v1.Namespace("records", metadata={"name": "records"}, opts=here)
inside = pulumi.ResourceOptions(provider=cluster, depends_on=[namespace])
ConfigFile("defaults", file="namespace.yaml", opts=inside)

labels = {"app": "archive"}
pod = {
    "metadata": {"labels": labels},
    "spec": {
        "service_account_name": "reader",
        "security_context": {"run_as_non_root": True, "seccomp_profile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "archive",
                "image": "example/archive:2.3",
                "ports": [{"name": "http", "container_port": 8080}],
                "volume_mounts": [{"name": "data", "mount_path": "/var/lib/archive"}],
                "liveness_probe": {"http_get": {"path": "/healthz", "port": "http"}},
                "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
            }
        ],
    },
}
service = k8s.core.v1.Service(
    "archive",
    metadata={"name": "archive"},
    spec={"cluster_ip": "None", "selector": labels, "ports": [{"name": "http", "port": 80, "target_port": "http"}]},
    opts=inside,
)
archive = k8s.apps.v1.StatefulSet(
    "archive",
    spec={
        "service_name": service.metadata.name,
        "replicas": 3,
        "selector": {"match_labels": labels},
        "template": pod,
        "volume_claim_templates": [
            {
                "metadata": {"name": "data"},
                "spec": {"access_modes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
            }
        ],
    },
    opts=inside,
)
k8s.autoscaling.v2.HorizontalPodAutoscaler(
    "archive",
    spec={
        "scale_target_ref": {"api_version": "apps/v1", "kind": "StatefulSet", "name": archive.metadata.name},
        "min_replicas": 3,
        "max_replicas": 9,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "average_utilization": 70}},
            }
        ],
    },
    opts=inside,
)
k8s.policy.v1.PodDisruptionBudget(
    "archive", spec={"min_available": "50%", "selector": {"match_labels": labels}}, opts=inside
)
k8s.networking.v1.Ingress(
    "archive",
    spec={
        "ingress_class_name": "nginx",
        "tls": [{"hosts": ["archive.example.org"], "secret_name": "archive-tls"}],
        "rules": [
            {
                "host": "archive.example.org",
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "path_type": "Prefix",
                            "backend": {"service": {"name": service.metadata.name, "port": {"name": "http"}}},
                        }
                    ]
                },
            }
        ],
    },
    opts=inside,
)
k8s.networking.v1.NetworkPolicy(
    "archive",
    spec={
        "pod_selector": {"match_labels": labels},
        "policy_types": ["Ingress"],
        "ingress": [{"from_": [{"namespace_selector": {}}], "ports": [{"protocol": "TCP", "port": 8080}]}],
    },
    opts=inside,
)
k8s.apps.v1.DaemonSet(
    "collector",
    spec={
        "selector": {"match_labels": {"app": "collector"}},
        "template": {
            "metadata": {"labels": {"app": "collector"}},
            "spec": {
                "tolerations": [{"operator": "Exists"}],
                "containers": [{"name": "collector", "image": "example/collector:1.0"}],
                "volumes": [{"name": "logs", "host_path": {"path": "/var/log"}}],
            },
        },
    },
    opts=inside,
)
k8s.batch.v1.Job(
    "migrate",
    spec={
        "backoff_limit": 2,
        "template": {
            "spec": {
                "restart_policy": "Never",
                "containers": [{"name": "migrate", "image": "example/archive:2.3", "args": ["migrate"]}],
            }
        },
    },
    opts=inside,
)
k8s.batch.v1.CronJob(
    "sweep",
    spec={
        "schedule": "*/30 * * * *",
        "concurrency_policy": "Forbid",
        "job_template": {
            "spec": {
                "template": {
                    "spec": {
                        "restart_policy": "OnFailure",
                        "containers": [{"name": "sweep", "image": "example/archive:2.3", "args": ["sweep"]}],
                    }
                }
            }
        },
    },
    opts=inside,
)
k8s.core.v1.PersistentVolumeClaim(
    "exports",
    spec={"access_modes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Ti"}}},
    opts=inside,
)
role = k8s.rbac.v1.Role(
    "reader", rules=[{"api_groups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}], opts=inside
)
k8s.rbac.v1.RoleBinding(
    "reader",
    role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": role.metadata.name},
    subjects=[{"kind": "ServiceAccount", "name": "reader", "namespace": "records"}],
    opts=inside,
)
k8s.core.v1.ResourceQuota("quota", spec={"hard": {"pods": "50", "requests.storage": "2Ti"}}, opts=inside)

kind = CustomResourceDefinition(
    "retentions",
    metadata={"name": "retentions.records.example.org"},
    spec={
        "group": "records.example.org",
        "scope": "Namespaced",
        "names": {"plural": "retentions", "singular": "retention", "kind": "Retention", "short_names": ["ret"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "open_apiv3_schema": {
                        "type": "object",
                        "required": ["spec"],
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["years", "grounds"],
                                "properties": {
                                    "years": {"type": "integer", "minimum": 1, "maximum": 100},
                                    "grounds": {"type": "string", "enum": ["MoPI1", "MoPI2", "MoPI3", "MoPI4"]},
                                    "contact": {"type": "string", "pattern": "^[^@]+@[^@]+$"},
                                    "notices": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
                                },
                            }
                        },
                    }
                },
            }
        ],
    },
    opts=here,
)
CustomResource(
    "statements",
    api_version="records.example.org/v1",
    kind="Retention",
    metadata={"namespace": "records"},
    spec={"years": 10, "grounds": "MoPI2", "contact": "records@example.org"},
    opts=pulumi.ResourceOptions(provider=cluster, depends_on=[namespace, kind]),
)

pulumi.export("archive", archive.metadata.name)
