"""What askdocs is measured by: speed, memory, answers, verdicts."""
