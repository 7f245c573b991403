"""What a rule is: a Pulumi policy that knows which resource types it judges and which controls it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from .reading import each

CIS_EKS_VERSION = "1.8.0"
CIS_EKS_URL = "https://www.cisecurity.org/benchmark/kubernetes"
SECURITY_HUB_URL = "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html"
GUIDE_URL = "https://docs.aws.amazon.com/eks/latest/best-practices/introduction.html"


@dataclass(frozen=True, kw_only=True)
class Control:
    """Where a rule comes from.

    Args:
        cis: Recommendations of the CIS Amazon EKS Benchmark 1.8.0, for example "5.4.2".
        security_hub: AWS Security Hub controls, for example "EKS.1".
        checkov: Checks of the checkov scanner for the same thing, for example "CKV_AWS_39".
        guide: Page of the AWS or Kubernetes documentation that the rule follows.
    """

    cis: Sequence[str] = ()
    security_hub: Sequence[str] = ()
    checkov: Sequence[str] = ()
    guide: str = GUIDE_URL

    def tags(self) -> list[str]:
        """Return every id with its source, for example "cis-eks:5.4.2"."""
        return [
            *(f"cis-eks:{id_}" for id_ in self.cis),
            *(f"security-hub:{id_}" for id_ in self.security_hub),
            *(f"checkov:{id_}" for id_ in self.checkov),
        ]

    def framework(self) -> PolicyComplianceFramework:
        """Return the framework that names the rule: CIS before Security Hub before the AWS guide."""
        if self.cis:
            return PolicyComplianceFramework(
                "CIS Amazon EKS Benchmark", CIS_EKS_VERSION, CIS_EKS_URL, ", ".join(self.cis)
            )
        if self.security_hub:
            ids = ", ".join(self.security_hub)
            return PolicyComplianceFramework("AWS Security Hub", None, SECURITY_HUB_URL, ids)
        return PolicyComplianceFramework("Amazon EKS Best Practices Guide", None, self.guide)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A property of a rule's config.

    Args:
        schema: JSON schema of the value, with "description" and "default".
    """

    schema: Mapping[str, Any]

    @property
    def default(self) -> Any:
        """The value where the config says nothing."""
        return self.schema["default"]


def text_list(description: str, *default: str) -> Setting:
    """Return a setting that holds a list of texts."""
    schema = {"type": "array", "items": {"type": "string"}, "default": list(default), "description": description}
    return Setting(schema=schema)


def switch(description: str, default: bool) -> Setting:
    """Return a setting that is on or off."""
    return Setting(schema={"type": "boolean", "default": default, "description": description})


def whole_number(description: str, default: int, minimum: int, maximum: int) -> Setting:
    """Return a setting that holds a whole number within bounds."""
    bounds = {"type": "integer", "minimum": minimum, "maximum": maximum}
    return Setting(schema={**bounds, "default": default, "description": description})


@dataclass(frozen=True)
class Options:
    """The config of a rule in one run, completed with the defaults of its settings.

    The engine fills defaults in, other callers do not.
    """

    settings: Mapping[str, Setting]
    given: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        """Return the value of a setting."""
        return self.given.get(key, self.settings[key].default)


@dataclass(frozen=True)
class Subject:
    """One resource under judgement.

    Args:
        type: Type token, for example "aws:eks/cluster:Cluster".
        name: Logical name.
        properties: Inputs, read with the functions of `reading`.
        options: Config of the rule.
    """

    type: str
    name: str
    properties: Mapping[str, Any]
    options: Options


@dataclass(frozen=True)
class Stack:
    """All resources of a stack, with the config of the rule that looks at them."""

    resources: Sequence[PolicyResource]
    options: Options
    by_type: dict[str, list[PolicyResource]] = field(default_factory=dict[str, list[PolicyResource]], init=False)

    def __post_init__(self) -> None:
        for resource in self.resources:
            self.by_type.setdefault(resource.resource_type, []).append(resource)

    def of_type(self, *types: str) -> list[PolicyResource]:
        """Return the resources of the types given, in the order of the types."""
        return [resource for type_ in types for resource in self.by_type.get(type_, ())]


Check = Callable[[Subject], Iterable[str]]
StackCheck = Callable[[PolicyResource, Stack], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What resource rules and stack rules have in common.

    Args:
        name: Id of the rule, unique in the pack; also its key in a config file.
        title: Short name for people.
        description: What must hold, and why.
        fix: How to repair a violation.
        types: Type tokens of the resources that are judged.
        control: Where the rule comes from.
        severity: How bad a violation is.
        level: Enforcement level without a config file.
        settings: Properties of the rule's config by name.
    """

    name: str
    title: str
    description: str
    fix: str
    types: Sequence[str]
    control: Control
    severity: Severity
    level: EnforcementLevel = EnforcementLevel.MANDATORY
    settings: Mapping[str, Setting] = field(default_factory=dict[str, Setting])

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments that both policy classes of the SDK take."""
        schema = PolicyConfigSchema({key: {**setting.schema} for key, setting in self.settings.items()})
        return {
            "name": self.name,
            "display_name": self.title,
            "description": self.description,
            "enforcement_level": self.level,
            "config_schema": schema if self.settings else None,
            "severity": self.severity,
            "framework": self.control.framework(),
            "tags": self.control.tags(),
            "remediation_steps": self.fix,
            "url": self.control.guide,
        }


class ResourceRule(ResourceValidationPolicy):
    """A rule about one resource at a time, run on its inputs before it is created or changed.

    Args:
        definition: Names, sources and config of the rule.
        checks: Each yields a message for every violation. An unknown in one does not stop the others.
    """

    definition: Definition

    def __init__(self, definition: Definition, *checks: Check) -> None:
        super().__init__(**definition.arguments())
        self.definition = definition
        self._checks = checks
        self._types = frozenset(definition.types)

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Report every violation of the resource.

        Raises:
            UnknownValueError: If a value was unknown, after everything known has been judged.
        """
        if args.resource_type not in self._types:
            return
        options = Options(self.definition.settings, args.get_config())
        subject = Subject(args.resource_type, args.name, args.props, options)
        for message in each(self._checks, lambda check: check(subject)):
            report_violation(message, None)


class StackRule(StackValidationPolicy):
    """A rule about resources together, run once on the outputs of all of them.

    Args:
        definition: Names, sources and config of the rule.
        check: Called for each resource of the rule's types; yields a message for every violation.
    """

    definition: Definition

    def __init__(self, definition: Definition, check: StackCheck) -> None:
        super().__init__(**definition.arguments())
        self.definition = definition
        self._check = check

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Report every violation with the resource's URN.

        Raises:
            UnknownValueError: If a resource could not be judged, after all others have been.
        """
        stack = Stack(args.resources, Options(self.definition.settings, args.get_config()))
        unknown: UnknownValueError | None = None
        for resource in stack.of_type(*self.definition.types):
            try:
                for message in self._check(resource, stack):
                    report_violation(message, resource.urn)
            except UnknownValueError as error:
                unknown = unknown or error
        if unknown:
            raise unknown


Rule = ResourceRule | StackRule
