"""One issue with what real ones have: long addresses, other scripts, a table, a picture that fails."""

from __future__ import annotations

from datetime import UTC, date, datetime

from digest.config.settings import Settings
from digest.config.table import table_of
from digest.model import Entry, Html, Issue, IssueSection, IssueStory, SourceRef
from digest.render.updates import EarlierStory

ON = date(2026, 11, 20)
SEEN = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)


def sample_settings(**newsletter: object) -> Settings:
    """The settings of the sample's newsletter."""
    table = {
        "title": "The Policy Week",
        "from": "The Policy Week <brief@policyweek.example>",
        "reply_to": "Ines Marlowe <editor@policyweek.example>",
        "language": "en",
        "timezone": "Europe/London",
        "url": "https://policyweek.example/brief/",
        "address": "2 Chandlers Yard, Marlport ML1 4QX",
        "description": "What was published on public policy this week, and why it matters.",
    }
    sections = ({"title": "World"}, {"title": "Energy & climate"}, {"title": "Technology", "style": "full"})
    return table_of(Settings, {"newsletter": table | newsletter, "section": sections})


LONG_URL = (
    "https://statistics.northernwaters.example/en/releases/2026/november/catch-quotas-and-landings-by-port-and-species"
    "?table=4b&period=2026-10&unit=tonnes&format=page&session=f3a9c1d27b604ed8a1b5"
)

_LAB_BODY = Html(
    "<div><p>Public bodies that buy software with a model inside should ask for four things before they sign, the "
    "laboratory writes after reading 212 contracts.</p><h2>What the contracts lack</h2><p>Only one in nine names the "
    "data the model was trained on. Fewer still say what happens when the supplier changes the model.</p><ul><li>a "
    'record of every change</li><li>a right to <a href="https://lattice.example/audit">audit</a></li><li>an exit that '
    "was tried</li></ul><blockquote><p>A clause nobody can enforce is decoration.</p></blockquote></div>"
)

ENTRIES = (
    Entry(id="a00000000001", source_id="northern", title="Commission narrows the window for repair ships",
          url="https://northernwaters.example/repair", kind="Press release", language="en", first_seen=SEEN),
    Entry(id="a00000000002", source_id="jazirah", title="اتفاق جديد بشأن الكابلات البحرية في الخليج",
          summary="وقّعت خمس دول اتفاقاً لحماية الكابلات البحرية.", language="ar", first_seen=SEEN),
    Entry(id="a00000000003", source_id="drc", title="能源价格上限将于明年一月下调，约两千九百万户家庭受益",
          summary="监管机构宣布下调能源价格上限。", language="zh-Hans", kind="Analysis", first_seen=SEEN),
    Entry(id="a00000000004", source_id="lattice", title="Four clauses for buying models", body=_LAB_BODY,
          url="https://lattice.example/clauses.pdf", kind="Working paper", language="en", first_seen=SEEN),
    Entry(id="a00000000005", source_id="harbour", title="The grid queue, port by port", kind="Expert comment",
          image_url="https://harbour.example/queue-chart.png", image_alt="Chart: months in the queue, by port",
          language="en", first_seen=SEEN),
)  # fmt: skip


def sample_entries() -> dict[str, Entry]:
    """The entries the sample's sources name, by id."""
    return {entry.id: entry for entry in ENTRIES}


_WORLD = IssueSection(
    title="World",
    stories=(
        IssueStory(
            id="s-1f3a9c21",
            title="A narrower window for *repair ships* in the northern strait",
            summary=(
                "The Northern Waters Commission will let cable repair ships into the strait on 40 days a year instead "
                "of 65. “Every week of waiting costs a coastal region a working day,” said Commissioner Hanne Rask.\n\n"
                "Operators have until 15 January to object; the [draft order](https://northernwaters.example/draft) "
                "exempts emergencies."
            ),
            why=(
                "Four of the five cables to the islands are older than the rule that protects them. If the window "
                "narrows, the *cheapest* repair becomes the slowest one."
            ),
            sources=(
                SourceRef(label="Northern Waters Commission", url="https://northernwaters.example/repair",
                          note="18 November 2026", entry_id="a00000000001"),
                SourceRef(label="Harbour Review", url="https://harbour.example/strait?edition=weekly", also=True,
                          note="19 November 2026"),
                SourceRef(label="Public Choices", url="https://publicchoices.example/2026/11/strait", also=True),
            ),
        ),
        IssueStory(
            id="s-2f3a9c22",
            title="اتفاق جديد بشأن الكابلات البحرية في الخليج",
            summary="وقّعت خمس دول اتفاقاً لحماية الكابلات البحرية.",
            sources=(SourceRef(label="Al-Jazirah al-Ula", url="https://jazirah.example/%D8%A7/77",
                               note="17 November 2026", entry_id="a00000000002"),),
        ),
        IssueStory(
            id="s-3f3a9c23",
            title="Landings by port and species, October",
            options=frozenset({"update"}),
            summary=(
                "Cod quotas are down for the third year; landings fell less than the quota.\n\n"
                "| Port | Quota, t | Landed, t | Change |\n|---|--:|--:|--:|\n| Marlport | 1,240 | 1,102 | −4 % |\n"
                "| Nether Quay | 860 | 871 | +1 % |\n| Skerry | 410 | 395 | −9 % |\n"
            ),
            sources=(SourceRef(label="Statistics Northern Waters", url=LONG_URL, note="16 November 2026"),),
        ),
    ),
)  # fmt: skip

_ENERGY = IssueSection(
    title="Energy & climate",
    intro="Three papers this week ask the same question: *who waits?*",
    stories=(
        IssueStory(
            id="s-4f3a9c24",
            title="能源价格上限将于明年一月下调，约两千九百万户家庭受益",
            summary="监管机构宣布下调能源价格上限。",
            sources=(SourceRef(label="国家政策研究中心", url="https://drc.example/2026/1117.html",
                               note="17 November 2026", entry_id="a00000000003"),),
        ),
        IssueStory(
            id="s-5f3a9c25",
            title="The grid queue, port by port",
            options=frozenset({"image"}),
            summary=(
                "A wind farm off Skerry waits 61 months for a connection, a data centre in Marlport 14. The review "
                "sets out what each would pay to swap places:\n\n- 61 months at Skerry, no right to trade it\n"
                "- 38 at Nether Quay\n- 14 at Marlport, where the substation was **paid for by the customer**\n"
            ),
            sources=(SourceRef(label="Harbour Review", url="https://harbour.example/queue",
                               note="15 November 2026", entry_id="a00000000005"),),
        ),
        IssueStory(
            id=None,
            title="What we will be reading: the heat plan of Marlport",
            summary=(
                "The council votes on Tuesday. If you have read the annex on the hospital's boilers, write to us: we "
                "could not find who pays."
            ),
        ),
    ),
)  # fmt: skip

_TECHNOLOGY = IssueSection(
    title="Technology",
    stories=(
        IssueStory(
            id="s-7f3a9c27",
            title="Four clauses for buying models",
            summary="Public bodies that buy software with a model inside should ask for four things.",
            sources=(SourceRef(label="Lattice Lab", url="https://lattice.example/clauses.pdf",
                               note="14 November 2026", entry_id="a00000000004"),),
        ),
        IssueStory(
            id="s-8f3a9c28",
            title="Audit office: the benefits platform “works, and nobody can say why”",
            options=frozenset({"headline"}),
            sources=(SourceRef(label="Audit Office", url="https://audit.example/reports/2026-31",
                               note="13 November 2026"),),
        ),
    ),
)  # fmt: skip

UPDATES = {2: EarlierStory(issue="2026-W43", number=8, anchor="s-3f3a9c11")}
"""What the sample's update is about; others who print no story there have none."""

SAMPLE = Issue(
    name="2026-W47",
    title="The Policy Week",
    subject="Repair ships, the grid queue, and four clauses",
    preheader="Forty days a year for the ships that mend the cables; who waits for the grid; buying software.",
    base="3f9c2a71",
    intro=(
        "Good morning. Most of this week's paper is about **waiting**: for a ship, for a cable, for a place in a "
        "queue. The numbers differ by a factor of four, and those that wait longest are those that cannot pay.\n\n"
        "The longest read is [Lattice Lab's working paper](https://lattice.example/clauses.pdf); the best chart is "
        "Harbour Review's."
    ),
    sections=(_WORLD, _ENERGY, _TECHNOLOGY),
)
