import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.errors import UsageError
from digest.gather.past.letter import Form, NotTaken, PastLetter, Reading, Shelf
from digest.gather.past.reading import find_form, read_past
from tests.gather.past.letters import PNG, campaign, mail, mbox, zipped
from tests.support.project import item, rss

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
PARAGRAPH = "<p>The tide came in at nine, and the night ferry left on time for once.</p>"
TIDE = "The *tide* is in again."
LINKED_DATA = '<script type="application/ld+json">{"@type":"Article","datePublished":"2019-03-14"}</script>'
LONG = " ".join(["The tide came in at nine, and the night ferry left on time for once."] * 5)


@pytest.fixture
def reading() -> Iterator[Reading]:
    with Shelf() as shelf:
        yield Reading(zone=ZoneInfo("Europe/London"), now=NOW, shelf=shelf)


def read(path: Path, reading: Reading, form: Form | None = None) -> tuple[list[PastLetter], list[NotTaken]]:
    found = list(read_past(path, reading, form=form))
    return [one for one in found if isinstance(one, PastLetter)], [one for one in found if isinstance(one, NotTaken)]


def written(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return root


@pytest.mark.parametrize(
    ("name", "text", "subject"),
    [
        ("2019-03-14-spring-tide.md", TIDE, "Spring tide"),
        ("a.md", f"---\ntitle: 'Spring: a tide'\ndate: 2019-03-14T08:00:00Z\n---\n\n{TIDE}", "Spring: a tide"),
        ("a.md", f"---\ntitle: Spring: a tide\ndate: 2019-03-14\n---\n\n{TIDE}", "Spring: a tide"),
        ("a.md", f'+++\ntitle = "Spring"\ndate = 2019-03-14T08:00:00Z\ndraft = false\n+++\n{TIDE}', "Spring"),
        ("2019/03/14/spring-tide/index.html", f"<title>Tide</title>{PARAGRAPH}", "Tide"),
        ("a.html", f'<meta property="article:published_time" content="2019-03-14"><h1>Tide</h1>{PARAGRAPH}', "Tide"),
        ("a.html", f'<h1>Tide</h1><time datetime="2019-03-14">then</time>{PARAGRAPH}', "Tide"),
        ("a.html", f"{LINKED_DATA}<h1>Tide</h1>{PARAGRAPH}", "Tide"),
    ],
)
def test_a_file_says_its_day_and_its_subject(
    tmp_path: Path, reading: Reading, name: str, text: str, subject: str
) -> None:
    letters, left_out = read(written(tmp_path, {name: text}), reading)

    assert not left_out
    assert [(one.subject, f"{one.date:%Y-%m-%d}") for one in letters] == [(subject, "2019-03-14")]


def test_a_file_that_says_no_day_is_named_and_costs_itself(tmp_path: Path, reading: Reading) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "The tide is in.",
        "2019-03-14.md": "The tide is in.",
        "b.md": b"\xff\0\xfe",
    }
    letters, left_out = read(written(tmp_path, files), reading)

    assert len(letters) == 1
    assert {one.origin.rpartition("/")[2]: one.is_failure for one in left_out} == {"a.md": True, "b.md": True}
    assert "date: 2019-03-14" in (left_out[0].hint or "")


def test_drafts_and_what_is_under_embargo_do_not_come(tmp_path: Path, reading: Reading) -> None:
    files: dict[str, str | bytes] = {
        "2019-03-14.md": "---\ndraft: true\n---\nThe tide is in.",
        "2019-03-15.md": "---\npublished: false\n---\nThe tide is in.",
        "2026-11-17.md": "---\nembargo: 2026-11-20 07:00\n---\nThe tide is in.",
    }
    letters, left_out = read(written(tmp_path, files), reading)

    assert not letters
    assert [one.why for one in left_out] == ["is a draft", "is a draft", "is under embargo"]
    assert not any(one.is_failure for one in left_out)


def test_pictures_beside_a_file_come_with_it(tmp_path: Path, reading: Reading) -> None:
    text = "The tide is in.\n\n![Boat](../images/a%20boat.png)\n\n![Gone](gone.png)\n\n![Out](../../../out.png)"
    root = written(tmp_path / "in", {"posts/2019-03-14.md": text, "images/a boat.png": PNG})
    (tmp_path / "out.png").write_bytes(PNG)

    (letter,), _ = read(root, reading)

    assert list(letter.pictures) == ["../images/a%20boat.png"]
    assert reading.shelf.get(letter.pictures["../images/a%20boat.png"]) == PNG


def test_a_link_in_a_folder_leads_nowhere_outside(tmp_path: Path, reading: Reading) -> None:
    secret = written(tmp_path / "secret", {"2019-03-14.md": "The secret tide."})
    root = written(tmp_path / "in", {"2019-03-15.md": "The tide is in."})
    (root / "2019-03-16.md").symlink_to(secret / "2019-03-14.md")

    letters, _ = read(root, reading)

    assert [f"{one.date:%d}" for one in letters] == ["15"]


def test_mails_are_read_from_a_mailbox_a_maildir_and_files(tmp_path: Path, reading: Reading) -> None:
    data = mail(campaign(1), subject="Harbour Notes 1")
    (tmp_path / "sent").write_bytes(mbox(data, mail(campaign(2), subject="Harbour Notes 2")))
    written(tmp_path / "dir", {"cur/1.host:2,S": data, "new/2.host": data, "tmp/3.host": b"half"})
    (tmp_path / "one.eml").write_bytes(data)

    assert [len(read(tmp_path / name, reading)[0]) for name in ("sent", "dir", "one.eml")] == [2, 2, 1]
    assert [find_form(tmp_path / name) for name in ("sent", "dir", "one.eml")] == ["mbox", "maildir", "eml"]


def test_a_mail_is_read_whatever_its_charset_and_its_headers(tmp_path: Path, reading: Reading) -> None:
    head = b"From: notes@harbour.example\nDate: Thu, 14 Mar 2019 09:00:00 +0000\n"
    text, latin = b"Content-Type: text/plain; charset=", "Die Flut für Föhr ist da.\n".encode("latin-1")
    mails = [
        head + "Subject: Flut für Föhr\n".encode("latin-1") + text + b"iso-8859-1\n\n" + latin,
        head + b"Subject: =?utf-8?q?Flut?=\n" + text + b"no-such\n\n" + latin.decode("latin-1").encode(),
        head + b"Subject: =?broken?Q?x\nContent-Type: multipart/mixed; boundary=none\n\n" + latin,
        head
        + "Subject: المد\nContent-Type: text/html; charset=utf-8\n\n<p dir=rtl>المد في الميناء اليوم</p>\n".encode(),
    ]
    (tmp_path / "sent.mbox").write_bytes(mbox(*mails))

    letters, _ = read(tmp_path / "sent.mbox", reading)

    assert letters[0].subject == "Flut für Föhr"
    assert "Flut für Föhr" in letters[0].html
    assert "Flut für Föhr" in letters[1].html
    assert "الميناء" in letters[-1].html


def test_answers_and_reports_are_no_letters(tmp_path: Path, reading: Reading) -> None:
    box = mbox(mail(campaign(1), subject="Re: Harbour Notes 1"), mail(campaign(1), subject="Re-thinking the quay"))
    (tmp_path / "sent.mbox").write_bytes(box)

    letters, left_out = read(tmp_path / "sent.mbox", reading)

    assert [one.subject for one in letters] == ["Re-thinking the quay"]
    assert not left_out[0].is_failure


def test_pictures_in_a_mail_come_with_it(tmp_path: Path, reading: Reading) -> None:
    html = campaign(1).replace("https://img.example/herring.jpg", "cid:fish@1")
    (tmp_path / "one.eml").write_bytes(mail(html, subject="Notes", pictures={"fish@1": PNG, "unused@1": PNG}))

    (letter,), _ = read(tmp_path / "one.eml", reading)

    assert list(letter.pictures) == ["cid:fish@1"]


CAMPAIGNS = (
    "Title,Subject,List,Send Date,Send Weekday,Total Recipients,Unique Id\r\n"
    'Spring tide,"Spring, and a tide",Main,"Mar 14, 2019 09:00 am",Thursday,120,abc123\r\n'
    'Never sent,"Not yet",Main,,,0,def456\r\n'
)


def test_an_export_of_mailchimp_is_read_by_its_table(tmp_path: Path, reading: Reading) -> None:
    path = zipped(
        tmp_path / "export.zip",
        {
            "campaigns/campaigns.csv": CAMPAIGNS,
            "campaigns_content/1_spring-tide.html": campaign(1),
            "campaigns_content/2_never-sent.html": campaign(2),
            "lists/members.csv": "Email\r\nanna.smith@reader.example\r\n",
            "__MACOSX/campaigns_content/._1_spring-tide.html": b"\0\0",
        },
    )

    letters, left_out = read(path, reading)

    assert find_form(path) == "mailchimp"
    assert [(one.subject, f"{one.date:%Y-%m-%d}") for one in letters] == [("Spring, and a tide", "2019-03-14")]
    assert [one.is_failure for one in left_out] == [False]


def test_an_export_of_buttondown_leaves_out_drafts_and_what_is_private(tmp_path: Path, reading: Reading) -> None:
    def one(state: str, kind: str = "public") -> str:
        front = f"subject: Tide\nstatus: {state}\nemail_type: {kind}\npublish_date: 2019-03-14 09:00"
        return f"---\n{front}\n---\n\nThe tide is in."

    files = {"emails.csv": "id,subject,status\n", "emails/a.md": one("sent"), "emails/b.md": one("draft"),
             "emails/c.md": one("sent", "private"), "emails/d.md": one("imported")}  # fmt: skip
    letters, left_out = read(zipped(tmp_path / "export.zip", files), reading)

    assert [one.origin for one in letters] == ["export.zip/emails/a.md", "export.zip/emails/d.md"]
    assert len(left_out) == 2


def test_a_table_or_a_list_with_the_texts_in_it_is_read(tmp_path: Path, reading: Reading) -> None:
    rows = [
        {
            "id": "1",
            "subject": "Tide",
            "body": "The *tide* is in.",
            "publish_date": "2019-03-14T09:00:00Z",
            "status": "sent",
        }
    ]
    zipped(tmp_path / "a.zip", {"emails.csv": "subject,body,publish_date\nTide,The *tide* is in.,2019-03-14\n"})
    (tmp_path / "b.json").write_text(json.dumps({"results": rows}))

    for name in ("a.zip", "b.json"):
        letters, _ = read(tmp_path / name, reading)
        assert [one.subject for one in letters] == ["Tide"]
        assert "<em>tide</em>" in letters[0].html


def test_an_export_of_substack_is_read_by_its_table(tmp_path: Path, reading: Reading) -> None:
    table = ("post_id,post_date,is_published,email_sent_at,type,audience,title,subtitle\n"
             "11.spring,2019-03-14T09:00:00.000Z,true,,newsletter,everyone,Spring,A tide\n"
             "12.paid,2019-03-15T09:00:00.000Z,true,,newsletter,only_paid,Paid,\n"
             "13.draft,,false,,newsletter,everyone,Draft,\n")  # fmt: skip
    files = {"posts.csv": table} | {
        f"posts/{name}.html": PARAGRAPH for name in ("11.spring", "12.paid", "13.draft", "14.x")
    }

    letters, left_out = read(zipped(tmp_path / "export.zip", files), reading)

    assert [(one.subject, one.preheader) for one in letters] == [("Spring", "A tide")]
    assert len(left_out) == 3


def test_an_export_of_ghost_is_read(tmp_path: Path, reading: Reading) -> None:
    post = {"id": "1", "title": "Spring", "html": PARAGRAPH, "status": "published", "visibility": "public",
            "published_at": "2019-03-14T09:00:00.000Z", "type": "post"}  # fmt: skip
    posts = [
        post,
        post | {"id": "2", "status": "draft"},
        post | {"id": "3", "visibility": "paid"},
        post | {"type": "page"},
    ]
    (tmp_path / "ghost.json").write_text(json.dumps({"db": [{"meta": {}, "data": {"posts": posts}}]}))

    letters, left_out = read(tmp_path / "ghost.json", reading)

    assert [one.subject for one in letters] == ["Spring"]
    assert len(left_out) == 2


def test_a_feed_gives_a_letter_for_each_whole_entry(tmp_path: Path, reading: Reading) -> None:
    whole = ("<item><title>Spring</title><link>https://harbour.example/1</link><guid>1</guid><pubDate>Thu, 14 Mar 2019 "
             "09:00:00 GMT</pubDate><content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA["
             f"<p>{LONG}</p>]]></content:encoded></item>")  # fmt: skip
    brief = item("Short", "https://harbour.example/2", text="More inside.")
    (tmp_path / "feed.xml").write_text(rss(whole, brief))

    letters, left_out = read(tmp_path / "feed.xml", reading)

    assert [one.subject for one in letters] == ["Spring"]
    assert "only a summary" in left_out[0].why


def test_what_nobody_knows_is_refused_with_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0\1\2")

    with pytest.raises(UsageError, match="nothing that past issues") as caught:
        find_form(tmp_path / "a.bin")
    assert "mailchimp" in (caught.value.hint or "")
    with pytest.raises(UsageError, match="cannot be read"):
        find_form(tmp_path / "none.mbox")


def test_a_zip_that_leads_out_unpacks_to_much_or_is_encrypted_is_refused(tmp_path: Path, reading: Reading) -> None:
    outside = ("../2019-03-14.md", "/2019-03-15.md", "a\\..\\..\\2019-03-16.md")
    out = zipped(tmp_path / "out.zip", dict.fromkeys((*outside, "2019-03-17.md"), TIDE))
    letters, left_out = read(out, reading)
    assert [f"{one.date:%d}" for one in letters] == ["17"]
    assert all("leads out" in one.why for one in left_out)
    assert len(left_out) == 3

    bomb = zipped(tmp_path / "bomb.zip", {f"{day}.md": b"\0" * 50_000_000 for day in range(6)})
    with pytest.raises(UsageError, match="would unpack to 300 MB"):
        read(bomb, reading)

    locked = zipped(tmp_path / "locked.zip", {"2019-03-14.md": "The tide is in."})
    data = bytearray(locked.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    locked.write_bytes(data)
    with pytest.raises(UsageError, match="is encrypted"):
        read(locked, reading)

    (tmp_path / "half.zip").write_bytes(out.read_bytes()[:100])
    with pytest.raises(UsageError, match="cannot be read as a zip"):
        read(tmp_path / "half.zip", reading)


def test_a_file_of_a_zip_that_lies_about_itself_costs_itself(tmp_path: Path, reading: Reading) -> None:
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("2019-03-14.md", "The tide is in.")
        file.writestr("2019-03-15.md", "The tide is out.")
    path.write_bytes(path.read_bytes().replace(b"The tide is in.", b"The tide is IN."))

    letters, left_out = read(path, reading)

    assert len(letters) == len(left_out) == 1
    assert left_out[0].is_failure
