"""The learning curve: curve.csv, one line a judgement, and curve.svg drawn from it."""

import csv
import os
import sys

COLOURS = ["#1b6ca8", "#c8553d", "#2e8b57", "#8e5ea2", "#b8860b", "#555555", "#d16ba5", "#20808d"]


def add(folder, step, scenes, seconds, figures):
    path = os.path.join(folder, "curve.csv")
    row = {"step": step, "scenes": scenes, "seconds": round(seconds), **{k: f"{v:.4f}" for k, v in figures.items()}}
    names = list(row)
    new = not os.path.exists(path)
    if not new:
        with open(path) as file:
            names = next(csv.reader(file))  # with or without photos, as it was begun
    with open(path, "a", newline="") as file:
        writer = csv.DictWriter(file, names, restval="nan", extrasaction="ignore")
        if new:
            writer.writeheader()
        writer.writerow(row)
    print("judged: " + ", ".join(f"{k} {v}" for k, v in row.items()), flush=True)
    draw(path, os.path.join(folder, "curve.svg"))


def draw(csv_path, svg_path):
    with open(csv_path) as file:
        rows = list(csv.DictReader(file))
    names = [n for n in rows[0] if n not in ("step", "scenes", "seconds") and not n.endswith("_low") and "nan" not in (r[n] for r in rows)]
    width, height, left, top, right = 760, 420, 50, 20, 190
    hours = [float(r["seconds"]) / 3600 for r in rows]
    values = [float(r[n]) for r in rows for n in names]
    low, high = int(min(values) * 20) / 20, min(1.0, int(max(values) * 20 + 1) / 20)
    far = max(hours) or 1

    def x(hour):
        return left + hour / far * (width - left - right)

    def y(value):
        return top + (high - value) / (high - low) * (height - 2 * top - 20)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']  # fmt: skip
    for i in range(round((high - low) / 0.05) + 1):
        value = low + i * 0.05
        parts.append(f'<path d="M{left} {y(value):.1f}H{width - right}" stroke="#ddd"/><text x="8" y="{y(value) + 4:.1f}">{value:.2f}</text>')
    for i in range(6):
        hour = far * i / 5
        parts.append(f'<text x="{x(hour) - 8:.1f}" y="{height - 16}">{hour:.1f}</text>')
    parts.append(f'<text x="{(width - right) / 2 - 40}" y="{height - 2}">hours of training</text>')
    for i, name in enumerate(names):
        colour = COLOURS[i % len(COLOURS)]
        line = " ".join(f"{x(hour):.1f},{y(float(r[name])):.1f}" for hour, r in zip(hours, rows))
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        parts.append(f'<text x="{width - right + 8}" y="{top + 16 * i + 8}" fill="{colour}">{name} {float(rows[-1][name]):.3f}</text>')
    with open(svg_path, "w") as file:
        file.write("\n".join(parts + ["</svg>\n"]))


if __name__ == "__main__":
    draw(*sys.argv[1:3])
