"""The pack as the engine runs it: a process of its own that answers over loopback."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policies.eks_policies.cluster import CLUSTER
from policies.eks_policies.cluster_logs import LOG_GROUP
from policies.eks_policies.pack import RULES
from tests.policies.cluster_cases import COMPLIANT
from tests.policies.support import PACK, UNKNOWN, changed, urn

WAIT_SECONDS = 30


@pytest.fixture(name="analyzer", scope="module")
def _analyzer() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """The pack, started as the engine starts it: working directory is the pack, first line is its port."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
    # Nothing listens at the engine's address: the pack does not call it.
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:0", str(PACK)],
        cwd=PACK,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        with grpc.insecure_channel(f"127.0.0.1:{_port(process)}") as channel:
            grpc.channel_ready_future(channel).result(timeout=WAIT_SECONDS)
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.kill()
        process.communicate(timeout=WAIT_SECONDS)


def _port(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None, "the port is printed there"
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        assert selector.select(timeout=WAIT_SECONDS), "the pack never said its port, so a preview would hang"
    return int(process.stdout.readline())


def _struct(properties: dict[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct


def _analyze(analyzer: analyzer_pb2_grpc.AnalyzerStub, properties: dict[str, Any]) -> list[tuple[str, str]]:
    request = analyzer_pb2.AnalyzeRequest(
        type=CLUSTER, properties=_struct(properties), urn=urn(CLUSTER, "demo"), name="demo"
    )
    answer = analyzer.Analyze(request, timeout=WAIT_SECONDS)
    return [
        (found.policyName, analyzer_pb2.EnforcementLevel.Name(found.enforcementLevel)) for found in answer.diagnostics
    ]


def test_the_pack_lists_all_its_rules(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=WAIT_SECONDS)
    assert info.name == "eks-platform", "config files would not find the pack"
    assert [policy.name for policy in info.policies] == [rule.name for rule in RULES], "a rule would never run"
    assert info.supportsConfig, "levels by environment would be ignored"


def test_a_compliant_cluster_has_no_findings(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    assert _analyze(analyzer, dict(COMPLIANT)) == [], "a deployment that is right would be blocked"


def test_a_broken_cluster_is_blocked(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    broken = changed(COMPLIANT, {"vpcConfig.endpointPrivateAccess": False, "zonalShiftConfig.enabled": False})
    assert _analyze(analyzer, broken) == [
        ("eks-cluster-private-endpoint", "MANDATORY"),
        ("eks-cluster-zonal-shift", "ADVISORY"),
    ], "levels would be lost on the way to the engine"


def test_an_unknown_value_leaves_the_known_violation_mandatory(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    broken = changed(COMPLIANT, {"vpcConfig.endpointPrivateAccess": UNKNOWN, "vpcConfig.endpointPublicAccess": True})
    assert _analyze(analyzer, broken) == [
        ("eks-cluster-private-endpoint", "MANDATORY"),
        ("eks-cluster-private-endpoint", "ADVISORY"),
        ("eks-cluster-public-cidrs", "MANDATORY"),
    ], "one unknown value would turn a mandatory rule into advice"


def test_a_stack_is_judged_as_a_whole(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    group = analyzer_pb2.AnalyzerResource(
        type=LOG_GROUP,
        name="logs",
        urn=urn(LOG_GROUP, "logs"),
        properties=_struct({"name": "/aws/eks/demo/cluster", "retentionInDays": 90}),
    )
    cluster = analyzer_pb2.AnalyzerResource(
        type=CLUSTER, name="demo", urn=urn(CLUSTER, "demo"), properties=_struct(dict(COMPLIANT))
    )
    request = analyzer_pb2.AnalyzeStackRequest(resources=[group, cluster])
    answer = analyzer.AnalyzeStack(request, timeout=WAIT_SECONDS)
    assert [(found.policyName, found.urn) for found in answer.diagnostics] == [
        ("eks-cluster-log-group", urn(CLUSTER, "demo"))
    ], "a cluster that does not wait for its log group would be let through"


def test_config_reaches_the_rules(analyzer: analyzer_pb2_grpc.AnalyzerStub) -> None:
    try:
        analyzer.Configure(
            analyzer_pb2.ConfigureAnalyzerRequest(
                policyConfig={
                    "eks-cluster-zonal-shift": analyzer_pb2.PolicyConfig(enforcementLevel=analyzer_pb2.DISABLED),
                    "eks-cluster-version": analyzer_pb2.PolicyConfig(
                        enforcementLevel=analyzer_pb2.ADVISORY, properties=_struct({"supportedVersions": ["1.36"]})
                    ),
                }
            ),
            timeout=WAIT_SECONDS,
        )
        said = _analyze(analyzer, changed(COMPLIANT, {"zonalShiftConfig.enabled": False}))
        assert said == [("eks-cluster-version", "ADVISORY")], "an environment could not set its own levels"
    finally:
        analyzer.Configure(analyzer_pb2.ConfigureAnalyzerRequest(), timeout=WAIT_SECONDS)
