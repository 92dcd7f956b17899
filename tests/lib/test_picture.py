#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""
doc/picture: the cells that it reads from a terminal's own bytes, and what it draws of them.
Out: `ok NAME` or `not ok NAME: why` per check; exit 1 when one is not ok.
"""
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "doc", "picture")
loader = importlib.machinery.SourceFileLoader("picture", PATH)
picture = importlib.util.module_from_spec(importlib.util.spec_from_loader("picture", loader))
sys.dont_write_bytecode = True
loader.exec_module(picture)

PLAIN = picture.PLAIN
SVG = "{http://www.w3.org/2000/svg}"
failed = 0


def check(name, got, wanted):
    global failed
    if got == wanted:
        print("ok picture - " + name)
    else:
        failed = 1
        print("not ok picture - %s: %r is not %r" % (name, got, wanted))


def texts(text, columns=10, rows=1):
    return ["".join(cell.text for cell in row) for row in picture.parse(text, columns, rows)]


def styles(text, columns):
    """Of one row, each as what differs from plain."""
    (row,) = picture.parse(text, columns, 1)
    return [{key: value for key, value in cell.style._asdict().items() if value != getattr(PLAIN, key)} for cell in row]


def drawn(text, columns=10, rows=1, title="t"):
    return xml.etree.ElementTree.fromstring(picture.picture(picture.parse(text, columns, rows), title))


def texts_drawn(svg):
    return [(float(t.get("x")), t.text, t.get("textLength")) for t in svg.find(SVG + "g").findall(SVG + "text")]


def paths_drawn(svg):
    return [(p.get("fill"), p.get("d")) for p in svg.find(SVG + "g").findall(SVG + "path")]


# --- cells ---

check("rows are filled and cut to the size", texts("ab\ncdefghijklmn\n", 4, 3), ["ab  ", "cdef", "    "])
check("rows beyond the last are left out", texts("a\nb\nc\n", 1, 2), ["a", "b"])
check("a wide character takes two cells", [c.text for c in picture.parse("a中b", 5, 1)[0]], ["a", "中", "", "b", " "])
check("half of a wide character at the edge is a space", texts("abc中", 4), ["abc "])
check("a mark joins the character before it", [c.text for c in picture.parse("e\u0301x", 2, 1)[0]], ["e\u0301", "x"])
check("a mark joins a wide one too", [c.text for c in picture.parse("中\u0301x", 3, 1)[0]], ["中\u0301", "", "x"])
check("a mark without a character is left out", texts("\u0301a", 2), ["a "])
check("controls are no cells", texts("a\r\a\0\177\x9b\u202eb", 3), ["ab "])
check("what is no character at all is a replacement", texts("\uffff\ufffe", 2), ["\ufffd\ufffd"])
check("line drawing letters are lines", texts("\016lqk\017q", 4), ["┌─┐q"])

# --- styles ---

check("the sixteen colours", styles("\033[31ma\033[94;103mb\033[39;49mc", 3),
      [{"fg": picture.PALETTE[1]}, {"fg": picture.PALETTE[12], "bg": picture.PALETTE[11]}, {}])
check("the cube and the greys of 256", styles("\033[38;5;196ma\033[38;5;232mb\033[48;5;255mc\033[38;5;9md", 4),
      [{"fg": "#ff0000"}, {"fg": "#080808"}, {"fg": "#080808", "bg": "#eeeeee"}, {"fg": picture.PALETTE[9], "bg": "#eeeeee"}])
check("true colours, with semicolons and with colons",
      styles("\033[38;2;1;2;255ma\033[48:2::16:32:48mb\033[0;38:2:1:2:3mc", 3),
      [{"fg": "#0102ff"}, {"fg": "#0102ff", "bg": "#102030"}, {"fg": "#010203"}])
check("attributes come and go",
      styles("\033[1;2;3;4;7;9ma\033[22mb\033[23;24mc\033[27md\033[me\033[4:3mf\033[4:0mg", 7),
      [{"bold": True, "dim": True, "italic": True, "underline": True, "reverse": True, "strike": True},
       {"italic": True, "underline": True, "reverse": True, "strike": True}, {"reverse": True, "strike": True},
       {"strike": True}, {}, {"underline": True}, {}])
check("a style goes on in the next row", [row[0].style.fg for row in picture.parse("\033[38;5;16ma\nb\n", 1, 2)],
      ["#000000", "#000000"])
check("a colour that is cut short is none", styles("\033[38;5ma\033[38;2;1mb", 2), [{}, {}])
check("other sequences leave no trace", texts("\033[2Ja\033]8;;http://x\033\\b\033]0;t\ac\033(Bd\033[", 8), ["abcBd   "])
check("hostile numbers end no run", styles("\033[99999999999999999999;38;5;99999ma\033[;ma", 2)[1], {})

# --- what is drawn ---

svg = drawn("\033[1mbold\033[0m an ok  far", 15)
check("words of one style are one run that is told its length", texts_drawn(svg),
      [(0, "bold", "36"), (45, "an ok", "45"), (108, "far", "27")])
svg = drawn("a   \033[31mb c", 10)
check("a run begins where its first letter stands", texts_drawn(svg), [(0, "a", "9"), (36, "b c", "27")])
svg = drawn("x…中y", 10)
check("other letters stand in the middle of their cells", texts_drawn(svg),
      [(0, "x", "9"), (13.5, "…", None), (27, "中", None), (36, "y", "9")])
svg = drawn("<&\">'", 5)
check("the text is escaped", texts_drawn(svg), [(0, "<&\">'", "45")])
check("the title is escaped, and told to who cannot see", drawn("", title="a<b> & \"c\"").find(SVG + "title").text, "a<b> & \"c\"")
check("spaces draw nothing", (texts_drawn(drawn("     ")), paths_drawn(drawn("     "))), ([], []))
check("a full block is its cell", paths_drawn(drawn(" █")), [(picture.FOREGROUND, "M9 0H18V19H9z")])
check("a lower block stands on the ground", paths_drawn(drawn("▂")), [(picture.FOREGROUND, "M0 14.25H9V19H0z")])
check("a left block begins at the left", paths_drawn(drawn("▍")), [(picture.FOREGROUND, "M0 0H3.38V19H0z")])
check("quarters", paths_drawn(drawn("▚")), [(picture.FOREGROUND, "M0 0H4.5V9.5H0zM4.5 9.5H9V19H4.5z")])
check("a line goes from edge to edge", paths_drawn(drawn("─")), [(picture.FOREGROUND, "M0 8.9H9V10.1H0z")])
check("a corner has two arms", paths_drawn(drawn("┌")), [(picture.FOREGROUND, "M3.9 8.9H9V10.1H3.9zM3.9 8.9H5.1V19H3.9z")])
check("braille dots: the first and the last", paths_drawn(drawn("\u2881")),
      [(picture.FOREGROUND, "M0.95 1.07H3.55V3.67H0.95zM5.45 15.32H8.05V17.93H5.45z")])
check("shapes of one colour are one path", len(paths_drawn(drawn("█ █ ─ ⣿", 10))), 1)
check("a shade is a pattern", paths_drawn(drawn("\033[38;5;196m▒"))[0][0], "url(#s2ff0000)")
(rect,) = drawn("\033[41mab  \033[49mc").find(SVG + "g").findall(SVG + "rect")
check("cells of one background are one rectangle", (rect.get("x"), rect.get("width"), rect.get("fill")),
      ("0", "36", picture.PALETTE[1]))
svg = drawn("\033[7;31ma")
check("reverse changes places", (svg.find(SVG + "g").find(SVG + "rect").get("fill"),
                                 picture.seen(PLAIN._replace(fg="#ff0000", reverse=True))),
      (picture.PALETTE[1], (picture.BACKGROUND, "#ff0000")))
check("dim is nearer to the background", picture.seen(PLAIN._replace(fg="#ffffff", bg="#000000", dim=True))[0], "#9e9e9e")
svg = drawn("\033[1;4ma\033[0mb")
looks = svg.find(SVG + "style").text
check("bold and underlined", re.findall(r"\.\w+\{fill:#c9d1d9;font-weight:700;text-decoration:underline\}", looks) != [], True)
check("the size is that of the cells and the frame", (svg.get("width"), svg.get("height")), ("118", "63"))

# --- the program ---

every = "".join(chr(i) for i in [*range(1, 0xd800), *range(0xe000, 0x10000), 0x1f600, 0x10ffff])
run = subprocess.run([sys.executable, PATH, "--columns", "100", "--rows", "30", "--title", "x"],
                     input=every.encode() + b"\xff\xfe\n" + bytes(range(256)) * 20, capture_output=True)
xml.etree.ElementTree.fromstring(run.stdout)
check("whatever is in the terminal makes an XML document", (run.returncode, run.stderr), (0, b""))
check("it needs nothing from elsewhere", re.findall(rb"href|url\((?!#)|@import|<script", run.stdout), [])
again = subprocess.run([sys.executable, PATH, "--columns", "100", "--rows", "30", "--title", "x"],
                       input=every.encode() + b"\xff\xfe\n" + bytes(range(256)) * 20, capture_output=True)
check("the same terminal gives the same bytes", run.stdout == again.stdout, True)
for wrong in ("0", "1001", "-1"):
    run = subprocess.run([sys.executable, PATH, "--columns", wrong, "--rows", "30"], input=b"", capture_output=True)
    check("no terminal has %s columns" % wrong, (run.returncode != 0, run.stdout), (True, b""))

sys.exit(failed)
