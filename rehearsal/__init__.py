"""Runs any Pulumi Python program over aws, eks and kubernetes with no cloud account, and reports what it asks for."""
