"""Two issues of a newsletter that does not exist, with what makes issues hard to show; all of it is made up."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from digest.config.settings import Newsletter, SectionRule, Settings
from digest.model import Entry, Html, Issue, IssueRecord, IssueSection, IssueStory, SourceRef
from digest.render.archived import make_frame
from digest.render.home import home_page
from digest.render.page import render_page
from digest.render.past import PastIssue, issue_line
from digest.render.templates import Templates

SETTINGS = Settings(
    newsletter=Newsletter(
        title="The Policy Week",
        sender="The Policy Week <brief@policyweek.example>",
        reply_to="editor@policyweek.example",
        timezone="Europe/London",
        url="https://policyweek.example/brief/",
        address="1 Example Square, London",
        description="What governments, regulators and think tanks decided, published and argued about, every Friday.",
    ),
    section=(SectionRule(title="Reading", style="headline"),),
)

LONG_URL = (
    "https://statistics.nordland.example/releases/2026/11/quarterly-labour-market-overview-third-quarter-seasonally-"
    "adjusted-preliminary.html?table=LFS04&breakdown=age,sex,region,occupation&unit=thousand-persons&format=accessible"
    "&revision=a1b2c3d4e5f60718293a4b5c6d7e8f90"
)


def entry(id_: str, title: str, *, kind: str | None = None, language: str = "en", text: str = "") -> Entry:
    return Entry(
        id=id_,
        source_id="wire",
        title=title,
        url=f"https://wire.example/{id_}",
        body=Html(f"<h2>Background</h2><p>{text}</p>"),
        text=text,
        kind=kind,
        language=language,
        image_url="https://wire.example/harbour.jpg",
        image_alt="Cranes over an empty quay",
        published=datetime(2026, 11, 18, 9, tzinfo=UTC),
        first_seen=datetime(2026, 11, 18, 10, tzinfo=UTC),
    )


ARABIC = "مجلس المياه الإقليمي يقر خطة مشتركة لإدارة حوض النهر حتى عام 2035"
ARABIC_TEXT = "أقر المجلس في ختام اجتماعه خطة من ثلاث مراحل لتقاسم المياه بين الدول الأربع المطلة على الحوض."
CHINESE = "沿海三省发布港口减排联合方案，自明年一月起分阶段实施"
CHINESE_TEXT = "方案要求靠港船舶在两年内改用岸电，并公布每季度的排放数据。"
GERMAN = "Netzagentur legt Kostenrahmen für den Ausbau der Seekabel vor"
GERMAN_TEXT = "Die Agentur erwartet, dass die Netzentgelte im kommenden Jahr um drei Prozent steigen."

ENTRIES = {
    one.id: one
    for one in (
        entry("a00000000001", "Ministers agree a common reserve for grain", kind="Press release"),
        entry("a00000000002", "Why the strait matters more than the pipeline", kind="Expert comment"),
        entry("a00000000003", ARABIC, language="ar", text=ARABIC_TEXT),
        entry("a00000000004", CHINESE, language="zh-Hans", text=CHINESE_TEXT),
        entry("a00000000005", GERMAN, kind="Bericht", language="de", text=GERMAN_TEXT),
        entry("a00000000006", "Third-quarter labour market overview", kind="Statistics"),
    )
}


def ref(label: str, note: str, *, entry_id: str | None = None, url: str = "", also: bool = False) -> SourceRef:
    return SourceRef(
        label=label, url=url or f"https://wire.example/{entry_id}", note=note, entry_id=entry_id, also=also
    )


GRAIN = IssueStory(
    id="s-7f3a9c21",
    title="Ministers agree a common reserve for grain",
    options=frozenset({"update"}),
    summary=(
        "Agriculture ministers of the eleven states of the Northern Compact agreed on Tuesday to hold a common "
        "reserve of 2.4 million tonnes of grain, enough for about six weeks of imports. Each state pays by its "
        "share of consumption.\n\n"
        "“This is insurance, not a market instrument,” said the chair, Ilse Varga. Releases need a majority of seven."
    ),
    why=(
        "The reserve is the first that can be opened *without* a unanimous vote, which is what held up the gas "
        "facility in 2024."
    ),
    sources=(
        ref("Northern Compact", "17 November 2026", entry_id="a00000000001"),
        ref("Harbour Gazette", "18 November 2026", url="https://gazette.example/grain", also=True),
        ref("Institute for Trade and Food", "18 November 2026", url="https://itf.example/notes/88", also=True),
    ),
)

STRAIT = IssueStory(
    id="s-2b6d01ee",
    title="Why the strait matters more than the pipeline",
    summary=(
        "A fifth of the region’s fuel now passes one channel eleven kilometres wide. Insurance for the passage has "
        "doubled since the summer, and no government has said who would escort merchant ships if the insurers withdraw."
    ),
    sources=(ref("Marlow House", "16 November 2026", entry_id="a00000000002"),),
)

WATER = IssueStory(
    id="s-93c4aa10",
    title=ARABIC,
    summary=ARABIC_TEXT,
    sources=(ref("وكالة الحوض", "15 November 2026", entry_id="a00000000003"),),
)

PORTS = IssueStory(
    id="s-51ab77f0",
    title=CHINESE,
    summary=CHINESE_TEXT,
    sources=(ref("沿海日报", "19 November 2026", entry_id="a00000000004"),),
)

CABLES = IssueStory(
    id="s-e0774b02",
    title=GERMAN,
    summary=(
        "The network agency puts the cost of the two sea cables at €6.1 billion and expects network charges to rise by "
        "three per cent next year. Industry associations had warned of twice that."
    ),
    sources=(ref("Netzagentur", "18 November 2026", entry_id="a00000000005"),),
)

LABOUR = IssueStory(
    id="s-c41f8d39",
    title="Employment steady, hours down: the third quarter in figures",
    summary=(
        "Employment hardly moved in the third quarter, but people worked fewer hours in every sector except care.\n\n"
        "| Sector | Employed (thousands) | Change on quarter | Hours a week | Change on year |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| Manufacturing | 1,204 | −0.4 % | 36.2 | −1.1 % |\n"
        "| Construction | 488 | +0.1 % | 37.0 | −0.6 % |\n"
        "| Care and health | 1,017 | +0.9 % | 33.8 | +0.4 % |\n\n"
        f"The tables are at <{LONG_URL}>."
    ),
    sources=(ref("Nordland Statistics", "19 November 2026", entry_id="a00000000006", url=LONG_URL),),
)

OWN = IssueStory(
    id=None,
    title="From our reading group: *Borrowed Rivers* and the law of shared water",
    summary=(
        "We read Tamsin Okoro’s history of four river treaties. Two things to take away:\n\n"
        "- treaties that name a **volume** fail in the first dry decade; those that name a *share* survive;\n"
        "- every one of them was written by engineers and broken by ministers.\n\n"
        "> A river is a promise that other people keep.\n\n"
        "![The delta from the air, in flood](images/delta.png)"
    ),
)

COURT = IssueStory(
    id="s-08be6f55",
    title="Court of Audit: a third of the resilience fund is still unspent",
    summary="The auditors found 31 of 94 projects not begun, and no penalty for it.",
    why="The fund closes in March. What is not contracted by then goes back.",
    sources=(ref("Court of Audit", "20 November 2026", url="https://audit.example/reports/2026-14"),),
)

BLANK = IssueStory(id=None, title="Correction to last week’s figures")

WEEK_47 = Issue(
    name="2026-W47",
    title="The Policy Week",
    subject="A grain reserve, a narrow strait, and who pays for the sea cables",
    preheader="Eleven states pool their grain. Insurers eye the strait. And a table for those who count hours.",
    base="3f9c2a71",
    intro=(
        "Good morning. It was a week of **agreements that are easier to sign than to pay for**, and we have tried "
        "to say in each case who pays. The reading group meets again on [3 December](https://policyweek.example/group)."
    ),
    sections=(
        IssueSection(title="World", stories=(GRAIN, STRAIT, WATER)),
        IssueSection(title="Energy & climate", stories=(PORTS, CABLES)),
        IssueSection(title="Economy", intro="Two sets of figures, both worse than they look.", stories=(LABOUR, COURT)),
        IssueSection(title="Our desk", stories=(OWN, BLANK)),
        IssueSection(title="Jobs"),
    ),
)

WEEK_46 = Issue(
    name="2026-W46",
    title="The Policy Week",
    subject="The price cap, the coal clause, and a summit without a text",
    preheader="The regulator blinks first. The summit does not even try.",
    base=None,
    intro="",
    sections=(
        IssueSection(
            title="World",
            stories=(
                IssueStory(
                    id="s-11aa22bb",
                    title="Summit ends without a common text",
                    summary="The chair published her own summary, which four delegations disowned within the hour.",
                    sources=(ref("Harbour Gazette", "13 November 2026", url="https://gazette.example/summit"),),
                ),
                IssueStory(
                    id="s-11aa22bc",
                    title="Coal clause survives in committee",
                    summary="By eleven votes to ten, the committee kept the clause that lets two plants run on.",
                    sources=(ref("Parliament", "11 November 2026", url="https://parliament.example/coal"),),
                ),
            ),
        ),
        IssueSection(
            title="Economy",
            stories=tuple(
                IssueStory(
                    id=f"s-33cc44d{n}",
                    title=title,
                    summary="The decision takes effect on 1 January and will be reviewed after a year.",
                    sources=(ref("Regulator", "12 November 2026", url=f"https://regulator.example/{n}"),),
                )
                for n, title in enumerate(
                    (
                        "Price cap falls by four per cent",
                        "Smaller suppliers must hold a month of cash",
                        "Standing charges: a consultation, again",
                        "Meter readings by post come to an end",
                    )
                )
            ),
        ),
        IssueSection(
            title="Reading",
            stories=(
                IssueStory(
                    id="s-55ee66f0",
                    title="What a carbon border does to the smallest exporters",
                    summary="Not shown: this section prints headlines.",
                    sources=(ref("Marlow House", "10 November 2026", url="https://marlow.example/border"),),
                ),
                IssueStory(
                    id="s-55ee66f1",
                    title="Counting what is not there: vacancies in local government",
                    sources=(
                        ref("Institute for Local Affairs", "9 November 2026", url="https://ila.example/vacancies"),
                    ),
                ),
            ),
        ),
    ),
)

EMPTY = Issue(
    name="2026-W45", title="The Policy Week", subject="A quiet week", preheader="", base=None, intro="", sections=()
)


def record(name: str, number: int, *, out: datetime) -> IssueRecord:
    return IssueRecord(
        name=name, state="out", number=number, start=out.replace(day=1), end=out, drafted=out, approved=out, out=out
    )


RECORDS = {
    "2026-W47": record("2026-W47", 12, out=datetime(2026, 11, 20, 7, 5, tzinfo=UTC)),
    "2026-W46": record("2026-W46", 11, out=datetime(2026, 11, 13, 7, 5, tzinfo=UTC)),
    "2026-W45": record("2026-W45", 10, out=datetime(2026, 11, 6, 23, 30, tzinfo=UTC)),
}

LOOKS = ("brief", "magazine", "plain")


def templates(look: str = "brief") -> Templates:
    return Templates(look, Path("no-project-of-its-own"))


TEMPLATES = templates()


def page(
    issue: Issue,
    *,
    settings: Settings = SETTINGS,
    number: int = 12,
    on: date = date(2026, 11, 20),
    look: str = "brief",
    previous: PastIssue | None = None,
) -> str:
    return render_page(
        issue,
        settings=settings,
        templates=templates(look),
        entries=ENTRIES,
        number=number,
        on=on,
        previous=previous,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An issue that is out."""

    record: IssueRecord
    issue: Issue

    @property
    def issued(self) -> datetime:
        return self.record.out or self.record.end


def published(issue: Issue) -> Published:
    return Published(record=RECORDS[issue.name], issue=issue)


def home(*past: Published, settings: Settings = SETTINGS, look: str = "brief") -> str:
    """The home page of a site of these issues, in any order."""
    zone = ZoneInfo(settings.newsletter.timezone)
    issues = [
        PastIssue(issue=one.issue, number=one.record.number, on=one.issued.astimezone(zone).date(), entries=ENTRIES)
        for one in sorted(past, key=lambda one: one.issued, reverse=True)
    ]
    earlier = [issue_line(one, settings.newsletter) for one in issues[1:]]
    frame = make_frame(settings, templates(look))
    return home_page(frame=frame, latest=issues[0] if issues else None, earlier=earlier)


def picture() -> tuple[tuple[str, bytes], ...]:
    """The picture that week 47 shows: one grey dot."""
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAgQCBq6MKXgAAAABJRU5ErkJggg=="
    return (("images/delta.png", base64.b64decode(dot)),)


def themed(**values: object) -> Settings:
    return msgspec.structs.replace(SETTINGS, theme=msgspec.structs.replace(SETTINGS.theme, **values))


def changed(**values: object) -> Settings:
    newsletter = msgspec.structs.replace(SETTINGS.newsletter, **values)
    return msgspec.structs.replace(SETTINGS, newsletter=newsletter)
