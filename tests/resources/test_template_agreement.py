"""The same resource gets the same verdict from the engine's view and from an ARM template.

Every case of every Azure rule is written as a template: unknown values as `reference()`, ids from another resource as
`resourceId()`. Cases that a template cannot express are left out.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest

from bluelamp.policies import UNKNOWN, Case, Resource, Rule, Verdict, judge, rules
from bluelamp.policies.defaults import version_of
from bluelamp.policies.estate import canonical
from bluelamp.rehearsal.armtypes.names import spelling
from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.resources.templates import translation
from bluelamp.resources.templates.reading import read

AZURE = Catalogue("azure-native")
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
TOP = frozenset({"location", "tags", "sku", "identity", "kind", "zones", "plan"})
RULES = [rule for rule in rules() if rule.area != "kubernetes"]


class Inexpressible(Exception):
    """A template cannot express this case. The message has the reason."""


def template(case: Case) -> dict:
    resources = {resource.urn: resource for resource in case.resources}
    return {"$schema": SCHEMA, "resources": [_written(resource, resources) for resource in case.resources]}


def _written(resource: Resource, resources: Mapping[str, Resource]) -> dict:
    if not resource.type.startswith("azure-native:"):
        raise Inexpressible("a template has Azure's types only")
    token = canonical(resource.type)
    names = tuple(ids.template(token).rpartition("/providers/")[2].split("/")[2::2])
    scope_inputs = translation.scope_inputs(token)
    if translation.token_of(ids.arm_type(token), names, "resource" if scope_inputs else "group") != token:
        raise Inexpressible("ARM has this type under another name, or nowhere")
    if resource.protect or "resourceGroupName" in resource.properties:
        raise Inexpressible("a template says otherwise where a resource stands")
    properties = {
        key: _value(value, key, resource, resources)
        for key, value in resource.properties.items()
        if key in scope_inputs or key not in ids.path_parameters(token)
    }
    inputs = AZURE.resource(token).inputs.properties
    if any(isinstance(value, str) and inputs[key].shape.kind == "boolean" for key, value in properties.items()):
        raise Inexpressible("Azure makes a boolean of the text, or refuses it")
    version = version_of(resource) or AZURE.resource(token).api_version
    made = {"type": ids.arm_type(token), "apiVersion": version, "name": f"[{_name(resource, resources)}]"}
    for holder in scope_inputs:
        if holder not in properties:
            raise Inexpressible("in a template everything stands somewhere")
        made["scope"] = properties.pop(holder)
    made |= {key: properties.pop(key) for key in TOP & properties.keys()}
    if "properties" in AZURE.resource(token).inputs.properties:
        return made | properties
    return made | {"properties": _renamed(properties, token)}


def _renamed(value, token: str):
    arm = {
        sdk: name
        for name, sdk in spelling(ids.arm_type(token).partition("/")[0].lower()).renamed.items()
        if "." not in name
    }
    if isinstance(value, dict):
        return {arm.get(key, key): _renamed(item, token) for key, item in value.items()}
    return [_renamed(item, token) for item in value] if isinstance(value, list) else value


def _name(resource: Resource, resources: Mapping[str, Resource]) -> str:
    """The expression for the resource's name, with those of its parents."""
    pieces = _pieces(resource, resources)
    listed = ", '/', ".join(pieces)
    return pieces[0] if len(pieces) == 1 else f"concat({listed})"


def _pieces(resource: Resource, resources: Mapping[str, Resource]) -> list[str]:
    steps = ids.template(canonical(resource.type)).rpartition("/providers/")[2].split("/")[2::2]
    return [_piece(step, resource, resources, own=step is steps[-1]) for step in steps]


def _piece(step: str, resource: Resource, resources: Mapping[str, Resource], *, own: bool) -> str:
    if not step.startswith("{"):
        return repr(step)
    key = step.strip("{}")
    output = resource.properties.get(key)
    if isinstance(output, str):
        return repr(output)
    sources = [resources[urn] for urn in resource.references.get(key, ()) if urn in resources and urn != resource.urn]
    if len(sources) > 1 or resource.urn in resource.references.get(key, ()):
        raise Inexpressible("a name comes from one other resource")
    if sources:
        return _pieces(sources[0], resources)[-1]
    if output is None and not own:
        return "'nowhere'"  # the case does not name the parent, and a template requires one
    return f"uniqueString('{resource.name}', '{key}')"


def _value(value, key: str, resource: Resource, resources: Mapping[str, Resource], *, inside: bool = False):
    if value is UNKNOWN:
        return _unknown(key, resource, resources, inside=inside)
    if isinstance(value, Mapping):
        return {name: _value(item, key, resource, resources, inside=True) for name, item in value.items()}
    return [_value(item, key, resource, resources, inside=True) for item in value] if isinstance(value, list) else value


def _unknown(key: str, resource: Resource, resources: Mapping[str, Resource], *, inside: bool) -> str:
    sources = resource.references.get(key, ())
    listed = not inside and AZURE.resource(canonical(resource.type)).inputs.properties[key].shape.kind == "array"
    if len(sources) > 1 or (sources and listed):
        raise Inexpressible("only an id says which resource it comes from, and then one")
    if not sources:
        return f"[reference('{resource.name}').{key}]"
    other = resources[sources[0]]
    return f"[resourceId('{ids.arm_type(canonical(other.type))}', {_name(other, resources)})]"


def _said(rule: Rule) -> Iterator[tuple[Case, str]]:
    for case in rule.cases:
        if case.verdict is Verdict.UNKNOWN and any(resource.references for resource in case.resources):
            continue  # a template knows the ids of the resources it names, where a plan only knows their source
        with suppress(Inexpressible):
            yield case, json.dumps(template(case))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_template_is_judged_as_the_resource(rule: Rule, tmp_path):
    file = tmp_path / "main.json"
    for case, text in _said(rule):
        file.write_text(text)
        resources = read([str(file)])
        judgements = judge(resources, [rule.using(**case.parameters)])
        (judgement,) = [each for each in judgements if each.urn == resources[0].urn]
        # A template may spell out the id of another resource where a plan only knows that the value comes from it.
        settled = case.verdict is Verdict.UNKNOWN and case.resources[0].references and "resourceId(" in text
        assert settled or judgement.verdict == case.verdict, (case.name, text, judgement)


def test_most_cases_can_be_expressed_in_a_template():
    of_azure = [
        case for rule in RULES for case in rule.cases if all(each.type.startswith("azure-") for each in case.resources)
    ]
    assert sum(1 for rule in RULES for _ in _said(rule)) > 0.9 * len(of_azure)
