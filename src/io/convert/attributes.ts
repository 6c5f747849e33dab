import { PickledDict, PickledObject, type PickleValue } from '../checkpoint/index.js';

/** What is under a name of a dict, or an attribute of an object. */
export function member(value: PickleValue | undefined, name: string): PickleValue | undefined {
  if (value instanceof PickledDict) return value.get(name);
  return value instanceof PickledObject ? value.attribute(name) : undefined;
}

/** A torch module's module: `synthesis.b8.conv0`. */
export function submodule(module: PickleValue | undefined, path: string): PickleValue | undefined {
  return path.split('.').reduce((found, name) => member(member(found, '_modules'), name), module);
}

/** A value in errors, in few characters. */
export function told(value: PickleValue | undefined): string {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
    return JSON.stringify(value).slice(0, 80);
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(told)}${value.length > 8 ? ',…' : ''}]`;
  return value === undefined ? 'missing' : typeof value === 'bigint' ? `${value}` : value.constructor.name;
}
