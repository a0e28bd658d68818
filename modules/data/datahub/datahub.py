"""DataHub in its own tenant: metadata service, front end, and upgrade job."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes import restricted
from bluelamp.modules.kubernetes.owned import custom, metadata, named
from bluelamp.modules.kubernetes.tenant import Tenant, TenantArgs, TenantGroups
from bluelamp.modules.shared_arguments import LabelledArgs

_METADATA: Final = "datahub-gms"
_PAGES: Final = "datahub-frontend"
_PORTS: Final = {_METADATA: 8080, _PAGES: 9002}
_HEALTH: Final = {_METADATA: "/health", _PAGES: "/admin"}
_WRITES: Final = ("/datahub/logs", "/home/datahub")
_SECRET: Final = "datahub"  # noqa: S105 - the name of a secret, which External Secrets creates
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


class DataHubImages(TypedDict):
    """The images in the force's registry, with digests and all of one release."""

    gms: str
    """The metadata service, `datahub-gms`."""
    frontend: str
    """The front end, `datahub-frontend-react`."""
    upgrade: str
    """The upgrade job, `datahub-upgrade`, which prepares the data stores for the release."""


class DataHubStore(TypedDict):
    """An external data store of DataHub."""

    host: str
    """Its host name."""
    port: int
    """Its TLS port."""
    cidr: str
    """Its address range, for the tenant's network policies."""


class DataHubArgs(LabelledArgs):
    """Arguments of DataHub."""

    host: str
    """The host name of the front end below the gateway's domain, such as `catalogue.live.essex.police.example`."""
    images: DataHubImages
    """The images."""
    database: DataHubStore
    """A PostgreSQL server with a database `datahub`."""
    search: DataHubStore
    """An OpenSearch cluster, for search and the graph index."""
    kafka: DataHubStore
    """A Kafka cluster's bootstrap server."""
    namespace: NotRequired[str]
    """The tenant's namespace; `datahub` by default."""
    gateway: NotRequired[str]
    """The namespace of the cluster's gateway; `gateway-system` by default."""
    groups: NotRequired[TenantGroups]
    """Roles in the namespace; none by default."""


class DataHub(Component):
    """A tenant with DataHub's services: two replicas each, restricted pods, and a route from the gateway."""

    namespace: pulumi.Output[str]
    """The tenant's namespace, known before it exists."""
    url: pulumi.Output[str]
    """The front end's URL."""

    def __init__(self, name: str, args: DataHubArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if wrong := list(_problems(args)):
            raise ValueError(f"DataHub {name!r}: " + "; ".join(wrong))
        self._prefix, self._args = name, args
        tenant = self._tenant()
        self.namespace = tenant.namespace
        stores, secrets = _stores(args), _secrets()
        upgraded = self._upgrade(tenant, stores, secrets)
        gms = self._program(
            tenant, _METADATA, args["images"]["gms"], stores, secrets, [upgraded], cpu="2", memory="4Gi"
        )
        pages = self._program(
            tenant,
            _PAGES,
            args["images"]["frontend"],
            {
                "DATAHUB_GMS_HOST": named(_METADATA, gms),
                "DATAHUB_GMS_PORT": str(_PORTS[_METADATA]),
                **_kafka(args),
            },
            {
                "DATAHUB_SECRET": (_SECRET, "frontend"),
                "DATAHUB_SYSTEM_CLIENT_SECRET": (_SECRET, "system-client-secret"),
                **_kafka_secrets(),
            },
            [upgraded],
            cpu="1",
            memory="1Gi",
        )
        self._route(named(_PAGES, pages))
        self.url = pulumi.Output.from_input(f"https://{args['host']}")
        self.finish()

    def _tenant(self) -> Tenant:
        args = self._args
        stores = {"database": args["database"], "search": args["search"], "kafka": args["kafka"]}
        wanted = TenantArgs(
            label=args["label"],
            namespace=args.get("namespace", "datahub"),
            quota={"cpu": "12", "memory": "24Gi", "pods": 20},
            limits={"most_cpu": "4", "most_memory": "8Gi"},
            egress=[{"name": key, "cidr": each["cidr"], "ports": [each["port"]]} for key, each in stores.items()],
            gateway_namespace=args.get("gateway", "gateway-system"),
        )
        if "groups" in args:
            wanted["groups"] = args["groups"]
        return Tenant(f"{self._prefix}-tenant", wanted, self.child())

    def _upgrade(
        self, tenant: Tenant, env: Mapping[str, pulumi.Input[str]], secrets: Mapping[str, tuple[str, str]]
    ) -> kubernetes.batch.v1.Job:
        """Prepares the data stores for the release. A new image creates a new job."""
        image = self._args["images"]["upgrade"]
        release = image.rpartition(":")[2][:8]
        runs = restricted.container(
            "upgrade",
            image,
            cpu="1",
            memory="2Gi",
            env=env,
            secrets=secrets,
            writes=_WRITES,
            args=["-u", "SystemUpdate"],
        )
        return kubernetes.batch.v1.Job(
            f"{self._prefix}-upgrade",
            metadata=metadata(self._args["label"], f"datahub-upgrade-{release}", self.namespace),
            spec=kubernetes.batch.v1.JobSpecArgs(
                backoff_limit=3,
                active_deadline_seconds=3600,
                template=kubernetes.core.v1.PodTemplateSpecArgs(
                    metadata=kubernetes.meta.v1.ObjectMetaArgs(labels={"app.kubernetes.io/name": "datahub-upgrade"}),
                    spec=restricted.pod([runs], tenant.service_account, restart_policy="Never"),
                ),
            ),
            opts=self.child(),
        )

    def _program(
        self,
        tenant: Tenant,
        program: str,
        image: str,
        env: Mapping[str, pulumi.Input[str]],
        secrets: Mapping[str, tuple[str, str]],
        waits_for: list[pulumi.Resource],
        *,
        cpu: str,
        memory: str,
    ) -> kubernetes.core.v1.Service:
        """A deployment with two replicas, its pod disruption budget and its service."""
        label, port = self._args["label"], _PORTS[program]
        own = {"app.kubernetes.io/name": program}
        select = kubernetes.meta.v1.LabelSelectorArgs(match_labels=own)
        probe = kubernetes.core.v1.ProbeArgs(
            http_get=kubernetes.core.v1.HTTPGetActionArgs(path=_HEALTH[program], port=port),
            initial_delay_seconds=60,
            period_seconds=30,
            failure_threshold=8,
        )
        runs = restricted.container(
            program,
            image,
            cpu=cpu,
            memory=memory,
            env=env,
            secrets=secrets,
            writes=_WRITES,
            ports=[kubernetes.core.v1.ContainerPortArgs(name="http", container_port=port)],
            readiness_probe=probe,
            liveness_probe=probe,
        )
        spread = kubernetes.core.v1.TopologySpreadConstraintArgs(
            max_skew=1,
            topology_key="kubernetes.io/hostname",
            when_unsatisfiable="ScheduleAnyway",
            label_selector=select,
        )
        kubernetes.apps.v1.Deployment(
            f"{self._prefix}-{program}",
            metadata=metadata(label, program, self.namespace, more_labels=own),
            spec=kubernetes.apps.v1.DeploymentSpecArgs(
                replicas=2,
                selector=select,
                template=kubernetes.core.v1.PodTemplateSpecArgs(
                    metadata=kubernetes.meta.v1.ObjectMetaArgs(labels=own),
                    spec=restricted.pod([runs], tenant.service_account, topology_spread_constraints=[spread]),
                ),
            ),
            opts=self.child(depends_on=waits_for),
        )
        kubernetes.policy.v1.PodDisruptionBudget(
            f"{self._prefix}-{program}-budget",
            metadata=metadata(label, program, self.namespace),
            spec=kubernetes.policy.v1.PodDisruptionBudgetSpecArgs(max_unavailable=1, selector=select),
            opts=self.child(),
        )
        return kubernetes.core.v1.Service(
            f"{self._prefix}-{program}-service",
            metadata=metadata(label, program, self.namespace),
            spec=kubernetes.core.v1.ServiceSpecArgs(
                type="ClusterIP",
                selector=own,
                ports=[kubernetes.core.v1.ServicePortArgs(name="http", port=port, target_port="http")],
            ),
            opts=self.child(),
        )

    def _route(self, service: pulumi.Output[str]) -> None:
        backend: dict[str, Any] = {"name": service, "port": _PORTS[_PAGES]}
        custom(
            f"{self._prefix}-route",
            "gateway.networking.k8s.io/v1 HTTPRoute",
            metadata(self._args["label"], _PAGES, self.namespace),
            {
                "parentRefs": [
                    {
                        "name": "gateway",
                        "namespace": self._args.get("gateway", "gateway-system"),
                        "sectionName": "https",
                    }
                ],
                "hostnames": [self._args["host"]],
                "rules": [{"backendRefs": [backend]}],
            },
            self.child(),
        )


def _stores(args: DataHubArgs) -> dict[str, pulumi.Input[str]]:
    database, search = args["database"], args["search"]
    address = f"{database['host']}:{database['port']}"
    return {
        "EBEAN_DATASOURCE_HOST": address,
        "EBEAN_DATASOURCE_URL": f"jdbc:postgresql://{address}/datahub?sslmode=verify-full",
        "EBEAN_DATASOURCE_DRIVER": "org.postgresql.Driver",
        "ELASTICSEARCH_HOST": search["host"],
        "ELASTICSEARCH_PORT": str(search["port"]),
        "ELASTICSEARCH_USE_SSL": "true",
        "ELASTICSEARCH_IMPLEMENTATION": "opensearch",
        "GRAPH_SERVICE_IMPL": "elasticsearch",
        "KAFKA_SCHEMAREGISTRY_TYPE": "INTERNAL",
        "METADATA_SERVICE_AUTH_ENABLED": "true",
        "DATAHUB_TELEMETRY_ENABLED": "false",
        **_kafka(args),
    }


def _kafka(args: DataHubArgs) -> dict[str, pulumi.Input[str]]:
    kafka = args["kafka"]
    return {
        "KAFKA_BOOTSTRAP_SERVER": f"{kafka['host']}:{kafka['port']}",
        "SPRING_KAFKA_PROPERTIES_SECURITY_PROTOCOL": "SASL_SSL",
        "SPRING_KAFKA_PROPERTIES_SASL_MECHANISM": "SCRAM-SHA-512",
    }


def _kafka_secrets() -> dict[str, tuple[str, str]]:
    return {"SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG": (_SECRET, "kafka-jaas")}


def _secrets() -> dict[str, tuple[str, str]]:
    """Environment variables with their secrets and keys."""
    keys = {
        "EBEAN_DATASOURCE_USERNAME": "database-user",
        "EBEAN_DATASOURCE_PASSWORD": "database-password",
        "ELASTICSEARCH_USERNAME": "search-user",
        "ELASTICSEARCH_PASSWORD": "search-password",
        "DATAHUB_TOKEN_SERVICE_SIGNING_KEY": "token-signing-key",
        "DATAHUB_TOKEN_SERVICE_SALT": "token-salt",
        "DATAHUB_SYSTEM_CLIENT_SECRET": "system-client-secret",
    }
    return {**{variable: (_SECRET, key) for variable, key in keys.items()}, **_kafka_secrets()}


def _problems(args: DataHubArgs) -> Iterator[str]:
    for key, image in args["images"].items():
        yield from restricted.wrong_image(f"images.{key}", str(image))
    if not _HOST.fullmatch(args["host"]):
        yield f"host is {args['host']!r}; use a host name such as catalogue.live.essex.police.example"
    for key, store in (("database", args["database"]), ("search", args["search"]), ("kafka", args["kafka"])):
        if not 1 <= store["port"] <= 65535:
            yield f"{key}.port is {store['port']}; allowed are 1 to 65535"
