"""Medians, 95th percentiles and ratios of what was measured in turns."""

import statistics


def median(values):
    return statistics.median(values) if values else None


def p95(values):
    """The value that 95 % stay at or under, by nearest rank."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)]


def summary(values):
    return {"median": median(values), "p95": p95(values), "least": min(values, default=None), "count": len(values)}


def paired_ratio(ours, bare):
    """The median of the ratios of neighbours in time: what slows both down for a while cancels out."""
    return median([a / b for a, b in zip(ours, bare) if b > 0])
