"""The guard that keeps tests off the network and away from real credentials does its work."""

from __future__ import annotations

import os
import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443), ("ec2.eu-west-1.amazonaws.com", 443)])
def test_a_test_cannot_connect_to_another_machine(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(RuntimeError, match="must not reach the network"):
        client.connect(address)


def test_a_test_cannot_look_up_a_name():
    with pytest.raises(RuntimeError, match="must not reach the network"):
        socket.getaddrinfo("sts.eu-west-1.amazonaws.com", 443)


def test_a_test_cannot_send_a_datagram_to_another_machine():
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with client, pytest.raises(RuntimeError, match="must not reach the network"):
        client.sendto(b"", ("192.0.2.1", 53))


def test_a_test_can_talk_to_a_server_on_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname(), "engine tests need the loopback interface"


def test_tests_see_no_credentials_of_the_person_who_runs_them():
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAIOSFODNN7EXAMPLE", "a slip would act on a real account"
    assert os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull, "a slip would act on a real account"
    assert "PULUMI_ACCESS_TOKEN" not in os.environ, "a slip would write to a real state backend"
