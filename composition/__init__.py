"""How the settings of a stack become the arguments of components, and components the outputs of the stack."""
