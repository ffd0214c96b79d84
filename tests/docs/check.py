"""Holds every Markdown page to what is there, without a network: whatever it names has to exist."""

import json
import os
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CACHERR_BIN", "")
BLESS = os.environ.get("CACHERR_BLESS") == "1"

FENCE = re.compile(r"^( *)(```+|~~~+)([^\n`]*)\n(.*?)^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)|\b(?:src|srcset|href)="([^"]+)"|^\[[^\]]+\]: *(\S+)', re.MULTILINE)
# A path of the API, alone or behind a server's name; with the methods that are named before it, and what is left out of it.
ADDRESS = re.compile(
    r"""((?:\b(?:GET|POST|PUT|PATCH|DELETE)\b[`, ]*)*)
        (?:(?<=\$url)|(?<=:\d{4})|(?<![\w.]))(?<!/api)
        (/(?:api/[^\s`"'|)…,;<>]*|healthz|readyz|ws(?=[?`"' ])))(…?)""",
    re.VERBOSE,
)
COPIED = re.compile(r"<!-- (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELLS = {"sh", "bash", "console"}
# Written for those who change the program: settings and variables there are also those of tests.
INSIDE = {"CONTRIBUTING.md", "CHANGELOG.md", "src/ARCHITECTURE.md"}
# Read by the program, and no settings.
VARIABLES = {"CACHERR_API_KEY", "CACHERR_API_KEY_FILE", "CACHERR_CONFIG", "CACHERR_DATA_DIR", "CACHERR_LOG"}

wrong: list[str] = []


def pages() -> list[Path]:
    # What is not committed yet, too.
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z", "*.md"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in sorted(set(names.split("\0"))) if name and (ROOT / name).is_file()]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Without what the caller's environment says to the program.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CACHERR_")}
    return subprocess.run([BINARY, *arguments], check=False, capture_output=True, text=True, env=environment)


class Page:
    def __init__(self, path: Path, root: Path = ROOT):
        self.path = path
        self.name = str(path.relative_to(root))
        self.text = path.read_text(encoding="utf-8")
        fences = FENCE.finditer(self.text)
        self.fences = [(match[3].strip().split(" ")[0], match[4], self.line(match.start())) for match in fences]
        # As long as the page, so that lines stay what they are.
        self.prose = FENCE.sub(lambda match: "\n" * match[0].count("\n"), self.text)
        self.inline = [(match[1], self.line(match.start(), self.prose)) for match in re.finditer(r"`([^`]+)`", self.prose)]

    def line(self, at: int, text: str | None = None) -> int:
        return (self.text if text is None else text).count("\n", 0, at) + 1

    def complain(self, line: int, sentence: str) -> None:
        wrong.append(f"{self.name}:{line}: {sentence}")


@cache
def anchors(path: Path) -> set[str]:
    """The names that headings get where the page is shown."""
    found: dict[str, int] = {}
    prose = FENCE.sub("", path.read_text(encoding="utf-8"))
    for match in re.finditer(r"^#{1,6} +(.*?) *#*$", prose, re.MULTILINE):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[1]).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
        count = found.setdefault(slug, -1) + 1
        found[slug] = count
        if count:
            found[f"{slug}-{count}"] = 0
    return set(found) | set(re.findall(r'<a (?:id|name)="([^"]+)"', prose))


def links(page: Page) -> None:
    prose = re.sub(r"`[^`\n]+`", "", page.prose)
    for match in LINK.finditer(prose):
        goal = match[1] or match[2] or match[3]
        if re.match(r"[a-z]+:", goal):
            continue
        # Away from its folder, a page of the project is still one on the same host.
        if goal.startswith("../../") and re.match(r"(\.\./)+(releases|issues|security)(/|$)", goal):
            continue
        where, _, anchor = goal.partition("#")
        path = (page.path.parent / unquote(where)).resolve() if where else page.path
        if not path.exists():
            page.complain(page.line(match.start(), prose), f"{goal} is not there")
        elif anchor and path.suffix == ".md" and anchor not in anchors(path):
            page.complain(page.line(match.start(), prose), f"{where or page.name} has no heading {anchor}")


@cache
def help_of(words: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Subcommands and flags of a command."""
    text = run(*words, "--help").stdout
    commands = re.search(r"^Commands:\n((?:  .*\n|\n)*)", text, re.MULTILINE)
    names = re.findall(r"^  ([a-z][\w-]*)", commands[1], re.MULTILINE) if commands else []
    return frozenset(names), frozenset(re.findall(r"(?<![\w-])(--?[a-zA-Z][\w-]*)", text))


def command(page: Page, line: int, words: list[str]) -> None:
    at: tuple[str, ...] = ()
    positional = False
    for word in words:
        commands, flags = help_of(at)
        if word.startswith("-") and word != "-":
            flag = word.partition("=")[0]
            if flag not in flags:
                page.complain(line, f"cacherr {' '.join(at)} has no {flag}")
        elif commands and not positional:
            if word in commands:
                at = (*at, word)
            # The value of a flag, or a word that stands for a command.
            elif re.fullmatch(r"[a-z][a-z-]*", word):
                page.complain(line, f"there is no cacherr {' '.join((*at, word))}")
        else:
            positional = True


START = r"(?:^|[;|&(]|\$ )\s*(?:[A-Z_]+=\S+ +)*(?:sudo (?:-\S+ (?:\w+ )?)?)?(?:docker (?:compose )?exec (?:-\S+ )*\S+ )?"
CALL = re.compile(START + r"(?:\S*/)?(?:cacherr|run(?= demo))(?: +([^;|&\n#)]*))?(?=$|[;|&\n#)])", re.MULTILINE)


def commands(page: Page) -> None:
    for language, text, line in page.fences:
        if language not in SHELLS:
            continue
        joined = text.replace("\\\n", "  ")
        for match in CALL.finditer(joined):
            words = re.sub(r"'[^']*'|\"[^\"]*\"", "X", match[1] or "").split()
            words = [word for word in words if not word.startswith((">", "<"))]
            command(page, line + joined.count("\n", 0, match.start()) + 1, words)
    for text, line in page.inline:
        if text.startswith("cacherr "):
            for part in re.split(r", | \| ", text.removeprefix("cacherr "))[:1]:
                command(page, line, part.replace("…", "").split())


def settings(page: Page) -> None:
    for language, text, line in page.fences:
        if language != "toml" or page.name == "CONTRIBUTING.md":
            continue
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "cacherr.toml"
            file.write_text("\n".join(row[len(row) - len(row.lstrip()):] for row in text.splitlines()), encoding="utf-8")
            told = run("--config", str(file), "--data-dir", f"{folder}/data", "config", "check")
            if told.returncode != 0:
                page.complain(line, told.stderr.replace(str(file), "cacherr.toml").strip().splitlines()[0])


@cache
def keys() -> frozenset[str]:
    found, section = set(), ""
    for row in run("config", "defaults").stdout.splitlines():
        if match := re.match(r"#?\[+(\w+)\]+$", row):
            section = match[1] + "."
        elif match := re.match(r"#?(\w+) = ", row):
            found.add(section + match[1])
    return frozenset(found)


def names(page: Page) -> None:
    """Settings and variables, wherever they are named."""
    if page.name in INSIDE or page.name.startswith("tests/"):
        return
    sections = "|".join(sorted({key.partition(".")[0] for key in keys() if "." in key}))
    for text, line in page.inline:
        match = re.match(rf"((?:{sections})\.[a-z_]+)(?: = .*)?$", text)
        if match and match[1] not in keys() and not match[1].endswith((".rs", ".md")):
            page.complain(line, f"there is no setting {match[1]}")
    for match in re.finditer(r"\bCACHERR_[A-Z0-9_]+", page.text):
        key = re.sub(r"__\d+__", "__", match[0].removeprefix("CACHERR_")).lower().replace("__", ".")
        if match[0] not in VARIABLES and key not in keys() and not match[0].endswith("_"):
            page.complain(page.line(match.start()), f"no variable is called {match[0]}")


@cache
def document() -> dict[str, set[str]]:
    paths = json.loads((ROOT / "openapi/cacherr.json").read_text(encoding="utf-8"))["paths"]
    told = {path: {method.upper() for method in item} for path, item in paths.items()}
    return {**told, "/api/docs": {"GET"}, "/api/openapi.json": {"GET"}}


def segments(path: str) -> str:
    return "".join("/[^/]+" if "{" in part else "/" + re.escape(part) for part in path.split("/")[1:])


def addresses(page: Page) -> None:
    if page.name in INSIDE:
        return
    for match in ADDRESS.finditer(page.text):
        methods = set(re.findall(r"[A-Z]+", match[1]))
        path = re.split(r"[?#]", match[2])[0].rstrip("./:")
        known = [one for one in document() if re.fullmatch(segments(one) + (".*" if match[3] else ""), path)]
        if match[3]:
            known = [one for one in document() if one.startswith(path)]
        if not known and path not in ("/api", ""):
            page.complain(page.line(match.start()), f"{path} is not in openapi/cacherr.json")
        elif known and not methods <= set().union(*(document()[one] for one in known)):
            page.complain(page.line(match.start()), f"{path} has not all of {', '.join(sorted(methods))}")


def shown(page: Page) -> None:
    """Programs that are shown are programs that are run."""
    def bring(match: re.Match[str]) -> str:
        file = ROOT / match[1]
        # Without the line that says where it is shown.
        text = re.sub(r'\A(//!? .*|""".*""")\n+', "", file.read_text(encoding="utf-8"))
        if match[2] != text and not BLESS:
            page.complain(page.line(match.start()), f"it is not what {match[1]} says; CACHERR_BLESS=1 mends it")
        head = match[0][: match.start(2) - match.start()]
        return f"{head}{text}```" if BLESS else match[0]

    text = COPIED.sub(bring, page.text)
    if text != page.text:
        page.path.write_text(text, encoding="utf-8")


# With a folder as an argument, the links of the pages in that folder; no more can be said of it.
if len(sys.argv) > 1:
    folder = Path(sys.argv[1]).resolve()
    for path in sorted(folder.rglob("*.md")):
        links(Page(path, folder))
else:
    for path in pages():
        page = Page(path)
        for check in (shown, links, commands, settings, names, addresses):
            check(page)
for sentence in wrong:
    print(sentence, file=sys.stderr)
sys.exit(bool(wrong))
