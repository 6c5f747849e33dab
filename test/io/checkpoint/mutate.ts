/** Random changes of bytes that a seed fixes. */

/** Numbers below a bound, the same ones for the same seed (a linear congruence modulo 2^32). */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One to four changes: a bit, a byte, a number of 4 bytes, a cut, a piece put in twice or elsewhere, an end. */
export function mutated(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  let out: Uint8Array = bytes.slice();
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(out.length);
    const length = 1 + next(16);
    const piece = out.slice(at, at + length);
    const to = next(out.length);
    switch (next(8)) {
      case 0:
        out[at] ^= 1 << next(8);
        break;
      case 1:
        out[at] = next(256);
        break;
      case 2:
        out.fill([0, 255, 127, 128][next(4)]!, at, at + 4);
        break;
      case 3:
        out = spliced(out, at, at + length, new Uint8Array(0));
        break;
      case 4:
        out = spliced(out, to, to, piece);
        break;
      case 5:
        out = spliced(out, to, to + length, piece);
        break;
      case 6:
        out = spliced(
          out,
          at,
          at,
          Uint8Array.from({ length }, () => next(256)),
        );
        break;
      case 7:
        if (next(4) === 0) out = out.slice(0, at);
        else out[at] = '().01RbcoQtue}]h'.charCodeAt(next(16));
        break;
    }
  }
  return out;
}

function spliced(bytes: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array {
  const end = bytes.subarray(Math.min(to, bytes.length));
  const out = new Uint8Array(from + piece.length + end.length);
  out.set(bytes.subarray(0, from));
  out.set(piece, from);
  out.set(end, from + piece.length);
  return out;
}
