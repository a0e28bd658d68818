"""The software bill of materials of a release, in CycloneDX."""

import json
import tomllib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from supply.go_modules import Module, modules
from supply.licences import Policy, licence_of, parsed, policy
from supply.python_packages import Package, locked, needed_to_run

_ENGINE: Final = Path("bluelamp") / "engine"
_LICENCES: Final = LicenseFactory()


def sbom(root: Path, moment: datetime, commit: str) -> str:
    """The bill of materials of the project at `root` as JSON: the same text for the same commit.

    `moment` is the time of the release. Raises `ValueError` if the result is not valid CycloneDX 1.6.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    given = policy()
    bom = Bom()
    bom.metadata.timestamp = moment.astimezone(UTC)
    product = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        bom_ref=f"pkg:pypi/{project['name']}@{project['version']}",
        purl=PackageURL("pypi", name=project["name"], version=project["version"]),
        licenses=[_licence(project["license"])],
        properties=[Property(name="bluelamp:commit", value=commit)] if commit else [],
    )
    bom.metadata.component = product
    _python(bom, product, root, given)
    _engine(bom, product, root, given)
    return _written(bom)


def problems(text: str) -> str:
    """Why a document is not valid CycloneDX 1.6; empty if it is."""
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return str(error) if error else ""


def _python(bom: Bom, product: Component, root: Path, given: Policy) -> None:
    packages = locked(root / "requirements.lock")
    needed = needed_to_run(packages, root / "pyproject.toml")
    made = {one.purl: _package(one, given, needed=one.name in needed) for one in packages}
    # A package can be locked in several versions, each for other versions of Python.
    versions: dict[str, list[Component]] = {}
    for one in packages:
        versions.setdefault(one.name, []).append(made[one.purl])
    for component in made.values():
        bom.components.add(component)
    # The order of a set varies between processes, and the library keeps the insertion order.
    for one in packages:
        for name in sorted(one.required_by):
            for component in versions.get(name, ()):
                bom.register_dependency(component, [made[one.purl]])
    bom.register_dependency(product, [made[one.purl] for one in packages if "bluelamp" in one.required_by])


def _package(one: Package, given: Policy, *, needed: bool) -> Component:
    return Component(
        type=ComponentType.LIBRARY,
        name=one.name,
        version=one.version,
        bom_ref=one.purl,
        purl=PackageURL("pypi", name=one.name, version=one.version),
        # Each published file of the version has its own; an installation accepts any of them and no other.
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in one.hashes],
        licenses=[_licence(licence_of(one, given))],
        scope=ComponentScope.REQUIRED if needed else ComponentScope.EXCLUDED,
        properties=[Property(name="bluelamp:marker", value=one.marker)] if one.marker else [],
    )


def _engine(bom: Bom, product: Component, root: Path, given: Policy) -> None:
    """The engine is not shipped: it is downloaded, or built from these modules, on the user's machine."""
    pinned = json.loads((root / _ENGINE / "official.json").read_text(encoding="utf-8"))
    version = pinned["version"]
    address = f"https://get.pulumi.com/releases/sdk/pulumi-v{version}"
    engine = Component(
        type=ComponentType.APPLICATION,
        name="pulumi",
        version=version,
        bom_ref=f"pkg:generic/pulumi@{version}",
        purl=PackageURL("generic", name="pulumi", version=version),
        licenses=[_licence("Apache-2.0")],
        scope=ComponentScope.OPTIONAL,
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(f"{address}-{platform}.tar.gz"),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            )
            for platform, digest in sorted(pinned["archives"].items())
        ],
    )
    bom.components.add(engine)
    parts = [_module(one, given) for one in modules(root / _ENGINE / "gomod")]
    for part in parts:
        bom.components.add(part)
    bom.register_dependency(engine, parts)
    bom.register_dependency(product, [engine])


def _module(one: Module, given: Policy) -> Component:
    # Go's hash covers the list of files and their hashes, so it is no digest of one file.
    properties = [Property(name="bluelamp:go:h1", value=one.hash)]
    properties += [Property(name="bluelamp:go:replaces", value=one.replaces)] if one.replaces else []
    return Component(
        type=ComponentType.LIBRARY,
        name=one.path,
        version=one.version,
        bom_ref=one.purl,
        purl=PackageURL.from_string(one.purl),
        licenses=[_licence(licence_of(one, given))],
        scope=ComponentScope.OPTIONAL,
        properties=properties,
    )


def _licence(expression: str) -> License:
    if not expression or parsed(expression) is None:
        return DisjunctiveLicense(name=expression or "not known")
    return _LICENCES.make_from_string(expression)


def _written(bom: Bom) -> str:
    """The document, with a serial number derived from its content."""
    content: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    content.pop("serialNumber", None)
    content["dependencies"] = _sorted(content.get("dependencies", []))
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    content["serialNumber"] = f"urn:uuid:{number}"
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    wrong = problems(text)
    if wrong:
        raise ValueError(f"the bill of materials is not valid CycloneDX 1.6: {wrong[:500]}")
    return text


def _sorted(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(
        ({**row, **({"dependsOn": sorted(row["dependsOn"])} if "dependsOn" in row else {})} for row in rows),
        key=lambda row: str(row["ref"]),
    )
