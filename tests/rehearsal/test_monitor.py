"""The monitor takes what a program registers as the engine would: providers, transforms, reads, secrets, refusals."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.proto import resource_pb2

from rehearsal.errors import ProgramExit, RehearsalError
from rehearsal.inprocess import run
from rehearsal.monitor import RecordingMonitor
from rehearsal.registration import is_within
from rehearsal.wire import UNKNOWN, Secret
from tests.support.trust import EC2_TRUST

RANGES = {"own": "10.1.0.0/16", "parent": "10.2.0.0/16", "stack": "10.3.0.0/16"}
LATE = "the engine would refuse it in the middle of an update"


def made(program, *, known=True, config=None, **options):
    result = run(
        program,
        project="shop",
        stack="dev",
        config={"aws:region": "eu-north-1", **(config or {})},
        known=known,
        **options,
    )
    if result.error:
        raise result.error
    return result.graph


def vpc(name: str = "a", opts: pulumi.ResourceOptions | None = None, **inputs) -> aws.ec2.Vpc:
    return aws.ec2.Vpc(name, cidr_block="10.0.0.0/16", opts=opts, **inputs)


def test_a_default_provider_is_made_once_in_the_region_of_the_stack():
    graph = made(lambda: [vpc("a"), vpc("b")])
    [provider] = [r for r in graph.resources.values() if r.type == "pulumi:providers:aws"]
    assert provider.inputs == {"region": "eu-north-1"}
    assert {r.provider for r in graph.of_type("aws:ec2/vpc:Vpc")} == {provider.urn}


@pytest.mark.parametrize("disabled", ['["*"]', '["aws"]', "aws, eks"])
def test_disabled_default_providers_refuse_resources_reads_and_questions(disabled):
    config = {"pulumi:disable-default-providers": disabled}
    for program in (vpc, lambda: aws.ec2.Vpc.get("old", "vpc-1"), aws.get_region):
        with pytest.raises(RehearsalError, match="Default provider for 'aws' disabled"):
            made(program, config=config)


def test_the_explicit_provider_decides_region_account_and_tags():
    def program():
        provider = aws.Provider(
            "p", region="cn-north-1", allowed_account_ids=["111122223333"], default_tags={"tags": {"owner": "web"}}
        )
        vpc(opts=pulumi.ResourceOptions(provider=provider))

    outputs = made(program).named("a").outputs
    assert outputs["arn"].startswith("arn:aws-cn:ec2:cn-north-1:111122223333:vpc/vpc-")
    assert outputs["tagsAll"] == {"owner": "web"}


def test_the_same_urn_twice_is_refused():
    with pytest.raises(RehearsalError, match="Duplicate resource URN"):
        made(lambda: [vpc("a"), vpc("a")])


def test_secrets_stay_secret_in_outputs_and_reports():
    def program():
        made_vpc = vpc(tags={"password": pulumi.Output.secret("hunter2")})
        pulumi.export("tags", made_vpc.tags)
        aws.iam.Role("r", assume_role_policy=EC2_TRUST, opts=pulumi.ResourceOptions(additional_secret_outputs=["arn"]))

    graph = made(program)
    assert graph.named("a").outputs["tags"] == {"password": Secret("hunter2")}
    assert "hunter2" not in str([graph.outputs, graph.named("a").outputs]), "a report would print it"
    assert isinstance(graph.named("r").outputs["arn"], Secret), "the program asked for it to be secret"


def test_what_is_read_is_known_in_a_first_preview_and_marked():
    graph = made(lambda: pulumi.export("cidr", aws.ec2.Vpc.get("old", "vpc-1").cidr_block), known=False)
    old = graph.named("old")
    assert (old.external, old.id, graph.outputs["cidr"]) == (True, "vpc-1", "10.0.0.0/16")
    assert graph.resources[old.provider].type == "pulumi:providers:aws"


def test_what_a_provider_computes_is_unknown_in_a_first_preview():
    graph = made(lambda: pulumi.export("id", vpc("a").id), known=False)
    assert graph.outputs["id"] is UNKNOWN
    assert graph.named("a").outputs["arn"] is UNKNOWN
    assert graph.named("a").outputs["cidrBlock"] == "10.0.0.0/16"


def test_transforms_run_from_the_resource_outwards_and_see_all_options():
    seen: list[tuple[str, str, bool, list[str]]] = []

    def transform(label):
        def change(args):
            if args.type_ == "aws:ec2/vpc:Vpc":
                ignored = list(args.opts.ignore_changes or [])
                seen.append((label, args.props["cidrBlock"], bool(args.opts.protect), ignored))
                opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(ignore_changes=[label]))
                return pulumi.ResourceTransformResult(props={**args.props, "cidrBlock": RANGES[label]}, opts=opts)
            return None

        return change

    def program():
        pulumi.runtime.register_resource_transform(transform("stack"))
        parent = pulumi.ComponentResource("a:b:C", "c", None, pulumi.ResourceOptions(transforms=[transform("parent")]))
        vpc(opts=pulumi.ResourceOptions(parent=parent, protect=True, transforms=[transform("own")]))

    resource = made(program).named("a")
    assert seen == [
        ("own", "10.0.0.0/16", True, []),
        ("parent", RANGES["own"], True, ["own"]),
        ("stack", RANGES["parent"], True, ["own", "parent"]),
    ], "a transform would decide on less than the engine tells it"
    assert resource.inputs["cidrBlock"] == RANGES["stack"]
    assert (resource.protect, resource.ignore_changes) == (True, ("own", "parent", "stack"))


def test_a_transform_may_change_every_option():
    def change(args):
        opts = pulumi.ResourceOptions(
            retain_on_delete=True,
            delete_before_replace=True,
            replace_on_changes=["cidrBlock"],
            custom_timeouts=pulumi.CustomTimeouts(create="5m"),
        )
        return pulumi.ResourceTransformResult(props=args.props, opts=opts)

    resource = made(lambda: vpc(opts=pulumi.ResourceOptions(transforms=[change], protect=True))).named("a")
    assert (resource.retain_on_delete, resource.delete_before_replace, resource.protect) == (True, True, False)
    assert (resource.replace_on_changes, dict(resource.custom_timeouts)) == (("cidrBlock",), {"create": "5m"})


def test_questions_go_through_the_stacks_transforms():
    def change(args):
        return pulumi.InvokeTransformResult(args={"id": "vpc-2"}, opts=args.opts)

    def program():
        pulumi.runtime.register_invoke_transform(change)
        pulumi.export("id", aws.ec2.get_vpc_output(id="vpc-1").id)

    assert made(program).outputs["id"] == "vpc-2"


def test_options_of_a_registration_are_kept():
    def program():
        first = vpc("first")
        opts = pulumi.ResourceOptions(
            protect=True,
            depends_on=[first],
            deleted_with=first,
            retain_on_delete=True,
            delete_before_replace=False,
            ignore_changes=["tags"],
            replace_on_changes=["cidrBlock"],
            aliases=["urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::old", pulumi.Alias(name="older")],
            custom_timeouts=pulumi.CustomTimeouts(create="5m", delete="10m"),
            import_="vpc-1",
        )
        aws.ec2.Subnet("s", vpc_id=first.id, cidr_block="10.0.0.0/24", opts=opts)

    graph = made(program)
    first, subnet = graph.named("first"), graph.named("s")
    assert subnet.dependencies == {first.urn}
    assert subnet.property_dependencies["vpcId"] == {first.urn}
    assert (subnet.protect, subnet.retain_on_delete, subnet.delete_before_replace) == (True, True, False)
    assert (subnet.ignore_changes, subnet.replace_on_changes, subnet.import_id) == (("tags",), ("cidrBlock",), "vpc-1")
    assert (subnet.deleted_with, dict(subnet.custom_timeouts)) == (first.urn, {"create": "5m", "delete": "10m"})
    assert subnet.aliases[0].endswith("::old")
    assert "older" in str(subnet.aliases[1])


@pytest.mark.parametrize("known", [True, False])
def test_outputs_of_other_stacks_come_from_what_is_given(known):
    def program():
        other = pulumi.StackReference("acme/network/dev")
        pulumi.export("zone", other.require_output("zone"))
        pulumi.export("key", other.get_output("key"))

    outputs = {"acme/network/dev": {"zone": "shop.example", "key": "[secret]"}}
    graph = made(program, known=known, stack_outputs=outputs)
    assert graph.outputs["zone"] == "shop.example", "the other stack exists already, also in a first preview"
    assert isinstance(graph.outputs["key"], Secret)
    with pytest.raises(RehearsalError, match=r"--stack-outputs acme/network/dev=outputs\.json"):
        made(program, known=known)


def test_what_nobody_knows_is_refused():
    programs = {
        "no SDK knows the type aws:ec2/vpz:Vpz; did you mean aws:ec2/vpc:Vpc?": lambda: pulumi.CustomResource(
            "aws:ec2/vpz:Vpz", "a", {}
        ),
        "has no input 'tagz'; did you mean 'tags'?": lambda: pulumi.CustomResource(
            "aws:ec2/vpc:Vpc", "a", {"tagz": {}}
        ),
        "the simulator has no answer for the function aws:ec2/getVpz:getVpz": lambda: pulumi.runtime.invoke(
            "aws:ec2/getVpz:getVpz", {}
        ),
        "the simulator does not know the component eks:index:NodeGroupV2": lambda: pulumi.ComponentResource(
            "eks:index:NodeGroupV2", "a", {"cluster": "c"}, None, True
        ),
        "the simulator has no answer for the type aws:sqs/queue:Queue": lambda: aws.sqs.Queue("a"),
    }
    for message, program in programs.items():
        with pytest.raises(RehearsalError) as refused:
            made(program)
        assert message in str(refused.value), LATE


def test_the_engine_answers_for_a_resource_by_its_urn():
    def program():
        answer = vpc("a").urn.apply(lambda urn: pulumi.runtime.invoke("pulumi:pulumi:getResource", {"urn": urn}).value)
        pulumi.export("cidr", answer["state"]["cidrBlock"])

    assert made(program).outputs["cidr"] == "10.0.0.0/16"
    with pytest.raises(RehearsalError, match="unknown resource urn:x"):
        made(lambda: pulumi.runtime.invoke("pulumi:pulumi:getResource", {"urn": "urn:x"}))


def test_hooks_are_accepted_and_parameterized_packages_are_not():
    def program():
        hook = pulumi.ResourceHook("before", lambda _args: None)
        vpc("a", pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook])))

    assert made(program).named("a").name == "a"
    monitor = RecordingMonitor(project="shop", stack="dev", known=True)
    with pytest.raises(RehearsalError, match="parameterized package 'random'"):
        monitor.RegisterPackage(resource_pb2.RegisterPackageRequest(name="random"))


def test_messages_to_the_engine_are_kept_with_their_resource():
    def program():
        resource = vpc("a")
        pulumi.log.warn("careful", resource)
        pulumi.log.debug("noise")

    result = run(program, project="shop", stack="dev")
    assert [(log.severity, log.message) for log in result.logs] == [("warning", "careful")]
    assert result.logs[0].urn == result.graph.named("a").urn


@pytest.mark.parametrize(("code", "expected"), [(2, 2), (None, 0), ("sorry", 1)])
def test_a_program_may_end_itself(code, expected):
    result = run(lambda: exec("raise SystemExit(code)", {"code": code}), project="shop", stack="dev")
    assert isinstance(result.error, ProgramExit)
    assert result.error.code == expected


def test_a_program_that_waits_for_itself_is_given_up():
    def program():
        parent = pulumi.ComponentResource("a:b:C", "c")
        first = vpc("first", pulumi.ResourceOptions(depends_on=[parent]))
        vpc("second", pulumi.ResourceOptions(parent=parent), tags={"id": first.id})

    result = run(program, project="shop", stack="dev", timeout=0.5)
    assert "did not end within 0.5 seconds" in str(result.error)


def test_a_time_out_of_the_program_itself_is_not_taken_for_ours():
    def program():
        raise TimeoutError("of the program")

    assert str(run(program, project="shop", stack="dev").error) == "of the program"


def test_the_environment_is_put_back(monkeypatch):
    import os

    monkeypatch.delenv("PULUMI_ERROR_OUTPUT_STRING")
    run(vpc, project="shop", stack="dev")
    assert "PULUMI_ERROR_OUTPUT_STRING" not in os.environ


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/shop/__main__.py", True),
        ("/shop/.venv/lib/x.py", False),
        ("/shop/lib/site-packages/x.py", False),
        ("/shopping/x.py", False),
        (f"{__file__.rpartition('/tests/')[0]}/rehearsal/cli.py", False),
    ],
)
def test_only_the_programs_own_files_are_named_as_source(path, inside):
    root = "/shop" if path.startswith("/shop") else __file__.rpartition("/tests/")[0]
    assert is_within(path, root) is inside
