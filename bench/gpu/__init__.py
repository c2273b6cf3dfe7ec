"""The kernels on a GPU: built with nvcc alone, checked, timed, and the figures kept."""
