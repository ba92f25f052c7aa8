# ruff: noqa: E501  what is nasty is long
"""Markup that one parser reads otherwise than the next: what was text to the cleaner must not be a tag to a browser."""

from __future__ import annotations

from tests.render.hostile.nasty import LEAK, Nasty

_IMG = "<img src=x onerror=alert('mxss')>"
_TITLE = f'<a title="</{{0}}>{_IMG}">text</a>'


def _inside(name: str) -> str:
    """Raw text to one parser, a tag to the next, whichever of them knows the element."""
    return f"<{name}>" + _TITLE.replace("{0}", name) + f"</{name}>{_IMG}<p>After.</p>"


_RAW = (
    "noscript",
    "noembed",
    "noframes",
    "xmp",
    "iframe",
    "style",
    "title",
    "textarea",
    "plaintext",
    "listing",
    "template",
)

SMUGGLED: tuple[Nasty, ...] = (
    *(
        Nasty(
            name=f"raw-{name}", why=f"what stands in <{name}> is text or not, as the parser likes", html=_inside(name)
        )
        for name in _RAW
    ),
    Nasty(
        name="math-style",
        why="DOMPurify < 2.0.17: the namespace of a style element changes on the second reading",
        html="<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert('mglyph')></style></mglyph></form></mtext></math>Text.",
    ),
    Nasty(
        name="svg-style",
        why="in SVG a style holds tags, in HTML text",
        html=f'<svg></p><style><a id="</style>{_IMG}"></a></style></svg><svg><style><!--</style>{_IMG}--></svg>Text.',
    ),
    Nasty(
        name="svg-scripts",
        why="scripts and animations of SVG",
        html=f'<svg onload=alert(1)><script>alert(2)</script><script href="{LEAK}/a.js"/><animate onbegin=alert(3) attributeName=x dur=1s>'
        "<a xlink:href='javascript:alert(4)'><text y=9>x</text></a><set attributeName=href to=javascript:alert(5)>"
        "<foreignObject><body onload=alert(6)><iframe srcdoc='<script>alert(7)</script>'></foreignObject></svg>Text.",
    ),
    Nasty(
        name="svg-integration",
        why="HTML inside SVG inside HTML",
        html=f"<svg><desc><b><svg><title><style>{_IMG}</style></title></svg></b></desc><foreignObject><p>In.</p><math><mi><table><mglyph><style>{_IMG}",
    ),
    Nasty(
        name="mathml",
        why="formulas: their text should stay, and nothing else",
        html="<p>Let <math><mi>x</mi><mo>=</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><maction actiontype='statusline#http://leak.example' xlink:href='javascript:alert(1)'>y"
        "</maction><annotation-xml encoding='text/html'><script>alert(2)</script></annotation-xml></math> be.</p><math href='javascript:alert(3)'><mtext>z</mtext></math>",
    ),
    Nasty(
        name="comments-odd",
        why="where a comment ends is not where one thinks",
        html=f"<!-->{_IMG}--><!--->{_IMG}--><!-- --!>{_IMG}--><!-- -- >{_IMG}--><!- {_IMG} -><!{_IMG}><?php {_IMG} ?><%{_IMG}%></!{_IMG}>Text.",
    ),
    Nasty(
        name="comment-conditional",
        why="Outlook reads what stands in a conditional comment",
        html=f"<!--[if mso]><table><tr><td>{_IMG}<![endif]--><!--[if !mso]><!-->Shown<!--<![endif]--><![if gte mso 9]>{_IMG}<![endif]>"
        "<p>&lt;!--[if mso]&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;![endif]--&gt;</p>",
    ),
    Nasty(
        name="cdata",
        why="a section of XML in HTML",
        html=f"<![CDATA[{_IMG}]]><svg><![CDATA[</svg>{_IMG}]]></svg>]]>Text.",
    ),
    Nasty(
        name="entities",
        why="what is text today is a tag once it is decoded again",
        html="&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;img src=x onerror=alert(2)&amp;gt; &#60;svg onload=alert(3)&#62; &#x3c;script&#x3e; "
        "&#0;&#128;&#x9f;&#xd800;&#x110000;&#xfffe;&lt&gt&amp&quot; &LT;b&GT; &nosuch; &amp;amp;amp;lt;",
    ),
    Nasty(
        name="all-escaped",
        why="tags as text, which are repaired to tags, and these hold a trap",
        html="&lt;p onclick=alert(1)&gt;One.&lt;script&gt;alert(2)&lt;/script&gt;&lt;img src=x onerror=alert(3)&gt;&lt;/p&gt;",
    ),
    Nasty(
        name="unclosed-attribute",
        why="a quotation mark that is never closed swallows the rest of the mail",
        html=f'<p>Before.</p><a href="https://source.example/x>link</a><p title="{_IMG}<p>After.</p>',
    ),
    Nasty(
        name="unclosed-tags",
        why="the mail's own tables would close in them",
        html="<table><tr><td><ul><li><blockquote><b><i><pre><a href=https://source.example/y>never closed",
    ),
    Nasty(
        name="closing-tags",
        why="they close what they did not open",
        html="</td></tr></table></div></body></html></style></title></script>--><p>After the end.</p>",
    ),
    Nasty(
        name="foster-parents",
        why="what stands between the cells of a table is moved before it",
        html=f"<table>text<tr>{_IMG}<a href=javascript:alert(1)><td>cell</a><table><tr><td></table><caption>c<select><tr><script>alert(1)</script></table>",
    ),
    Nasty(
        name="nested-links",
        why="a link in a link ends the first",
        html="<a href=https://source.example/1>one <a href=https://source.example/2>two <div><a href=https://source.example/3><p>three</p></div></a></a>",
    ),
    Nasty(
        name="link-of-blocks",
        why="a link around half an article",
        html="<a href=https://source.example/b><h2>Head</h2><p>Text</p><ul><li>item</ul><table><tr><td>cell</table></a>",
    ),
    Nasty(
        name="formatting-carried",
        why="open b, i and font tags are opened again in every paragraph after it",
        html="<b><i><u><s><font size=99><p>" * 60 + "text" + "<p>more</p>" * 60,
    ),
    Nasty(
        name="headings-wild",
        why="headings out of order, empty, and a second h1",
        html="<h6>Six</h6><h1>One</h1><h3></h3><h5>Five</h5><h1><h2>Nested</h2></h1><h2> </h2><h4>Four</h4><p role=heading aria-level=1>Fake</p>",
    ),
    Nasty(
        name="ids-and-names",
        why="names that replace functions of the page, and ids of the page's own",
        html="<a id=main name=getElementById>x</a><img name=body><form id=document><p id=s-00000000 class='skip frame' slot=x is=y>Text.</p>",
    ),
    Nasty(
        name="custom-elements",
        why="elements of one's own, of XML, of Office",
        html="<x-evil onclick=alert(1)>a</x-evil><o:p>b</o:p><v:shape href='javascript:alert(1)'>c</v:shape><xml:namespace prefix=o /><?xml version=1?><w:sdt>d</w:sdt><p:p>e</p:p>",
    ),
    Nasty(
        name="template-shadow",
        why="a shadow tree hides what it does",
        html=f"<div><template shadowrootmode=open><style>:host{{position:fixed}}</style>{_IMG}<slot></slot></template>light</div>",
    ),
    Nasty(
        name="popover",
        why="elements that cover the page without any script",
        html="<dialog open>Dialog</dialog><div popover id=p>Pop</div><button popovertarget=p>b</button><p hidden>hidden</p><p contenteditable inert>edit</p>",
    ),
    Nasty(
        name="isindex-xml-base",
        why="attributes that change where relative addresses lead",
        html=f'<div xml:base="{LEAK}/"><a href="relative">r</a><img src="relative.png" alt="p"></div><a href="?q">q</a><a href="#here">h</a>',
    ),
    Nasty(
        name="attribute-markup",
        why="markup in an attribute that stays: whoever looks for tags with a pattern finds them there",
        html=f'<p lang="<table>{_IMG}</table>">a</p><table lang="</table>{_IMG}"><tr dir="</tr><tr>"><td colspan="</td><td>">b</td></tr></table>'
        f'<a href="https://source.example/?<table>{_IMG}</table>">c</a><h2 lang="</h2><h1>{_IMG}">d</h2><ol start="<li>"><li>e</ol>',
    ),
    Nasty(
        name="utf7",
        why="a script in UTF-7, which old programs guess",
        html="+ADw-script+AD4-alert(1)+ADw-/script+AD4- <p>Text.</p>",
    ),
)
