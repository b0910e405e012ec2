"""Rows of what is asked and what was measured; as a table, as Markdown, as a picture."""

import dataclasses
import html


@dataclasses.dataclass
class Row:
    what: str
    unit: str  # "x", "ms", "µs", "s", "MB", "%"
    value: float | None  # the median
    asked: float | None  # null: stated, not judged
    p95: float | None = None
    least: bool = False  # asked is the least, not the most
    peak_bytes: float | None = None
    note: str = ""

    @property
    def met(self):
        if self.value is None or self.asked is None:
            return None
        return self.value >= self.asked if self.least else self.value <= self.asked


def number(value, unit):
    if value is None:
        return "–"
    small = unit == "x" and abs(value) < 0.05
    digits = (6 if abs(value) < 0.0005 else 4) if small else 2 if abs(value) < 20 else 0
    text = f"{value:.{digits}f}"
    return text + {"x": "×", "%": " %", "": ""}.get(unit, " " + unit)


def asked_text(row):
    return "–" if row.asked is None else ("≥ " if row.least else "≤ ") + number(row.asked, row.unit)


def verdict(row):
    return {True: "yes", False: "no", None: ""}[row.met]


def cells(row):
    peak = "–" if row.peak_bytes is None else f"{row.peak_bytes / 1e6:.0f} MB"
    return [row.what, asked_text(row), number(row.value, row.unit), number(row.p95, row.unit), peak, verdict(row), row.note]


HEAD = ["what", "asked", "median", "p95", "peak memory", "reached", "measured"]


def table(rows):
    lines = [HEAD[:-1], *[cells(row)[:-1] for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(rows):
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    return "\n".join(lines + ["| " + " | ".join(cells(row)) + " |" for row in rows])


def escaped(text):
    return html.escape(text, quote=True)


FONT = 'font-family="system-ui, sans-serif"'
GOOD, BAD, INK, GREY = "#2b7a4b", "#c0392b", "#222222", "#8a8a8a"


def share_taken(row, most):
    if row.least:
        return row.asked / row.value if row.value else most + 1
    if row.asked:
        return row.value / row.asked
    return most + 1 if row.value else 0.0


def picture(rows, title):
    """A bar for each judged row: how much of what is allowed it takes. The line is what is asked."""
    judged = [row for row in rows if row.met is not None]
    left = 24 + int(6.3 * max(len(row.what) for row in judged))  # a letter is some 6 pixels wide
    unit_px, most, line_px = 170, 2.2, 22
    width, height = left + int(unit_px * most) + 170, 64 + line_px * len(judged)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
           f"<title>{escaped(title)}</title>", f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
           f'<text x="12" y="22" font-size="14" font-weight="600" fill="{INK}" {FONT}>{escaped(title)}</text>',
           f'<text x="{left + unit_px}" y="42" font-size="11" text-anchor="middle" fill="{INK}" {FONT}>asked</text>',
           f'<text x="{left}" y="42" font-size="11" fill="{GREY}" {FONT}>less is better</text>']
    for index, row in enumerate(judged):
        y = 52 + index * line_px
        share = share_taken(row, most)
        bar = max(1.5, min(share, most) * unit_px)
        color = GOOD if row.met else BAD
        out.append(f'<text x="{left - 8}" y="{y + 12}" font-size="12" text-anchor="end" fill="{INK}" {FONT}>{escaped(row.what)}</text>')
        out.append(f'<rect x="{left}" y="{y}" width="{bar:.1f}" height="15" fill="{color}"/>')
        shown = f"{number(row.value, row.unit)} ({asked_text(row)})" + (" →" if share > most else "")
        out.append(f'<text x="{left + unit_px * most + 12:.0f}" y="{y + 12}" font-size="11" fill="{color}" {FONT}>{escaped(shown)}</text>')
    bottom = 52 + line_px * len(judged)
    out.append(f'<line x1="{left + unit_px}" y1="46" x2="{left + unit_px}" y2="{bottom}" stroke="{INK}" stroke-dasharray="4 3"/>')
    return "\n".join([*out, "</svg>", ""])


BEFORE = "#d5d5d5"
STEPS = [("model", "the decoder as it is run here", "#5b84b1"), ("worker", "the worker process", "#e0a458"),
         ("predictor", "the mask at the picture's size", "#7a9e7e"), ("http", "outline, text, HTTP", "#b05f6d")]


def breakdown(layers):
    """What each layer adds, in ms; medians of runs in turns, so that a step may come out slightly negative."""
    added, before = [], 0.0
    for name, label, color in STEPS:
        added.append((label, layers[name]["median"] - before, color))
        before = layers[name]["median"]
    return added


def click_picture(clicks, title):
    left, width, row_px = 80, 800, 82
    longest = max(max(layers["http"]["median"], layers["engine"]["median"]) for layers in clicks.values())
    scale = (width - left - 90) / longest
    height = 60 + row_px * len(clicks) + 24 * 3
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
           f"<title>{escaped(title)}</title>", f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
           f'<text x="12" y="22" font-size="14" font-weight="600" fill="{INK}" {FONT}>{escaped(title)}</text>']
    for index, (name, layers) in enumerate(clicks.items()):
        y, x = 40 + index * row_px, float(left)
        out.append(f'<text x="{left - 8}" y="{y + 18}" font-size="12" text-anchor="end" fill="{INK}" {FONT}>{escaped(name)}</text>')
        alone = layers["engine"]["median"]
        out.append(f'<rect x="{left}" y="{y}" width="{alone * scale:.1f}" height="14" fill="{BEFORE}"/>')
        out.append(f'<text x="{left + alone * scale + 6:.1f}" y="{y + 12}" font-size="11" fill="{GREY}" {FONT}>{alone:.1f} ms</text>')
        y += 18
        for _, ms, color in breakdown(layers):
            wide = max(0.0, ms) * scale
            out.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="26" fill="{color}"/>')
            x += wide
        out.append(f'<text x="{x + 6:.1f}" y="{y + 18}" font-size="12" fill="{INK}" {FONT}>{layers["http"]["median"]:.1f} ms</text>')
        steps = " · ".join(f"{ms:+.2f}" if i else f"{ms:.1f}" for i, (_, ms, _) in enumerate(breakdown(layers)))
        out.append(f'<text x="{left}" y="{y + 42}" font-size="11" fill="{GREY}" {FONT}>{steps} ms</text>')
    for index, (_, label, color) in enumerate([("", "the decoder alone, as its file has it", BEFORE), *STEPS]):
        x, y = left + (index % 3) * 235, 52 + row_px * len(clicks) + (index // 3) * 22
        out.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{color}"/>')
        out.append(f'<text x="{x + 18}" y="{y + 11}" font-size="12" fill="{INK}" {FONT}>{escaped(label)}</text>')
    return "\n".join([*out, "</svg>", ""])


def write_between(path, begin, end, lines):
    """Puts lines between two markers of a document, in place of what stood there."""
    text = path.read_text()
    if begin not in text or end not in text:
        raise SystemExit(f"{path} has no {begin} … {end}: nothing written")
    after = text.index(begin) + len(begin)
    path.write_text(text[:after] + "\n" + "\n".join(lines) + "\n" + text[text.index(end) :])
