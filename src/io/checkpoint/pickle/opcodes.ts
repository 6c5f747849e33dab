/** The opcodes of pickle protocols 0 to 5, as Python's pickletools describes them. */

/**
 * What follows an opcode: numbers by their size in bytes (`int4` signed), `line` and `lines2` text up to newlines, the
 * others a length of so many bytes and then that many bytes (`string`: Python 2's, `text`: UTF-8, `long`: an integer).
 */
export type Argument =
  | 'none'
  | 'uint1'
  | 'uint2'
  | 'uint4'
  | 'uint8'
  | 'int4'
  | 'float8'
  | 'line'
  | 'lines2'
  | `${'string' | 'text' | 'bytes' | 'long'}${1 | 4 | 8}`;

const rows = [
  ['MARK', '(', 'none'],
  ['STOP', '.', 'none'],
  ['POP', '0', 'none'],
  ['POP_MARK', '1', 'none'],
  ['DUP', '2', 'none'],
  ['FLOAT', 'F', 'line'],
  ['INT', 'I', 'line'],
  ['BININT', 'J', 'int4'],
  ['BININT1', 'K', 'uint1'],
  ['LONG', 'L', 'line'],
  ['BININT2', 'M', 'uint2'],
  ['NONE', 'N', 'none'],
  ['PERSID', 'P', 'line'],
  ['BINPERSID', 'Q', 'none'],
  ['REDUCE', 'R', 'none'],
  ['STRING', 'S', 'line'],
  ['BINSTRING', 'T', 'string4'],
  ['SHORT_BINSTRING', 'U', 'string1'],
  ['UNICODE', 'V', 'line'],
  ['BINUNICODE', 'X', 'text4'],
  ['APPEND', 'a', 'none'],
  ['BUILD', 'b', 'none'],
  ['GLOBAL', 'c', 'lines2'],
  ['DICT', 'd', 'none'],
  ['EMPTY_DICT', '}', 'none'],
  ['APPENDS', 'e', 'none'],
  ['GET', 'g', 'line'],
  ['BINGET', 'h', 'uint1'],
  ['INST', 'i', 'lines2'],
  ['LONG_BINGET', 'j', 'uint4'],
  ['LIST', 'l', 'none'],
  ['EMPTY_LIST', ']', 'none'],
  ['OBJ', 'o', 'none'],
  ['PUT', 'p', 'line'],
  ['BINPUT', 'q', 'uint1'],
  ['LONG_BINPUT', 'r', 'uint4'],
  ['SETITEM', 's', 'none'],
  ['TUPLE', 't', 'none'],
  ['EMPTY_TUPLE', ')', 'none'],
  ['SETITEMS', 'u', 'none'],
  ['BINFLOAT', 'G', 'float8'],
  ['BINBYTES', 'B', 'bytes4'],
  ['SHORT_BINBYTES', 'C', 'bytes1'],
  ['PROTO', '\x80', 'uint1'],
  ['NEWOBJ', '\x81', 'none'],
  ['EXT1', '\x82', 'uint1'],
  ['EXT2', '\x83', 'uint2'],
  ['EXT4', '\x84', 'int4'],
  ['TUPLE1', '\x85', 'none'],
  ['TUPLE2', '\x86', 'none'],
  ['TUPLE3', '\x87', 'none'],
  ['NEWTRUE', '\x88', 'none'],
  ['NEWFALSE', '\x89', 'none'],
  ['LONG1', '\x8a', 'long1'],
  ['LONG4', '\x8b', 'long4'],
  ['SHORT_BINUNICODE', '\x8c', 'text1'],
  ['BINUNICODE8', '\x8d', 'text8'],
  ['BINBYTES8', '\x8e', 'bytes8'],
  ['EMPTY_SET', '\x8f', 'none'],
  ['ADDITEMS', '\x90', 'none'],
  ['FROZENSET', '\x91', 'none'],
  ['NEWOBJ_EX', '\x92', 'none'],
  ['STACK_GLOBAL', '\x93', 'none'],
  ['MEMOIZE', '\x94', 'none'],
  ['FRAME', '\x95', 'uint8'],
  ['BYTEARRAY8', '\x96', 'bytes8'],
  ['NEXT_BUFFER', '\x97', 'none'],
  ['READONLY_BUFFER', '\x98', 'none'],
] as const satisfies readonly (readonly [string, string, Argument])[];

export type OpcodeName = (typeof rows)[number][0];

export interface Opcode {
  readonly name: OpcodeName;
  readonly argument: Argument;
}

/** Opcodes by their byte. */
export const opcodes: readonly (Opcode | undefined)[] = (() => {
  const table: (Opcode | undefined)[] = new Array(256).fill(undefined);
  for (const [name, character, argument] of rows) table[character.charCodeAt(0)] = { name, argument };
  return table;
})();
