"""Reads YAML examples of rules as resources; `azure_examples` runs those that are programs."""

import yaml

from bluelamp.policies import Resource, Rule, rules


def manifest_rules() -> list[Rule]:
    """The rules whose example is Kubernetes YAML."""
    return [rule for rule in rules() if rule.example.startswith("apiVersion:")]


def resources(rule: Rule) -> list[Resource]:
    """The resources in the documents of the example."""
    return [_object(document) for document in yaml.safe_load_all(rule.example)]


def _object(document: dict) -> Resource:
    group, kind = document["apiVersion"], document["kind"]
    group = group if "/" in group else f"core/{group}"
    name = document["metadata"]["name"]
    type_ = f"kubernetes:{group}:{kind}"
    return Resource(f"urn:pulumi:example::bluelamp::{type_}::{name}", type_, name, document)
