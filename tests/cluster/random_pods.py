"""Random pods over every field that the Pod Security Standards name."""

import random
from collections.abc import Callable, Iterable
from typing import Any

PROFILES = ("RuntimeDefault", "Localhost", "Unconfined")
CAPABILITIES = ("CHOWN", "NET_BIND_SERVICE", "SYS_CHROOT", "AUDIT_WRITE", "NET_RAW", "SYS_PTRACE", "ALL", "BPF")
SYSCTLS = (
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem", "kernel.msgmax", "net.core.somaxconn", "fs.mqueue.msg_max", "net.ipv4.tcp_mem",
)  # fmt: skip
VOLUMES: dict[str, dict[str, Any]] = {
    "configMap": {"name": "a"},
    "csi": {"driver": "a.example"},
    "downwardAPI": {"items": [{"path": "a", "fieldRef": {"fieldPath": "metadata.name"}}]},
    "emptyDir": {},
    "ephemeral": {
        "volumeClaimTemplate": {
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        }
    },
    "image": {"reference": "registry.example/a:1"},
    "persistentVolumeClaim": {"claimName": "a"},
    "projected": {"sources": [{"configMap": {"name": "a"}}]},
    "secret": {"secretName": "a"},
    "hostPath": {"path": "/var/log"},
    "nfs": {"server": "a.example", "path": "/a"},
    "iscsi": {"targetPortal": "10.0.0.1:3260", "iqn": "iqn.2001-04.com.example:a", "lun": 0},
    "fc": {"targetWWNs": ["500a0982991b8dc5"], "lun": 0},
    "azureFile": {"secretName": "a", "shareName": "a"},
    "azureDisk": {"diskName": "a", "diskURI": "/subscriptions/a/disks/a", "kind": "Managed"},
    "awsElasticBlockStore": {"volumeID": "a"},
    "gcePersistentDisk": {"pdName": "a"},
    "cephfs": {"monitors": ["a"]},
    "cinder": {"volumeID": "a"},
    "flexVolume": {"driver": "a/b"},
    "flocker": {"datasetName": "a"},
    "gitRepo": {"repository": "https://a.example/a.git"},
    "glusterfs": {"endpoints": "a", "path": "a"},
    "photonPersistentDisk": {"pdID": "a"},
    "portworxVolume": {"volumeID": "a"},
    "quobyte": {"registry": "a:1", "volume": "a"},
    "rbd": {"monitors": ["a"], "image": "a"},
    "scaleIO": {"gateway": "https://a", "system": "a", "volumeName": "a", "secretRef": {"name": "a"}},
    "storageos": {"volumeName": "a", "volumeNamespace": "a"},
    "vsphereVolume": {"volumePath": "a"},
}


class Pods:
    """Generates pods, the same ones for the same `seed`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pod(self) -> dict[str, Any]:
        """A pod as `metadata` and `spec`; the API accepts most of them."""
        chance = self._random.choice((0.02, 0.05, 0.15, 0.4))
        if self._random.random() < 0.12:
            return self._windows(chance)
        secure = self._random.random() < 0.8
        containers = [self.container(f"c{number}", chance, secure=secure) for number in range(self._between(1, 2))]
        spec: dict[str, Any] = {"containers": containers, "automountServiceAccountToken": False}
        if self._random.random() < 0.4:
            spec["initContainers"] = [self.container("i0", chance, secure=secure)]
        context: dict[str, Any] = {}
        if secure and self._random.random() < 0.9:
            context = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        self._some(context, chance, self._shared())
        self._some(context, chance, {"sysctls": lambda: self._named(self._random.sample(SYSCTLS, self._between(1, 2)))})
        if context:
            spec["securityContext"] = context
        fields = dict.fromkeys(("hostNetwork", "hostPID", "hostIPC"), self._flag)
        self._some(spec, chance / 2, fields)
        self._some(spec, max(chance, 0.1), {"hostUsers": self._flag, "os": lambda: {"name": "linux"}})
        self._some(spec, max(chance, 0.1), {"volumes": self._volumes})
        annotations = self._annotations(chance, spec)
        if self._random.random() < 0.95:
            self._repair(spec, fields)
        return {"metadata": {"annotations": annotations}, "spec": spec}

    @staticmethod
    def _repair(spec: dict[str, Any], shared: Iterable[str]) -> None:
        """Removes combinations that the API refuses."""
        contexts = [
            each.get("securityContext", {}) for each in (spec, *spec["containers"], *spec.get("initContainers", ()))
        ]
        if any(context.get("procMount") == "Unmasked" for context in contexts):
            spec["hostUsers"] = False
        if spec.get("hostUsers") is False:
            for field in shared:
                spec.pop(field, None)
        if "os" in spec:
            for context in contexts:
                context.pop("windowsOptions", None)
        if spec.get("hostNetwork") or spec.get("hostIPC"):
            contexts[0].pop("sysctls", None)

    def container(self, name: str, chance: float, *, secure: bool) -> dict[str, Any]:
        """One container."""
        made: dict[str, Any] = {"name": name, "image": "registry.example/a:1"}
        context: dict[str, Any] = {}
        if secure:
            context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
        self._some(context, chance, self._shared())
        self._some(
            context,
            chance,
            {
                "privileged": self._flag,
                "allowPrivilegeEscalation": self._flag,
                "capabilities": self._capabilities,
                "procMount": lambda: self._random.choice(("Default", "Unmasked")),
                "readOnlyRootFilesystem": self._flag,
            },
        )
        adds = (context.get("capabilities") or {}).get("add", ())
        if context.get("privileged") or "SYS_ADMIN" in adds:
            # The API refuses a privileged container that may not escalate privileges.
            context.pop("allowPrivilegeEscalation", None)
        if context or self._random.random() < 0.3:
            made["securityContext"] = context
        self._some(
            made,
            chance,
            {
                "ports": self._ports,
                "lifecycle": lambda: {self._random.choice(("postStart", "preStop")): self._handler()},
            },
        )
        if name.startswith("c"):
            probes = ("livenessProbe", "readinessProbe", "startupProbe")
            self._some(made, chance, dict.fromkeys(probes, self._handler))
        else:
            made.pop("lifecycle", None)
        return made

    def _windows(self, chance: float) -> dict[str, Any]:
        """A Windows pod, for which the API refuses the Linux fields."""
        containers: list[dict[str, Any]] = [
            {"name": f"c{number}", "image": "registry.example/a:1"} for number in range(self._between(1, 2))
        ]
        spec: dict[str, Any] = {"os": {"name": "windows"}, "containers": containers}
        context: dict[str, Any] = {"runAsNonRoot": True} if self._random.random() < 0.6 else {}
        if self._random.random() < chance:
            context["windowsOptions"] = {"hostProcess": True}
            spec["hostNetwork"] = True
        elif self._random.random() < 0.3:
            context["windowsOptions"] = {"hostProcess": False}
        spec["securityContext"] = context
        for container in containers:
            own: dict[str, Any] = {}
            self._some(own, chance, {"runAsNonRoot": self._flag})
            if "hostProcess" not in context.get("windowsOptions", {}):
                self._some(own, chance / 2, {"windowsOptions": lambda: {"hostProcess": False}})
            if own:
                container["securityContext"] = own
            self._some(container, chance, {"ports": self._ports, "livenessProbe": self._handler})
        self._some(spec, max(chance, 0.2), {"volumes": self._volumes})
        return {"metadata": {}, "spec": spec}

    def _shared(self) -> dict[str, Callable[[], Any]]:
        """The fields that the security contexts of pods and containers share."""
        return {
            "runAsNonRoot": self._flag,
            "runAsUser": lambda: self._random.choice((0, 0, 1, 1000)),
            "seccompProfile": self._profile,
            "appArmorProfile": self._profile,
            "seLinuxOptions": self._selinux,
            "windowsOptions": lambda: {"hostProcess": False},
        }

    def _some(self, where: dict[str, Any], chance: float, makers: dict[str, Callable[[], Any]]) -> None:
        for field, make in makers.items():
            if self._random.random() < chance:
                where[field] = make()

    def _between(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def _flag(self) -> bool:
        return self._random.random() < 0.5

    def _profile(self) -> dict[str, Any]:
        kind = self._random.choice(PROFILES)
        return {"type": kind, **({"localhostProfile": "profiles/a"} if kind == "Localhost" else {})}

    def _selinux(self) -> dict[str, Any]:
        types = (
            "",
            "container_t",
            "container_init_t",
            "container_kvm_t",
            "container_engine_t",
            "spc_t",
            "unconfined_t",
        )
        made: dict[str, Any] = {}
        self._some(made, 0.6, {"type": lambda: self._random.choice(types)})
        self._some(made, 0.2, {"user": lambda: self._random.choice(("", "system_u"))})
        self._some(made, 0.2, {"role": lambda: self._random.choice(("", "system_r"))})
        self._some(made, 0.2, {"level": lambda: "s0:c1,c2"})
        return made

    def _capabilities(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self._some(made, 0.7, {"drop": lambda: self._random.choice((["ALL"], ["NET_RAW", "ALL"], ["NET_RAW"], []))})
        self._some(made, 0.5, {"add": lambda: self._random.sample((*CAPABILITIES, "SYS_ADMIN"), self._between(0, 2))})
        return made

    def _ports(self) -> list[dict[str, Any]]:
        port = self._between(1024, 65000)
        return [{"containerPort": port, **({"hostPort": self._random.choice((0, port))} if self._flag() else {})}]

    def _handler(self) -> dict[str, Any]:
        host = {} if self._flag() else {"host": self._random.choice(("", "10.0.0.1", "a.example"))}
        action = self._random.choice(("httpGet", "tcpSocket", "exec"))
        return {action: {"command": ["a"]} if action == "exec" else {"port": 8080, **host}}

    def _volumes(self) -> list[dict[str, Any]]:
        kinds = list(VOLUMES)
        chosen = self._random.sample(kinds[:9], self._between(0, 2))
        if self._random.random() < 0.4:
            chosen.append(self._random.choice(kinds[9:]))
        made: list[dict[str, Any]] = [{"name": f"v{index}", kind: VOLUMES[kind]} for index, kind in enumerate(chosen)]
        return [*made, {"name": "plain"}] if self._flag() else made

    def _annotations(self, chance: float, spec: dict[str, Any]) -> dict[str, str]:
        containers = spec["containers"]
        made: dict[str, str] = {"example.org/note": "a"} if self._flag() else {}
        name = f"container.apparmor.security.beta.kubernetes.io/{containers[0]['name']}"
        if "appArmorProfile" not in containers[0].get("securityContext", {}):
            values = ("", "runtime/default", "localhost/a", "unconfined")
            self._some(made, chance / 2, {name: lambda: self._random.choice(values)})
        if "seccompProfile" not in spec.get("securityContext", {}):
            self._some(made, chance, {"seccomp.security.alpha.kubernetes.io/pod": lambda: "unconfined"})
        return made

    @staticmethod
    def _named(names: list[str]) -> list[dict[str, str]]:
        return [{"name": name, "value": "1"} for name in names]
