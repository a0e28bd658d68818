"""A guest book in the default namespace: pages, and the store that they write to."""

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap, EnvVarArgs, EnvVarSourceArgs, Secret
from pulumi_random import RandomPassword

from service import Served

config = pulumi.Config()

store = Served("redis-leader", "registry.k8s.io/redis@sha256:" + "ab" * 32, 6379)
Served("redis-replica", "gb-redisslave:v3", 6379, replicas=2, env=[EnvVarArgs(name="GET_HOSTS_FROM", value="dns")])
password = RandomPassword("store", length=16)
secret = Secret("store", string_data={"password": password.result})
settings = ConfigMap("settings", data={"greeting": "hello", "store": store.service.metadata.name})
frontend = Served(
    "frontend",
    "gb-frontend:v4",
    80,
    replicas=config.require_int("replicas"),
    kind="LoadBalancer",
    env=[
        {
            "name": "PASSWORD",
            "value_from": EnvVarSourceArgs(secret_key_ref={"name": secret.metadata.name, "key": "password"}),
        },
        {
            "name": "GREETING",
            "value_from": {"config_map_key_ref": {"name": settings.metadata["name"], "key": "greeting"}},
        },
    ],
)
pulumi.export("frontend", frontend.service.metadata.name)
pulumi.export(
    "address",
    frontend.service.status.apply(
        lambda status: status.load_balancer.ingress[0].ip if status and status.load_balancer.ingress else "pending"
    ),
)
