# ruff: noqa: E501  what is nasty is long
"""Too wide, too deep, too long."""

from __future__ import annotations

from tests.render.hostile.nasty import Nasty

_WORD = "Donaudampfschifffahrtsgesellschaft"
_LONG = "https://source.example/" + "path/" * 30 + "?" + "&".join(f"key{number}=value{number}" for number in range(12))
_SENTENCE = "The committee met on the third day and agreed on nothing that had not been agreed before. "


def _table(columns: int, rows: int, *, head: bool = True) -> str:
    first = "<tr>" + "".join(f"<th>Column {number}</th>" for number in range(columns)) + "</tr>" if head else ""
    row = "<tr>" + "".join(f"<td>{number},{number}34.5</td>" for number in range(columns)) + "</tr>"
    return f"<table>{first}{row * rows}</table>"


SHAPES: tuple[Nasty, ...] = (
    Nasty(name="word-10000", why="a word of 10,000 letters", html=f"<p>{'x' * 10_000}</p>"),
    Nasty(name="word-in-title", why="a headline of one word that no line holds", title="y" * 450),
    Nasty(
        name="word-in-all",
        why="a long word in a list, a quotation, a link, code, a heading, a cell",
        html="".join(
            f"{start}{'w' * 900}{end}"
            for start, end in [
                ("<ul><li>", "</li></ul>"),
                ("<blockquote>", "</blockquote>"),
                ("<p><a href=https://source.example/w>", "</a></p>"),
                ("<p><code>", "</code></p>"),
                ("<h2>", "</h2>"),
                ("<table><tr><th>a</th><td>", "</td></tr></table>"),
                ("<dl><dt>", "</dt></dl>"),
                ("<figure><figcaption>", "</figcaption></figure>"),
                ("<ol><li><ol><li>", "</li></ol></ol>"),
                ("<table><caption>", "</caption><tr><td>x</td></tr></table>"),
                ("<p><sub>", "</sub></p>"),
                ("<details><summary>", "</summary></details>"),
            ]
        ),
    ),
    Nasty(
        name="no-break-spaces",
        why="blanks at which no line breaks",
        html=f"<p>{'wide&nbsp;' * 300}</p><p>{'join&#8288;' * 300}</p><p>{'hyphen&#8209;' * 300}</p>",
    ),
    Nasty(
        name="url-300",
        why="an address of 300 characters, as text and as a link",
        url=_LONG,
        html=f'<p>See {_LONG} or <a href="{_LONG}">this</a> or <a href="{_LONG}">{_LONG}</a>.</p>',
    ),
    Nasty(
        name="url-4000",
        why="an address longer than a line of a mail may be (998)",
        url="https://source.example/" + "a" * 4000,
        html=f'<p><a href="https://source.example/{"b" * 4000}">x</a></p>',
    ),
    Nasty(name="table-9", why="nine columns at 320 pixels", html=_table(9, 4)),
    Nasty(name="table-40", why="forty columns", html=_table(40, 6)),
    Nasty(
        name="table-300",
        why="three hundred columns: each cell has a padding wider than its share",
        html=_table(300, 10),
    ),
    Nasty(name="table-no-head", why="the same without a head", html=_table(60, 3, head=False)),
    Nasty(name="table-2000-rows", why="a table longer than any mail", html=_table(4, 2000)),
    Nasty(
        name="table-spans",
        why="a cell that spans 99999 columns: a browser lays out as many",
        html="<table width=99999 height=99999 cellpadding=900 cellspacing=900 border=90><tr><td colspan=99999 rowspan=99999 width=5000 nowrap height=9999>wide</td><td colspan=0>x</td><td colspan=-3>y</td><td colspan=1e9>z</td><tr><td>below</table>",
    ),
    Nasty(
        name="table-of-long-words",
        why="words that no column holds",
        html="<table>" + ("<tr>" + f"<td>{_WORD * 3}</td>" * 6 + "</tr>") * 3 + "</table>",
    ),
    Nasty(
        name="table-layout",
        why="a page laid out with tables in tables",
        html="<table><tr><td>" * 40 + "the text" + "</td><td>side</td></tr></table>" * 40,
    ),
    Nasty(
        name="table-cells-rich",
        why="lists, code and quotations in cells",
        html="<table><tr><th>a<th>b<th>c<th>d</tr><tr><td><ul><li>one<li>two</ul><td><pre>x = 1\ny = 2</pre><td><blockquote><p>q</p></blockquote><td><h2>h</h2><img src=https://pictures.example/c.png alt=chart></table>",
    ),
    Nasty(
        name="cell-of-blanks",
        why="a pattern for numbers that tries each of them",
        html="<table><tr><th>a</th></tr><tr><td>1" + "&#8239;" * 20_000 + "xyzw</td></tr></table>",
    ),
    Nasty(
        name="pre-5000",
        why="a line of code of 5,000 characters",
        html=f"<pre>{'def f(x): return x  # ' * 230}\nshort\n\tindented\n</pre><pre>{'z' * 5000}</pre>",
    ),
    Nasty(
        name="pre-tables",
        why="a table drawn with letters",
        html="<pre>"
        + "\n".join("| " + " | ".join(f"{n * m:>12}" for m in range(30)) + " |" for n in range(12))
        + "</pre>",
    ),
    Nasty(
        name="code-inline",
        why="code in a line that cannot break",
        html=f"<p><code>{'a.b.c' * 200}</code> <kbd>{'K' * 300}</kbd> <samp>{'s' * 300}</samp></p>",
    ),
    Nasty(
        name="lists-nested-30",
        why="thirty lists in each other: each one moves in by 22 pixels",
        html="<ul><li>level" * 30 + "</li></ul>" * 30,
    ),
    Nasty(
        name="quotes-nested-40",
        why="forty quotations in each other",
        html="<blockquote><p>quoted</p>" * 40 + "</blockquote>" * 40,
    ),
    Nasty(
        name="definition-nested",
        why="definition lists in each other",
        html="<dl><dt>term<dd>" * 30 + "text" + "</dd></dl>" * 30,
    ),
    Nasty(
        name="divs-5000",
        why="five thousand elements in each other",
        html="<div>" * 5000 + "at the bottom" + "</div>" * 5000,
    ),
    Nasty(name="lists-5000", why="the same of lists", html="<ul><li>" * 5000 + "at the bottom"),
    Nasty(name="quotes-5000", why="the same of quotations", html="<blockquote>" * 5000 + "at the bottom"),
    Nasty(name="inline-5000", why="the same of emphasis", html="<b><i>" * 2500 + "deep" + "</i></b>" * 2500),
    Nasty(name="tables-900", why="the same of tables", html="<table><tr><td>" * 900 + "deep"),
    Nasty(name="spans-9000", why="nine thousand elements side by side", html="<span><b>w</b> <i>v</i></span> " * 3000),
    Nasty(
        name="unclosed-5000",
        why="five thousand tags that nobody closes",
        html="<p><b>one<a href=https://source.example/u>" * 1700,
    ),
    Nasty(
        name="less-than-100000",
        why="what looks like the beginning of a tag, a hundred thousand times",
        html="<p>" + "<" * 100_000 + "</p>",
    ),
    Nasty(
        name="quotation-marks-50000",
        why="where a pattern tries each of them",
        html='<p title="' + "\"'" * 25_000 + "</p><p>Text.</p>",
    ),
    Nasty(
        name="attributes-10000",
        why="ten thousand attributes in one tag",
        html="<p " + " ".join(f"a{number}=x" for number in range(10_000)) + ">Text.</p>",
    ),
    Nasty(name="breaks-5000", why="nothing but line ends", html="text<br>" * 5 + "<br>" * 5000 + "end"),
    Nasty(
        name="paragraphs-empty",
        why="five thousand empty paragraphs",
        html="<p>Text.</p>" + "<p>&nbsp;</p><p></p><div><br></div>" * 1700,
    ),
    Nasty(name="rules-1000", why="a thousand rulers", html="<p>Text.</p>" + "<hr>" * 1000 + "<p>End.</p>"),
    Nasty(
        name="body-2-mb",
        why="two million characters of text",
        html=f"<p>{_SENTENCE * 8}</p>" * (2_000_000 // (8 * len(_SENTENCE))),
    ),
    Nasty(
        name="body-one-block",
        why="the same as one paragraph: nothing to cut at",
        html=f"<p>{_SENTENCE * (500_000 // len(_SENTENCE))}</p>",
    ),
    Nasty(name="body-one-word", why="the same without a blank", html="u" * 500_000),
    Nasty(
        name="body-log",
        why="a log file",
        html="<pre>"
        + "2026-11-17 12:00:00 ERROR it did not work <again> & again\n".replace("<", "&lt;").replace("> ", "&gt; ")
        * 8000
        + "</pre>",
    ),
    Nasty(
        name="links-2000",
        why="two thousand links: as many notes in the text part",
        html="<p>"
        + "".join(f'<a href="https://source.example/{number}">link {number}</a> ' for number in range(2000))
        + "</p>",
    ),
    Nasty(
        name="pictures-300",
        why="three hundred pictures",
        html="".join(
            f'<p><img src="https://pictures.example/{number}.png" width=99999 alt="picture {number}"></p>'
            for number in range(300)
        ),
    ),
    Nasty(
        name="list-numbers",
        why="a list that counts from a number no program holds",
        html="<ol start=99999999999999999999><li>a</ol><ol start=-5 reversed type=i><li value=1e9>b</ol><ol start='x'><li>c</ol>",
    ),
    Nasty(name="nothing", why="no text at all", html="<div><p> </p><img src='' alt=''></div>"),
    Nasty(name="whitespace", why="a hundred thousand blanks", html="<p>a" + " \n\t" * 33_000 + "b</p>"),
)
