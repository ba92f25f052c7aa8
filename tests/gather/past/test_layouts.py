"""Exports as the tools write them: their folders, their columns, their states."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.errors import UsageError
from digest.gather.past.letter import NotTaken, PastLetter, Reading, Shelf
from digest.gather.past.reading import find_form, read_past
from tests.gather.past.letters import PNG, campaign, mail, mbox, zipped

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
TEXT = "The tide is in again, and the ferry is late."
COLUMNS = "Title,Subject,List,Send Date,Send Weekday,Total Recipients,Unique Id\n"


@pytest.fixture
def reading() -> Iterator[Reading]:
    with Shelf() as shelf:
        yield Reading(zone=ZoneInfo("Europe/London"), now=NOW, shelf=shelf)


def read(path: Path, reading: Reading) -> tuple[list[PastLetter], list[NotTaken]]:
    found = list(read_past(path, reading))
    return [one for one in found if isinstance(one, PastLetter)], [one for one in found if isinstance(one, NotTaken)]


def test_mailchimp_keeps_table_and_files_deep_and_names_files_by_a_number_of_their_own(
    tmp_path: Path, reading: Reading
) -> None:
    root = "7712/4451/"
    table = COLUMNS + '"#24: Café & fish!","Fish in *|FNAME|* town",Quay,"May 19, 2019 06:00 pm",Sunday,90,a1b2c3d4e5\n'
    path = zipped(tmp_path / "export.zip", {
        f"{root}campaigns.csv": table,
        f"{root}campaigns_content/12020101_-24-caf-fish-.html": campaign(1),
        f"{root}campaigns_content/12020102_never-sent.html": campaign(2),
        f"{root}audiences/subscribed_members_export.csv": "Email Address\nanna@reader.example\n",
    })  # fmt: skip

    letters, left_out = read(path, reading)

    assert find_form(path) == "mailchimp"
    assert [(one.date, one.key) for one in letters] == [
        (datetime(2019, 5, 19, 17, tzinfo=UTC), "mailchimp mailchimp a1b2c3d4e5 2019-05-19")
    ]
    assert [one.why for one in left_out] == ["was not sent, as far as the table says"]


def test_campaigns_of_one_title_are_told_apart_by_their_order_and_that_is_said(
    tmp_path: Path, reading: Reading
) -> None:
    days = {"Third": 28, "First": 14, "Second": 21}
    rows = [f'Weekly,{name},Quay,"Mar {day}, 2019 09:00 am",Thursday,90,{name}' for name, day in days.items()]
    files = {f"campaigns_content/{number}_weekly.html": campaign(place) for place, number in enumerate((99, 100, 7))}
    letters, _ = read(zipped(tmp_path / "e.zip", {"campaigns.csv": COLUMNS + "\n".join(rows), **files}), reading)

    assert sorted((one.subject, one.origin.rpartition("/")[2]) for one in letters) == [
        ("First", "7_weekly.html"), ("Second", "99_weekly.html"), ("Third", "100_weekly.html"),
    ]  # fmt: skip
    assert "is this its day?" in letters[0].doubts[0]


def test_a_draft_that_was_only_made_is_not_taken_for_sent(tmp_path: Path, reading: Reading) -> None:
    table = "id,subject_line,status,create_time,send_time\n77,Spring,save,2019-03-14T09:00:00+00:00,\n"
    path = zipped(tmp_path / "e.zip", {"campaigns.csv": table, "campaigns_content/77_spring.html": campaign(1)})

    assert read(path, reading)[0] == []


def test_buttondown_keeps_the_days_in_a_table_and_the_texts_without_front_matter(
    tmp_path: Path, reading: Reading
) -> None:
    table = "id,secondary_id,subject,publish_date,source,slug\nab-1,1,Tides,2023-01-02 16:55:00+00:00,app,high-tide\n"
    path = zipped(tmp_path / "buttondown.zip", {
        "emails.csv": table,
        "emails/high-tide.md": "<!-- buttondown-editor-mode: fancy --><h2>Ferries</h2>\n<p>The <b>tide</b> is in.</p>",
    })  # fmt: skip

    (letter,), left_out = read(path, reading)

    assert (letter.subject, letter.date) == ("Tides", datetime(2023, 1, 2, 16, 55, tzinfo=UTC))
    assert left_out == []
    assert "<h2>Ferries</h2>" in letter.html


@pytest.mark.parametrize(
    "told",
    ["status: transactional", "status: managed_by_rss", "status: about_to_send", "status: suppressed",
     "status: errored", "email_type: churned", "email_type: premium", "visibility: status:paid"],
)  # fmt: skip
def test_what_was_never_sent_to_everybody_does_not_come(tmp_path: Path, reading: Reading, told: str) -> None:
    text = f"---\nsubject: Tides\npublish_date: 2024-01-15T10:00:00Z\n{told}\n---\n\n{TEXT}\n"
    (tmp_path / "tides.md").write_text(text)

    letters, left_out = read(tmp_path, reading)

    assert letters == []
    assert [one.is_failure for one in left_out] == [False]


def test_pages_of_substack_and_posts_for_some_are_no_letters(tmp_path: Path, reading: Reading) -> None:
    table = (
        "post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url\n"
        "101.tides,2024-03-01T10:00:00.000Z,true,2024-03-01T10:00:02.000Z,,newsletter,everyone,Tides,,\n"
        "102.about,2024-03-02T10:00:00.000Z,true,,,page,everyone,About,,\n"
        "103.free,2024-03-03T10:00:00.000Z,true,,,newsletter,only_free,For some,,\n"
    )
    files = {f"posts/{name}.html": f"<p>{TEXT}</p>" for name in ("101.tides", "102.about", "103.free")}
    delivered = {"posts/101.delivers.csv": "post_id,timestamp,email\n101,2024,anna@reader.example\n"}
    letters, left_out = read(zipped(tmp_path / "s.zip", {"posts.csv": table, **files, **delivered}), reading)

    assert [one.subject for one in letters] == ["Tides"]
    assert [one.why for one in left_out] == [
        "is a page of the site, no letter", "is not for everybody: audience is only_free",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "value", "why"),
    [
        ("X-Gmail-Labels", "Unread,Drafts", "is a draft or a chat, as its Gmail labels say"),
        ("X-Gmail-Labels", "=?UTF-8?Q?Entw=C3=BCrfe?=", "is a draft or a chat, as its Gmail labels say"),
        ("X-Mozilla-Status", "0009", "was deleted, and waits for the mailbox to be compacted"),
    ],
)
def test_a_mail_that_was_never_sent_or_is_gone_does_not_come_from_a_mailbox_of_a_mail_program(
    tmp_path: Path, reading: Reading, header: str, value: str, why: str
) -> None:
    html = campaign(1)
    kept = mail(html, subject="Sent", headers={"X-Gmail-Labels": "Sent,Opened", "X-Mozilla-Status": "0001"})
    gone = mail(html, subject="Unsent").replace(b"Subject:", f"{header}: {value}\r\nSubject:".encode(), 1)
    (tmp_path / "all.mbox").write_bytes(mbox(kept, gone))

    letters, left_out = read(tmp_path / "all.mbox", reading)

    assert [one.subject for one in letters] == ["Sent"]
    assert [(one.why, one.is_failure) for one in left_out] == [(why, False)]


def test_drafts_and_deleted_mails_of_a_maildir_stay_out(tmp_path: Path, reading: Reading) -> None:
    for name in ("1.a.host:2,S", "2.b.host:2,DS", "3.c.host:2,ST"):
        path = tmp_path / "cur" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(mail(campaign(1), subject=name))

    letters, left_out = read(tmp_path, reading)

    assert [one.subject for one in letters] == ["1.a.host:2,S"]
    assert {one.why for one in left_out} == {"is marked as a draft or as deleted"}


def test_a_picture_whose_id_is_percent_encoded_comes_with_its_mail(tmp_path: Path, reading: Reading) -> None:
    html = campaign(1).replace("https://img.example/herring.jpg", "cid:fish%40one")
    (tmp_path / "one.eml").write_bytes(mail(html, subject="Notes", pictures={"fish@one": PNG}))

    (letter,), _ = read(tmp_path / "one.eml", reading)

    assert list(letter.pictures) == ["cid:fish@one"]


def test_a_zip_file_in_a_zip_file_is_named(tmp_path: Path, reading: Reading) -> None:
    inner = zipped(tmp_path / "inner.zip", {"2019-03-14.md": TEXT}).read_bytes()
    outer = zipped(tmp_path / "outer.zip", {"old/inner.zip": inner, "2019-03-21.md": TEXT})

    assert [one.origin for one in read(outer, reading)[1]] == ["outer.zip/old/inner.zip"]
    with pytest.raises(UsageError, match="holds zip files only"):
        find_form(zipped(tmp_path / "only.zip", {"inner.zip": inner}))


def test_takeout_keeps_its_mailbox_beside_a_web_page(tmp_path: Path, reading: Reading) -> None:
    path = zipped(tmp_path / "takeout.zip", {
        "Takeout/archive_browser.html": "<html><body>What is in this archive</body></html>",
        "Takeout/Mail/All mail Including Spam and Trash.mbox": mbox(mail(campaign(1), subject="Notes")),
    })  # fmt: skip

    letters, _ = read(path, reading)

    assert [(one.subject, one.form) for one in letters] == [("Notes", "mbox")]


def test_a_site_of_jekyll_or_eleventy_gives_its_posts_and_neither_drafts_nor_what_was_made_of_them(
    tmp_path: Path, reading: Reading
) -> None:
    files = {
        "_posts/2019-03-14-tides.md": TEXT,
        "_drafts/2019-03-15-unfinished.md": TEXT,
        "_site/2019/03/14/tides.html": f"<p>{TEXT}</p>",
        "posts/fish.md": f'---json\n{{"title": "Fish", "date": "2019-03-18"}}\n---\n{TEXT}\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    letters, left_out = read(tmp_path, reading)

    assert [one.subject for one in letters] == ["Tides", "Fish"]
    assert [(one.why, one.is_failure) for one in left_out] == [("is a draft", False)]
