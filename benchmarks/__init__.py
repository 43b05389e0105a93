"""Benchmarks of askdocs: speed, memory, answers, verdicts."""
