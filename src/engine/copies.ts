/** Operands that kernels read as textures: copied there before a launch, unless they lie there from an earlier one. */
import { kernelInfo, type Launch } from './launch.js';
import { type Constant, type Persistent, rootOf, type Storage, type Temporary } from './storage.js';

/** An operand of a launch in a texture. A weight that is packed so is none. */
export interface Copied {
  /** Of the binding. */
  readonly name: string;
  readonly storage: Storage;
  /** The number of its texture. */
  readonly texture: number;
  /** A launch before has the same in that texture, and nothing has written it since. */
  readonly isThere: boolean;
}

/** Of each launch. Equal operands of launches one after another lie in the same texture, and are copied once. */
export function planCopies(launches: readonly Launch<Storage>[]): readonly (readonly Copied[])[] {
  const held: (Storage | undefined)[] = [];
  return launches.map((launch) => {
    if (launch.copiesAnew) held.length = 0;
    const { bindings } = kernelInfo(launch.kernel);
    const copied = bindings
      .filter(({ name, form }) => form === 'texture' && !isInTexture(rootOf(launch.bindings[name]!).root))
      .map(({ name }, texture): Copied => {
        const storage = launch.bindings[name]!;
        const last = held[texture];
        const isThere = last !== undefined && isSame(last, storage);
        held[texture] = storage;
        return { name, storage, texture, isThere };
      });
    for (const { name, access } of bindings) {
      if (access === 'read') continue;
      const { root } = rootOf(launch.bindings[name]!);
      held.forEach((storage, texture) => {
        if (storage && rootOf(storage).root === root) held[texture] = undefined;
      });
    }
    return copied;
  });
}

/** Whether a weight is packed into a texture. */
export function isInTexture(root: Constant | Persistent | Temporary): boolean {
  return root.kind === 'constant' && root.packing.form === 'texture';
}

function isSame(one: Storage, other: Storage): boolean {
  const [a, b] = [rootOf(one), rootOf(other)];
  return a.root === b.root && a.offset === b.offset && one.bytes === other.bytes;
}
