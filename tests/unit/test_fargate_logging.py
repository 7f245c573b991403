from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.fargate_log_config import CONFIG_LIMIT, FargateLogConfig, render
from components.fargate_logging import FargateLogging, FargateLoggingArgs
from components.iam.fargate_logging import fargate_logging_policy
from tests.support.fixtures import AWS, aws_providers, cluster_ref
from tests.support.recording import record

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
NAMESPACE = "kubernetes:core/v1:Namespace"


def config(**changes: Any) -> FargateLogConfig:
    return FargateLogConfig(region="eu-west-1", log_group_name="/aws/eks/demo/fargate", **changes)


def test_the_log_router_is_told_exactly_this() -> None:
    assert render(config()) == {
        "flb_log_cw": "false",
        "filters.conf": (
            "[FILTER]\n"
            "    Name     parser\n"
            "    Match    *\n"
            "    Key_Name log\n"
            "    Parser   cri\n"
            "[FILTER]\n"
            "    Name                kubernetes\n"
            "    Match               kube.*\n"
            "    Merge_Log           On\n"
            "    Keep_Log            Off\n"
            "    Buffer_Size         0\n"
            "    Kube_Meta_Cache_TTL 300s\n"
        ),
        "output.conf": (
            "[OUTPUT]\n"
            "    Name              cloudwatch_logs\n"
            "    Match             *\n"
            "    region            eu-west-1\n"
            "    log_group_name    /aws/eks/demo/fargate\n"
            "    log_stream_prefix fargate-\n"
            "    auto_create_group false\n"
        ),
        "parsers.conf": (
            "[PARSER]\n"
            "    Name        cri\n"
            "    Format      regex\n"
            "    Regex       ^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[FP]) (?<log>.*)$\n"
            "    Time_Key    time\n"
            "    Time_Format %Y-%m-%dT%H:%M:%S.%L%z\n"
            "    Time_Keep   On\n"
        ),
    }, "Fargate runs pods without any log, and without a word, when it cannot read this"


def test_own_filters_and_parsers_come_after_those_of_the_platform() -> None:
    data = render(
        config(
            kubernetes_metadata=False,
            router_logs=True,
            stream_prefix="pods-",
            extra_filters="[FILTER]\n    Name  grep\n    Match *\n    Exclude log health\n\n",
            extra_parsers="[PARSER]\n    Name json\n    Format json",
        )
    )
    assert data["flb_log_cw"] == "true"
    assert data["filters.conf"].count("[FILTER]") == 2, "the filter that asks the API server is switched off"
    assert data["filters.conf"].endswith("Exclude log health\n")
    assert data["parsers.conf"].endswith("[PARSER]\n    Name json\n    Format json\n")
    assert "log_stream_prefix pods-\n" in data["output.conf"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"extra_filters": "[OUTPUT]\n Name es"}, r"extra_filters: section \[OUTPUT\] is not \[FILTER\]"),
        ({"extra_filters": "[FILTER]\n Name lua"}, "'lua' is not a filter that Fargate runs"),
        ({"extra_filters": "Name grep"}, "holds no section"),
        ({"extra_filters": "[FILTER]\n Name grep\n Regex log ${HOME}"}, "does not fill in variables"),
        ({"extra_parsers": "[SERVICE]\n Flush 1"}, r"section \[SERVICE\] is not \[PARSER\]"),
        ({"extra_parsers": "[PARSER]\n    Name x\n" + "#" * CONFIG_LIMIT}, "takes 5300 characters, not"),
    ],
)
def test_a_configuration_that_fargate_refuses_is_refused(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        render(config(**changes))


def test_the_log_router_may_write_to_its_group_and_nowhere_else() -> None:
    assert fargate_logging_policy(AWS, ["/aws/eks/demo/fargate"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "WriteLogs",
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                "Resource": [
                    "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/demo/fargate",
                    "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/demo/fargate:*",
                ],
            }
        ],
    }, "with rights on '*' any profile could write into the audit log group of the cluster"


@pytest.mark.parametrize("names", [[], [""], ["/aws/*"], ["a?"]])
def test_a_log_policy_without_exact_names_is_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="log_group_names"):
        fargate_logging_policy(AWS, names)


def program(names: tuple[str, ...] = ("logging",), **changes: Any) -> Callable[[], None]:
    def run() -> None:
        opts = pulumi.ResourceOptions(providers=aws_providers())
        cluster = cluster_ref()
        for name in names:
            logging = FargateLogging(name, FargateLoggingArgs(aws=AWS, cluster=cluster, **changes), opts)
            pulumi.export(f"{name}-group", logging.log_group_name)
            pulumi.export(f"{name}-names", list(logging.log_group_names))
            pulumi.export(f"{name}-ready", [ready.pulumi_resource_name for ready in logging.ready])

    return run


@pytest.mark.parametrize("known", [True, False])
def test_the_stack_owns_the_group_that_the_config_map_names(known: bool) -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/k"
    graph = record(program(retention_days=90, kms_key_arn=key), known=known)
    (group,) = graph.of_type(LOG_GROUP)
    assert group.inputs == {"name": "/aws/eks/demo/fargate", "retentionInDays": 90, "kmsKeyId": key}, (
        "without retention logs are kept, and paid, for ever"
    )
    (config_map,) = graph.of_type(CONFIG_MAP)
    assert config_map.inputs["metadata"]["name"] == "aws-logging", "Fargate looks at this name only"
    assert config_map.inputs["data"] == render(config()), "the router and the stack must mean the same group"
    (namespace,) = graph.of_type(NAMESPACE)
    assert namespace.inputs["metadata"] == {
        "name": "aws-observability",
        "labels": {"aws-observability": "enabled"},
    }, "without the label Fargate does not read the ConfigMap"
    assert graph.depends_on(config_map, namespace), "a ConfigMap without its namespace is refused"
    assert not graph.depends_on(group, namespace), "the log group must be made beside the cluster"
    provider = graph.named("kubernetes", "pulumi:providers:kubernetes")
    assert {config_map.provider, namespace.provider} == {provider.urn}, "objects must not go to another cluster"
    assert graph.outputs["logging-ready"] == ["logging-log-group", "logging-config"]


def test_the_routers_own_log_has_a_group_and_a_retention_too() -> None:
    graph = record(program(router_logs=True))
    groups = {group.name: group.inputs for group in graph.of_type(LOG_GROUP)}
    assert groups["logging-router-log-group"] == {"name": "demo-fluent-bit-logs", "retentionInDays": 30}, (
        "Fargate chooses this name, and nobody may create it later"
    )
    assert graph.outputs["logging-names"] == ["/aws/eks/demo/fargate", "demo-fluent-bit-logs"]
    assert graph.outputs["logging-ready"] == ["logging-log-group", "logging-router-log-group", "logging-config"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"retention_days": 42}, "retention_days: .*42"),
        ({"extra_filters": "[INPUT]\n Name tail"}, "extra_filters"),
    ],
)
def test_args_that_would_fail_late_are_refused_at_once(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        record(program(**changes))
