"""Well-made mails raise nothing: a false alarm costs as much as a fault that is missed."""

from __future__ import annotations

import pytest

from digest.check.letter import letter_of
from tests.check.htmlmails import HEAD, HTML_RULES, TOP, remarks, said_of
from tests.render.mailed import LOOKS, mail

GHOST = '<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td>'
TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">'
SOUND = {
    "nothing": "",
    "Outlook's table around a fluid one": f"<!--[if mso]>{GHOST}<![endif]-->\n<div>Text</div>\n"
    "<!--[if mso]></td></tr></table><![endif]-->",
    "two columns for Outlook": f'<!--[if (gte mso 9)|(IE)]>{GHOST}<![endif]-->\n<div>One</div>\n'
    '<!--[if (gte mso 9)|(IE)]></td><td valign="top"><![endif]-->\n<div>Two</div>\n'
    "<!--[if (gte mso 9)|(IE)]></td></tr></table><![endif]-->",
    "shown to all but Outlook": "<!--[if !mso]><!--><p>Shown</p><!--<![endif]-->",
    "shown to all but Outlook, with one more dash": "<!--[if !mso]><!-- --><p>Shown</p><!--<![endif]-->",
    "bare conditions": "<![if !mso]><p>Shown</p><![endif]>",
    "Office settings": "<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/>"
    "<o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->",
    "a button for Outlook": '<!--[if mso]><v:roundrect href="https://harbour.example/a" fillcolor="#000000">'
    "<w:anchorlock/><center>Register</center></v:roundrect><![endif]-->",
    "an ordinary comment": "<!-- the second part; if you change it, tell Ada -->",
    "a spacer row": f'{TABLE}<tr><td height="20" style="font-size:0;line-height:0">&nbsp;</td></tr></table>',
    "end tags left out": f"{TABLE}<tr><td>One<td>Two<tr><td>Three<td>Four</table><ul><li>One<li>Two</ul><p>Three<p>Go",
    "an ornament": '<img src="https://harbour.example/rule.png" alt="" width="560" height="2">',
    "a picture": '<img src="https://harbour.example/crane.jpg" alt="A crane lifts a blue box" width="560">',
    "a small picture with a one-word alt": '<img src="https://harbour.example/crane.png" alt="Crane" width="80">',
    "an attached logo": '<img src="cid:logo@harbour.example" alt="The Harbour Letter" width="120">',
    "a linked picture": '<a href="https://a.example/a"><img src="https://a.example/a.png" alt="Cranes" width="40"></a>',
    "an unusual width of a cell": f'{TABLE}<tr><td width="33%">One</td></tr></table>',
    "a table of figures": "<table><caption>Fees</caption><tr><th scope=col>Port<th scope=col>Euro</tr>"
    "<tr><th scope=row>Marl<td>12</tr></table>",
    "a table of figures after its sentence": "<p>The fees:</p><table><thead><tr><th scope=col>Port</th>"
    "<th scope=col>Euro</th></tr></thead><tbody><tr><td>Marl</td><td>12</td></tr></tbody></table>",
    "numbers beside titles, laid out": f"{TABLE}<tr><td>1</td><td>Fees rise</td></tr>"
    "<tr><td>2</td><td>Cranes fall</td></tr><tr><td>3</td><td>Ships wait</td></tr></table>",
    "code as text": "<pre><code>&lt;script&gt;alert('&amp;nbsp;')&lt;/script&gt; {{ name }} &amp;amp;</code></pre>",
    "code in a sentence": "<p>The <code>&lt;script&gt;</code> tag, and onclick=\"…\" too: javascript:void(0).</p>",
    "words with signs": "<p>R&amp;D costs 5 &lt; 6 &amp; AT&amp;T; 100&nbsp;% [see note] %50 {now}</p>",
    "Arabic, marked": '<p dir="auto" lang="ar">ترتفع رسوم الميناء</p>',
    "Hebrew in an English sentence": "<p>The word for peace, שלום, is a greeting in the harbour.</p>",
    "Hebrew in a span": '<p>They say: <span dir="rtl" lang="he">שלום לכולם</span></p>',
    "Japanese spans": "<p><span>東京</span><span>大阪</span></p>",
    "spans apart": "<p><span>Issue 1</span> <span>20 November</span></p>",
    "spans with a sign between": "<p><b>12</b><i>%</i> and <em>a</em>, "
    '<a href="https://a.example/x">the fees</a><sup>1</sup></p>',
    "heads in order": "<h2>World</h2><h3>Fees</h3><h3>Ships</h3><h2>Towns</h2>",
    "a heading that is a picture": '<h2><img src="https://a.example/w.png" alt="World" width="80"></h2>',
    "links": '<p><a href="https://harbour.example/a?p=12&amp;v=3#part">How the fees rose</a>, '
    '<a href="mailto:a@harbour.example">write to us</a>, <a href="tel:+4420000">call</a>, '
    '<a href="@@unsubscribe@@">Unsubscribe</a></p>',
    "an address as its own text": '<p><a href="https://www.harbour.example/a">harbour.example/a</a></p>',
    "the same source twice": '<p><a href="https://a.example/1">Harbour Review</a>, 1 May</p>'
    '<p><a href="https://a.example/2">Harbour Review</a>, 2 May</p>',
    "a headline like its entry at a glance": '<ul><li><a href="https://a.example/x#s">Fees rise</a></li></ul>'
    '<h2><a href="https://b.example/y">Fees rise</a></h2>',
    "a link that says more": '<p><a href="https://a.example/1">Read more about the fees</a></p>',
    "a link with a label": '<p><a href="https://a.example/1" aria-label="More about the fees">More</a></p>',
    "an international host": '<p><a href="https://xn--bcher-kva.example/">The bookshop</a></p>',
    "an anchor": '<p><a id="top" name="top"></a>The start</p>',
    "a bold first sentence": '<p style="font-size:20px;font-weight:bold">The fees rise.</p><p>Much.</p>',
    "roles": '<div role="article" aria-roledescription="email" aria-label="Letter">a</div><div role="separator"></div>',
    "hidden ornament for eyes only": '<span aria-hidden="true">·</span>',
    "columns without blanks between": '<div style="font-size:0;overflow:hidden"><p>One</p><p>Two</p></div>',
    "names that look like hosts": '<p><a href="https://a.example/x">Node.js</a> <a href="https://a.example/y">U.S.</a></p>',
    "a quotation": "<blockquote><p>We can.</p></blockquote><dl><dt>Fee</dt><dd>12</dd></dl>",
    "nested lists": "<ul><li>One<ul><li>Two</li></ul></li></ul>",
}  # fmt: skip


@pytest.mark.parametrize("piece", SOUND.values(), ids=SOUND.keys())
def test_a_well_made_piece_raises_nothing(piece: str) -> None:
    assert said_of(piece) == []


def test_a_short_letter_with_a_logo_raises_nothing() -> None:
    logo = '<img src="https://a.example/logo.png" alt="The Harbour Letter" width="180">'
    assert (
        remarks(f'{HEAD}<div lang="en" dir="ltr">{logo}<h1>Fees rise</h1><p>By 12 per cent.</p></div></body></html>')
        == []
    )


def test_a_short_hidden_preheader_raises_nothing() -> None:
    hidden = (
        '<div lang="en" dir="ltr" style="display:none;max-height:0;overflow:hidden;mso-hide:all">Ships wait</div>\n'
    )
    assert remarks(f"{HEAD}{hidden}{TOP}</div></body></html>") == []


def test_what_a_style_sheet_shows_on_phones_is_not_hidden_text() -> None:
    style = "<style>@media (max-width: 480px) { .phone { display: block !important; } }</style>"
    piece = '<div class="phone" style="display:none">For phones</div>'
    assert remarks(f"{HEAD.replace('</head>', style + '</head>')}{TOP}{piece}</div></body></html>") == []


def test_a_right_to_left_mail_raises_nothing() -> None:
    html = (
        '<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>رسوم الميناء</title></head><body>'
        '<div lang="ar" dir="rtl"><h1>رسوم الميناء</h1><p>ترتفع رسوم الميناء</p></div></body></html>'
    )
    assert remarks(html, subject="رسوم الميناء", language="ar") == []


def test_old_but_sound_xhtml_with_line_ends_of_the_wire_raises_nothing() -> None:
    html = (HEAD + TOP + "<p>Fees<br />\nrise</p><hr /></div></body></html>").replace("\n", "\r\n")
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/x.dtd">'
    html = html.replace("<!doctype html>", doctype)
    html = html.replace(
        '<meta charset="utf-8">', '<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />'
    )
    assert remarks(html) == []


def test_a_mail_without_html_raises_nothing() -> None:
    assert remarks("") == []


def test_every_rule_has_a_name_of_its_own_and_says_what_it_is_about() -> None:
    names = [rule.__name__ for rule in HTML_RULES]
    assert len(names) == len(set(names))
    assert all((rule.__doc__ or "").partition("\n")[0].endswith(".") for rule in HTML_RULES)


@pytest.mark.parametrize("look", LOOKS)
def test_the_shipped_looks_raise_nothing(look: str) -> None:
    """But for the tables of sources, whose heads say nothing of what they are the heads of."""
    shown = letter_of(mail(look=look), clients=())
    assert [one for rule in HTML_RULES for one in rule(shown) if one.rule != "table-heads"] == []
