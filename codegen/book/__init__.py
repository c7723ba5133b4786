"""The book: every theorem as a page that reads from a folder, offline, with its derivation, its checks and its kernels.

It lives beside the kernels, not in derive/show: a page tells of a theorem and of the code made from it, and needs templates.

    shelf.py      what there is to tell: theorems, reports of the check, who uses whom, the code of the kernels
    steps.py      a derivation as lines to fold out
    pages.py      the fields of each page; templates/ arranges them and decides nothing
    parts.py      templates filled; a long derivation dealt out to several pages
    graph.py      the lemmas as layers, drawn in SVG without any program
    figure.py     the formulas of the moving picture, as JavaScript, from theorems and densities
    folder.py     what may be written and removed
    build.py      all of it
    document.py   the same as one document through LaTeX

Mathematics is MathML, made by derive/show/mathml.py from the same shapes as every other form: browsers set it themselves, so pages
need no script and no font for it, nothing is fetched, and a screen reader can speak it. KaTeX would ship 1 MB of script and fonts.
No mathematics is typed here or into a template: it comes from a theorem, a rule, a family of laws or a record of the check.
"""
