"""The page: it stands alone, and no name can become markup."""

import base64
import hashlib
import re
from html.parser import HTMLParser

from tests.reports.sample import HOSTILE, assessment, estate, finding

from everward.assessment import Assessment
from everward.reports import Material, report
from everward.values import Origin


def page(given: Assessment) -> str:
    return b"".join(report("html").render(Material(given, estate()))).decode()


class Elements(HTMLParser):
    """Every element with its attributes, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


STRANGE = finding(
    1,
    title=HOSTILE,
    cause=HOSTILE,
    availability=HOSTILE,
    cheapest=HOSTILE,
    origin=Origin("terraform", HOSTILE, 1),
    resources=(HOSTILE,),
    locations=(Origin("terraform", HOSTILE, 1, None, HOSTILE),),
    given=(HOSTILE,),
    fix={HOSTILE: HOSTILE},
)


def test_hostile_names_stay_text() -> None:
    elements = Elements(page(assessment(finding(), STRANGE)))
    assert elements.open == []
    assert {tag for tag, _ in elements.found} <= {
        "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "h1", "h2", "h3", "p", "div",
        "span", "strong", "b", "a", "ul", "ol", "li", "dl", "dt", "dd", "code", "pre", "details", "summary", "table",
        "thead", "tbody", "tr", "th", "td", "br",
    }  # fmt: skip
    for _, attributes in elements.found:
        assert set(attributes) <= {"lang", "charset", "http-equiv", "content", "name", "class", "id", "href"}
    assert any("<script>alert(1)</script>" in word for word in elements.words)


def test_the_policy_allows_the_own_style_sheet_and_nothing_else() -> None:
    text = page(assessment(finding()))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(
        attributes["content"]
        for tag, attributes in Elements(text).found
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_it_needs_no_network() -> None:
    text = page(assessment(finding(), STRANGE))
    assert not re.search(r"https?://|@import|url\(", text)
    links = [attributes["href"] for tag, attributes in Elements(text).found if tag == "a"]
    assert links == ["#unread"]


def test_it_says_what_the_assessment_says() -> None:
    words = " ".join(" ".join(Elements(page(assessment(finding(0, "critical")))).words).split())
    for word in (
        "1 finding: 1 critical",
        "This assessment is incomplete. 1 thing could not be read, 2 verdicts could not be given",
        "environment prod",
        "The stamps can no longer decrypt what they store",
        "set purge_protection_enabled = true",
        "module.registry",
        "run `terraform init` first",
        "var.stamps",
        "which resources there are",
        "the definition is broken",
        "Was it rehearsed?",
        "Links are encrypted",
        "2 of them found no resource to judge",
        "1 opaque",
    ):
        assert word in words, word
    assert "INCOMPLETE" not in words


def test_a_clean_page_has_no_empty_sections() -> None:
    clean = assessment(
        verdicts=(),
        attestations=(),
        unresolved=(),
        needs=(),
        inherited=(),
        unknown=0,
        error=0,
        complete=True,
        without_subject=(),
    )
    words = " ".join(Elements(page(clean)).words)
    assert "No findings" in words
    for heading in ("goes down", "by cause", "could not be read", "Unknown verdicts", "Not evaluated", "Only people"):
        assert heading not in words


def test_a_finding_of_very_many_resources_names_the_first() -> None:
    many = tuple(f"/r/{number}" for number in range(500))
    text = page(assessment(finding(resources=many, locations=tuple(Origin("inventory") for _ in many))))
    assert "and 300 more: all are in the JSON report" in text
    assert "/r/199<" in text
    assert "/r/200<" not in text


def test_no_name_reaches_a_terminal_as_an_escape() -> None:
    strange = finding(1, title="\x1b[31mred\x07", cause="a\x1b]0;b", fix={"arm": "one\n\x1btwo"}, resources=("\x9bx",))
    text = page(assessment(strange))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert "one\n\\u001btwo" in text
