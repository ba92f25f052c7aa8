import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.errors import UsageError
from digest.gather.past.letter import PastLetter, Reading, Shelf
from digest.gather.past.mails import read_mail
from digest.gather.past.sifting import Wanted, sift
from tests.gather.past.letters import campaign, mail

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture
def reading() -> Iterator[Reading]:
    with Shelf() as shelf:
        yield Reading(zone=ZoneInfo("Europe/London"), now=NOW, shelf=shelf)


def letters(reading: Reading, *mails: bytes) -> list[PastLetter]:
    found = [read_mail(one, f"message {number}", reading, form="mbox") for number, one in enumerate(mails, 1)]
    return [one for one in found if isinstance(one, PastLetter)]


def test_copies_for_several_readers_and_tests_are_one_letter(reading: Reading) -> None:
    anna = campaign(1, greeting="Hi Anna,", reader="anna.smith@reader.example")
    bert = campaign(1, greeting="Moin, Bert, as you know:", reader="bert@reader.example")
    kept, _ = sift(
        letters(
            reading,
            mail(campaign(1), subject="[Test] Harbour Notes 1", to="editor@harbour.example"),
            mail(anna, subject="Harbour Notes 1"),
            mail(bert, subject="Harbour Notes 1", to="bert@reader.example"),
            mail(campaign(1), subject="Fwd: Harbour Notes 1", to="cara@reader.example"),
        ),
        Wanted(),
        reading,
    )

    assert [(one.letter.subject, one.copies) for one in kept] == [("Harbour Notes 1", 3)]
    assert "anna" not in kept[0].tidied.html.lower()


def test_two_letters_of_one_day_and_subject_are_two(reading: Reading) -> None:
    other = "<p>In the evening everything was different: no ferry, no fish, no tide, and nobody at the quay.</p>"
    kept, _ = sift(
        letters(reading, mail(campaign(1), subject="Daily"), mail(other, subject="Daily")), Wanted(), reading
    )

    assert len(kept) == 2


def test_mails_of_several_senders_are_refused_and_listed_until_one_is_named(reading: Reading) -> None:
    found = letters(
        reading,
        mail(campaign(1), subject="Harbour Notes 1"),
        mail("<p>See you at lunch, as ever?</p>", subject="Lunch", sender="Bert <bert@friend.example>"),
    )

    with pytest.raises(UsageError, match=r"bert@friend\.example \(1\)"):
        sift(found, Wanted(), reading)
    kept, left_out = sift(found, Wanted(senders=("Notes@harbour.example",)), reading)
    assert [one.letter.subject for one in kept] == ["Harbour Notes 1"]
    assert "1 mail of other senders" in left_out[-1].why


def test_a_list_is_asked_for_by_its_id(reading: Reading) -> None:
    listed = mail(campaign(1), subject="Listed", headers={"List-Id": "Notes <notes.harbour.example>"})
    kept, _ = sift(letters(reading, listed, mail(campaign(2), subject="Other", sender="x@y.example")),
                   Wanted(list_id="notes.harbour.example"), reading)  # fmt: skip

    assert [one.letter.subject for one in kept] == ["Listed"]


def test_only_the_days_that_are_asked_for_come_and_none_of_the_future(reading: Reading) -> None:
    days = {"a": "Wed, 13 Mar 2019", "b": "Thu, 14 Mar 2019", "c": "Fri, 15 Mar 2019", "d": "Fri, 20 Nov 2026"}
    mails = [
        mail(campaign(n), subject=name, date=f"{day} 23:30:00 +0000") for n, (name, day) in enumerate(days.items())
    ]

    kept, left_out = sift(letters(reading, *mails), Wanted(since=date(2019, 3, 14)), reading)

    assert [one.letter.subject for one in kept] == ["b", "c"]
    assert left_out[0].why == "is dated in the future: 2026-11-20"
    kept, _ = sift(letters(reading, *mails), Wanted(until=date(2019, 3, 14)), reading)
    assert [one.letter.subject for one in kept] == ["a", "b"]


def test_a_letter_under_embargo_is_held_until_its_time(reading: Reading) -> None:
    notice = "<p>EMBARGOED until 00:01 25 November 2026</p><p>The tide will be high on Friday.</p>"
    sent = mail(notice, subject="Tide", date="Tue, 17 Nov 2026 09:00:00 +0000")

    kept, left_out = sift(letters(reading, sent), Wanted(), reading)

    assert not kept
    assert "is under embargo until 2026-11-25" in left_out[0].why


def test_links_that_know_the_reader_are_counted_as_a_doubt(reading: Reading) -> None:
    html = '<p>The <a href="https://u1.ct.sendgrid.net/ls/click?upn=x">catch</a> of the day is herring.</p>'

    kept, _ = sift(letters(reading, mail(html, subject="Fish")), Wanted(), reading)

    assert "1 link counted clicks or knew the reader" in kept[0].doubts[0]


def test_three_hundred_readers_make_one_letter_and_none_of_them_is_in_it(reading: Reading) -> None:
    found = letters(
        reading,
        *(
            mail(
                campaign(1, greeting=f"Dear Reader{n:03},", reader=f"reader{n:03}@mail.example").replace(
                    "https://fish.example/1", f"https://fish.example/1?k=k{n:03}z9"
                ),
                subject=f"Reader{n:03}, the tide is in",
                to=f"Reader{n:03} Jones <reader{n:03}@mail.example>",
            )
            for n in range(300)
        ),
    )

    kept, _ = sift(found, Wanted(), reading)

    assert [(one.letter.subject, one.copies) for one in kept] == [("The tide is in", 299)]
    assert not re.search(r"reader\d|mail\.example/|k\d{3}z9", kept[0].tidied.html, re.IGNORECASE)
    assert 'href="https://fish.example/1"' in kept[0].tidied.html


def test_a_letter_that_names_its_reader_in_its_text_is_doubted(reading: Reading) -> None:
    html = "<p>The prize of the week goes to Anna Smith of the north quay.</p>"

    kept, _ = sift(letters(reading, mail(html, subject="Fish")), Wanted(), reading)

    assert kept[0].doubts == ("names one to whom it was mailed: Anna Smith",)


def test_a_link_with_what_the_way_to_leave_holds_goes(reading: Reading) -> None:
    html = '<p>The <a href="https://x.example/p/8f14e45fceea">catch of the day</a> is herring, and no end of it.</p>'
    sent = mail(html, subject="Fish", headers={"List-Unsubscribe": "<https://x.example/u/8f14e45fceea>"})

    kept, _ = sift(letters(reading, sent), Wanted(), reading)

    assert "8f14e45fceea" not in kept[0].tidied.html
    assert "catch of the day" in kept[0].tidied.html
