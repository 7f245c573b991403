import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from components.kubeconfig import kubeconfig_document, kubeconfig_json

GOLDEN = Path(__file__).parents[1] / "golden" / "kubeconfig.json"
ENDPOINT = "https://ABC.gr7.eu-west-1.eks.amazonaws.com"


def test_the_document_is_the_one_that_kubectl_and_the_aws_cli_understand() -> None:
    made = kubeconfig_document("demo", ENDPOINT, "Y2VydA==", "eu-west-1")

    assert made == json.loads(GOLDEN.read_text()), "people and pipelines would lose their way to the cluster"


def test_a_role_is_assumed_for_the_token_only_if_one_is_named() -> None:
    role = "arn:aws:iam::111122223333:role/deployer"
    made = kubeconfig_document("demo", ENDPOINT, "Y2VydA==", "eu-west-1", role)

    assert made["users"][0]["user"]["exec"]["args"][-2:] == ["--role-arn", role]


def test_the_document_names_no_profile_and_holds_no_credentials() -> None:
    text = kubeconfig_json(kubeconfig_document("demo", ENDPOINT, "Y2VydA==", "eu-west-1", "role"))

    words = ("token:", '"token"', "profile", "client-certificate", "client-key", "password", '"env"')
    found = [word for word in words if word in text]
    assert found == [], "what is exported to every app team must not hold a secret, nor one person's profile"


@given(st.text(min_size=1), st.text(min_size=1), st.text(), st.text(min_size=1), st.none() | st.text(min_size=1))
def test_json_and_document_say_the_same(name: str, endpoint: str, ca: str, region: str, role: str | None) -> None:
    made = kubeconfig_document(name, endpoint, ca, region, role)

    assert json.loads(kubeconfig_json(made)) == made
    assert kubeconfig_json(made) == kubeconfig_json(kubeconfig_document(name, endpoint, ca, region, role))
