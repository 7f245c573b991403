"""The log router's configuration for Fargate pods, as text.

Fargate runs a Fluent Bit of AWS's beside each pod and reads the ConfigMap aws-logging when the pod starts.
https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html
CONFIG_LIMIT = 5300
_FILTERS = ("grep", "parser", "record_modifier", "rewrite_tag", "throttle", "nest", "modify", "kubernetes")

_SECTION = re.compile(r"^\s*\[(\w+)\]", re.MULTILINE)
_PLUGIN_NAME = re.compile(r"^\s*name\s+(\S+)", re.MULTILINE | re.IGNORECASE)

# Container runtimes write each line as time, stream, whether it is complete, and what the program said.
_CRI_PARSER = """\
[PARSER]
    Name        cri
    Format      regex
    Regex       ^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[FP]) (?<log>.*)$
    Time_Key    time
    Time_Format %Y-%m-%dT%H:%M:%S.%L%z
    Time_Keep   On
"""
_CRI_FILTER = """\
[FILTER]
    Name     parser
    Match    *
    Key_Name log
    Parser   cri
"""
_KUBERNETES_FILTER = """\
[FILTER]
    Name                kubernetes
    Match               kube.*
    Merge_Log           On
    Keep_Log            Off
    Buffer_Size         0
    Kube_Meta_Cache_TTL 300s
"""


@dataclass(frozen=True, kw_only=True)
class FargateLogConfig:
    """Where the logs of Fargate pods go and what happens to them on the way.

    Args:
        region: Region of the log group.
        log_group_name: Log group that already exists; the router makes none.
        stream_prefix: Beginning of the names of the log streams. Default "fargate-".
        kubernetes_metadata: Whether pod name, namespace and labels are added to each line. The log router then asks
            the API server once a pod and five minutes. Default True.
        router_logs: Whether the router's own log goes to CloudWatch too, to find out why lines are missing. It costs
            as much as any log; off by default.
        extra_filters: More [FILTER] sections; they come after those above.
        extra_parsers: More [PARSER] sections.
    """

    region: str
    log_group_name: str
    stream_prefix: str = "fargate-"
    kubernetes_metadata: bool = True
    router_logs: bool = False
    extra_filters: str = ""
    extra_parsers: str = ""


def render(config: FargateLogConfig) -> dict[str, str]:
    """Return the data of the ConfigMap aws-logging.

    Raises:
        ValueError: If a text uses a section, filter or variable that Fargate refuses, or the whole is longer than
            5,300 characters. Fargate would run the pods without any log.
    """
    _check_sections("extra_filters", config.extra_filters, "FILTER")
    _check_sections("extra_parsers", config.extra_parsers, "PARSER")
    for name in _PLUGIN_NAME.findall(config.extra_filters):
        if name.lower() not in _FILTERS:
            raise ValueError(f"extra_filters: {name!r} is not a filter that Fargate runs: {', '.join(_FILTERS)}")
    filters = [_CRI_FILTER, _KUBERNETES_FILTER if config.kubernetes_metadata else "", _ended(config.extra_filters)]
    data = {
        "flb_log_cw": "true" if config.router_logs else "false",
        "filters.conf": "".join(filters),
        "output.conf": _output(config),
        "parsers.conf": _CRI_PARSER + _ended(config.extra_parsers),
    }
    length = sum(len(key) + len(value) for key, value in data.items())
    if length > CONFIG_LIMIT:
        raise ValueError(f"extra_filters, extra_parsers: the log router takes {CONFIG_LIMIT} characters, not {length}")
    return data


def _output(config: FargateLogConfig) -> str:
    settings = {
        "Name": "cloudwatch_logs",
        "Match": "*",
        "region": config.region,
        "log_group_name": config.log_group_name,
        "log_stream_prefix": config.stream_prefix,
        # The stack owns the group: one that the router made would outlive the stack and have no key or tags.
        "auto_create_group": "false",
    }
    width = max(len(key) for key in settings)
    return "\n".join(["[OUTPUT]", *(f"    {key:<{width}} {value}" for key, value in settings.items()), ""])


def _check_sections(field: str, text: str, allowed: str) -> None:
    if "${" in text:
        raise ValueError(f"{field}: must not hold '${{', Fargate does not fill in variables")
    sections = _SECTION.findall(text)
    for section in sections:
        if section.upper() != allowed:
            raise ValueError(f"{field}: section [{section}] is not [{allowed}]")
    if text.strip() and not sections:
        raise ValueError(f"{field}: holds no section [{allowed}]")


def _ended(text: str) -> str:
    return f"{text.strip()}\n" if text.strip() else ""
