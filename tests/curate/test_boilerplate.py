import pytest

from digest.curate.boilerplate import ends_the_text, is_boilerplate, is_caption, without_dateline

BOILERPLATE = """\
Click here to continue reading the full version of this comment on our website.
Subscribe to our newsletter for weekly updates.
Please subscribe.
Follow us on X.
Follow @quaynews on Mastodon
Read more
Read the full story on the website
Continue reading…
The results are out. Continue reading
© 2026 The Quay
Copyright 2026 by The Quay
All rights reserved.
The post Port fees rise appeared first on Harbour Blog.
This article was originally published by The Courier.
Photo: Ana Ruiz / Quay Pictures
By Ana Ruiz and Tom O'Neill
By Ana Ruiz, Brussels
For further information please contact the press office.
Media contact: Ana Ruiz
press@quay.example
+44 20 7946 0000
https://quay.example/story
Published 12 March 2026
Last updated: 3 May 2026, 10:15
5 min read
Share this article
Share on Facebook
Facebook | Twitter | WhatsApp
We use cookies to improve this site.
Advertisement
Tags: ports, fees
1 of 3. Workers unload a ship.
See the full table below.
Weiterlesen
Lesen Sie auch: Der Hafen wächst
Der Beitrag Hafengebühren steigen erschien zuerst auf Hafenblog.
Klicken Sie hier, um den Newsletter zu bestellen.
Alle Rechte vorbehalten.
Von Jana Brandt
Lire la suite
Abonnez-vous à notre lettre.
L'article Le port augmente ses tarifs est apparu en premier sur Blog du port.
Leer más
Suscríbete a nuestro boletín.
See the collaboration page for more details.
This article was adapted from a talk at the port.
Listen on Apple Podcasts, Spotify or wherever you get your podcasts.
Support the show on Patreon!
Support the show!
Email me at desk@quay.example
If you like this letter, share it with a friend.
Schreibt uns eure Fragen.
0170 000000 ist unsere Whatsapp-Nummer für eure Fragen.
Leia mais no portal do porto!
La entrada Suben las tasas se publicó primero en Blog del puerto.
Todos los derechos reservados.
Hallo Leute und willkommen zu einer weiteren Folge!
Welcome to another episode of the Quay Podcast.
Keywords: border adjustment, ports, trade.
Here is a look at where the fees stand.
Here's what to know about the port.
This is another post in our Quay Health series.
A version of this post originally appeared on the walls of the harbour office.
You can download a printable version of this page.
Thanks and happy sailing!
Thank you for reading!
L'articolo Sciopero al porto sembra essere il primo su Portonews.
O artigo As taxas sobem apareceu primeiro em Blog do porto.
The chart below shows the fees.
La déclaration ci-dessus a été partagée mille fois.
Articles recommandés :
A man carries a sign on Oct. 18 as pilots of the northern channel march through the town.
Harbour master Ellen Grey shakes hands with a pilot at the quay on Monday, May 4, 2026."""

NEWS = """\
Copyright law is changing across the continent.
Like our neighbours, we pay more for gas.
The article published by the institute shows a fall.
Published in 2019, the report found harm.
Share prices fell on Monday.
Voters must register by today or lose their vote.
Follow the money, the auditors were told.
By Friday, ministers had agreed the text.
Contact between the two governments has ceased.
Terms of service changes at the network draw fire.
Related party transactions rose by a third.
The regulator will register 40 new channels.
Read together, the two rulings bind the ministry.
More than 40 states signed the treaty.
Images of the reactor show cracks.
Topics such as energy dominated the talks.
One of 3.4 million homes was checked.
The police clicked through every file.
Notes were exchanged between the capitals.
This article of the treaty was never applied.
See the sea walls at Saltmouth before they fall, the council says.
Support the troops, the minister told the house.
If you have a car, the charge is four euros.
The text was agreed on Friday.
Whatsapp will charge firms for messages.
Welcome news for the port came on Monday.
Here lies the wreck that closed the northern channel.
A version of the bill without fees passed on Monday.
This is the third fall in a row, the office said.
You can only enter the port with a permit, the order says.
Thanks to the tide, nobody was hurt.
The harbour below the hill was closed.
Temperatures fell below ten degrees.
The port stands to lose four million euros in May.
The council meets on May 4 to vote on the fees.
Two ships carrying grain left the port on May 4."""


@pytest.mark.parametrize("sentence", BOILERPLATE.splitlines())
def test_what_belongs_to_the_page_is_known(sentence: str) -> None:
    assert is_boilerplate(sentence)


@pytest.mark.parametrize("sentence", NEWS.splitlines())
def test_news_that_begins_like_boilerplate_is_news(sentence: str) -> None:
    assert not is_boilerplate(sentence)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("LONDON — Ministers met.", "Ministers met."),
        ("LONDON (Reuters) - Ministers met.", "Ministers met."),
        ("LONDON—Ministers met.", "Ministers met."),
        ("BRUSSELS, March 3 — Ministers met.", "Ministers met."),
        ("NEW DELHI, India (AP) -- “We met.”", "“We met.”"),
        ("Berlin (dpa) – Die Minister tagten.", "Die Minister tagten."),
        ("KHARTOUM: Ministers met.", "Ministers met."),
        ("(CNN) Ministers met.", "Ministers met."),
        ("EXCLUSIVE: Ministers met.", "Ministers met."),
        ("Marlow, May 4: Ministers met.", "Ministers met."),
        ("New Selby, Nov. 12, 2026 - Ministers met.", "Ministers met."),
        ("Marlow, May 4 was a holiday.", "Marlow, May 4 was a holiday."),
        ("Ana Ruiz - BBC News Mundo Ministers met.", "Ministers met."),
        ("Ana Ruiz | AFP Ministers met.", "Ministers met."),
        ("Ana Ruiz - BBC News presenter - met them.", "Ana Ruiz - BBC News presenter - met them."),
        ("NATO — the alliance — met.", "NATO — the alliance — met."),
        ("The board (in London) - and others - met.", "The board (in London) - and others - met."),
        ("EU: no deal.", "EU: no deal."),
        ("MOSUL, Iraq/BAGHDAD (Reuters) - Ministers met.", "Ministers met."),
        ("Thursday, May 7, 2026 On Tuesday, ministers met.", "On Tuesday, ministers met."),
        ("14:32 Ministers met.", "Ministers met."),
        ("10.15am BST: Ministers met.", "Ministers met."),
        ("17.30 Uhr – Die Minister tagten.", "Die Minister tagten."),
        ("14:32 is when ministers met.", "14:32 is when ministers met."),
        ("10.15 Euro kostet es.", "10.15 Euro kostet es."),
        ("16:30 Uhr Ortszeit begann es.", "16:30 Uhr Ortszeit begann es."),
        ("16.42 GMT Ministers met.", "Ministers met."),
        ("Ministers met.", "Ministers met."),
    ],
)
def test_a_dateline_is_taken_off(given: str, left: str) -> None:
    assert without_dateline(given) == left


@pytest.mark.parametrize(
    "line",
    [
        "ENDS",
        "-ends-",
        "###",
        "Notes to editors",
        "Notes for Editors: 1. The port",
        "Media contact",
        "About the author",
    ],
)
def test_what_is_for_the_press_ends_the_text(line: str) -> None:
    assert ends_the_text(line)


@pytest.mark.parametrize("line", ["The war ends.", "Notes were exchanged.", "Media contacts were cut."])
def test_a_sentence_does_not_end_the_text(line: str) -> None:
    assert not ends_the_text(line)


def test_a_paragraph_with_a_picture_credit_is_a_caption() -> None:
    assert is_caption("Cranes stand idle in the port on Monday. (Photo: Ana Ruiz)")
    assert is_caption("Cranes stand idle in the port. Ana Ruiz/Getty Images")
    assert not is_caption("The photographer Ana Ruiz won the prize for a photo of idle cranes.")
