/**
 * The one preprocessor of our shaders, for what neither `override` nor `alias` can express: shared text, textual parameters
 * (register-array sizes, constant subgroup lanes) and unrolled statements.
 *
 *   #include NAME           shaders/include/NAME.wgsl, in the first place that asks for it
 *   #param NAME = 4         declares a parameter and its default; `$NAME` is replaced everywhere
 *   #for i in 0..N          repeats the lines up to the matching #end, `$i` counting from 0 to N - 1
 *   #end
 *   ${a + b * c / d}        an integer expression of numbers, parameters and loop variables; what is divided has to go up
 */

export type Constants = Readonly<Record<string, number>>;

/** The texts of shaders/, by path without .wgsl: `conv`, `include/act`. */
export type Sources = Readonly<Record<string, string>>;

/** A line of the result, and where it comes from: a shader of `Sources`, and the line in it, from 1. */
export interface SourceLine {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

const INCLUDE = /^\s*#include\s+(\S+)\s*$/;
const PARAM = /^\s*#param\s+(\w+)\s*=\s*(\d+)\s*$/;
const FOR = /^\s*#for\s+(\w+)\s+in\s+(\S+)\s*\.\.\s*(\S+)\s*$/;
const END = /^\s*#end\s*$/;

/** The parameters that a shader and its includes declare, with their defaults. */
export function declaredConstants(sources: Sources, shader: string): Record<string, number> {
  return constantsIn(include(sources, shader));
}

/** Includes, replaces parameters, unrolls loops. Throws an Error that names file and line of what is wrong. */
export function preprocess(sources: Sources, shader: string, constants: Constants = {}): string {
  return textOf(preprocessLines(sources, shader, constants));
}

/** The same, with where each line comes from: for messages of compilers. */
export function preprocessLines(sources: Sources, shader: string, constants: Constants = {}): SourceLine[] {
  const lines = include(sources, shader);
  const scope = constantsIn(lines);
  for (const [name, value] of Object.entries(constants)) {
    if (!(name in scope)) throw new Error(`shader parameter ${name} is not declared by #param`);
    scope[name] = value;
  }
  return expand(lines, scope);
}

export function textOf(lines: readonly SourceLine[]): string {
  return lines.map(({ text }) => text).join('\n');
}

/** file:line, as editors and terminals understand it. */
export function placeOf({ file, line }: SourceLine): string {
  return `shaders/${file}.wgsl:${line}`;
}

/** A shader's lines with those of its includes. A file that was there already is not taken again. */
function include(sources: Sources, file: string, taken = new Set<string>()): SourceLine[] {
  const source = sources[file];
  if (source === undefined) throw new Error(`there is no shaders/${file}.wgsl`);
  taken.add(file);
  return source.split('\n').flatMap((text, at): SourceLine[] => {
    const line = { text, file, line: at + 1 };
    const wanted = INCLUDE.exec(text);
    if (!wanted) return [line];
    const path = `include/${wanted[1]}`;
    return taken.has(path) ? [] : placed(line, () => include(sources, path, taken));
  });
}

function constantsIn(lines: readonly SourceLine[]): Record<string, number> {
  const matches = lines.map(({ text }) => PARAM.exec(text)).filter((match) => match !== null);
  return Object.fromEntries(matches.map(([, name, value]) => [name, Number(value)]));
}

function expand(lines: readonly SourceLine[], scope: Readonly<Record<string, number>>): SourceLine[] {
  const out: SourceLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (PARAM.test(line.text)) continue;
    const loop = FOR.exec(line.text);
    if (!loop) {
      if (END.test(line.text)) throw new Error(`${placeOf(line)}: #end without #for`);
      out.push({ ...line, text: placed(line, () => substitute(line.text, scope)) });
      continue;
    }
    const end = matchingEnd(lines, at);
    const body = lines.slice(at + 1, end);
    const [first, last] = placed(line, () => [bound(loop[2]!, scope), bound(loop[3]!, scope)]);
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
  throw new Error(`${placeOf(lines[start]!)}: #for without #end: ${lines[start]!.text.trim()}`);
}

/** Whatever goes wrong in `body` is said to be on that line. */
function placed<T>(line: SourceLine, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new Error(`${placeOf(line)}: ${(error as Error).message}`);
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

/** Sums of products and quotients of names and numbers; no parentheses. */
function evaluate(expression: string, scope: Readonly<Record<string, number>>): number {
  return expression
    .replace(/-/g, '+-1*')
    .split('+')
    .filter((term) => term.trim() !== '')
    .map((term) => product(term, scope))
    .reduce((sum, term) => sum + term, 0);
}

function product(term: string, scope: Readonly<Record<string, number>>): number {
  const [, ...factors] = `*${term}`.split(/([*/])/);
  let value = 1;
  for (let at = 0; at < factors.length; at += 2) {
    const factor = lookUp(factors[at + 1]!.trim(), scope);
    value = factors[at] === '*' ? value * factor : value / factor;
  }
  if (!Number.isInteger(value)) throw new Error(`'${term.trim()}' is ${value}, not a whole number`);
  return value;
}

function lookUp(name: string, scope: Readonly<Record<string, number>>): number {
  const value = /^-?\d+$/.test(name) ? Number(name) : scope[name];
  if (value === undefined) throw new Error(`shader parameter ${name} is not declared by #param or #for`);
  return value;
}
