"""Measuring answers on question sets: metrics, scores, reports, and feedback of users."""
