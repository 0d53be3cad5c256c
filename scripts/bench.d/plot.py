"""The plot: throughput and p99 against connections, as SVG."""

import math

WIDTH, HEIGHT = 960, 420
PANEL, TOP, BOTTOM = 330, 70, 350
LEFTS = (70, 520)
COLOURS = ("#6b7280", "#0f766e", "#c2410c")


def plot(title, connections, panels):
    """Draws panels beside each other, all scales logarithmic. A panel is its title, its unit and, by name, its series:
    a value for each number of connections."""
    drawn = [frame(title)]
    for left, (name, series) in zip(LEFTS, panels):
        drawn += panel(left, name, connections, series)
    return "\n".join(drawn + ["</svg>", ""])


def frame(title):
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"
     font-family="system-ui, sans-serif" font-size="12" fill="#1f2937">
<title>{title}</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
<text x="{LEFTS[0]}" y="28" font-size="16" font-weight="600">{title}</text>"""


def panel(left, name, connections, series):
    values = [value for line in series.values() for value in line]
    low, high = decade(min(values), math.floor), decade(max(values), math.ceil)
    if low == high:
        high = low + 1

    def x(place):
        return left + PANEL * place / (len(connections) - 1)

    def y(value):
        return BOTTOM - (BOTTOM - TOP) * (math.log10(value) - low) / (high - low)

    drawn = [f'<text x="{left}" y="{TOP - 16}" font-weight="600">{name}</text>']
    for power in range(low, high + 1):
        for step in range(1, 10):
            value = step * 10.0**power
            if value > 10.0**high * 1.0001:
                break
            colour = "#d1d5db" if step == 1 else "#f3f4f6"
            drawn.append(f'<path d="M{left} {y(value):.1f}h{PANEL}" stroke="{colour}"/>')
            if step == 1:
                drawn.append(f'<text x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:,g}</text>')
    for place, count in enumerate(connections):
        drawn.append(f'<text x="{x(place):.1f}" y="{BOTTOM + 20}" text-anchor="middle">{count}</text>')
    drawn.append(f'<text x="{left + PANEL / 2}" y="{BOTTOM + 42}" text-anchor="middle">connections</text>')
    labels = spread({label: y(line[-1]) for label, line in series.items()})
    for colour, (label, line) in zip(COLOURS, series.items()):
        points = [f"{x(place):.1f},{y(value):.1f}" for place, value in enumerate(line)]
        drawn.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        drawn += [f'<circle cx="{point.split(",")[0]}" cy="{point.split(",")[1]}" r="3.5" fill="{colour}"/>'
                  for point in points]
        drawn.append(f'<text x="{left + PANEL + 8}" y="{labels[label] + 4:.1f}" fill="{colour}">{label}</text>')
    return drawn


def decade(value, rounded):
    return rounded(math.log10(value))


def spread(heights, apart=15):
    """The heights, moved down where labels would overlap."""
    moved, last = {}, -math.inf
    for label, height in sorted(heights.items(), key=lambda item: item[1]):
        last = max(height, last + apart)
        moved[label] = last
    return moved
