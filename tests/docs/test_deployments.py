"""What is shown for Docker Compose, Kubernetes and Prometheus fits together, and runs with little power."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.config import Config
from handlers.readiness import WITHIN
from tests.image import said

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs" / "operations"
FUNCTIONS = {"histogram_quantile", "sum", "rate", "max", "min", "absent", "increase", "by"}
LEAST_GRACE = 20  # seconds; docs/operations.md says that a stop takes ten


def documents(folder: str) -> list[dict[str, Any]]:
    files = sorted((OPERATIONS / folder).glob("*.yaml"))
    return [one for file in files for one in yaml.safe_load_all(file.read_text())]


def pods() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each pod with its only container."""
    for one in documents("kubernetes"):
        if one["kind"] in {"Deployment", "Job"}:
            pod = one["spec"]["template"]["spec"]
            (container,) = pod["containers"]
            yield pod, container


def test_every_pod_runs_as_nobody_and_may_write_nowhere() -> None:
    user = int(said("USER")[-1].partition(":")[0])
    assert len(list(pods())) == 2
    for pod, container in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == user
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        assert container["envFrom"] == [{"secretRef": {"name": "goodword"}}]


def test_the_deployment_is_found_probed_and_never_gone() -> None:
    kinds = {one["kind"]: one for one in documents("kubernetes")}
    assert set(kinds) == {"Deployment", "Service", "PodDisruptionBudget", "Ingress", "Job"}
    labels = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert kinds["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert kinds["Service"]["spec"]["selector"] == labels
    assert kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert kinds["PodDisruptionBudget"]["spec"]["minAvailable"] < kinds["Deployment"]["spec"]["replicas"]
    assert kinds["Deployment"]["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    (rule,) = kinds["Ingress"]["spec"]["rules"]
    assert [(way["path"], way["pathType"]) for way in rule["http"]["paths"]] == [("/slack/events", "Exact")]
    pod = kinds["Deployment"]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > LEAST_GRACE
    (container,) = pod["containers"]
    probes = {name: container[name]["httpGet"]["path"] for name in container if name.endswith("Probe")}
    assert probes == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    assert container["readinessProbe"]["timeoutSeconds"] > WITHIN
    assert str(container["ports"][0]["containerPort"]) in said("EXPOSE")
    known = {name.upper() for name in Config.model_fields}
    assert {one["name"] for one in container["env"]} <= known


def test_compose_waits_for_the_database_and_for_its_schema() -> None:
    found = yaml.safe_load((OPERATIONS / "compose.yaml").read_text())
    services = found["services"]
    assert set(services) == {"postgres", "migrate", "goodword"}
    assert (OPERATIONS / services["goodword"]["build"]).resolve() == ROOT
    for name, command in (("migrate", ["migrate"]), ("goodword", ["run"])):
        one = services[name]
        assert one["command"] == command
        assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert services["goodword"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["goodword"]["ports"] == [f"127.0.0.1:3000:{said('EXPOSE')[0]}"]
    assert "ports" not in services["postgres"]
    assert services["postgres"]["networks"] == ["inside"]
    assert found["networks"]["inside"] == {"internal": True}
    assert set(found["volumes"]) == {"postgres"}
    assert services["postgres"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_each_alert_says_what_people_notice_and_where_to_look() -> None:
    (group,) = yaml.safe_load((OPERATIONS / "alerts.yaml").read_text())["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names)
    for rule in group["rules"]:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "action"}
        assert re.fullmatch(r"\d+m", rule["for"])
        _is_sound(rule["expr"])
        assert re.search(r" (==|>|<|>=) [\d.]+$", rule["expr"]), rule["expr"]


def test_each_panel_asks_something_that_can_be_asked() -> None:
    board = json.loads((OPERATIONS / "grafana.json").read_text())
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]}
    assert len(places) == len(board["panels"])
    for panel in board["panels"]:
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        for target in panel["targets"]:
            _is_sound(target["expr"])


def _is_sound(expression: str) -> None:
    """As far as can be told without Prometheus: brackets match, and every function is one we know."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    for opened, closed in ("()", "[]", "{}"):
        assert bare.count(opened) == bare.count(closed), expression
    called = set(re.findall(r"([a-z_]+) ?\(", bare))
    assert called <= FUNCTIONS, expression
    for over in re.findall(r"(?:rate|increase)\(([^()]*)\)", bare):
        assert re.search(r"(_total|_bucket|_count)(\{[^{}]*\})?\[\d+[mh]\]$", over), expression
