"""The platform of one stack: settings in, components in the order they need each other, outputs for app teams."""

from __future__ import annotations

import pulumi

from components.addons import ClusterAddons
from components.cluster import Cluster
from components.cluster_autoscaler import ClusterAutoscaler
from components.csi_drivers import CsiDrivers
from components.fargate_logging import FargateLogging
from components.fargate_profile import FargateProfile
from components.load_balancer_controller import LoadBalancerController
from components.node_group import NodeGroup
from composition import addons, compute, controllers
from composition.cluster import cluster_args
from composition.environment import aws_environment, make_providers
from composition.network import make_network
from composition.outputs import platform_outputs
from settings import load_or_exit

settings = load_or_exit()
aws = aws_environment(settings)
options = pulumi.ResourceOptions(providers=make_providers(settings))

# The network and the control plane.
network = make_network(settings, aws, options).ref
cluster = Cluster("cluster", cluster_args(settings, aws, network), options)

# What nodes need before they start, and the nodes.
specs = addons.addon_specs(settings, network, cluster.ref)
early_args = addons.before_compute_args(settings, aws, cluster.ref, specs)
early = ClusterAddons("addons-before-compute", early_args, options).ready if early_args else ()
node_groups = {
    args.name: NodeGroup(f"nodes-{args.name}", args, options)
    for args in compute.node_group_args(settings, aws, network, cluster.ref, before=early)
}

# Fargate profiles, one after the other as EKS wants it.
logging_args = compute.fargate_logging_args(settings, aws, cluster.ref)
logging = FargateLogging("fargate-logging", logging_args, options) if logging_args else None
profiles: dict[str, FargateProfile] = {}
for name in settings.fargate_profiles:
    profile_args = compute.fargate_profile_args(settings, name, aws, network, cluster.ref, logging, profiles, early)
    profiles[name] = FargateProfile(f"fargate-{name}", profile_args, options)

# What runs on them.
nodes = [group.resource for group in node_groups.values()]
workers = nodes or [profile.resource for profile in profiles.values()]
late_args = addons.after_compute_args(settings, aws, cluster.ref, specs, workers)
if late_args:
    ClusterAddons("addons-after-compute", late_args, options)
lbc_args = controllers.load_balancer_controller_args(settings, aws, network, cluster.ref, workers)
load_balancers = LoadBalancerController("load-balancer-controller", lbc_args, options) if lbc_args else None
csi_args = controllers.csi_drivers_args(settings, aws, network, cluster.ref, nodes)
storage = CsiDrivers("csi-drivers", csi_args, options) if csi_args else None
autoscaler_args = controllers.cluster_autoscaler_args(settings, aws, cluster.ref, workers)
if autoscaler_args:
    ClusterAutoscaler("cluster-autoscaler", autoscaler_args, options)

platform_outputs(settings, network, cluster, node_groups, load_balancers, storage).export()
