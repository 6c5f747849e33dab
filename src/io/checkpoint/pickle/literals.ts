/** The notations of text and integers in pickles, as Python's pickletools describes them. Undefined: not valid. */

/** Bytes as the characters of the same numbers (latin 1). */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** Characters up to U+00FF as the bytes of the same numbers. */
export function fromLatin1(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

/** An integer in decimal digits: at most 600 of them, for reading takes the square of their number. */
export function decimal(text: string): number | bigint | undefined {
  if (text.length > 600 || !/^\s*[+-]?\d+\s*$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** An integer in two's complement, little-endian. */
export function twosComplement(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  const signed = BigInt.asIntN(8 * bytes.length, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

/** A float as Python's repr writes it. */
export function float(text: string): number | undefined {
  const word = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return Number(word);
  if (/^nan$/i.test(word)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  return undefined;
}

const escapes: Record<string, string> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A byte string in quotes as Python 2's repr writes it; its bytes as characters. */
export function quoted(text: string): string | undefined {
  const word = text.trim();
  const quote = word[0];
  if (word.length < 2 || (quote !== "'" && quote !== '"') || !word.endsWith(quote)) return undefined;
  let valid = true;
  const out = word.slice(1, -1).replace(/\\(x[0-9a-f]{2}|[0-7]{1,3}|.)?/gis, (_, mark?: string) => {
    if (mark !== undefined && Object.hasOwn(escapes, mark)) return escapes[mark]!;
    if (mark?.[0] === 'x' && mark.length === 3)
      return String.fromCharCode(Number.parseInt(mark.slice(1), 16));
    if (mark && /^[0-7]/.test(mark)) return String.fromCharCode(Number.parseInt(mark, 8) & 255);
    valid = false;
    return '';
  });
  return valid ? out : undefined;
}

/** Text in Python's raw-unicode-escape: latin 1 but for \uXXXX and \UXXXXXXXX. */
export function rawUnicode(text: string): string | undefined {
  let valid = true;
  const out = text.replace(/\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/g, (_, short?: string, long?: string) => {
    const code = Number.parseInt((short ?? long)!, 16);
    if (code > 0x10ffff) valid = false;
    return valid ? String.fromCodePoint(code) : '';
  });
  return valid ? out : undefined;
}
