/** Rows as aligned text: the first `left` columns to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[], left = 1): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((text, at) => (at < left ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
