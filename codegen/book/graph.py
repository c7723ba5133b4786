"""The lemmas as a drawing in layers: a theorem stands right of all that it rests on. Nothing but arithmetic is needed for it.

As Sugiyama's method has it: a layer for each theorem, invisible nodes where an arrow crosses a layer, an order within the layers in
which each node stands near its neighbours, then rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

Edge = tuple[str, str]
COLUMN, ROW, MARGIN = 250.0, 26.0, 12.0
LETTER, HEIGHT = 6.7, 20.0  # of a name in the type of book.css
SWEEPS = 12


@dataclass(frozen=True)
class Layout:
    """`layers` hold nodes from top to bottom, invisible ones among them; `chains` are the nodes that an arrow runs through."""

    layers: list[list[str]]
    chains: dict[Edge, list[str]]

    def place(self) -> dict[str, tuple[float, float]]:
        """The middle of the left end of each node."""
        tallest = max(map(len, self.layers), default=0)
        return {
            node: (MARGIN + column * COLUMN, MARGIN + ROW * (row + 0.5 + (tallest - len(layer)) / 2))
            for column, layer in enumerate(self.layers)
            for row, node in enumerate(layer)
        }


def layout(nodes: Sequence[str], edges: Sequence[Edge]) -> Layout:
    """Layers by the longest way from a theorem that rests on none, ordered so that arrows seldom cross."""
    depth = depths(nodes, edges)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in nodes:
        layers[depth[node]].append(node)
    chains = {}
    for below, above in edges:
        between = [f"{below}>{above}>{layer}" for layer in range(depth[below] + 1, depth[above])]
        for layer, invisible in enumerate(between, depth[below] + 1):
            layers[layer].append(invisible)
        chains[below, above] = [below, *between, above]
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    for sweep in range(SWEEPS):
        _order(layers, links, forward=sweep % 2 == 0)
    return Layout(layers, chains)


def depths(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """How many arrows lie on the longest way to each node. The arrows have no cycle, since no theorem rests on itself."""
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for below, above in edges:
            depth[above] = max(depth[above], depth[below] + 1)
    return depth


def _order(layers: list[list[str]], links: Sequence[Edge], *, forward: bool) -> None:
    """Each node at the mean place of its neighbours in the layer before it (or after it); the sort is stable."""
    row = {node: place - len(layer) / 2 for layer in layers for place, node in enumerate(layer)}
    neighbours: dict[str, list[str]] = {}
    for below, above in links:
        neighbours.setdefault(above if forward else below, []).append(below if forward else above)
    for layer in layers if forward else reversed(layers):
        mean = {node: _mean([row[other] for other in neighbours.get(node, [node])]) for node in layer}
        layer.sort(key=mean.__getitem__)
        row |= {node: place - len(layer) / 2 for place, node in enumerate(layer)}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


# ---------------------------------------------------------------------------------------------------- SVG


TIP = """<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4"
markerUnits="userSpaceOnUse" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0L8 4L0 8z"/></marker></defs>"""


def drawing(titles: Mapping[str, str], edges: Sequence[Edge]) -> str:
    """The drawing as SVG, each theorem a link to its page."""
    found = layout(list(titles), edges)
    place = found.place()
    width = MARGIN + max((x + _width(node) for node, (x, _) in place.items() if node in titles), default=0)
    height = 2 * MARGIN + ROW * max(map(len, found.layers), default=0)
    arrows = [_arrow(edge, chain, place) for edge, chain in found.chains.items()]
    nodes = [_node(name, title, *place[name]) for name, title in titles.items()]
    head = f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="group" aria-label="Lemmas">'
    return "\n".join([head, TIP, *arrows, *nodes, "</svg>"])


def _arrow(edge: Edge, chain: Sequence[str], place: Mapping[str, tuple[float, float]]) -> str:
    (x, y), *rest = (place[node] for node in chain)
    x += _width(chain[0])
    path = f"M{x:.0f} {y:.0f}"
    for right, down in rest:
        bend = (right - x) / 2
        path += f"C{x + bend:.0f} {y:.0f} {right - bend:.0f} {down:.0f} {right:.0f} {down:.0f}"
        x, y = right, down
    return f'<path class="edge" data-from="{escape(edge[0])}" data-to="{escape(edge[1])}" marker-end="url(#tip)" d="{path}"/>'


def _node(name: str, title: str, x: float, y: float) -> str:
    box = f'<rect x="{x:.0f}" y="{y - HEIGHT / 2:.0f}" width="{_width(name):.0f}" height="{HEIGHT:.0f}" rx="3"/>'
    text = f'<text x="{x + 6:.0f}" y="{y + 4:.0f}">{escape(name)}</text>'
    return f'<a class="node" href="{escape(name)}.html" data-node="{escape(name)}"><title>{escape(title)}</title>{box}{text}</a>'


def _width(node: str) -> float:
    """The width of a node; an invisible one has none."""
    return 0.0 if ">" in node else 12 + LETTER * len(node)
