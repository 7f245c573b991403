"""The real Pulumi engine with the simulator attached as its providers: whole lives of a stack with no cloud account."""
