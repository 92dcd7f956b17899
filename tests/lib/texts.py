# SPDX-License-Identifier: Apache-2.0
"""The twin of tests/load/texts.h: load_text(i) as bytes."""

PLAIN = [w.encode() for w in "the river carries small boats under seven old bridges while lamps are lit and somebody sings".split()]
FOREIGN = [w.encode() for w in "Größe naïve été αβγ łódź café “yes” mañana".split()]


def _words(out, size, seed, is_foreign):
    i = seed
    while len(out) + 1 < size:
        word = FOREIGN[(i * 5 + seed) % 8] if is_foreign and i % 3 == 0 else PLAIN[(i * 7 + seed * 3) % 16]
        if len(out) + len(word) + 2 > size:
            break
        out += word + b" "
        i += 1
    while len(out) + 1 < size:
        out += b"a"
    if len(out) < size:
        out += b"."
    return out


def load_text(index):
    size = 24 + index * 73 % 211 * 2
    if index == 50:
        out, size = b"", 5003
    elif index % 20 == 13:
        out, size = _words(b"", 200, 1, False) + b" number %d here. " % index, 300
    else:
        out = b"%d. " % index
    return _words(out, size, index, index % 5 == 2)
