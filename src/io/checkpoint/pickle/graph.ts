import { FwplusError } from '../../../errors.js';
import { LIMITS } from './limits.js';
import { PickledDict, PickledObject, type PickleValue } from './values.js';

/** Levels below a value and itself, and the values on all paths below it and itself. */
interface Extent {
  readonly depth: number;
  readonly expanded: number;
}

interface Frame {
  readonly value: object;
  readonly children: readonly PickleValue[];
  next: number;
  depth: number;
  expanded: number;
}

const leaf: Extent = { depth: 0, expanded: 1 };

/**
 * Refuses values that hold themselves, that are deeper than `LIMITS.depth`, or that share so much that a walk along all
 * paths takes more than `LIMITS.expanded` steps. Whoever gets a value may therefore recurse into it. Looks at each object
 * once, without recursion.
 */
export function checkGraph(root: PickleValue, name: string): void {
  const hint = 'No checkpoint needs this; save its state_dict() alone, or do not trust the file.';
  const fail = (found: string) => new FwplusError(`Reading ${name}: its values ${found}`, { hint });
  const known = new Map<object, Extent | 'open'>();
  const frames: Frame[] = [];
  const extentOf = (value: PickleValue): Extent | undefined => {
    const children = childrenOf(value);
    if (!children) return leaf;
    const object = value as object;
    const found = known.get(object);
    if (found === 'open') throw fail('hold each other in a circle.');
    if (found) return found;
    known.set(object, 'open');
    frames.push({ value: object, children, next: 0, depth: 0, expanded: 1 });
    if (frames.length > LIMITS.depth) throw fail(`are nested more than ${LIMITS.depth} levels deep.`);
    return undefined;
  };
  extentOf(root);
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    if (frame.next === frame.children.length) {
      if (frame.depth >= LIMITS.depth) throw fail(`are nested more than ${LIMITS.depth} levels deep.`);
      known.set(frame.value, { depth: frame.depth + 1, expanded: frame.expanded });
      frames.pop();
      continue;
    }
    const extent = extentOf(frame.children[frame.next]!);
    if (!extent) continue;
    frame.next++;
    frame.depth = Math.max(frame.depth, extent.depth);
    frame.expanded += extent.expanded;
    if (frame.expanded > LIMITS.expanded) {
      throw fail(`are shared so often that written out they would be more than ${LIMITS.expanded}.`);
    }
  }
}

/** What a value holds; undefined where it can hold nothing. */
function childrenOf(value: PickleValue): readonly PickleValue[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof PickledDict) {
    const { attributes } = value;
    return [...value.keys(), ...value.values(), ...(attributes === undefined ? [] : [attributes])];
  }
  if (value instanceof PickledObject) {
    const { args, state = null, items, entries } = value;
    return [args as PickleValue[], state, items, entries];
  }
  return undefined;
}
