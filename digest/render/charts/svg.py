"""A drawing as SVG, to stand in a page: no script, no style of its own, words that a screen reader says.

https://www.w3.org/TR/SVG2/ and https://www.w3.org/TR/svg-aam-1.0/. Colours stand as attributes, so that the picture can
be opened by itself; the style sheet of a page wins over them, by day and by night (``.chart .s1``).
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from markupsafe import Markup

from digest.render.charts.colours import series_colours
from digest.render.charts.shapes import Blocks, Drawing, Label, Line, Rule, Shape, runs_from_the_right
from digest.text.plain import drop_controls

if TYPE_CHECKING:
    from digest.render.charts.shapes import Box
    from digest.render.theme import Palette

PATTERNS = ("", "M-1,7L7,-1M-1,1L1,-1M5,7L7,5", "M2,2.5h2M2,3.5h2", "M0,3h6", "M0,0L6,6M0,6L6,0", "M3,0v6")
"""By the place of a series: what is drawn in the colour of the ground on each 6 × 6 of its own: nothing, slanting
lines, dots, lying lines, a lattice, standing lines."""
DASHES = ("", "7 4", "2 3", "10 4 2 4", "5 2", "1 5")


def svg(drawing: Drawing, *, name: str, title: str, words: str, palette: Palette) -> Markup:
    """The drawing as an ``svg`` element.

    Args:
        drawing: what is drawn.
        name: begins the ids in it: what no other element of the page has.
        title: what it is.
        words: what it shows; with the title this is what stands for it where it is not seen.
        palette: the colours it has where no style sheet says otherwise.
    """
    width, height = _figure(drawing.width), _figure(drawing.height)
    colours = series_colours(palette)
    used = sorted({one.paint for one in drawing.shapes if isinstance(one, Blocks) and not one.hollow and one.boxes})
    body = "".join(_shape(one, name, colours, palette) for one in drawing.shapes)
    return Markup(  # noqa: S704  every text in it is escaped
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="{name}-title {name}-words" font-family="sans-serif" '
        f'font-size="12" direction="ltr"><title id="{name}-title">{_text(title)}</title>'
        f'<desc id="{name}-words">{_text(words)}</desc>'
        f"{_patterns(used, name, palette)}{body}</svg>"
    )


def _patterns(used: list[int], name: str, palette: Palette) -> str:
    made = "".join(
        f'<pattern id="{name}-p{place}" width="6" height="6" patternUnits="userSpaceOnUse"><path class="pattern" '
        f'd="{PATTERNS[place]}" fill="none" stroke="{palette.paper}"/></pattern>'
        for place in used
        if PATTERNS[place]
    )
    return f"<defs>{made}</defs>" if made else ""


def _shape(shape: Shape, name: str, colours: tuple[str, ...], palette: Palette) -> str:
    match shape:
        case Blocks():
            return _blocks(shape, name, colours, palette)
        case Line():
            return _line(shape, colours)
        case Rule():
            kind, colour = ("axis", palette.ink) if shape.strong else ("grid", palette.rule)
            places = " ".join(
                f'{at}="{_figure(value)}"'
                for at, value in (("x1", shape.x1), ("y1", shape.y1), ("x2", shape.x2), ("y2", shape.y2))
            )
            return f'<line class="{kind}" {places} stroke="{colour}"/>'
        case Label():
            return _label(shape, palette)


def _blocks(shape: Blocks, name: str, colours: tuple[str, ...], palette: Palette) -> str:
    if not shape.boxes:
        return ""
    path = "".join(map(_box, shape.boxes))
    if shape.hollow:
        return f'<path class="before" d="{path}" fill="none" stroke="{palette.ink}" stroke-width="1.5"/>'
    filled = f'<path class="s{shape.paint}" d="{path}" fill="{colours[shape.paint]}"/>'
    if PATTERNS[shape.paint]:
        filled += f'<path d="{path}" fill="url(#{name}-p{shape.paint})"/>'
    return filled


def _box(box: Box) -> str:
    right = _figure(box.width)
    return f"M{_figure(box.x)},{_figure(box.y)}h{right}v{_figure(box.height)}h-{right}z"


def _line(shape: Line, colours: tuple[str, ...]) -> str:
    path = "".join("M" + "L".join(f"{_figure(x)},{_figure(y)}" for x, y in run) for run in shape.runs if len(run) > 1)
    dash = f' stroke-dasharray="{DASHES[shape.paint]}"' if DASHES[shape.paint] else ""
    kind, colour = f"s{shape.paint}", colours[shape.paint]
    drawn = (
        f'<path class="{kind} stroke" d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>' if path else ""
    )
    points = [point for run in shape.runs for point in run if shape.dots or len(run) == 1]
    dots = "".join(_dot(x, y) for x, y in points)
    return drawn + (f'<path class="{kind}" d="{dots}" fill="{colour}"/>' if dots else "")


def _dot(x: float, y: float) -> str:
    return f"M{_figure(x - 3)},{_figure(y)}a3,3 0 1,0 6,0a3,3 0 1,0 -6,0"


def _label(label: Label, palette: Palette) -> str:
    """Text whose side is where people see it: ``text-anchor`` means the side where its own letters begin."""
    turned = runs_from_the_right(label.text)
    anchors = {"left": "end" if turned else "start", "middle": "middle", "right": "start" if turned else "end"}
    anchor = anchors[label.side]
    attributes = [
        f'class="{"aside" if label.quiet else "said"}"',
        f'x="{_figure(label.x)}"',
        f'y="{_figure(label.y)}"',
        f'fill="{palette.muted if label.quiet else palette.ink}"',
        *([f'text-anchor="{anchor}"'] if anchor != "start" else []),
        *(['direction="rtl"'] if turned else []),
        *([f'font-size="{_figure(label.size)}"'] if label.size != 12 else []),
        *(['font-weight="700"'] if label.bold else []),
    ]
    return f"<text {' '.join(attributes)}>{_text(label.text)}</text>"


def _text(text: str) -> str:
    return html.escape(" ".join(drop_controls(text).split()), quote=False)


def _figure(value: float) -> str:
    """A length with one decimal."""
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else f"{value:.0f}"
