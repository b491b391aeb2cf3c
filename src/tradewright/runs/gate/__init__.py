"""The gateway inside a simulation: the joint between the checks above and the kernel below."""
