"""Writes inter.gen.ts: the outlines of Inter as short strings, for the text in sheets and charts.

    npm pack @fontsource/inter@5.3.0 && tar xzf fontsource-inter-5.3.0.tgz
    pip install fonttools
    python src/io/font/make_font.py package/files

Inter is Copyright 2016 The Inter Project Authors (https://github.com/rsms/inter), SIL Open Font License 1.1: OFL.txt.

Units are 1/512 em, y upwards from the baseline. A number is two letters of the alphabet below, high one first. A glyph is
its advance and then its contours, divided by a space. A contour is TrueType points, x + 512 and y + 512 each; 2048 is
added to the x of points on the curve. Between two points off the curve lies one on it, in the middle.
"""
import sys
from pathlib import Path

from fontTools.ttLib import TTFont

UNITS = 512
ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-'
ASCII = [chr(c) for c in range(0x20, 0x7F)]
SIGNS = list('±°×·µ²³§½–—−‘’“”…↑↓')
LATIN1 = [chr(c) for c in range(0xC0, 0x100)]
WEIGHTS = {'regular': (400, ASCII + LATIN1 + SIGNS), 'semibold': (600, ASCII + SIGNS)}


def number(n):
    assert 0 <= n < 4096, n
    return ALPHABET[n >> 6] + ALPHABET[n & 63]


def glyph(font, name):
    scale = UNITS / font['head'].unitsPerEm
    table = font['glyf']
    out = number(round(font['hmtx'][name][0] * scale))
    if table[name].numberOfContours == 0:
        return out
    points, ends, flags = table[name].getCoordinates(table)
    begin = 0
    for end in ends:
        out += ' ' * (begin > 0)
        for (x, y), on in zip(points[begin:end + 1], flags[begin:end + 1]):
            out += number(round(x * scale) + 512 + 2048 * (on & 1)) + number(round(y * scale) + 512)
        begin = end + 1
    return out


def main(folder):
    lines = [
        '// Made by make_font.py from Inter 4.001, Copyright 2016 The Inter Project Authors, SIL OFL 1.1 (OFL.txt).',
        '// The format is described there.',
        'export const inter: Readonly<Record<string, Readonly<Record<string, string>>>> = {',
    ]
    for weight, (number_, letters) in WEIGHTS.items():
        font = TTFont(Path(folder) / f'inter-latin-{number_}-normal.woff')
        names = font.getBestCmap()
        lines.append(f'  {weight}: {{')
        lines.append(f"    missing: '{glyph(font, '.notdef')}',")
        for letter in sorted(set(letters)):
            key = '\\' + letter if letter in "'\\" else letter
            lines.append(f"    '{key}': '{glyph(font, names[ord(letter)])}',")
        lines.append('  },')
    lines.append('};')
    (Path(__file__).parent / 'inter.gen.ts').write_text('\n'.join(lines) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
