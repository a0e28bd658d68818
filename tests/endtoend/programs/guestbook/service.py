"""A deployment and the service before it."""

import pulumi
from pulumi_kubernetes import apps, core, meta


class Served(pulumi.ComponentResource):
    """`replicas` of one container, reached by the component's own name."""

    def __init__(self, name, image, port, replicas=1, env=(), kind="ClusterIP", opts=None):
        super().__init__("example:guestbook:Served", name, None, opts)
        labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "guestbook"}
        child = pulumi.ResourceOptions(parent=self)
        self.deployment = apps.v1.Deployment(
            name,
            spec=apps.v1.DeploymentSpecArgs(
                replicas=replicas,
                selector=meta.v1.LabelSelectorArgs(match_labels=labels),
                template=core.v1.PodTemplateSpecArgs(
                    metadata=meta.v1.ObjectMetaArgs(labels=labels),
                    spec=core.v1.PodSpecArgs(
                        containers=[
                            core.v1.ContainerArgs(
                                name=name,
                                image=image,
                                ports=[core.v1.ContainerPortArgs(container_port=port)],
                                env=list(env),
                                resources={"requests": {"cpu": "100m", "memory": "128Mi"}},
                                readiness_probe={"tcp_socket": {"port": port}, "period_seconds": 5},
                            )
                        ]
                    ),
                ),
            ),
            opts=child,
        )
        self.service = core.v1.Service(
            name,
            metadata={"name": name, "labels": labels},
            spec=core.v1.ServiceSpecArgs(
                type=kind,
                ports=[core.v1.ServicePortArgs(port=port, target_port=port)],
                selector=self.deployment.spec.template.metadata.labels,
            ),
            opts=child,
        )
        self.register_outputs({"name": self.service.metadata.name})
