"""IAM policy documents as pure functions of partition, region, account and cluster."""
