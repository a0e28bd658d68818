"""The language host's service, which the engine calls."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from bluelamp import __version__
from bluelamp.engine.host.python import interpreter
from bluelamp.engine.host.sdk import UnsupportedSchemaError, files, on_path

_EXECUTOR = "pulumi-language-python-exec"
# The executor's exit status for an error that it has already shown, so that the engine does not repeat it.
_ERROR_SHOWN = 32


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs, policy packs and component packages for one engine."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._children: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Terminates running processes."""
        with self._lock:
            for child in self._children:
                child.terminate()

    def Handshake(self, request: Any, _context: Any) -> Any:
        """Stores the engine's address."""
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        """This host's version."""
        return plugin_pb2.PluginInfo(version=__version__)

    def GetRequiredPackages(self, _request: Any, _context: Any) -> Any:
        """Empty: the engine loads a provider when one of its resources is registered."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, _request: Any, _context: Any) -> Any:
        """Empty, as for packages."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(self, _request: Any, _context: Any) -> Any:
        """Empty; only `pulumi about` uses it."""
        return language_pb2.GetProgramDependenciesResponse()

    def About(self, request: Any, _context: Any) -> Any:
        """The Python that would run the program."""
        python = _python(request.info)
        version = subprocess.run([python, "--version"], check=False, capture_output=True, text=True).stdout
        return language_pb2.AboutResponse(executable=python, version=version.removeprefix("Python ").strip())

    def RuntimeOptionsPrompts(self, _request: Any, _context: Any) -> Any:
        """No questions: the options are in Pulumi.yaml."""
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(self, _request: Any, _context: Any) -> Iterator[Any]:
        """Does nothing, as projects install their own environment."""
        yield from ()

    def GeneratePackage(self, request: Any, context: Any) -> Any:
        """Writes the Python SDK of a component package, for `pulumi package add`; others need Pulumi's host."""
        try:
            written = files(json.loads(request.schema))
        except UnsupportedSchemaError as error:
            message = f"this engine's Python host writes SDKs of components only, and cannot write this one: {error}"
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{message}; use the official release of Pulumi")
            raise
        for name, content in written.items():
            path = Path(request.directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return language_pb2.GeneratePackageResponse()

    def Link(self, request: Any, _context: Any) -> Any:
        """Instructions for importing the SDKs in `sdks/`, which are on the path of programs that this host runs."""
        lines = []
        for each in request.packages:
            name = f"pulumi_{each.package.name.replace('-', '_')}"
            lines += [
                f"In a program of this project: import {name}",
                f"Outside this project: pip install ./{each.path}",
            ]
        return language_pb2.LinkResponse(import_instructions="\n".join(lines))

    def Cancel(self, _request: Any, _context: Any) -> Any:
        """Terminates running processes."""
        self.stop()
        return empty_pb2.Empty()

    def Run(self, request: Any, _context: Any) -> Any:
        """Runs a program to its end."""
        try:
            python = _python(request.info)
        except FileNotFoundError as error:
            return language_pb2.RunResponse(error=str(error))
        program = Path(request.info.program_directory)
        if request.info.entry_point and request.info.entry_point != ".":
            program /= request.info.entry_point
        words = [
            *("--monitor", request.monitor_address, "--engine", self._engine),
            *("--project", request.project, "--stack", request.stack, "--organization", request.organization),
            *("--pwd", request.pwd, "--dry_run", "true" if request.dryRun else "false"),
            *("--parallel", str(request.parallel)),
        ]
        if request.info.root_directory:
            words += ["--root_directory", request.info.root_directory]
        command = [python, "-u", str(_executor()), *words, str(program), *request.args]
        environment = _environment(python)
        added = on_path(Path(request.info.root_directory))
        if added:
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, [*added, environment.get("PYTHONPATH")]))
        environment |= {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        child = self._start(command, cwd=request.pwd or None, env=environment)
        try:
            status = child.wait()
        finally:
            self._forget(child)
        if status == 0:
            return language_pb2.RunResponse()
        if status == _ERROR_SHOWN:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"Program exited with non-zero exit code: {status}")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """Runs a policy pack or a component package, and streams its output."""
        python = _python(request.info)
        folder = request.info.program_directory
        if request.kind == "analyzer":
            command = [python, "-u", "-m", "pulumi.policy", *request.args, folder]
        else:
            command = [python, "-u", folder, *request.args]
        given = dict(word.split("=", 1) for word in request.env)
        child = self._start(
            command,
            cwd=request.pwd or None,
            env={**_environment(python), **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(child.terminate)
        try:
            yield from _output(child)
            yield language_pb2.RunPluginResponse(exitcode=child.wait())
        finally:
            self._forget(child)

    def _start(self, command: Sequence[str], **how: Any) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen(command, **how)
        with self._lock:
            self._children.add(child)
        return child

    def _forget(self, child: "subprocess.Popen[bytes]") -> None:
        with self._lock:
            self._children.discard(child)
        if child.poll() is None:
            child.terminate()


def _python(info: Any) -> str:
    return interpreter(Path(info.root_directory), json_format.MessageToDict(info.options))


def _executor() -> Path:
    """The engine module's own runner of Python programs, installed beside the built engine."""
    return Path(os.environ["BLUELAMP_ENGINE_DIR"]) / _EXECUTOR


def _environment(python: str) -> dict[str, str]:
    """The caller's environment, as if `python`'s own virtual environment were active."""
    environment = dict(os.environ)
    folder = Path(python).parent
    if (folder.parent / "pyvenv.cfg").is_file():
        environment["VIRTUAL_ENV"] = str(folder.parent)
        environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
        environment.pop("PYTHONHOME", None)
    return environment


def _output(child: "subprocess.Popen[bytes]") -> Iterator[Any]:
    """The child's output as it arrives."""
    chunks: SimpleQueue[Any] = SimpleQueue()

    def pump(name: str, stream: IO[bytes]) -> None:
        for line in iter(stream.readline, b""):
            field: dict[str, Any] = {name: line}
            chunks.put(language_pb2.RunPluginResponse(**field))
        chunks.put(None)

    streams = {"stdout": child.stdout, "stderr": child.stderr}
    for name, stream in streams.items():
        if stream is not None:
            threading.Thread(target=pump, args=(name, stream), daemon=True).start()
    open_streams = len(streams)
    while open_streams:
        chunk = chunks.get()
        if chunk is None:
            open_streams -= 1
        else:
            yield chunk
