/** What we know of an adapter: its name, its features, and whether it is software. */
import { gpu, noAdapterHint } from '#device';
import { FwplusError } from '../errors.js';

export interface AdapterFacts {
  /** As a person would name it, e.g. `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Runs on the CPU. */
  readonly software: boolean;
  readonly features: ReadonlySet<string>;
  /** Lanes of a subgroup where it is one known number and the feature is there; otherwise 0. */
  readonly subgroupSize: number;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|basic render|warp|softpipe/i;

export function factsOf(adapter: GPUAdapter): AdapterFacts {
  const info = adapter.info;
  const name =
    [info.device, info.description, info.architecture, info.vendor].find((text) => text) ?? 'unnamed adapter';
  const everything = [info.vendor, info.architecture, info.device, info.description].join(' ');
  const uniformSubgroups =
    adapter.features.has('subgroups') && info.subgroupMinSize === info.subgroupMaxSize
      ? info.subgroupMaxSize
      : 0;
  return {
    name,
    vendor: info.vendor,
    architecture: info.architecture,
    description: info.description,
    software: info.isFallbackAdapter || SOFTWARE.test(everything),
    features: new Set(adapter.features),
    subgroupSize: uniformSubgroups,
  };
}

/** One line for people: the name, the driver, and a plain word where it is software. */
export function describeAdapter(facts: AdapterFacts): string {
  const driver = facts.description && facts.description !== facts.name ? `, ${facts.description}` : '';
  return `${facts.name}${driver}${facts.software ? ' (software: runs on the CPU)' : ''}`;
}

/**
 * The adapter to use. `wanted` is part of its name or description, or `software` or `hardware`; without it the system's choice.
 * Throws where there is none, where its name does not match, and for Dawn's null backend, which computes nothing.
 */
export async function requestAdapter(wanted?: string): Promise<GPUAdapter> {
  const instance = gpu();
  if (!instance) throw new FwplusError('This host has no WebGPU.', { hint: noAdapterHint });
  const options: GPURequestAdapterOptions[] = [
    { powerPreference: 'high-performance', forceFallbackAdapter: wanted === 'software' },
    { powerPreference: 'low-power' },
    { forceFallbackAdapter: true },
  ];
  const seen = new Set<string>();
  for (const option of wanted ? options : options.slice(0, 1)) {
    const adapter = await instance.requestAdapter(option);
    if (!adapter) continue;
    const facts = factsOf(adapter);
    if (/null/i.test(facts.name) && !facts.software) {
      throw new FwplusError(
        `The adapter '${facts.name}' is a null backend: it accepts work and computes nothing.`,
        {
          hint: noAdapterHint,
        },
      );
    }
    if (!wanted || matches(facts, wanted)) return adapter;
    seen.add(facts.name);
  }
  if (seen.size > 0) {
    throw new FwplusError(`No adapter matches '${wanted}'. Found: ${[...seen].join(', ')}.`, {
      hint: 'Leave --adapter out to take the default one, or give part of one of these names.',
    });
  }
  throw new FwplusError('No WebGPU adapter was found.', { hint: noAdapterHint });
}

function matches(facts: AdapterFacts, wanted: string): boolean {
  if (wanted === 'software') return facts.software;
  if (wanted === 'hardware') return !facts.software;
  return `${facts.name} ${facts.description} ${facts.vendor}`.toLowerCase().includes(wanted.toLowerCase());
}
