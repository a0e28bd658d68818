"""Aggregated ClusterRoles are judged by their resulting permissions."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.policies import UNKNOWN, judge
from bluelamp.policies.kubernetes.rbac._roles import CLUSTER_ROLES
from tests.integrity import workloads as w
from tests.thorough import tries

THOROUGH = settings(max_examples=tries(1000), derandomize=True, deadline=None, database=None)
TOKEN = CLUSTER_ROLES[0]
ABOUT_ROLES = {rule.id for rule in w.RULES if "rules[*]" in rule.places(TOKEN)}

RIGHTS = [
    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]},
    {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]},
    {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]},
    {"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]},
    {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["escalate"]},
    {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]},
    {"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
]
KEYS, VALUES = ("team", "tier"), ("a", "b")
labels = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))
# Each selector requires a label, so that the default roles of every cluster are not selected.
expressions = st.one_of(
    st.builds(lambda key: {"key": key, "operator": "Exists"}, st.sampled_from(KEYS)),
    st.builds(
        lambda key, values: {"key": key, "operator": "In", "values": values},
        st.sampled_from(KEYS),
        st.lists(st.sampled_from(VALUES), min_size=1),
    ),
)
others = st.one_of(
    expressions,
    st.builds(lambda key: {"key": key, "operator": "DoesNotExist"}, st.sampled_from(KEYS)),
    st.builds(
        lambda key, values: {"key": key, "operator": "NotIn", "values": values},
        st.sampled_from(KEYS),
        st.lists(st.sampled_from(VALUES), min_size=1),
    ),
)
selectors = st.one_of(
    st.builds(
        lambda wanted, more: {"matchLabels": wanted, "matchExpressions": more},
        st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), min_size=1),
        st.lists(others, max_size=2),
    ),
    st.builds(lambda one, more: {"matchExpressions": [one, *more]}, expressions, st.lists(others, max_size=2)),
)
roles = st.lists(
    st.fixed_dictionaries(
        {
            "labels": labels,
            "rules": st.lists(st.sampled_from(RIGHTS), max_size=2),
            "selectors": st.one_of(st.none(), st.lists(selectors, max_size=2)),
        }
    ),
    min_size=1,
    max_size=6,
)


def role(name, rules=(), selectors=None, labels=None):
    properties = {"metadata": {"name": name, "labels": labels or {}}, "rules": list(rules)}
    if selectors is not None:
        properties["aggregationRule"] = {"clusterRoleSelectors": selectors}
    return w.resource(TOKEN, name, properties)


def binding(name):
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}
    properties = {"roleRef": reference, "subjects": [{"kind": "Group", "name": "g"}]}
    return w.resource("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", f"bind-{name}", properties)


def matches(selector, labels):
    """A selector as the API reference defines it, implemented independently."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for each in selector.get("matchExpressions", []):
        here = each["key"] in labels
        holds = {
            "Exists": here,
            "DoesNotExist": not here,
            "In": here and labels.get(each["key"]) in each.get("values", []),
            "NotIn": not here or labels.get(each["key"]) not in each.get("values", []),
        }
        if not holds[each["operator"]]:
            return False
    return True


def gathered(index, given):
    """The rules of a role once Kubernetes' controller has finished aggregating."""
    reached, waiting = {index}, [index]
    while waiting:
        for selector in given[waiting.pop()]["selectors"] or []:
            found = {other for other, each in enumerate(given) if matches(selector, each["labels"])} - reached
            reached |= found
            waiting += found
    return [right for each in sorted(reached) for right in given[each]["rules"]]


@cache
def plain(rights):
    """The verdicts on a role with these permissions of its own."""
    return w.verdicts(role("plain", [RIGHTS[each] for each in sorted(rights)]))


@THOROUGH
@given(roles)
def test_an_aggregated_role_has_the_verdicts_of_a_role_with_all_its_permissions(given):
    declared = [role(f"r{index}", each["rules"], each["selectors"], each["labels"]) for index, each in enumerate(given)]
    found = w.verdicts(*declared, *[binding(each.name) for each in declared])
    for index, each in enumerate(declared):
        written = gathered(index, given)
        wanted = plain(frozenset(map(RIGHTS.index, written)))
        for rule in ABOUT_ROLES:
            assert found[rule, each.name] == wanted[rule, "plain"], (rule, each.name)
        assert found["BL-K8S-083", f"bind-{each.name}"] == ("fail" if RIGHTS[1] in written else "pass")


@settings(THOROUGH, max_examples=tries(400))
@given(roles, st.data())
def test_unknown_labels_and_selectors_never_pass(given, data):
    declared = [role(f"r{index}", each["rules"], each["selectors"], each["labels"]) for index, each in enumerate(given)]
    bad = role("bad", [RIGHTS[1]], labels={"team": UNKNOWN})
    bad.properties["metadata"]["labels"] = data.draw(st.sampled_from([UNKNOWN, {"team": UNKNOWN}]))
    asking = role("asking", [], [{"matchLabels": {"team": "a"}}])
    what = data.draw(st.sampled_from(["labels", "selector", "selectors", "rule", "rules"]))
    if what == "selector":
        asking.properties["aggregationRule"]["clusterRoleSelectors"] = [UNKNOWN]
    elif what == "selectors":
        asking.properties["aggregationRule"]["clusterRoleSelectors"] = UNKNOWN
    elif what == "rule":
        asking.properties["aggregationRule"] = UNKNOWN
    elif what == "rules":
        bad = role("bad", [], labels={"team": "a"})
        bad.properties["rules"] = UNKNOWN
    found = w.verdicts(bad, asking, *declared, binding("asking"))
    for rule in ABOUT_ROLES:
        assert found[rule, "asking"] in {"unknown", "fail"}
    assert found["BL-K8S-083", "bind-asking"] in {"unknown", "fail"}


@pytest.mark.parametrize(
    "selector",
    [
        {},
        None,
        {"matchLabels": {}},
        {"matchLabels": None, "matchExpressions": []},
        {"matchExpressions": [{"key": "nobody/has-this", "operator": "DoesNotExist"}]},
        {"matchExpressions": [{"key": "nobody/has-this", "operator": "NotIn", "values": ["x"]}]},
        {"matchLabels": {"kubernetes.io/bootstrapping": "rbac-defaults"}},
        {"matchExpressions": [{"key": "kubernetes.io/bootstrapping", "operator": "Exists"}]},
        {"matchlabels": {"team": "a"}},
    ],
)
def test_a_selector_of_everything_fails(selector):
    found = w.verdicts(role("all", [], [{"matchLabels": {"no": "such"}}, selector]), binding("all"))
    assert {rule for rule in ABOUT_ROLES if found[rule, "all"] == "fail"} >= {"BL-K8S-030", "BL-K8S-033", "BL-K8S-034"}
    assert found["BL-K8S-083", "bind-all"] == "fail"


@pytest.mark.parametrize(
    ("label", "failing"),
    [("view", set()), ("edit", {"BL-K8S-032", "BL-K8S-033", "BL-K8S-035"}), ("admin", {"BL-K8S-032", "BL-K8S-036"})],
)
def test_the_default_roles_of_every_cluster_are_known(label, failing):
    selector = {"matchLabels": {f"rbac.authorization.k8s.io/aggregate-to-{label}": "true"}}
    found = w.verdicts(role("mine", [], [selector]))
    assert {rule for rule in ABOUT_ROLES if found[rule, "mine"] == "fail"} >= failing
    assert found["BL-K8S-030", "mine"] == "pass"
    if not failing:
        assert {found[rule, "mine"] for rule in ABOUT_ROLES} == {"pass"}


def test_a_role_aggregated_into_a_default_role_makes_its_binding_fail():
    more = role("more", [RIGHTS[1]], labels={"rbac.authorization.k8s.io/aggregate-to-view": "true"})
    assert w.verdicts(more, binding("view"))["BL-K8S-083", "bind-view"] == "fail"
    assert w.verdicts(more, binding("admin"))["BL-K8S-083", "bind-admin"] == "fail"
    assert w.verdicts(binding("admin"))["BL-K8S-083", "bind-admin"] == "pass"


def test_a_finding_names_the_role_that_adds_the_permission():
    chain = [
        role("top", [], [{"matchLabels": {"level": "1"}}]),
        role("middle", [], [{"matchLabels": {"level": "2"}}], {"level": "1"}),
        role("low", [RIGHTS[1]], [{"matchLabels": {"level": "1"}}], {"level": "2"}),
    ]
    (found,) = [each for each in judge(chain) if each.rule == "BL-K8S-034" and each.urn == chain[0].urn]
    selector = "clusterRoleSelectors[0]"
    assert found.path == f'aggregationRule.{selector}["middle"].aggregationRule.{selector}["low"].rules[0].resources[0]'


def test_a_role_judged_alone_is_unknown_until_the_others_are_present():
    found = w.verdicts(role("alone", [], [{"matchLabels": {"team": "a"}}]), complete=False)
    assert {found[rule, "alone"] for rule in ABOUT_ROLES} == {"unknown"}
