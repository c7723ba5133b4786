"""`closedform list`, `show` and `check`: what they print, where they stop, and what they say of mistakes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
import sympy as sp
from typer.testing import CliRunner, Result

from closedform.derive.check import Evidence, Outcome, check
from closedform.derive.check.report import REFUTED, UNKNOWN, Report, StepReport, checked
from closedform.derive.cli import SECTIONS, app, checking
from closedform.derive.cli.console import PIPED_TEXT
from closedform.derive.derivation import Derivation
from closedform.derive.nodes import Scalar
from closedform.derive.rewrite import matmul
from closedform.derive.rule import RULES, Rule, Statement
from closedform.derive.show import FORMS
from closedform.derive.show import show as shown
from closedform.derive.theorems import theorems
from closedform.derive.theorems.registry import Entry
from closedform.derive.theorems.subjects import in_order

CLOSEDFORM = Path(sys.executable).with_name("closedform")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def piped(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command with its output in a pipe."""
    clean = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}}
    return subprocess.run([CLOSEDFORM, *words], env=clean | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.fixture(autouse=True)
def _in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have told the width of a terminal."""
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def broken_rule() -> Iterator[str]:
    """A rule that is false, in the book for as long as a test runs."""
    a, b = sp.symbols("a b", real=True)
    rule = Rule("false_rule", Statement(sp.Add(a, b, evaluate=False), a), "nobody", leaves=a)
    RULES.add(rule)
    yield rule.name
    del RULES._rules[rule.name]


@pytest.fixture
def wrong_quadratic() -> Iterator[str]:
    """A false rule about matrices, which SymPy writes otherwise than the page."""
    k = sp.Symbol("k", integer=True, positive=True)
    A, x = sp.MatrixSymbol("A", k, k), sp.MatrixSymbol("x", k, 1)
    left = Scalar(matmul(sp.Transpose(x), sp.Inverse(A), x))
    RULES.add(Rule("wrong_quadratic", Statement(left, sp.Trace(A)), "nobody", (sp.Q.invertible(A),), leaves=A))
    yield "wrong_quadratic"
    del RULES._rules["wrong_quadratic"]


# ---------------------------------------------------------------------------------------------------- list


def test_list_names_every_theorem_and_rule() -> None:
    done = run("list")
    assert done.exit_code == 0
    words = set(done.stdout.split())
    by = {f"{base}_by_{parameter}" for base in theorems for parameter in theorems.parameters(base)}
    folded = by & set(theorems)
    assert set(theorems) - folded <= words
    assert set(RULES) <= words
    assert f"{len(theorems)} theorems, {len(folded)} of them gradients" in done.stdout
    row = next(line for line in done.stdout.splitlines() if line.startswith("kl_normal "))
    assert row.split("  ")[-1].strip() == "mu1, sigma1, mu2, sigma2"


def test_list_one_section() -> None:
    assert "log(a b) = log a + log b" in run("list", "rules").stdout
    assert "KL divergence" not in run("list", "rules").stdout
    assert "log(a b)" not in run("list", "theorems").stdout


def test_list_derives_nothing() -> None:
    code = (
        "from closedform.derive.cli.listing import print_sections; from closedform.derive.theorems import theorems\n"
        "print_sections(['theorems', 'rules']); print(len(theorems._derived))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0"


def test_an_unknown_section_is_refused_with_those_there_are() -> None:
    done = run("list", "lemmas")
    assert done.exit_code == 2
    assert "no section of the list is called 'lemmas'" in done.stderr
    assert "theorems" in done.stderr


def test_sections_come_in_order() -> None:
    assert list(SECTIONS)[:2] == ["theorems", "rules"]
    assert in_order({"vae", "zeta", "alpha", "normal"}) == ["normal", "vae", "alpha", "zeta"]


# ---------------------------------------------------------------------------------------------------- show


@pytest.mark.parametrize("form", FORMS)
def test_show_prints_what_the_form_gives(form: str) -> None:
    theorem = theorems["kl_normal_standard"]
    done = run("show", theorem.name, "--as", form)
    assert done.exit_code == 0
    assert done.stdout == shown(theorem, form, width=PIPED_TEXT, verdicts=check(theorem))
    assert run("show", theorem.name, "--as", form, "--no-check").stdout == shown(theorem, form, width=PIPED_TEXT)


def test_show_passes_its_options_on() -> None:
    theorem = theorems["kl_normal"]
    options = {"standalone": True, "rules": True, "every_step": True}
    done = run("show", theorem.name, "--as", "latex", "--no-check", "--standalone", "--rules", "--every-step")
    assert done.stdout == shown(theorem, "latex", width=PIPED_TEXT, **options)
    assert len({shown(theorem, "latex", **{name: name == one for name in options}) for one in options}) == 3


def test_show_keeps_within_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    assert max(map(len, run("show", "kl_normal_standard", "--no-check").stdout.splitlines())) <= 72
    monkeypatch.setenv("COLUMNS", "400")
    assert max(map(len, run("show", "kl_normal_standard", "--no-check").stdout.splitlines())) <= 120


def test_without_a_check_the_page_says_so() -> None:
    assert "not checked" in run("show", "kl_normal_standard", "--no-check").stdout


def test_show_a_rule() -> None:
    done = run("show", "log_mul")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "log_mul",
        "",
        "    log(a b) = log a + log b",
        "",
        "    where       a > 0, b > 0",
        "    source      logarithm of a positive real",
        "    leaves      log(u + v)",
        "    verdict     checked(6) (k = 1; 45 digits)",
    ]


@pytest.mark.parametrize("name", [*(name for name in RULES if name not in theorems), "log_mul (backwards)", "lemma:kl_normal"])
def test_every_rule_can_be_shown(name: str) -> None:
    done = run("show", name, "--no-check")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(f"{name}\n")


def test_a_rule_with_an_equality_case_tells_it() -> None:
    assert "equal where a = 1" in " ".join(run("show", "log_at_most").stdout.split())


def test_the_version_is_that_of_the_distribution() -> None:
    assert run("--version").stdout == f"closedform {version('closedform')}\n"


# ---------------------------------------------------------------------------------------------------- check


def test_check_prints_a_row_for_each_theorem_and_a_total() -> None:
    reports = [check(theorems[name]) for name in ("kl_normal", "kl_vae_per_dim")]
    done = run("check", "kl_normal", "kl_vae_per_dim")
    assert done.exit_code == 0
    rows = {line.split()[0]: line.split()[1:6] for line in done.stdout.splitlines() if line.startswith("kl_")}
    for report in reports:
        assert rows[report.theorem] == [str(len(report.steps)), *(str(report.count[outcome]) for outcome in Outcome)]
    proved, tried = (sum(report.count[outcome] for report in reports) for outcome in (Outcome.PROVED, Outcome.CHECKED))
    told = f"2 theorems, {sum(len(report.steps) for report in reports)} steps: {proved} proved, {tried} checked, 0 unknown, 0 refuted."
    assert told in done.stdout.splitlines()


def test_check_steps_shows_the_evidence_for_each() -> None:
    done = run("check", "kl_normal_standard", "--steps")
    theorem = theorems["kl_normal_standard"]
    rows = [re.split(r"  +", line) for line in done.stdout.splitlines() if line[:1].isdigit() and "theorem" not in line]
    assert [row[1] for row in rows] == [step.rule for step in theorem.derivation.steps]
    assert all(row[3].startswith("replay, renaming | ") for row in rows)
    assert "(definition)" in done.stdout


def test_check_everything_checks_every_theorem_and_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a check that only counts: the real one is run elsewhere, for each of them."""
    report = check(theorems["kl_normal_standard"])
    asked: list[str] = []

    def counting(names: list[str], workers: int, progress: object, write: object) -> dict[str, Report]:
        asked.extend(names)
        return {name: replace(report, theorem=name) for name in names}

    monkeypatch.setattr(checking, "check_all", counting)
    done = run("check")
    assert asked == list(theorems)
    assert done.exit_code == 0
    assert f"{len(RULES)} rules, each by itself: 0 proved, {len(RULES)} checked, 0 unknown, 0 refuted." in done.stdout


def test_a_refuted_rule_is_exit_code_1(broken_rule: str) -> None:
    done = run("check", broken_rule)
    assert done.exit_code == 1
    assert "false_rule  refuted" in done.stdout
    assert "0 proved, 0 checked, 0 unknown, 1 refuted." in done.stdout


def test_what_refutes_a_rule_is_told_in_the_notation_of_the_page(wrong_quadratic: str) -> None:
    for command in ("check", "show"):
        done = run(command, wrong_quadratic)
        assert re.search(r"k = 1, seed \d+: x\^T A\^-1 x = tr\(A\) is off by [\d.]+", done.stdout), done.stdout


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (Evidence("local", "step", REFUTED, "k = 2: off by 1"), "refuted by local: k = 2: off by 1"),
        (Evidence("global", "line", UNKNOWN, "nothing could be tried"), "unknown by global: nothing could be tried"),
    ],
)
def test_a_step_that_fails_is_told_with_its_engine(monkeypatch: pytest.MonkeyPatch, evidence: Evidence, told: str) -> None:
    good = StepReport("log_mul", tuple(Evidence(engine, "step", checked(1)) for engine in ("replay", "renaming", "local", "global")))
    others = tuple(one for one in good.evidence if one.engine != evidence.engine)
    bad = Report("kl_normal", "", (good, StepReport("log_exp", (*others, evidence))), ())
    monkeypatch.setattr(checking, "check_all", lambda names, workers, progress, write: {"kl_normal": bad})
    done = run("check", "kl_normal")
    assert done.exit_code == 1
    assert f"kl_normal, step 2, log_exp: {told}" in done.stdout.splitlines()
    assert "1 checked, " in done.stdout


def test_a_theorem_that_fails_as_a_whole_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    report = check(theorems["kl_normal_standard"])
    bad = replace(report, evidence=(*report.evidence, Evidence("ends", "theorem", REFUTED, "off by 1")))
    monkeypatch.setattr(checking, "check_all", lambda names, workers, progress, write: {bad.theorem: bad})
    done = run("check", bad.theorem)
    assert done.exit_code == 1
    assert "kl_normal_standard, as a whole: refuted by ends: off by 1" in done.stdout.splitlines()


# ---------------------------------------------------------------------------------------------------- files


@pytest.fixture(scope="module")
def document() -> str:
    return shown(theorems["kl_normal_standard"], "json")


def test_a_file_is_checked_and_shown_like_a_theorem(tmp_path: Path, document: str) -> None:
    file = tmp_path / "mine.json"
    file.write_text(document, encoding="utf-8")
    done = run("check", file, "kl_normal_standard")
    assert done.exit_code == 0
    rows = [line for line in done.stdout.splitlines() if line.startswith("kl_normal_standard")]
    assert len(rows) == 2
    assert rows[0] == rows[1]
    assert run("show", file).stdout == run("show", "kl_normal_standard").stdout


def test_a_changed_line_is_refused_with_its_place(tmp_path: Path, document: str) -> None:
    changed = json.loads(document)
    changed["steps"][2]["after"] = ["add", 1, 1]
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(changed), encoding="utf-8")
    for command in ("show", "check"):
        done = run(command, file)
        assert done.exit_code == 1
        told = done.stderr.splitlines()
        assert told[0] == f"closedform {command}: {file} does not hold."
        assert told[1] == "  step 3, after (/steps/2/after): the rules give another line"
        assert told[2] == "  recorded: 1 + 1"
        assert told[3].startswith("  computed: log 1 - log sigma1 + ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "this is no JSON that can be read"),
        (b"[1, 2]", "this is no derivation"),
        (b'{"schema": "somebody/else/7"}', "/schema: this reader knows 'closedform/derivation/1', not 'somebody/else/7'"),
        (b"\xff\xfe", "it is not text in UTF-8"),
        (b"__import__('os').system('touch executed')", "this is no JSON that can be read"),
    ],
)
def test_a_foreign_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, told: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "foreign.json").write_bytes(content)
    done = run("check", "foreign.json")
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["foreign.json"]


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    for name, told in (("missing.json", "no such file or directory"), ("folder.json", "is a directory")):
        done = run("show", tmp_path / name)
        assert done.exit_code == 2
        assert done.stderr == f"closedform show: {tmp_path / name}: {told}\n"


# ---------------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "kl_norml"), "closedform show: no theorem, rule or kernel is called 'kl_norml'; did you mean kl_normal, "),
        (("show", "KL_Normal"), "closedform show: no theorem, rule or kernel is called 'KL_Normal'; did you mean kl_normal, "),
        (("show", "log_mult"), "closedform show: no theorem, rule or kernel is called 'log_mult'; did you mean log_mul"),
        (("check", "kl_normal", "kl_mvm"), "closedform check: no theorem, rule or kernel is called 'kl_mvm'; did you mean kl_mvn"),
        (("show", "lemma:kl_norml"), "closedform show: no theorem, rule or kernel is called 'lemma:kl_norml'; did you mean kl_normal, "),
        (("show", "kl_normal", "--as", "latx"), "closedform show: no form is called 'latx'; did you mean latex"),
        (("show", "kl_normal", "--as", "pdf"), f"closedform show: no form is called 'pdf'; there are {', '.join(FORMS)}"),
        (("show", "log_mul", "--as", "latex"), "closedform show: log_mul is a rule, and a rule alone is shown as text"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest_ones(words: tuple[str, ...], told: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("show",), ("show", "a", "b"), ("check", "--workers", "0"), ("list", "--all"), ("prove",)])
def test_a_wrong_use_is_exit_code_2(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert "Usage: " in done.stderr


def test_a_script_that_fails_says_which_rule_line_and_theorem(monkeypatch: pytest.MonkeyPatch) -> None:
    def script() -> Derivation:
        return theorems["kl_normal_standard"].derivation.apply("trace_cycle")

    monkeypatch.setitem(theorems._entries, "mine", Entry(script, "Mine", "normal", (), (), ""))
    done = run("check", "mine")
    assert done.exit_code == 2
    assert done.stderr.startswith("closedform check: rule trace_cycle matches nothing\n  it rewrites: ")
    assert done.stderr.splitlines()[-1] == "  while deriving mine"


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(SECTIONS, "theorems", fail)
    assert isinstance(run("list").exception, ZeroDivisionError)


# ---------------------------------------------------------------------------------------------------- the installed command


@pytest.mark.parametrize("words", [(), ("list",), ("show",), ("check",)])
def test_help_teaches_by_example(words: tuple[str, ...]) -> None:
    done = run(*words, "--help")
    assert done.exit_code == 0
    examples = done.stdout.partition("Examples:\n")[2].splitlines()
    assert len(examples) >= 3
    for example in examples:
        command, *names = example.partition("closedform ")[2].partition(" > ")[0].split()
        assert command in {"list", "show", "check"}
        plain = [name for name in names if not name.startswith("-") and not name.endswith(".json") and name not in FORMS]
        assert all(name in theorems or name in RULES or name in {*SECTIONS, "kernels"} for name in plain)


def test_help_does_not_wait_for_sympy() -> None:
    code = "import sys; sys.argv = ['closedform', '--help']\nfrom closedform.codegen.cli import main\n"
    code += "try: main()\nexcept SystemExit: print('sympy' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False False"


def test_a_pipe_gets_no_colours_and_no_progress() -> None:
    for words in (("list",), ("check", "kl_normal_standard", "kl_vae"), ("show", "kl_vae"), ("show", "log_mul")):
        done = piped(*words)
        assert done.returncode == 0
        assert "\x1b" not in done.stdout
        assert done.stderr == ""
        assert not [line for line in done.stdout.splitlines() if line != line.rstrip()]


def test_a_terminal_gets_tables_of_its_width() -> None:
    done = piped("list", COLUMNS="80")
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("width", [40, 80, 110, 160])
def test_a_list_fits_its_terminal_and_breaks_no_name(width: int) -> None:
    done = piped("list", COLUMNS=str(width))
    assert max(map(len, done.stdout.splitlines())) <= width
    words = set(done.stdout.split())
    assert {"kl_normal", "kl_vae_value_and_grad", "log_mul"} <= words


def test_a_kernel_is_shown_and_checked_by_its_theorems() -> None:
    done = piped("show", "kl_vae_value_and_grad")
    assert done.returncode == 0
    rows = dict(re.split(r"  +", line.strip(), maxsplit=1) for line in done.stdout.splitlines()[2:])
    assert rows["made of"] == "kl_vae_stable, kl_vae_by_mu, kl_vae_by_logvar"
    assert rows["signature"] == "(k),(k)->(),(k),(k)"
    checked_names = [line.split()[0] for line in piped("check", "kl_vae_value_and_grad").stdout.splitlines() if line.startswith("kl_")]
    assert sorted(checked_names) == sorted(rows["made of"].split(", "))
    done = piped("show", "kl_vae_value_and_grad", "--as", "latex")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("closedform show: kl_vae_value_and_grad is a kernel, and shown as text; its theorems have other forms: ")


def test_a_mistake_in_several_processes_is_told_too() -> None:
    done = piped("check", "kl_normal", "kl_vae", "kl_mvn_standard", "kl_normal_var", "no_such_thing", "--workers", "2")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("closedform check: no theorem, rule or kernel is called 'no_such_thing'")


def test_a_pipe_that_is_closed_early_is_no_fault() -> None:
    done = subprocess.run(f"{CLOSEDFORM} show kl_normal --no-check | head -1", shell=True, capture_output=True, text=True)
    assert done.stdout.startswith("kl_normal: ")
    assert "Traceback" not in done.stderr


def test_public_names_are_themselves_whatever_was_imported_before() -> None:
    """`check`, `show` and `theorems` are folders too."""
    code = (
        "import closedform.derive.check, closedform.derive.show, closedform.derive.theorems.registry, closedform.derive as derive\n"
        "from closedform.derive import check, show, theorems, __all__\n"
        "assert set(__all__) == set(derive._HOME) and set(__all__) <= set(dir(derive)), 'names'\n"
        "for name in __all__: getattr(derive, name)\n"
        "print(callable(check), callable(show), len(theorems) > 50)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "True True True\n", done.stderr


def test_rules_are_complete_from_the_first_public_name() -> None:
    code = "from closedform.derive import Derivation; from closedform.derive.rule import RULES; print('density_mvn' in RULES)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\n"
