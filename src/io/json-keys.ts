/**
 * The first key that occurs twice in one object of a JSON text, or undefined. `JSON.parse` would silently keep the
 * last. The text must be valid JSON.
 */
export function duplicateKey(json: string): string | undefined {
  // A string is a key exactly where a colon follows it.
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g;
  const open: Set<string>[] = [];
  for (const [text, colon] of json.matchAll(token)) {
    if (text === '{') open.push(new Set());
    else if (text === '}') open.pop();
    else if (colon) {
      const key: string = JSON.parse(text.slice(0, -colon.length));
      const keys = open[open.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
