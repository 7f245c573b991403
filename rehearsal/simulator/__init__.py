"""Stand-in for AWS, EKS, Helm and Kubernetes: what they answer to a program, and what they refuse."""
