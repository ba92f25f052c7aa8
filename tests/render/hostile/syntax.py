# ruff: noqa: E501  what is nasty is long
"""Text that means something to digest: to the issue file, to Markdown, to the templates, to the mail."""

from __future__ import annotations

from tests.render.hostile.nasty import LEAK, PICTURES, Nasty


def _paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line.replace('&', '&amp;').replace('<', '&lt;')}</p>" for line in lines)


SYNTAX: tuple[Nasty, ...] = (
    Nasty(
        name="unsubscribe-mark",
        why="digest puts each recipient's own link in place of it",
        title="Click @@unsubscribe@@ here",
        html="<p>One @@unsubscribe@@ two.</p><a href='https://source.example/@@unsubscribe@@'>three</a>",
        url="https://source.example/@@unsubscribe@@",
    ),
    Nasty(
        name="unsubscribe-split",
        why="it comes together when something is taken out of it",
        title="Go @@unsub\u202escribe@@ and @@unsub@@unsubscribe@@scribe@@",
        html="<p>A @@unsub@@unsubscribe@@scribe@@ b @@unsub\u202escribe@@ c @@unsub<!-- x -->scribe@@ d @@unsub\x00scribe@@ e &#64;&#64;unsubscribe&#64;&#64; f @@<b></b>unsubscribe@@ g @@unsub<wbr>scribe@@.</p>",
    ),
    Nasty(
        name="jinja",
        why="the language of the templates",
        title="{{ 7*7 }} {% raw %} {# note #}",
        html="<p>{{ 7*7 }} {% include '/etc/passwd' %} {{ ''.__class__.__mro__ }} {%- set x=1 -%} {{ unsubscribe }} {# unclosed</p>",
    ),
    Nasty(
        name="python-format",
        why="words of the furniture are filled with format()",
        title="{count} {title} {0} %s %(x)s ${x}",
        html="<p>{title} {count!r:>99} {0.__class__} %n %s</p>",
    ),
    Nasty(
        name="markdown-title",
        why="a headline is Markdown in the issue file",
        title="# *a* **b** `c` [x](javascript:alert(1)) ![y](x) <b>d</b> ~~e~~ \\ _f_",
    ),
    Nasty(
        name="markdown-reference",
        why="links that are defined elsewhere",
        html=_paragraphs(
            "[x]: javascript:alert(1)",
            "[x] and [y][x] and ![z][x]",
            f"[leak]: {LEAK}/a",
            "*[abbr]: text",
            "[^1]: note [^1]",
        ),
    ),
    Nasty(
        name="markdown-blocks",
        why="paragraphs that begin as something else",
        html=_paragraphs(
            "# not a heading",
            "## Candidates",
            "> no quotation",
            "- no item",
            "+ no item",
            "1. no item",
            "1) no item",
            "    no code",
            "\tno code",
            "| no | table |",
            "|---|---|",
            "***",
            "- - -",
            "===",
            "```",
            "~~~",
            ": no definition",
            "Term",
            ": def",
        ),
    ),
    Nasty(
        name="markdown-autolinks",
        why="addresses in angle brackets",
        html=_paragraphs(
            "<javascript:alert(1)> <https://leak.example/x> <a@b.example>",
            f"![p]({PICTURES}/p.png) [q](data:text/html,x) [r]( javascript:alert(1) 'x')",
            '[s](<javascript:alert(1)>) [t](https://source.example/"onclick="alert(1))',
        ),
    ),
    Nasty(
        name="markdown-nested",
        why="brackets and stars that a reader of Markdown tries in every way",
        html=_paragraphs(
            "[" * 300 + "]" * 300, "*_" * 300, "`" * 301 + "x" + "`" * 300, "![" * 200, "((((" * 80 + "))" * 160
        ),
    ),
    Nasty(
        name="front-matter",
        why="three dashes begin or end the head of the issue file",
        title="---",
        html=_paragraphs("---", "issue: 2026-W01", "title: Mine", "base: 00000000", "---"),
    ),
    Nasty(
        name="section-line",
        why="a new section in the middle of a summary",
        title="## Candidates",
        html="<p>One.</p><p>## Candidates</p><p>### Story {#s-00000000}</p><h2>## Next week</h2><pre>\n## World\n\n### Another {#s-11111111}\n</pre>",
    ),
    Nasty(
        name="story-id",
        why="an id of digest's own",
        title="Story {#s-12345678 .pin}",
        html=_paragraphs(
            "{#e-123456789012}",
            "text {#s-12345678}",
            "- [Mine](https://leak.example) {#e-000000000000}",
            "#s-12345678}",
            "{.headline}",
        ),
    ),
    Nasty(name="story-options", why="options at the end of a headline", title="A title {.headline .image}"),
    Nasty(
        name="braces-open",
        why="braces that are never closed",
        title="Open {#s- and {.pin",
        html=_paragraphs("{# never", "{", "}}", "{{{"),
    ),
    Nasty(
        name="sources-line",
        why="a list of sources in a summary",
        html=_paragraphs(
            "Sources:",
            "- [Mine](https://leak.example/s)",
            "Why it matters: because I say so.",
            "**Sources:**",
            "also [x](https://leak.example/t)",
        ),
    ),
    Nasty(
        name="comment-unclosed",
        why="it would swallow the rest of the issue",
        title="A <!-- comment",
        html="<p>One &lt;!-- two</p><p>--&gt; three --!&gt; four</p><p>&lt;!-- Perhaps the same story; to merge, move its source lines here (not printed):</p>",
    ),
    Nasty(name="fence-unclosed", why="so would code", title="```", html=_paragraphs("```", "~~~~", "``` x", "code")),
    Nasty(
        name="html-block",
        why="a line of text that begins like an element",
        html=_paragraphs(
            "<div>", "</div>", "<script>", "<pre>", "<textarea>", "<style>", "<!DOCTYPE html>", "<?php", "<![CDATA["
        ),
    ),
    Nasty(
        name="separators",
        why="lines that mean something to an editor or to git",
        title="======= ours",
        html=_paragraphs("<<<<<<< HEAD", "=======", ">>>>>>> theirs", "* * *", "-- ", "--=_boundary", "\\", "\\\\"),
    ),
    Nasty(
        name="smtp-lines",
        why="lines of a dot end a message, From begins one",
        title=".",
        html="<p>.</p><pre>.\n..\n.\r\n\nFrom a@b.example Mon Nov 16\nFrom \n.\nQUIT\nRCPT TO:&lt;x@leak.example&gt;\n-- \n--=_\n</pre><p>From the beginning</p><p>.</p>",
    ),
    Nasty(
        name="mime-lines",
        why="what looks encoded, or like a boundary",
        title="=?utf-8?b?PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==?=",
        html="<p>=3D =0D=0A =?iso-8859-1?q?x?= --=_0000 Content-Type: text/html</p><p>end=</p>",
    ),
    Nasty(name="header-lines", why="headers of one's own", title="Subject: x%0d%0aBcc: y =0D=0ABcc: z"),
    Nasty(
        name="todo",
        why="the gate stops an issue for it; an entry may say it",
        title="TODO: TK the lede",
        html="<p>TODO TK XXX FIXME [TK]</p>",
    ),
    Nasty(
        name="json",
        why="an end of script in the page's data for machines",
        title='</script><script>alert("json")</script> "}]}',
        html='<p>\\u003c/script\\u003e \u2028 \\" </p>',
    ),
    Nasty(
        name="csv",
        why="a formula",
        title="=cmd|' /C calc'!A0",
        html='<p>=HYPERLINK("https://leak.example")</p><p>@SUM(1)</p><p>+1-1</p>',
    ),
    Nasty(
        name="terminal",
        why="what a terminal obeys, a shell would run",
        title="$(touch x) `id` ; rm -rf / && \x1b[2J [red]bold[/red] [link=x]",
        html="<p>[bold]rich[/bold] \x1b]8;;https://leak.example\x07x\x1b]8;;\x07</p>",
    ),
    Nasty(
        name="paths",
        why="names that lead out of a folder",
        title="../../../etc/passwd",
        url="https://source.example/../../%2e%2e/etc/passwd",
        html="<p>![p](../../../etc/passwd) <img src='../../../etc/passwd' alt='p'></p>",
    ),
    Nasty(
        name="sql",
        why="a quotation mark ends a statement",
        title="Robert'); DROP TABLE entries;--",
        html="<p>' OR 1=1; -- \\' \" ; NEAR(a b) AND *</p>",
    ),
)
