/**
 * The one preprocessor of our shaders, for what neither `override` nor `alias` can express: textual parameters
 * (register-array sizes, constant subgroup lanes) and unrolled statements.
 *
 *   #param NAME = 4         declares a parameter and its default; `$NAME` is replaced everywhere below
 *   #for i in 0..N          repeats the lines up to the matching #end, `$i` counting from 0 to N - 1
 *   #end
 *   ${a + b * c}            an integer expression of numbers, parameters and loop variables
 */

export type Constants = Readonly<Record<string, number>>;

const PARAM = /^\s*#param\s+(\w+)\s*=\s*(\d+)\s*$/;
const FOR = /^\s*#for\s+(\w+)\s+in\s+(\S+)\s*\.\.\s*(\S+)\s*$/;
const END = /^\s*#end\s*$/;

/** The parameters that a shader declares, with their defaults. */
export function declaredConstants(source: string): Record<string, number> {
  const constants: Record<string, number> = {};
  for (const line of source.split('\n')) {
    const match = PARAM.exec(line);
    if (match) constants[match[1]!] = Number(match[2]);
  }
  return constants;
}

/** A line of the result, and the line of the source (from 1) that it comes from. */
export interface SourceLine {
  readonly text: string;
  readonly line: number;
}

/** Replaces parameters and unrolls loops. Throws an Error that names the line on an undeclared name or a missing #end. */
export function preprocess(source: string, constants: Constants = {}): string {
  return textOf(preprocessLines(source, constants));
}

/** The same, with where each line comes from: for messages of compilers. */
export function preprocessLines(source: string, constants: Constants = {}): SourceLine[] {
  const scope: Record<string, number> = declaredConstants(source);
  for (const [name, value] of Object.entries(constants)) {
    if (!(name in scope)) throw new Error(`shader parameter ${name} is not declared by #param`);
    scope[name] = value;
  }
  return expand(
    source.split('\n').map((text, at) => ({ text, line: at + 1 })),
    scope,
  );
}

export function textOf(lines: readonly SourceLine[]): string {
  return lines.map(({ text }) => text).join('\n');
}

function expand(lines: readonly SourceLine[], scope: Readonly<Record<string, number>>): SourceLine[] {
  const out: SourceLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    const { text, line } = lines[at]!;
    if (PARAM.test(text)) continue;
    const loop = FOR.exec(text);
    if (!loop) {
      if (END.test(text)) throw new Error(`line ${line}: #end without #for`);
      out.push({ text: inLine(line, () => substitute(text, scope)), line });
      continue;
    }
    const end = matchingEnd(lines, at);
    const body = lines.slice(at + 1, end);
    const [first, last] = inLine(line, () => [bound(loop[2]!, scope), bound(loop[3]!, scope)]);
    for (let i = first; i < last; i++) out.push(...expand(body, { ...scope, [loop[1]!]: i }));
    at = end;
  }
  return out;
}

function matchingEnd(lines: readonly SourceLine[], start: number): number {
  let depth = 0;
  for (let at = start; at < lines.length; at++) {
    if (FOR.test(lines[at]!.text)) depth++;
    else if (END.test(lines[at]!.text) && --depth === 0) return at;
  }
  throw new Error(`line ${lines[start]!.line}: #for without #end: ${lines[start]!.text.trim()}`);
}

function inLine<T>(line: number, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new Error(`line ${line}: ${(error as Error).message}`);
  }
}

function bound(expression: string, scope: Readonly<Record<string, number>>): number {
  return evaluate(expression.replace(/\$/g, ''), scope);
}

function substitute(line: string, scope: Readonly<Record<string, number>>): string {
  return line
    .replace(/\$\{([^}]*)\}/g, (_, expression: string) => String(evaluate(expression, scope)))
    .replace(/\$(\w+)/g, (_, name: string) => String(lookUp(name, scope)));
}

/** Sums of products of names and numbers; no parentheses. */
function evaluate(expression: string, scope: Readonly<Record<string, number>>): number {
  return expression
    .replace(/-/g, '+-1*')
    .split('+')
    .filter((term) => term.trim() !== '')
    .map((term) => term.split('*').reduce((product, factor) => product * lookUp(factor.trim(), scope), 1))
    .reduce((sum, term) => sum + term, 0);
}

function lookUp(name: string, scope: Readonly<Record<string, number>>): number {
  const value = /^-?\d+$/.test(name) ? Number(name) : scope[name];
  if (value === undefined) throw new Error(`shader parameter ${name} is not declared by #param or #for`);
  return value;
}
