"""Pieces of HTML: pictures with captions, tables of bars, text. All text is escaped."""
from collections.abc import Callable
from html import escape
from typing import Any

import panel as pn

from .pictures import data_url

# Panes keep their looks to themselves, so each gets this. Colours follow the page's theme.
STYLE = """
:host { --bar: #0072B2; color: inherit; }
figure { margin: 0; }
figure img, img.strip { max-width: 100%; height: auto; image-rendering: pixelated;
  border: 1px solid rgba(128, 128, 128, .5); border-radius: 4px; box-sizing: border-box; }
figcaption { font-size: .85rem; padding-top: 2px; }
h2 { font-size: 1.2rem; margin: .2rem 0; } h3 { font-size: 1rem; margin: .2rem 0; }
p { margin: .2rem 0; line-height: 1.4; } .quiet { opacity: .75; font-size: .85rem; }
table { border-collapse: collapse; width: 100%; max-width: 640px; font-size: .9rem; }
td { padding: 2px 6px 2px 0; vertical-align: middle; }
td.name { min-width: 5.5em; word-break: break-word; }
td.bar { width: 40%; } td.bar div { background: var(--bar); height: .8rem; border-radius: 2px; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.rows { max-height: 320px; max-width: 640px; overflow: auto; border-radius: 4px;
  border: 1px solid rgba(128, 128, 128, .5); }
.rows th, .rows td { padding: 2px 6px; text-align: right; font-weight: normal; }
.rows th:first-child { text-align: left; min-width: 6em; overflow-wrap: anywhere; }
.rows thead th { position: sticky; top: 0; font-weight: bold; vertical-align: bottom;
  background: var(--mui-palette-background-default); }
.message { border: 2px solid #E69F00; border-radius: 4px; padding: 8px 12px;
  overflow-wrap: anywhere; }
td.strip { min-width: 110px; }
.cards { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); }
.card { display: block; padding: 8px 12px; border: 1px solid rgba(128, 128, 128, .5);
  border-radius: 6px; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
.card:hover, .card:focus { border-color: var(--bar); outline: 2px solid var(--bar); }
.card .row { display: flex; gap: 8px; align-items: center; margin: 4px 0; }
.card .row img:first-child { width: 64px; } .card .row img { min-width: 0; max-height: 64px; }
svg.bars { width: 100%; height: 36px; fill: var(--bar); }
@media (max-width: 899px) { .short tr:nth-child(n + 4), .short p { display: none; } }
"""


def pane(html: str = "", **options: Any) -> pn.pane.HTML:
    """A pane of HTML in the page's style."""
    return pn.pane.HTML(html, stylesheets=[STYLE], sizing_mode="stretch_width", margin=(4, 8),
                        **options)


def picture(png: bytes, caption: str, width: str = "100%") -> str:
    """A picture with a caption, which is its text for people who do not see it, too."""
    return (f'<figure style="width: {width}"><img src="{data_url(png)}" alt="{escape(caption)}" '
            f'style="width: 100%"><figcaption>{escape(caption)}</figcaption></figure>')


def strip(png: bytes, text: str) -> str:
    """A picture without a caption."""
    return f'<img class="strip" src="{data_url(png)}" alt="{escape(text)}">'


def bars(rows: list[tuple[str, float]], note: Callable[[float], str] = "{:.3g}".format,
         pictures: list[str] | None = None) -> str:
    """A table of (name, value) with a bar for each, the longest as wide as its column.

    Args:
        rows: Pairs; bars show |value|.
        note: What is written for a value.
        pictures: A picture's HTML for each row, or `None`.
    """
    longest = max((abs(value) for _, value in rows), default=1) or 1
    lines = []
    for i, (name, value) in enumerate(rows):
        shown = f'<td class="strip">{pictures[i]}</td>' if pictures else ""
        lines.append(
            f'<tr><td class="name">{escape(name)}</td>{shown}<td class="bar"><div style="width: '
            f'{100 * abs(value) / longest:.0f}%"></div></td><td class="number">'
            f'{escape(note(value))}</td></tr>')
    return f'<table>{"".join(lines)}</table>'


def said(text: str, level: str = "p", quiet: bool = False) -> str:
    """A line of text."""
    return f'<{level}{" class=quiet" if quiet else ""}>{escape(text)}</{level}>'
