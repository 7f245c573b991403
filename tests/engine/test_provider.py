"""The attached providers, asked as the engine asks them: places, names, differences, refreshes, refusals."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from rehearsal.engine.servers import provider_servers
from rehearsal.simulator.cloud import Cloud
from rehearsal.simulator.faults import Fault, Faults
from rehearsal.simulator.world import World
from rehearsal.wire import Secret, from_struct, to_struct

SECONDS = 20
LOGS = "aws:cloudwatch/logGroup:LogGroup"
URN = f"urn:pulumi:dev::shop::{LOGS}::logs"
Stub = provider_pb2_grpc.ResourceProviderStub


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(World())


@contextlib.contextmanager
def provider(cloud: Cloud, package: str = "aws", **configuration: Any) -> Iterator[Stub]:
    with provider_servers(cloud, "eu-west-1") as attached:
        ports = dict(entry.split(":") for entry in attached.split(","))
        with configured(ports[package], **configuration) as stub:
            yield stub


@contextlib.contextmanager
def configured(port: str, **configuration: Any) -> Iterator[Stub]:
    # As the engine does: a connection for each provider instance.
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        stub = Stub(channel)
        stub.Configure(provider_pb2.ConfigureRequest(args=to_struct(configuration)), timeout=SECONDS)
        yield stub


def create(stub: Stub, *, urn: str = URN, preview: bool = False, **inputs: Any) -> provider_pb2.CreateResponse:
    checked = stub.Check(provider_pb2.CheckRequest(urn=urn, news=to_struct(inputs)), timeout=SECONDS)
    assert not checked.failures, checked.failures
    return stub.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs, preview=preview), timeout=SECONDS)


def test_each_connection_has_the_region_and_account_of_its_own_provider(cloud):
    with provider_servers(cloud) as attached:
        port = attached.split(",")[0].split(":")[1]
        north = {"region": "eu-north-1", "allowedAccountIds": ["444455556666"]}
        with configured(port, region="eu-west-1") as one, configured(port, **north) as two:
            first = from_struct(create(one, name="a").properties)
            second = from_struct(create(two, name="b", urn=f"{URN}-2").properties)
    assert first["arn"].startswith("arn:aws:logs:eu-west-1:123456789012:"), "the wrong account is hit"
    assert second["arn"].startswith("arn:aws:logs:eu-north-1:444455556666:"), "the wrong account is hit"


def test_a_secret_input_stays_secret_in_every_output(cloud):
    with provider(cloud) as stub:
        made = from_struct(create(stub, name="a", tags={"key": Secret("hunter2")}).properties)
    assert made["tags"] == {"key": Secret("hunter2")}, "the state would hold it in plain text"
    assert made["tagsAll"] == {"key": Secret("hunter2")}, "the state would hold it in plain text"


def test_a_preview_makes_nothing_and_knows_no_id(cloud):
    with provider(cloud) as stub:
        answer = create(stub, preview=True, name="a")
    assert (answer.id, len(cloud.world)) == ("", 0), "a preview must change nothing"


def test_a_mistake_is_refused_in_the_check_with_its_path(cloud):
    with provider(cloud) as stub:
        asked = provider_pb2.CheckRequest(urn=URN, news=to_struct({"nam": "a"}))
        answer = stub.Check(asked, timeout=SECONDS)
    assert [failure.property for failure in answer.failures] == ["nam"], "the person must see which input is wrong"


def test_what_differs_is_told_path_by_path(cloud):
    old, new = {"name": "a", "retentionInDays": 7}, {"name": "a", "retentionInDays": 14}
    with provider(cloud) as stub:
        asked = provider_pb2.DiffRequest(id="a", urn=URN, old_inputs=to_struct(old), news=to_struct(new))
        answer = stub.Diff(asked, timeout=SECONDS)
        asked.news.CopyFrom(to_struct(old))
        same = stub.Diff(asked, timeout=SECONDS)
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME, "a change would not be made"
    assert list(answer.detailedDiff) == ["retentionInDays"], "the reviewer would see another change"
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE, "every update would touch everything"


def test_a_read_finds_what_is_there_and_says_when_it_is_gone(cloud):
    with provider(cloud) as stub:
        made = create(stub, name="a", retentionInDays=7)
        record = cloud.world.of_type(LOGS)[0]
        cloud.world.update(record, outputs={**record.outputs, "retentionInDays": 1})
        given = to_struct({"name": "a", "retentionInDays": 7})
        asked = provider_pb2.ReadRequest(id=made.id, urn=URN, inputs=given, properties=made.properties)
        found = stub.Read(asked, timeout=SECONDS)
        stub.Delete(provider_pb2.DeleteRequest(id=made.id, urn=URN), timeout=SECONDS)
        gone = stub.Read(asked, timeout=SECONDS)
    assert from_struct(found.inputs) == {"name": "a", "retentionInDays": 1}, "drift would go unseen"
    assert gone.id == "", "the engine would believe in what is gone"


def test_an_update_changes_what_is_there(cloud):
    with provider(cloud) as stub:
        made = create(stub, name="a", retentionInDays=7)
        news = to_struct({"name": "a", "retentionInDays": 14})
        asked = provider_pb2.UpdateRequest(id=made.id, urn=URN, olds=made.properties, news=news)
        answer = from_struct(stub.Update(asked, timeout=SECONDS).properties)
    assert answer["retentionInDays"] == 14, "the change would not be in the state"
    assert [record.get("retentionInDays") for record in cloud.world.of_type(LOGS)] == [14], "nothing has changed"


def test_what_the_cloud_refuses_reaches_the_engine_in_its_words():
    cloud = Cloud(World(), Faults([Fault.parse(f"{LOGS}:*:create:1")]))
    with provider(cloud) as stub:
        with pytest.raises(grpc.RpcError) as refused:
            create(stub, name="a")
        again = create(stub, name="a")
    assert "failed on purpose (1 of 1)" in str(refused.value), "the person must see why"
    assert again.id != "", "a fault strikes as often as it is told to"


def test_another_default_tag_is_a_change_of_everything_that_carries_it(cloud):
    with provider(cloud, defaultTags={"tags": {"team": "new"}}) as stub:
        inputs = to_struct({"name": "a"})
        asked = provider_pb2.DiffRequest(
            id="a", urn=URN, old_inputs=inputs, news=inputs, olds=to_struct({"name": "a", "tagsAll": {"team": "old"}})
        )
        answer = stub.Diff(asked, timeout=SECONDS)
    assert (list(answer.diffs), list(answer.replaces)) == (["tagsAll"], []), "tags decide who pays, and replace nothing"


def test_a_question_is_answered_for_the_region_of_the_provider(cloud):
    with provider(cloud, region="eu-north-1") as stub:
        asked = provider_pb2.InvokeRequest(tok="aws:index/getRegion:getRegion", args=to_struct({}))
        answer = from_struct(getattr(stub.Invoke(asked, timeout=SECONDS), "return"))
        with pytest.raises(grpc.RpcError, match="no answer for the function aws:x:y"):
            stub.Invoke(provider_pb2.InvokeRequest(tok="aws:x:y"), timeout=SECONDS)
    assert answer["region"] == "eu-north-1", "the program would build for another region"


def test_methods_and_parameterized_packages_are_refused(cloud):
    with provider(cloud, package="eks") as stub:
        for call in (
            lambda: stub.Call(provider_pb2.CallRequest(tok="eks:index:Cluster/getKubeconfig"), timeout=SECONDS),
            lambda: stub.Parameterize(provider_pb2.ParameterizeRequest(), timeout=SECONDS),
        ):
            with pytest.raises(grpc.RpcError) as refused:
                call()
            assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED, "an answer made up would hide a missing rule"
