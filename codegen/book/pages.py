"""The fields of each page. A field is text, a list, or mathematics that is finished; templates only arrange them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from markupsafe import Markup

from closedform.derive.check import Report
from closedform.derive.derivation import Theorem
from closedform.derive.rule import Rule, UnknownName
from closedform.derive.show import show
from closedform.derive.show.account import Account, account_of
from closedform.derive.show.claims import claims
from closedform.derive.show.mathml import inline
from closedform.derive.show.notation import write
from closedform.derive.show.words import here
from closedform.derive.theorems.subjects import GRADIENT, SUBJECTS, in_order

from .figure import Figure, figure_of
from .graph import drawing
from .shelf import Code, Shelf
from .steps import Found, Line, display, lines, math, sentence, statement

HOME, RULE_INDEX, GRAPH = "index.html", "rules.html", "graph.html"


@dataclass(frozen=True)
class Link:
    """A theorem to go to."""

    name: str
    href: str
    title: str


@dataclass(frozen=True)
class Beginning:
    """The theorem whose derivation opens this one, and how many steps that is."""

    link: Link
    steps: int


@dataclass(frozen=True)
class TheoremPage:
    name: str
    title: str
    subject: str
    hypotheses: Markup
    statement: Markup
    about: Markup
    equality: Markup
    start: Markup
    beginning: Beginning | None
    lines: tuple[Line, ...]
    goes_on: Link | None
    summary: str
    whole: tuple[Found, ...]
    verdict: str
    terms: tuple[tuple[str, Markup], ...]
    figure: Figure | None
    uses: tuple[Link, ...]
    used_by: tuple[Link, ...]
    continued_by: tuple[Link, ...]
    forms: tuple[Link, ...]
    gradients: tuple[Link, ...]
    kernels: tuple[Code, ...]
    copies: tuple[tuple[str, str], ...]
    digest: str
    source: str
    before: Link | None
    after: Link | None


@dataclass(frozen=True)
class Row:
    """A theorem in the index."""

    link: Link
    statement: Markup
    verdict: str
    gradients: tuple[tuple[str, str], ...]  # by what, and where to


@dataclass(frozen=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class IndexPage:
    sections: tuple[Section, ...]
    theorems: int
    steps: int
    verdicts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class RuleRow:
    name: str
    statement: Markup
    words: str
    where: Markup
    source: str
    given: str
    leaves: Markup
    computed: bool
    equality: Markup
    verdict: str
    detail: str
    used_in: tuple[Link, ...]


@dataclass(frozen=True)
class RulesPage:
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True)
class GraphPage:
    drawing: Markup
    theorems: int


def link(shelf: Shelf, name: str) -> Link:
    return Link(name, f"{name}.html", _sentence(shelf.theorems.title(name)))


def links(shelf: Shelf, names: Iterable[str]) -> tuple[Link, ...]:
    return tuple(link(shelf, name) for name in names)


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


# ---------------------------------------------------------------------------------------------------- a theorem


def theorem_page(shelf: Shelf, name: str) -> TheoremPage:
    theorem, report = shelf.theorems[name], shelf.reports[name]
    account = account_of(theorem, report)
    opening = shelf.continues.get(name)
    skipped = len(shelf.theorems[opening].derivation.steps) if opening else 0
    start, told = lines(theorem, report, skipped)
    gradients = shelf.gradients[name]
    around = {*shelf.continued_by[name], shelf.extends.get(name)}
    order = shelf.order
    place = order.index(name)
    return TheoremPage(
        name=name,
        title=_sentence(theorem.title),
        subject=SUBJECTS.get(theorem.subject, theorem.subject),
        hypotheses=sentence(account.hypotheses),
        statement=display((account.statement, "")),
        about=_about(account),
        equality=sentence(account.equality),
        start=start,
        beginning=Beginning(link(shelf, opening), skipped) if opening else None,
        lines=told,
        goes_on=None,
        summary=account.verdict,
        whole=tuple(Found(one.engine, str(one.verdict), one.detail) for one in report.evidence),
        verdict=str(report.verdict),
        terms=tuple((term, math(write(expression))) for term, expression in theorem.terms),
        figure=figure_of(theorem, shelf.theorems),
        uses=links(shelf, dict.fromkeys([*filter(None, [shelf.extends.get(name)]), *shelf.uses[name]])),
        used_by=links(shelf, (other for other in shelf.used_by[name] if other not in gradients)),
        continued_by=links(shelf, shelf.continued_by[name]),
        forms=links(shelf, (other for other in shelf.same_left[name] if other not in around)),
        gradients=links(shelf, gradients),
        kernels=shelf.kernels[name],
        copies=(("LaTeX", show(theorem, "latex", verdicts=report)), ("Markdown", show(theorem, "markdown", verdicts=report)),
                ("BibTeX", bibtex(theorem))),
        digest=theorem.digest,
        source=theorem.source,
        before=link(shelf, order[place - 1]) if place else None,
        after=link(shelf, order[place + 1]) if place + 1 < len(order) else None,
    )  # fmt: skip


def _about(account: Account) -> Markup:
    return Markup(here(account, inline))


def bibtex(theorem: Theorem) -> str:
    """An entry that names the theorem and the very derivation, by its digest."""
    fields = {
        "title": f"{{{_sentence(theorem.title)}}}",
        "author": "{{The closedform authors}}",
        "howpublished": f"{{closedform {version('closedform')}, theorem \\texttt{{{theorem.name.replace('_', chr(92) + '_')}}}}}",
        "note": f"{{Derivation {theorem.digest}; {len(theorem.derivation.steps)} steps}}",
    }
    body = ",\n".join(f"  {key:12} = {value}" for key, value in fields.items())
    return f"@misc{{closedform:{theorem.name},\n{body}\n}}\n"


# ---------------------------------------------------------------------------------------------------- the lists


def index_page(shelf: Shelf, statements: Mapping[str, Markup]) -> IndexPage:
    sections = []
    for subject in in_order(set(map(shelf.theorems.subject, shelf.names))):
        rows = tuple(_row(shelf, name, statements[name]) for name in shelf.plain if shelf.theorems.subject(name) == subject)
        sections.append(Section(_sentence(SUBJECTS.get(subject, subject)), rows))
    reports = list(shelf.reports.values())
    return IndexPage(tuple(sections), len(reports), sum(len(report.steps) for report in reports), tuple(_counted(reports)))


def _row(shelf: Shelf, name: str, statement: Markup) -> Row:
    by = {f"{name}{GRADIENT}{parameter}": parameter for parameter in shelf.theorems.parameters(name)}
    return Row(
        link(shelf, name),
        statement,
        str(shelf.reports[name].verdict),
        tuple((str(by[gradient]), f"{gradient}.html") for gradient in shelf.gradients[name]),
    )


def _counted(reports: Iterable[Report]) -> Iterable[tuple[str, int]]:
    total: dict[str, int] = {}
    for report in reports:
        for outcome, count in report.count.items():
            total[outcome.value] = total.get(outcome.value, 0) + count
    return total.items()


def rules_page(shelf: Shelf) -> RulesPage:
    return RulesPage(tuple(_rule(shelf, name, rule) for name, rule in shelf.rules.items()))


def _rule(shelf: Shelf, name: str, rule: Rule) -> RuleRow:
    evidence = shelf.rule_evidence[name]
    return RuleRow(
        name=name,
        statement=statement(rule.statement),
        words=rule.words,
        where=sentence(claims(rule.where)),
        source=rule.source,
        given=", ".join(rule.given),
        leaves=_left_alone(rule),
        computed=rule.rewrites is not None,
        equality=statement(rule.equality) if rule.equality else Markup(""),
        verdict=str(evidence.verdict),
        detail=evidence.detail,
        used_in=links(shelf, shelf.rule_used_in[name]),
    )


def _left_alone(rule: Rule) -> Markup:
    """The counterexample; nothing where it is of a made-up family of laws, for which there is no notation."""
    try:
        return math(write(rule.leaves)) if rule.leaves is not None else Markup("")
    except UnknownName:
        return Markup("")


def graph_page(shelf: Shelf) -> GraphPage:
    """Gradients are drawn with the theorem that they are gradients of."""
    names = shelf.plain
    drawn = {gradient: name for name in names for gradient in (name, *shelf.gradients[name])}
    below = {name: {*shelf.uses[name], *filter(None, [shelf.extends.get(name)])} for name in drawn}
    edges = {(drawn[other], drawn[name]) for name, others in below.items() for other in others if drawn[other] != drawn[name]}
    titles = {name: _sentence(shelf.theorems.title(name)) for name in names}
    return GraphPage(Markup(drawing(titles, sorted(edges))), len(names))
