import pytest

from digest.gather.past.furniture import public_subject, tidy
from digest.text.plain import plain
from tests.gather.past.letters import campaign

READERS = ("anna.smith@reader.example", "Anna Smith")


def said(html: str, *, readers: tuple[str, ...] = READERS, mailed: bool = True) -> str:
    return " ".join(plain(tidy(html, readers=readers, mailed=mailed).html).split())


def test_a_letter_keeps_its_words_and_loses_what_was_for_its_reader() -> None:
    text = said(campaign(3, greeting="Hi Anna,", reader="anna.smith@reader.example"))

    assert "The harbour was busy this week" in text
    assert "He knows the tides." in text
    for gone in ("browser", "Anna", "anna.smith", "nsubscribe", "receiving", "Outlook", "color"):
        assert gone not in text


def test_the_hidden_preheader_is_told_apart_without_its_filler() -> None:
    tidied = tidy(campaign())

    assert tidied.preheader == "Ferries, fish and a new quay"
    assert "new quay" not in tidied.html


@pytest.mark.parametrize(
    "line",
    ["Hi Anna,", "Dear Anna Smith", "Hello Bert!", "Hallo Frau Müller,", "Bonjour Jean-Luc,", "Dear *|FNAME|*,",
     "Hi {{ subscriber.first_name }},", "Dear %%first_name%%!"],
)  # fmt: skip
def test_a_greeting_by_name_goes(line: str) -> None:
    assert said(f"<p>{line}</p><p>The tide is in.</p>") == "The tide is in."


@pytest.mark.parametrize(
    "line", ["Dear readers,", "Hello everyone!", "Hallo zusammen,", "Good morning,", "Chers amis,"]
)
def test_a_greeting_of_everybody_stays(line: str) -> None:
    assert said(f"<p>{line}</p><p>The tide is in.</p>") == f"{line} The tide is in."


def test_a_page_that_was_for_everybody_from_the_first_greets_whom_it_will() -> None:
    assert said("<p>Dear Prime Minister,</p><p>The tide is in.</p>", readers=(), mailed=False).startswith("Dear Prime")


def test_an_article_about_leaving_lists_is_no_footer() -> None:
    article = "<p>Under the new rules it must be as easy to unsubscribe as it was to sign up, the court held.</p>"
    text = said(f"<p>Words.</p>{article}<p>More words.</p>{article}")

    assert text.count("the court held") == 2


def test_the_address_of_a_reader_goes_wherever_it_stands_and_the_editors_stays() -> None:
    text = said("<p>Sent for ANNA.SMITH@reader.example only, by editor@harbour.example.</p><p>Words.</p>")

    assert "reader.example" not in text.lower()
    assert "editor@harbour.example" in text


def test_the_footer_of_a_mailing_list_goes() -> None:
    ruler = "_" * 47
    text = said(
        f"<p>The tide is in.</p><p>Mr O’Hara</p><p>{ruler}</p><p>Notes mailing list</p><p>notes@lists.example</p>"
    )

    assert text == "The tide is in. Mr O’Hara"


def test_pictures_that_count_readers_go_and_others_stay() -> None:
    html = tidy('<p>A<img src="https://x.example/track/open.php?u=1" alt="">b</p><p><img src="https://x.example/a.png" '
                'alt="A boat"></p>').html  # fmt: skip

    assert html.count("<img") == 1
    assert "a.png" in html


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script><p>Words.</p>", '<p onclick="x()">Words.</p>', "<p>Words.</p><iframe src=//x></iframe>",
     '<a href="javascript:x()">Words.</a>', "<svg><script>x</script></svg><p>Words.</p>",
     "<p>Words.<!-- --!><img src=x onerror=x()>",
     "<![if !mso]><p>Words.</p><![endif]>", "<div>" * 3000 + "Words.", "<p>Words.</p><style>@import url(x)</style>"],
)  # fmt: skip
def test_of_hostile_html_the_words_stay(hostile: str) -> None:
    tidied = tidy(hostile)

    assert plain(tidied.html).strip() == "Words."
    for bad in ("<script", "onclick", "javascript", "onerror", "<iframe", "@import"):
        assert bad not in tidied.html


@pytest.mark.parametrize(
    "words",
    ["<a>Profil bearbeiten</a> | <a>Einstellungen ändern</a>", "Zum Abmelden klicken Sie <a>hier</a>.",
     "Möchten Sie uns nicht mehr empfangen? <a>Klick</a>", "<a>Gérer vos préférences</a>",
     "Pour ne plus recevoir nos messages, <a>cliquez ici</a>.", "Cet e-mail a été envoyé à vous. <a>Profil</a>",
     "Si no desea recibir más correos, haga clic <a>aquí</a>.", "<a>Actualizar preferencias</a>",
     "<a>Darme de baja</a>", "To stop receiving these mails click <a>here</a>.", "<a>Uitschrijven</a>",
     "<a>Cancella iscrizione</a>"],
)  # fmt: skip
def test_the_way_to_leave_goes_in_every_language(words: str) -> None:
    story = "<p>The ferry left on time for once, and the tide with it.</p>" * 12
    foot = words.replace("<a>", '<a href="https://x.example/77ab">')

    assert "77ab" not in tidy(f"{story}<p>{foot}</p>").html


@pytest.mark.parametrize(
    ("subject", "public"),
    [
        ("Anna, the ferry is late", "The ferry is late"),
        ("The ferry is late, Anna!", "The ferry is late!"),
        ("*|FNAME|*, the ferry is late", "The ferry is late"),
        ("Anna Ferries sink, they say", "Anna Ferries sink, they say"),
        ("iPads at sea", "iPads at sea"),
    ],
)
def test_a_subject_speaks_to_nobody_by_name(subject: str, public: str) -> None:
    assert public_subject(subject, ("anna.smith@reader.example", "Anna Smith")) == public


def test_what_stands_above_a_forwarded_letter_goes() -> None:
    head = (
        "<div>fyi, see below</div><div>---------- Forwarded message ---------<br>From: Notes &lt;n@x.example&gt;<br>"
        "Date: Thu, 14 Mar 2019<br>Subject: Notes<br>To: Cara &lt;cara@other.example&gt;<br></div>"
    )

    assert said(f"{head}<p>The tide is in.</p>") == "The tide is in."
    assert said("<p>Forwarded message</p><p>The tide is in.</p>").startswith("Forwarded message")
