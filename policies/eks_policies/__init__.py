"""Rules for Amazon EKS platforms. Importing a module of this package starts nothing and needs no provider SDK."""
