"""Benchmarks: `make bench`. Each file registers cases; `harness` races them."""
