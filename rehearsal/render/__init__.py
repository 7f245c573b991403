"""Reports of a preview: for people, for pull requests, and for programs."""
