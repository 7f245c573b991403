import base64
import tomllib
from email import message_from_string
from email.message import Message

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components import user_data

NODE_CONFIG = """\
# more room for images
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  containerd:
    config: |
      [plugins]
  featureGates:
    InstanceIdNodeName: true
"""


def text(family: user_data.OsFamily, kubelet: dict[str, object] | None = None, extra: str | None = None) -> str:
    result = user_data.node_user_data(family, kubelet=kubelet or {}, extra=extra)
    assert result is not None, "settings that are given must reach the node"
    return result


def parts(message: Message) -> list[Message]:
    return list(message.walk())[1:]


@pytest.mark.parametrize(
    ("ami_type", "family"),
    [
        ("AL2023_x86_64_STANDARD", "al2023"),
        ("AL2023_ARM_64_NVIDIA", "al2023"),
        ("BOTTLEROCKET_ARM_64_FIPS", "bottlerocket"),
        ("WINDOWS_CORE_2022_x86_64", "windows"),
    ],
)
def test_the_ami_type_tells_the_operating_system(ami_type: str, family: str) -> None:
    assert user_data.os_family(ami_type) == family, "user data in a foreign format keeps nodes out of the cluster"


@pytest.mark.parametrize(
    ("ami_type", "reason"),
    [("AL2_x86_64", "no images since Kubernetes 1.33"), ("CUSTOM", "AL2023_"), ("", "AL2023_")],
)
def test_an_ami_type_without_images_is_refused(ami_type: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        user_data.os_family(ami_type)


@pytest.mark.parametrize("family", ["al2023", "bottlerocket", "windows"])
def test_nothing_to_say_means_no_user_data(family: user_data.OsFamily) -> None:
    assert user_data.node_user_data(family, kubelet={}, extra=None) is None, (
        "an empty document would replace every node of the group for nothing"
    )


def test_amazon_linux_gets_kubelet_settings_as_a_nodeadm_part() -> None:
    assert text("al2023", {"maxPods": 110, "evictionHard": {"memory.available": "5%"}}) == (
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="node-user-data"\n'
        "\n"
        "--node-user-data\n"
        "Content-Type: application/node.eks.aws\n"
        "\n"
        "---\n"
        "apiVersion: node.eks.aws/v1alpha1\n"
        "kind: NodeConfig\n"
        "spec:\n"
        "  kubelet:\n"
        "    config:\n"
        "      evictionHard:\n"
        "        memory.available: 5%\n"
        "      maxPods: 110\n"
        "\n"
        "--node-user-data--\n"
    ), "nodeadm reads nothing else; any other form loses the settings without a word"


def test_kubelet_flags_are_part_of_the_nodeadm_document() -> None:
    written = user_data.node_user_data("al2023", kubelet={}, kubelet_flags=["--node-labels=a=b"], extra=None)
    assert written is not None
    (part,) = parts(message_from_string(written))
    assert yaml.safe_load(str(part.get_payload()))["spec"] == {"kubelet": {"flags": ["--node-labels=a=b"]}}, (
        "nodeadm starts the kubelet with these flags and no others"
    )


@pytest.mark.parametrize(
    ("family", "flags", "reason"),
    [
        ("bottlerocket", ["--v=2"], "only Amazon Linux 2023"),
        ("windows", ["--v=2"], "only Amazon Linux 2023"),
        ("al2023", ["v=2"], "'v=2' does not begin with --"),
    ],
)
def test_kubelet_flags_that_no_kubelet_would_see_are_refused(
    family: user_data.OsFamily, flags: list[str], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        user_data.node_user_data(family, kubelet={}, kubelet_flags=flags, extra=None)


def test_extra_nodeadm_documents_come_last_so_that_they_win() -> None:
    second = "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {kubelet: {config: {maxPods: 20}}}\n"
    message = message_from_string(text("al2023", {"maxPods": 10}, NODE_CONFIG + second))
    found = parts(message)
    assert [part.get_content_type() for part in found] == ["application/node.eks.aws"] * 3, (
        "cloud-init runs or drops parts of another type"
    )
    documents = [yaml.safe_load(str(part.get_payload())) for part in found]
    assert documents[0]["spec"] == {"kubelet": {"config": {"maxPods": 10}}}
    assert documents[1]["spec"]["featureGates"] == {"InstanceIdNodeName": True}
    assert documents[2]["spec"] == {"kubelet": {"config": {"maxPods": 20}}}, "the later document wins in nodeadm"


def test_a_shell_script_becomes_a_script_part() -> None:
    message = message_from_string(text("al2023", extra="#!/bin/bash\necho hello\n"))
    (part,) = parts(message)
    assert part.get_content_type() == "text/x-shellscript", "cloud-init only runs parts of this type"
    assert str(part.get_payload()).startswith("#!/bin/bash\necho hello"), "the first line names the interpreter"


def test_bottlerocket_gets_settings_in_its_own_names() -> None:
    kubelet: dict[str, object] = {
        "maxPods": 58,
        "cpuCFSQuota": False,
        "evictionHard": {"memory.available": "5%"},
        "allowedUnsafeSysctls": ["net.core.somaxconn"],
    }
    extra = '[settings.host-containers.admin]\nenabled = true\n\n[settings.kubernetes]\nmax-pods = 20\n"x" = 1.5\n'
    assert text("bottlerocket", kubelet, extra) == (
        "[settings.host-containers.admin]\n"
        "enabled = true\n"
        "\n"
        "[settings.kubernetes]\n"
        'allowed-unsafe-sysctls = ["net.core.somaxconn"]\n'
        "cpu-cfs-quota-enforced = false\n"
        "max-pods = 20\n"
        "x = 1.5\n"
        "\n"
        "[settings.kubernetes.eviction-hard]\n"
        '"memory.available" = "5%"\n'
    ), "one table named twice is no TOML, and Bottlerocket does not boot on a key it does not know"


def test_a_table_under_a_quoted_key_is_written_on_one_line() -> None:
    extra = '[settings.registries."example.com"]\nmirror = "x"\nports = []\nempty = {}\n'
    assert text("bottlerocket", extra=extra) == (
        '[settings.registries]\n"example.com" = { empty = {}, mirror = "x", ports = [] }\n'
    ), "EKS cannot read a header with a quoted key and the node group fails"


@pytest.mark.parametrize("extra", ["Write-Host hi", "<powershell>\r\nWrite-Host hi\r\n</powershell>\n"])
def test_windows_gets_powershell_commands_in_one_tag(extra: str) -> None:
    assert text("windows", extra=extra) == "<powershell>\nWrite-Host hi\n</powershell>\n", (
        "commands outside the tag do not run"
    )


@pytest.mark.parametrize(
    ("family", "kubelet", "extra", "reason"),
    [
        ("al2023", {"max-pods": 1}, None, "'max-pods' is not the name of a KubeletConfiguration field"),
        ("al2023", {}, "a: [", "is not YAML"),
        ("al2023", {}, "apiVersion: v1\nkind: ConfigMap\n", "kind NodeConfig"),
        ("al2023", {}, "just words", "kind NodeConfig"),
        ("al2023", {}, "", "holds no NodeConfig document"),
        (
            "al2023",
            {},
            "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {cluster: {name: x}}",
            "spec.cluster is filled in by EKS",
        ),
        ("al2023", {}, "#!/bin/sh\n--node-user-data\n", "which ends a part"),
        ("al2023", {}, "#!/bin/sh\n" + "#" * 16384, "more than EC2's limit of 16384"),
        ("bottlerocket", {"clusterDomain": "x"}, None, "'clusterDomain' has no Bottlerocket setting"),
        ("bottlerocket", {}, "a =", "is not TOML"),
        ("bottlerocket", {}, "[kubernetes]\n", r"tables that begin with \[settings only"),
        ("bottlerocket", {}, '[settings.kubernetes]\napi-server = "x"\n', "api-server is filled in by EKS"),
        ("bottlerocket", {}, "[settings.motd]\nat = 2026-01-01\n", "is not a text, number"),
        ("bottlerocket", {}, "[settings]\nmotd = 'say \"hi\"'\n", "holds a double quote"),
        ("bottlerocket", {}, "[settings.x]\n'a \"b\"' = 1\n", "holds a double quote"),
        ("bottlerocket", {}, "[settings.x]\ny = [1, 2.5]\n", "mixes kinds of values"),
        ("windows", {"maxPods": 5}, None, "EKS alone sets the kubelet of Windows nodes"),
        ("windows", {}, "& Start-EKSBootstrap.ps1", "Start-EKSBootstrap is run by EKS"),
    ],
)
def test_user_data_that_a_node_would_not_boot_with_is_refused(
    family: user_data.OsFamily, kubelet: dict[str, object], extra: str | None, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        user_data.node_user_data(family, kubelet=kubelet, extra=extra)


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters='"'))
_SCALARS = st.one_of(
    _TEXT, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.floats(allow_nan=False, allow_infinity=False, width=32)
)
_LISTS = st.one_of(st.lists(_TEXT), st.lists(st.integers(0, 9)), st.lists(st.dictionaries(st.text("ab. "), _SCALARS)))
_TREES = st.recursive(
    st.dictionaries(st.text("abc-_. é"), st.one_of(_SCALARS, _LISTS)),
    lambda inner: st.dictionaries(st.text("abc-_."), st.one_of(_SCALARS, _LISTS, inner)),
    max_leaves=8,
)


@given(_TREES)
def test_whatever_bottlerocket_is_told_it_reads_back(tree: dict[str, object]) -> None:
    settings: dict[str, object] = {"settings": {"motd": "x", "custom": tree}}
    assert tomllib.loads(user_data.to_toml(settings)) == settings, (
        "a value that is written wrongly stops the node at boot"
    )


def test_user_data_is_base64_as_the_launch_template_wants_it() -> None:
    assert base64.b64decode(user_data.encode("é\n")).decode() == "é\n", "EC2 refuses a template with plain user data"
