"""The Kubernetes API of simulated clusters: objects, Helm releases, custom resources, and what controllers do.

Objects are judged by a real API server where there is one, else against the published schemas; who may come in, what
Helm says, whether pods find a node and which load balancers appear is simulated.
"""
