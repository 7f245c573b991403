import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.iam.document import (
    MANAGED_POLICY_LIMIT,
    document,
    managed_policy_json,
    policy_length,
    statement,
    to_json,
)


def test_a_statement_holds_only_what_was_given() -> None:
    made = statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/*"])

    assert made == {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"]}, (
        "an empty Principal or Condition makes IAM refuse the policy"
    )


def test_a_statement_can_hold_every_element() -> None:
    made = statement(
        sid="All",
        effect="Deny",
        not_actions=["iam:*"],
        not_resources=["*"],
        not_principals={"AWS": ["arn:aws:iam::111122223333:root"]},
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )

    assert made == {
        "Sid": "All",
        "Effect": "Deny",
        "NotPrincipal": {"AWS": ["arn:aws:iam::111122223333:root"]},
        "NotAction": ["iam:*"],
        "NotResource": ["*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "actions: a statement needs either actions or not_actions"),
        ({"actions": ["a:B"], "not_actions": ["a:C"]}, "actions: a statement needs either"),
        ({"actions": ["a:B"], "resources": ["*"], "not_resources": ["x"]}, "resources: a statement takes"),
        (
            {"actions": ["a:B"], "principals": {"AWS": ["x"]}, "not_principals": {"AWS": ["y"]}},
            "principals: a statement takes",
        ),
        ({"actions": ["a:B"], "sid": "has space"}, "sid: 'has space' may hold letters and digits only"),
        ({"actions": ["a:B"], "sid": "é"}, "sid: 'é' may hold"),
    ],
)
def test_a_statement_that_iam_would_refuse_is_refused_first(fields: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        statement(**fields)


def test_a_document_without_statements_is_refused() -> None:
    with pytest.raises(ValueError, match="statements: a policy document needs at least one"):
        document()


def test_a_document_does_not_share_what_it_was_given() -> None:
    actions = ["s3:GetObject"]
    made = document(statement(actions=actions, resources=["*"]))
    actions.append("s3:*")

    assert made["Statement"][0]["Action"] == ["s3:GetObject"], "a caller's list would widen the policy later"


_VALUES = st.recursive(
    st.text(max_size=5) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), _VALUES, max_size=4))
def test_json_says_the_same_whatever_the_order_of_keys(policy: dict) -> None:
    turned = dict(reversed(policy.items()))

    assert to_json(policy) == to_json(turned), "equal policies with unequal texts show up as changes in each preview"
    assert json.loads(to_json(policy)) == policy


@given(st.text())
def test_white_space_does_not_count_for_the_length_of_a_policy(text: str) -> None:
    assert policy_length(text) == sum(1 for character in text if not character.isspace())


def _policy_of_length(length: int) -> dict:
    empty = policy_length(to_json(document(statement(actions=["s3:GetObject"], resources=[""]))))
    return document(statement(actions=["s3:GetObject"], resources=["x" * (length - empty)]))


def test_a_managed_policy_of_exactly_the_limit_is_accepted() -> None:
    assert policy_length(managed_policy_json(_policy_of_length(MANAGED_POLICY_LIMIT), what="p")) == 6144


def test_a_managed_policy_one_character_too_long_is_refused_with_the_cure() -> None:
    with pytest.raises(ValueError, match=r"policies\[x\]: the policy has 6145 characters, IAM accepts 6144; split"):
        managed_policy_json(_policy_of_length(6145), what="policies[x]")
