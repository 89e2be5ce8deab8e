"""Provide HTML that is hard to read: single elements, and pages with the story in `data-story`."""

AROUND = ("Sign in", "Horoscope", "Piano found in lighthouse", "We value your privacy")
_NAV = '<nav><ul><li><a href="/">Sign in</a><li><a href="/h">Horoscope</a></ul></nav>'
_COOKIES = (
    '<div id="cookie-consent" class="banner"><p>We value your privacy. We and our 84 partners'
    " store data.</p><button>Accept all</button></div>"
)
_RELATED = (
    '<div class="related"><h3>Read on</h3><ul><li><a href="/1">Piano found in lighthouse</a></li>'
    '<li><a href="/2">Harbour dues rise</a></li><li><a href="/3">Storm over Sarn</a></li></ul></div>'
)

ARTICLE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rails stay | Courier</title>
<style>.gone{{display:none}} .cap{{float:left;font-size:4em}} q{{color:navy}}
@media print{{.byline{{display:none}}}} @media (max-width:600px){{.wide{{display:none}}}}</style></head>
<body>{_COOKIES}<header>{_NAV}</header><main><article data-story>
<h1>No rail will be torn up</h1><p class="byline wide">By Jo Marsh, <time datetime="2025-03-10">10 March 2025</time></p>
<p><span class="cap">T</span>he truce begins on <time>11 March</time> and ends on <time>30 April</time>, the <a
href="/m">ministry</a> said<sup><a href="#n1">[1]</a></sup>. It covers <data value="3">three</data>&nbsp;ports.</p>
<figure><img src="a.jpg" alt="A port"><figcaption>Irena Volk at the port of Borsk. <small>Photo: Ossi</small>
</figcaption></figure>
<p>We will <span hidden>not </span>sign <b class="gone">nothing </b>to<wbr>day, <em>Volk</em><strong> said</strong>.</p>
<aside class="infobox"><h4>In short</h4><p>The gauge is 1,520&#8239;mm.</p></aside>
<blockquote cite="/x"><p>We lay what we have promised.</p><footer>— <cite>The minister of transport</cite></footer></blockquote>
<details><summary>How we know</summary><p>The letter was seen by two of us.</p></details>
<ol class="footnotes"><li id="n1">Letter of 2 March. <a href="#r1">↩</a></li></ol></article>{_RELATED}</main>
<aside class="sidebar">{_RELATED}</aside><footer><p>© Courier. All rights reserved.</p></footer>
<script>var words = "never";</script><noscript><p>Switch scripts on.</p></noscript></body></html>"""

LIVE = f"""<!doctype html><html lang=uk><meta charset=utf-8><title>Наживо</title><body>{_NAV}
<div class=page><h1 data-story>Переговори наживо</h1>
<ul data-story class=key-events><li><a href="#e2">Сторони підписали угоду</a><li><a href="#e1">Делегації прибули
до Борська</a><li><a href="#e0">Перерва</a></ul>
<ol class=live-blog data-story><li id=e2><time>18:04</time><p>Угоду <q>про <q>коридор</q> і порт</q> підписано.
<li id=e1><time>17:41</time><div>Голова делегації сказав:<br>«Ми залишимося до <time>30 квітня</time>».</div>
<li id=e0><article><header><time>16:20</time></header><p>Перерва тривала дві <i>години</i>.</article></ol></div>
{_RELATED}<footer>© Кур’єр</footer>"""

TEASER = f"""<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Kein Gleis</title></head><body>{_COOKIES}
<div id="nav" role="navigation"><a href="/">Sign in</a> <a href="/h">Horoscope</a></div>
<div class="hero" data-story><h1>Kein Gleis wird abgebaut</h1><p class="lead">Der Minister kam am Sonntag nach Sarn.
Er brachte ein Angebot mit.</p></div><figure class="hero-image" data-story><figcaption>Der Hafen von Borsk im
März.</figcaption></figure>
<div class="content-with-sidebar"><div class="text" data-story><p>Die Spur von Borsk misst <span>1&#8239;520</span>
Millimeter, und sie bleibt, wie sie ist, sagte Irena Volk in der Versammlung des Hafens am späten Abend.</p>
<p>Die Ver&shy;handlungen über die Brücke gehen nach Angaben der Delegation in der kommenden Woche weiter.</p></div>
<div class="paywall"><p>Weiterlesen mit Abo.</p></div></div><div class="recommendations">{_RELATED}</div></body></html>"""

AMP = f"""<!doctype html><html ⚡ lang="en"><head><meta charset="utf-8"><title>Bridge</title>
<style amp-boilerplate>body{{animation:-amp-start 8s steps(1,end) 0s 1 normal both}}
@keyframes -amp-start{{from{{visibility:hidden}}to{{visibility:visible}}}}</style>
<noscript><style amp-boilerplate>body{{animation:none}}</style></noscript>
<style amp-custom>.kicker{{text-transform:uppercase}}</style></head><body>
<amp-sidebar id="s" layout="nodisplay" hidden><ul><li><a href="/">Sign in</a></ul></amp-sidebar>
<article data-story><p class="kicker">Talks</p><h1>The bridge stays open</h1>
<amp-img src="a.jpg" alt="Bridge" layout="responsive"></amp-img>
<p>The bridge stays open for <em>30</em> days, and it will be guarded by both sides until the commission has met.</p>
<amp-accordion><section expanded><h2>What is next?</h2><p>The commission meets on <b>4</b> May.</p></section>
</amp-accordion></article>{_RELATED}</body></html>"""

SOUP = """<HTML><HEAD><META http-equiv=Content-Type content="text/html; charset=windows-1251"><TITLE>Заявление</TITLE>
<BODY bgcolor=white><TABLE width=100%><TR><TD><A href="/">Sign in</A><BR><A href="/h">Horoscope</A><BR>
<A href="/p">Piano found in lighthouse</A><TD data-story><FONT size=4><B>Заявление министерства</B></FONT><BR><BR>
<FONT size=2>Министр <I>сказал <B>в четверг</I>, что</B> порт остаётся открытым.<BR><BR>
Перемирие вступает в силу 11&nbsp;марта<BR>и действует до 30&nbsp;апреля &#8212; если его не продлят.
<P>Стороны подписали <FONT color=red>три</FONT> протокола & один меморандум.
<UL><LI>о границе;<LI>о порте</UL>Подробности будут позже.</TR></TABLE></BODY></HTML>"""

TABLES = f"""<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Accord</title>
<style>.row{{display:flex}} .tag,.tag+br{{display:none}} @media screen and (min-width:900px){{.note{{display:block}}}}
li.x::before{{content:"> "}}</style></head><body><header class="site"><a href="/">Sign in</a></header>{_NAV}
<main data-story><h1>Ce que dit l’accord</h1><section class="row"><span>Signé le 3 mars</span><span>Sarn</span></section>
<table><caption>Les articles</caption><thead><tr><th>Article<th>Objet</thead><tr><td>Les troupes se<td>retirent du
port<tr><td><p>Les prisonniers</p><td>sont échangés</table>
<p>Il a dit&nbsp;: <q>nous sommes prêts</q>, puis il est parti.</p>
<ul><li class="x">Le pont reste ouvert<li class="x">jusqu’au 4 mai.</ul><span class="tag">caché</span>
<dl><dt>Durée<dd>30 jours</dl><pre>Annexe   A
  ligne 2</pre><address>Quai 4,<br>Sarn</address><p>Voir <span class="note">la note</span></p></main></body></html>"""

RTL = f"""<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>بيان</title></head><body>{_NAV}
<div class="story" data-story><h1>بيان الوزارة</h1><p>قال <bdi>Irena Volk</bdi> إن الميناء <b>يبقى</b> مفتوحًا
حتى <time>30 أبريل</time>.</p><p>وأضافت: <q>لن نوقّع</q> اليوم.</p><p lang="he">הגשר <i>נשאר</i> פתוח
<span dir="ltr">1,520</span> ימים.</p></div>{_RELATED}</body></html>"""

APP = f"""<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>協定</title><style>
.a1 .m{{display:none}} @media (max-width:599px){{.a1 .m{{display:block}} .a1 .d{{display:none}}}}
.b2{{visibility:hidden}} .b2 .c3{{visibility:visible}} .up{{text-transform:uppercase}} #x > .y:not(.z){{display:none}}
@layer base{{.k{{display:none}}}} .k{{display:block}}</style></head><body><div id="root"><div class="a1">
<div class="m">Sign in</div><div class="d" data-story><div><div><span>港は</span><span>開いたままだ</span>。</div></div>
<div class="t"><div class="up">borsk, 3 may</div><div>「<ruby>停戦<rp>(</rp><rt>ていせん</rt><rp>)</rp></ruby>は続く」と<a
href="/v">ヴォルク氏</a>は述べた。</div><div class="b2">隠<span class="c3">見える</span></div><div id="x"><p class="y">没
</p><p class="y z">残る</p></div><p class="k">層</p></div></div></div>{_RELATED}</div>
<dialog>We value your privacy</dialog><template><p>Horoscope</p></template></body></html>"""

PAGES: dict[str, bytes] = {
    "article": ARTICLE.encode(),
    "live blog": LIVE.encode(),
    "teaser before a paywall": TEASER.encode(),
    "AMP": AMP.encode(),
    "tables for layout, Windows-1251": SOUP.encode("windows-1251"),
    "tables and lists": TABLES.encode(),
    "right to left": RTL.encode(),
    "boxes of an app": APP.encode(),
}

# Cases in which browsers draw something else than `innerText` are in test_html_text.py.
FRAGMENTS = {
    "spaces": "<p>  a <span> </span> b<span> c</span> <b> d </b>e</p>\n x <p> y",
    "breaks": "a<br><br>b <br> c<p>d<br></p>e<br/> <br>f<wbr>g&shy;h",
    "blocks in lines": "<span>a<div>b</div>c</span>d <a href=x>e<h2>f</h2>g</a>h<hr>i",
    "unclosed": "<p>a<p>b<div>c<ul><li>d<li>e<p>f</ul>g<dl><dt>h<dd>i</dl><select><option>j<option>k</select>l",
    "crossed": "<p>a<b>b<i>c</b>d</i>e<p><a href=x>f<a href=y>g</a>h</a></span></div>i",
    "in tables": "<table>a<tr>b<td>c<td><p>d<td>e<tr><th>f</table>g<td>h</td><table><caption>i<tr><td>j</table>",
    "entities": "<p>a&ampb &lt;i&gt; &copy &notit; &#x80;&#65; c&nbsp; d & e &hellip;&mdash;&#8239;f",
    "raw": "a<xmp><b></xmp>b<listing>  c\n d</listing><plaintext>e <b>f</b>",
    "preformatted": "<pre>\n a  b\n\n  c</pre><p style='white-space:pre-line'>d   e\n  f</p>"
    "<span style='white-space-collapse:preserve'>g  h</span><div style='white-space:nowrap'>i\n j</div>",
    "hidden": "<p hidden>a<p>b<span hidden>c</span>d<p style='DISPLAY : NONE !important'>e<p style='visibility:hidden'>f"
    "<b style='visibility:visible'>g</b><p hidden=until-found>h<dialog>i</dialog><dialog open>j</dialog><div popover>k"
    "</div><p aria-hidden=true>l<p style='content-visibility:hidden'>m",
    "never shown": "a<script>b</script><style>c</style><template>d</template><noscript>e</noscript><iframe>f</iframe>g"
    "<datalist><option>h</datalist><audio>i</audio><canvas>j</canvas><textarea>k</textarea><rp>l</rp>m<!-- n --->o",
    "shown all the same": "<s>a</s><del>b</del><ins>c</ins><object>d</object><slot>e</slot><output>f</output><blink>g"
    "</blink><x-y>h</x-y><button>i<b>j</b></button><center>k</center><nobr>l</nobr><marquee>m</marquee>",
    "sheet": "<style>/* p{} */ .a{display:none} #b.a{display:block} .c{display:none!important} .d>.e,.f:unknown{display:none}"
    "@media print{p{display:none}} @media screen and (min-width:30em){.g{display:none}} @supports (color:red){.h{display:"
    "none}} .i{&.j{display:none} .k &{display:none}} .l:has(b){display:none}</style><p class=a>a<p id=b class=a>b<p "
    "class=c style='display:block'>c<p class=d><i class=e>d</i>D<p class=g>g<p class=h>h<p class='i j'>j<div class=k>"
    "<i class=i>k</i>K</div><p class=l><b>l</b>",
    "print sheet": "<style media=print>p{display:none}</style><style media='(width < 400px), speech'>p{display:none}</style>"
    "<style media='(width >= 400px) and (orientation: landscape)'>i{display:none}</style><p>a<i>b</i>",
    "layers": "<style>.a{display:block}@layer x{#a{display:none}.b{display:none}}</style><p id=a class=a>a<p class=b>b",
    "boxes": "<div style='display:flex'><span>a</span><span>b</span>c</div><span style='display:block'>d</span>e<span "
    "style='display:inline-block'>f</span><ul><li style='display:inline'>g</li><li style='display:inline'>h</li></ul>"
    "<span style='display:contents'>i</span>j<div style='display:table'><div style='display:table-row'><b style='display:"
    "table-cell'>k</b><b style='display:table-cell'>l</b></div></div>",
    "inline blocks": "a <b style='display:inline-block'> b </b>c<button> d </button>e <i style='display:inline-flex'>f</i> g"
    "<pre>h<nobr> i\n j</nobr></pre>k<option>l\n m</option>",
    "states": "<style>.a:not(:popover-open){display:none}.b:not(:focus-within):not(:focus-visible){display:none}"
    "details:open .c{display:none}:is(.d,:hover){display:none}.e:hover,.f::selection{display:none}</style>"
    "<p class=a>a<p class=b>b<details open>x<p class=c>c</details><p class=d>d<p class=e>e<p class=f>f",
    "without end": "<p>a<noscript><p>b<p>c",
    "letters": "<p style='text-transform:uppercase'>straße ﬁ <i style='text-transform:none'>b</i><p lang=tr "
    "style='text-transform:uppercase'>istanbul<p lang=el style='text-transform:uppercase'>Αθήνα<p style='text-transform:"
    "capitalize'>ёлка 'quoted' e-mail l’été <b>x</b>y 3rd",
    "ruby": "<p>これは<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>です。停战\n协议&#8203;\n后",
    "old": "<dir><li>a</dir><menu><li>b</menu><font>c</font><tt>d</tt><fieldset><legend>e</legend>f</fieldset>h<hgroup>"
    "<h1>i</h1></hgroup><figure><img alt=x><figcaption>j</figcaption></figure><summary>k</summary>",
    "head without end": "<title>a</title><noscript>b</noscript><meta name=c><p>d<noscript><p>e</noscript>f",
}
