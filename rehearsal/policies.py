"""Runs a policy pack over a recorded graph, as the engine does in a preview, with no engine and no server.

https://www.pulumi.com/docs/insights/policy/
"""

from __future__ import annotations

import asyncio
import inspect
import runpy
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi_policy
from pulumi_policy import EnforcementLevel, ResourceValidationArgs, ResourceValidationPolicy, StackValidationArgs
from pulumi_policy import policy as sdk
from pulumi_policy.deserialize import serialize_properties
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from rehearsal.errors import ProjectError, RehearsalError
from rehearsal.graph import Graph, Resource
from rehearsal.inprocess import imports_from
from rehearsal.policy_config import (
    PolicyDeclaration,
    PolicySetting,
    read_settings,
    reconcile,
    settings_from,
    unknown_names,
)
from rehearsal.policy_report import Finding, PackReport, PolicyPackChoice
from rehearsal.policy_values import (
    policy_options,
    policy_provider,
    policy_resources,
    remediated_properties,
    validated_properties,
)
from rehearsal.yaml_file import read_yaml

_PACK_FILES = ("PulumiPolicy.yaml", "PulumiPolicy.yml")
_ORDER = {"mandatory": 0, "remediate": 1, "advisory": 2}


class PolicyFailedError(RehearsalError):
    """A policy, or the pack itself, raised something that the engine would abort the run for."""


class _Captured(BaseException):
    """Ends a pack's program where it would start to serve."""

    def __init__(self, *args: Any) -> None:
        super().__init__()
        self.name, self.version, self.policies, self.level, self.initial_config = args[:5]


def chosen_packs(
    directory: Path, stack: str, packs: Sequence[Path] = (), configs: Sequence[Path] = ()
) -> list[PolicyPackChoice]:
    """Return the policy packs to run, each with its config.

    Args:
        directory: Folder of the project, whose pack in `policies` is taken if none is named.
        stack: Name of the stack, for configs that are not named: `config/<stack>.json` in a pack, if it exists.
        packs: Folders of packs.
        configs: Config file of each pack, in the order of the packs.

    Raises:
        ProjectError: If there are configs, and not one for each pack.
    """
    beside = directory / "policies"
    folders = packs or ([beside] if _pack_file(beside) else [])
    if configs and len(configs) != len(folders):
        count = f"{len(folders)} policy pack{'' if len(folders) == 1 else 's'}"
        raise ProjectError(f"{len(configs)} configs of policy packs for {count}")
    files = configs or [default_config(folder, stack.rpartition("/")[2]) for folder in folders]
    return [PolicyPackChoice(folder, file) for folder, file in zip(folders, files, strict=True)]


def default_config(pack: Path, stack: str) -> Path | None:
    """Return the pack's config file for a stack, `config/<stack>.json` in the pack, if it exists."""
    file = pack / "config" / f"{stack}.json"
    return file if file.is_file() else None


def _pack_file(directory: Path) -> Path | None:
    return next((directory / name for name in _PACK_FILES if (directory / name).is_file()), None)


def run_pack(choice: PolicyPackChoice, graph: Graph) -> PackReport:
    """Run a policy pack over a graph whose outputs are known.

    Raises:
        ProjectError: If the folder holds no pack, or the pack's config is not what its policies declare.
        PolicyFailedError: If the pack or one of its policies raises.
    """
    file = _pack_file(choice.directory)
    if file is None:
        raise ProjectError(f"there is no PulumiPolicy.yaml in {choice.directory}")
    document = read_yaml(file)
    with imports_from(choice.directory):
        pack = _load(choice.directory, str(document.get("main") or ""))
        declarations = [_declaration(policy, pack.level) for policy in pack.policies]
        layer = read_settings(choice.config) if choice.config else {}
        settings = reconcile(declarations, settings_from(pack.initial_config or {}), layer)
        run = _PackRun(graph, settings)
        run.judge(pack.policies)
    order = {declaration.name: position for position, declaration in enumerate(declarations)}
    return PackReport(
        name=pack.name,
        version=str(document.get("version") or pack.version),
        levels={declaration.name: settings[declaration.name].level for declaration in declarations},
        findings=tuple(sorted(run.findings, key=lambda f: (_ORDER[f.level], order[f.policy], f.urn, f.message))),
        not_applicable={name: tuple(sorted(reasons)) for name, reasons in sorted(run.not_applicable.items())},
        warnings=tuple(f"{choice.config.name}: {text}" for text in unknown_names(declarations, layer))
        if choice.config
        else (),
    )


def _load(directory: Path, main: str) -> _Captured:
    with mock.patch.object(sdk, "_PolicyAnalyzerServicer", _capture):
        try:
            runpy.run_path(str(directory / main), run_name="__main__")
        except _Captured as captured:
            return captured
        except SystemExit as exit_:
            raise PolicyFailedError(f"the policy pack in {directory} ended itself: {exit_.code}") from exit_
        except Exception as error:
            raise PolicyFailedError(f"the policy pack in {directory} failed: {_text(error)}") from error
    raise ProjectError(f"{directory}: the pack's program makes no PolicyPack")


def _capture(*args: Any) -> None:
    raise _Captured(*args)


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _declaration(policy: pulumi_policy.Policy, level: EnforcementLevel) -> PolicyDeclaration:
    schema = policy.config_schema
    return PolicyDeclaration(
        name=policy.name,
        level=(policy.enforcement_level or level).value,
        properties=(schema.properties if schema else None) or {},
        required=(schema.required if schema else None) or (),
    )


class _PackRun:
    """One run of a pack's policies over a graph."""

    def __init__(self, graph: Graph, settings: Mapping[str, PolicySetting]) -> None:
        self.findings: list[Finding] = []
        self.not_applicable: dict[str, set[str]] = {}
        self._graph = graph
        self._settings = settings

    def judge(self, policies: list[pulumi_policy.Policy]) -> None:
        enabled = [policy for policy in policies if self._settings[policy.name].level != "disabled"]
        resource_policies = [policy for policy in enabled if isinstance(policy, ResourceValidationPolicy)]
        for resource in self._graph.resources.values():
            if not resource.external:
                self._judge_resource(resource, resource_policies)
        stack_policies = [policy for policy in enabled if isinstance(policy, pulumi_policy.StackValidationPolicy)]
        resources = policy_resources(self._graph) if stack_policies else []
        for policy in stack_policies:
            args = StackValidationArgs(resources, self._config(policy))
            self._call(policy, "", lambda report, policy=policy, args=args: policy.validate(args, report))

    def _judge_resource(self, resource: Resource, policies: list[ResourceValidationPolicy]) -> None:
        properties = self._remediated(resource, policies)
        for policy in policies:
            if not policy.has_validation():
                self.not_applicable.setdefault(policy.name, set()).add("Policy does not implement validate")
                continue
            args = self._args(policy, resource, properties)
            self._call(policy, resource.urn, partial(policy.validate, args))

    def _remediated(self, resource: Resource, policies: list[ResourceValidationPolicy]) -> dict[str, Any]:
        """Return the inputs after every remediation, each of which is a finding."""
        properties: dict[str, Any] | None = None
        for policy in policies:
            if self._settings[policy.name].level != "remediate" or not policy.has_remediation():
                continue
            given = remediated_properties(resource.inputs) if properties is None else properties
            changed = self._guarded(
                policy, resource.urn, partial(policy.remediate, self._args(policy, resource, given))
            )
            if changed is None:
                continue
            properties = dict(serialize_properties(changed))
            self._add(policy, "remediate", resource.urn, "the resource would be changed so that it complies")
        return validated_properties(resource.inputs) if properties is None else unknown_checking_proxy(properties)

    def _args(
        self, policy: pulumi_policy.Policy, resource: Resource, properties: dict[str, Any]
    ) -> ResourceValidationArgs:
        return ResourceValidationArgs(
            resource.type,
            properties,
            resource.urn,
            resource.name,
            policy_options(resource),
            policy_provider(resource, self._graph),
            self._config(policy),
        )

    def _config(self, policy: pulumi_policy.Policy) -> dict[str, Any] | None:
        return dict(self._settings[policy.name].properties) or None

    def _call(self, policy: pulumi_policy.Policy, urn: str, validate: Callable[[sdk.ReportViolation], Any]) -> None:
        # A violation that remediation left behind counts as mandatory, and stack policies cannot remediate.
        level = self._settings[policy.name].level
        level = "mandatory" if level == "remediate" else level

        def report(message: str, about: str | None = None) -> None:
            self._add(policy, level, about or urn, message)

        self._guarded(policy, urn, partial(validate, report))

    def _guarded(self, policy: pulumi_policy.Policy, urn: str, call: Callable[[], Any]) -> Any:
        try:
            result = call()
            return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result
        except UnknownValueError as error:
            message = f"cannot be judged in a preview: {error.message}"
            self._add(policy, "advisory", urn, message, unknown=True)
        except sdk._NotApplicableError as error:
            self.not_applicable.setdefault(policy.name, set()).add(error.reason or "")
        except Exception as error:
            about = f" on {urn}" if urn else ""
            raise PolicyFailedError(f"policy {policy.name} failed{about}: {_text(error)}") from error
        return None

    def _add(self, policy: pulumi_policy.Policy, level: str, urn: str, message: str, *, unknown: bool = False) -> None:
        severity = policy.severity.value if policy.severity else ""
        self.findings.append(
            Finding(
                policy=policy.name,
                level=level,
                urn=urn,
                message=message or policy.description,
                description=policy.description,
                severity=severity,
                unknown=unknown,
            )
        )


async def _awaited(value: Any) -> Any:
    return await value
