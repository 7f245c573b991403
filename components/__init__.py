"""Reusable Pulumi components of an Amazon EKS platform. Import each from its own module."""
