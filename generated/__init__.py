"""The generated kernels. Imports NumPy and nothing else."""
