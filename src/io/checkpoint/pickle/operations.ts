import type { ArgumentValue } from './arguments.js';
import { admit, construct } from './globals.js';
import { decimal, float, quoted, rawUnicode } from './literals.js';
import type { Machine } from './machine.js';
import type { OpcodeName } from './opcodes.js';
import { setState } from './states.js';
import { PickledDict, PickledGlobal, PickledObject, type PickleValue } from './values.js';

/** What an opcode does to the machine; `argument` is what the opcode's table says. */
export type Handler = (machine: Machine, argument?: ArgumentValue) => void | Promise<void>;

type Value = PickleValue & ArgumentValue;

const push: Handler = (machine, argument) => machine.push(argument as Value);

/** A handler of an opcode with a line of text: `read` gives undefined where it is not valid. */
function literal(what: string, read: (text: string) => PickleValue | undefined): Handler {
  return (machine, argument) => {
    const value = read(argument as string);
    if (value === undefined) {
      throw machine.fail(`has ${JSON.stringify((argument as string).slice(0, 40))}, which is no ${what}.`);
    }
    machine.push(value);
  };
}

/** Values as a list, tuple or set. */
function sequence(machine: Machine, values: PickleValue[]): void {
  machine.spend('members', values.length);
  machine.pushObject(values);
}

function popped(machine: Machine, count: number): PickleValue[] {
  return Array.from({ length: count }, () => machine.pop()).reverse();
}

function append(machine: Machine, values: readonly PickleValue[]): void {
  const target = machine.top();
  const list = target instanceof PickledObject ? target.items : target;
  if (!Array.isArray(list)) throw machine.fail('finds no list to append to.');
  machine.spend('members', values.length);
  for (const value of values) list.push(value);
}

function setItems(machine: Machine, pairs: readonly PickleValue[]): void {
  const target = machine.top();
  const dict = target instanceof PickledObject ? target.entries : target;
  if (!(dict instanceof PickledDict)) throw machine.fail('finds no dict to set items in.');
  machine.setItems(dict, pairs);
}

const get: Handler = (machine, argument) => {
  const index = typeof argument === 'string' ? decimal(argument) : argument;
  const value = machine.memo.get(index as number);
  if (value === undefined) throw machine.fail(`asks for memo ${index}, which was never written.`);
  machine.push(machine.replaced.get(value) ?? value);
};

const put: Handler = (machine, argument) => {
  const index = typeof argument === 'string' ? decimal(argument) : argument;
  if (typeof index !== 'number' || index < 0) throw machine.fail(`has no valid number for the memo.`);
  machine.memo.set(index, machine.top());
};

function nameGlobal(machine: Machine, module: PickleValue, name: PickleValue): PickledGlobal {
  if (typeof module !== 'string' || typeof name !== 'string') throw machine.fail('names no class.');
  return admit(module, name, machine);
}

/** Makes what a call would: a value of the list in globals.ts, or an opaque object. */
async function call(machine: Machine, callee: PickleValue, args: PickleValue): Promise<void> {
  if (!(callee instanceof PickledGlobal) || !Array.isArray(args)) {
    throw machine.fail('finds no class with a tuple of arguments.');
  }
  machine.spend('members', args.length);
  machine.pushObject(await construct(callee, [...args], machine));
}

const reduce: Handler = (machine) => {
  const args = machine.pop();
  return call(machine, machine.pop(), args);
};

function persistentLoad(machine: Machine, id: PickleValue): void {
  if (!machine.persistent) {
    throw machine.fail('asks for an object outside of the pickle, and this kind of file has none.');
  }
  machine.pushObject(machine.persistent(id, machine));
}

const extension: Handler = (machine) => {
  throw machine.fail(
    'asks for a class by a number of a registry that only the program has which wrote the file.',
    'Save the state_dict() alone.',
  );
};

const buffer: Handler = (machine) => {
  throw machine.fail(
    'asks for a buffer outside of the pickle, which the file does not have.',
    'Save it without a buffer_callback.',
  );
};

export const handlers: Readonly<Record<Exclude<OpcodeName, 'STOP'>, Handler>> = {
  PROTO(machine, version) {
    if ((version as number) > 5) throw machine.fail(`has protocol ${version}; 0 to 5 are read.`);
  },
  FRAME(machine, length) {
    if ((length as number) > machine.left) {
      throw machine.fail(`has ${length} bytes, the file only ${machine.left} more: it is truncated.`);
    }
  },

  NONE: (machine) => machine.push(null),
  NEWTRUE: (machine) => machine.push(true),
  NEWFALSE: (machine) => machine.push(false),
  INT: literal('integer', (text) => (text === '00' ? false : text === '01' ? true : decimal(text))),
  LONG: literal('integer', (text) => decimal(text.replace(/L$/, ''))),
  FLOAT: literal('float', float),
  STRING: literal('string in quotes', quoted),
  UNICODE: literal('text', rawUnicode),
  BININT: push,
  BININT1: push,
  BININT2: push,
  LONG1: push,
  LONG4: push,
  BINFLOAT: push,
  BINSTRING: push,
  SHORT_BINSTRING: push,
  BINUNICODE: push,
  SHORT_BINUNICODE: push,
  BINUNICODE8: push,
  BINBYTES: push,
  SHORT_BINBYTES: push,
  BINBYTES8: push,
  BYTEARRAY8: push,

  MARK: (machine) => {
    machine.marks.push(machine.stack.length);
  },
  POP(machine) {
    // As in CPython: a mark on top is what is popped.
    if (machine.marks.at(-1) === machine.stack.length) machine.marks.pop();
    else machine.pop();
  },
  POP_MARK: (machine) => {
    machine.popToMark();
  },
  DUP: (machine) => machine.push(machine.top()),
  GET: get,
  BINGET: get,
  LONG_BINGET: get,
  PUT: put,
  BINPUT: put,
  LONG_BINPUT: put,
  MEMOIZE: (machine) => put(machine, machine.memo.size),

  EMPTY_TUPLE: (machine) => machine.pushObject([]),
  TUPLE1: (machine) => sequence(machine, popped(machine, 1)),
  TUPLE2: (machine) => sequence(machine, popped(machine, 2)),
  TUPLE3: (machine) => sequence(machine, popped(machine, 3)),
  TUPLE: (machine) => sequence(machine, machine.popToMark()),
  EMPTY_LIST: (machine) => machine.pushObject([]),
  LIST: (machine) => sequence(machine, machine.popToMark()),
  APPEND: (machine) => append(machine, popped(machine, 1)),
  APPENDS: (machine) => append(machine, machine.popToMark()),
  EMPTY_SET: (machine) => machine.pushObject([]),
  FROZENSET: (machine) => sequence(machine, machine.popToMark()),
  ADDITEMS: (machine) => append(machine, machine.popToMark()),
  EMPTY_DICT: (machine) => machine.pushObject(new PickledDict()),
  DICT(machine) {
    const dict = new PickledDict();
    machine.setItems(dict, machine.popToMark());
    machine.pushObject(dict);
  },
  SETITEM: (machine) => setItems(machine, popped(machine, 2)),
  SETITEMS: (machine) => setItems(machine, machine.popToMark()),

  GLOBAL: (machine, lines) => machine.push(nameGlobal(machine, ...(lines as readonly [string, string]))),
  STACK_GLOBAL(machine) {
    const [module, name] = popped(machine, 2);
    machine.push(nameGlobal(machine, module!, name!));
  },
  INST: (machine, lines) =>
    call(machine, nameGlobal(machine, ...(lines as readonly [string, string])), machine.popToMark()),
  OBJ(machine) {
    const [callee = null, ...args] = machine.popToMark();
    return call(machine, callee, args);
  },
  REDUCE: reduce,
  NEWOBJ: reduce,
  async NEWOBJ_EX(machine) {
    const [callee, args, names] = popped(machine, 3);
    if (!(names instanceof PickledDict)) throw machine.fail('finds no dict of named arguments.');
    await call(machine, callee!, args!);
    const made = machine.top();
    if (made instanceof PickledObject) machine.setItems(made.entries, [...names].flat());
  },
  BUILD(machine) {
    const state = machine.pop();
    const target = machine.pop();
    const value = setState(target, state, machine);
    if (value !== target) machine.replaced.set(target, value);
    machine.push(value);
  },
  PERSID: (machine, id) => persistentLoad(machine, id as string),
  BINPERSID: (machine) => persistentLoad(machine, machine.pop()),
  EXT1: extension,
  EXT2: extension,
  EXT4: extension,
  NEXT_BUFFER: buffer,
  READONLY_BUFFER: buffer,
};
