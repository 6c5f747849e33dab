/** The package `webgpu` with another adapter, of a machine that is not here; see as.ts. */
import { create as createReal, globals } from 'webgpu';
import { ownDisguise } from './as.js';

export { globals };

export function create(flags: string[]): GPU {
  if (ownDisguise === 'null') return createReal([...flags, 'backend=null']);
  const gpu = createReal(flags);
  // Whichever is wanted: a card is no fallback adapter.
  const requestAdapter = async () => {
    const adapter = await gpu.requestAdapter();
    return adapter && disguised(adapter);
  };
  return instead(gpu, { requestAdapter });
}

function disguised(adapter: GPUAdapter): GPUAdapter {
  const isBare = ownDisguise === 'bare';
  const name = isBare ? 'bare card' : 'card';
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  const info = {
    ...{ vendor: 'nvidia', architecture: '', device: name, description: name, isFallbackAdapter: false },
    ...(!isBare && { subgroupMinSize, subgroupMaxSize }),
  };
  return instead(adapter, { info, ...(isBare && { features: new Set<string>() }) });
}

/** The same object with some members of its own. */
function instead<T extends object>(object: T, own: Readonly<Record<string, unknown>>): T {
  return new Proxy(object, {
    get(_, key) {
      if (typeof key === 'string' && key in own) return own[key];
      const value = Reflect.get(object, key);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}
