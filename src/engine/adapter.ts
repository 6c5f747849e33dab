/** What we know of an adapter: its name, its features, and whether it is software. */
import { type Found, findAdapter, noAdapterHint } from '#device';
import { FwplusError } from '../errors.js';

/** What an adapter's matrix units multiply: M by K with K by N halves, with sums of single precision. */
export interface MatrixTile {
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

export interface AdapterFacts {
  /** As the driver names it, e.g. `llvmpipe-llvm-15-0-6-256-bits-`. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Runs on the CPU. */
  readonly software: boolean;
  /** The adapter's, and those of the host's WGSL. */
  readonly features: ReadonlySet<string>;
  /**
   * Lanes of a subgroup where it is one known number and the feature is there; otherwise 0. Of a Device only after a probe
   * has shown that a workgroup of as many threads is one subgroup.
   */
  readonly subgroupSize: number;
  /** Of a Device where matrix units were asked for; see `matrixOf`. */
  readonly matrix?: MatrixTile;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|basic render|warp|softpipe/i;

/** Mesa's software adapter, as its names have it. */
export const LLVMPIPE = 'llvmpipe';

/** Whether a kernel is compiled when it first runs, and kept on disk for all devices; of other drivers it is not known. */
export function compilesAtFirstRun({ name }: AdapterFacts): boolean {
  return name.toLowerCase().includes(LLVMPIPE);
}

/** In WGSL's list of language features. */
export const TEXTURE_READS = 'readonly_and_readwrite_storage_textures';

/** Whether kernels had better read from textures: on software adapters (shaders/include/texture.wgsl); of others it is not known. */
export function prefersTextures({ software, features }: AdapterFacts): boolean {
  return software && features.has(TEXTURE_READS);
}

/** How many loads a thread asks for before it uses them: on software adapters more gain nothing, and take three times as long to compile. */
export function loadsAtOnce({ software }: AdapterFacts): number {
  return software ? 1 : 8;
}

/** Features of the adapter that matrix units need. */
export const MATRIX_FEATURES = ['chromium-experimental-subgroup-matrix', 'shader-f16'];
/** And a language feature of WGSL. */
const SUBGROUP_ID = 'subgroup_id';

/** An entry of `subgroupMatrixConfigs`, which @webgpu/types does not have. */
interface MatrixConfig extends MatrixTile {
  readonly componentType: string;
  readonly resultComponentType: string;
}

/** Of an adapter's matrix units, the largest that shaders/conv_matrix.wgsl can be made of. */
export function matrixOf({ adapter: { info, features }, instance }: Found): MatrixTile | undefined {
  if (!MATRIX_FEATURES.every((feature) => features.has(feature))) return undefined;
  if (!instance.wgslLanguageFeatures.has(SUBGROUP_ID)) return undefined;
  const { subgroupMatrixConfigs = [] } = info as { readonly subgroupMatrixConfigs?: Iterable<MatrixConfig> };
  const [largest] = [...subgroupMatrixConfigs]
    .filter((it) => it.componentType === 'f16' && it.resultComponentType === 'f32')
    .filter(({ M, N, K }) => 32 % M === 0 && 32 % N === 0 && 32 % K === 0 && K % 4 === 0 && M * N <= 256)
    .sort((one, other) => other.M * other.N * other.K - one.M * one.N * one.K);
  return largest && { M: largest.M, N: largest.N, K: largest.K };
}

/** Four subgroups are a workgroup of conv_matrix, of WebGPU's default limit of 256 threads at most. */
const MOST_MATRIX_LANES = 64;

/** Whether convolutions may run on matrix units, as far as the adapter tells. */
export function offersMatrices({
  matrix,
  subgroupSize,
}: Pick<AdapterFacts, 'matrix' | 'subgroupSize'>): boolean {
  return matrix !== undefined && subgroupSize > 0 && subgroupSize <= MOST_MATRIX_LANES;
}

export function factsOf({ adapter, instance }: Found): AdapterFacts {
  const info = adapter.info;
  const name =
    [info.device, info.description, info.architecture, info.vendor].find((text) => text) ?? 'unnamed adapter';
  const everything = [info.vendor, info.architecture, info.device, info.description].join(' ');
  const uniformSubgroups =
    adapter.features.has('subgroups') && info.subgroupMinSize === info.subgroupMaxSize
      ? (info.subgroupMaxSize ?? 0)
      : 0;
  return {
    name,
    vendor: info.vendor,
    architecture: info.architecture,
    description: info.description,
    software: info.isFallbackAdapter || SOFTWARE.test(everything),
    features: new Set([...adapter.features, ...(instance.wgslLanguageFeatures ?? [])]),
    subgroupSize: uniformSubgroups,
  };
}

/** One line for people: the card and its driver; of software the driver alone, and a plain word; and where matrix units are used, that. */
export function describeAdapter({ name, description, software, matrix }: AdapterFacts): string {
  const units = matrix ? ', fp16 operands on matrix units' : '';
  if (software) return `${description || name} (software: runs on the CPU${units})`;
  const more = [description === name ? '' : description, units.slice(2)].filter(Boolean).join(', ');
  return more === '' ? name : `${name} (${more})`;
}

/**
 * The adapter to use. `wanted` is part of its name, or `software` or `hardware`; without it the system's choice.
 * With `experiments` it may offer features that WebGPU does not have yet. Throws where there is none, where none matches, and for Dawn's null backend, which computes nothing.
 */
export async function requestAdapter(wanted?: string, experiments = false): Promise<Found> {
  const found = await findAdapter(
    { powerPreference: 'high-performance', forceFallbackAdapter: wanted === 'software' },
    wanted === 'software' || wanted === 'hardware' ? undefined : wanted,
    experiments,
  );
  if (!('adapter' in found)) {
    if (wanted === undefined || found.names.length === 0) {
      throw new FwplusError('No WebGPU adapter was found.', { hint: noAdapterHint });
    }
    throw new FwplusError(`No adapter matches '${wanted}'. Found: ${found.names.join(', ')}.`, {
      hint: 'Leave --adapter out to take the default one, or give part of one of these names.',
    });
  }
  const facts = factsOf(found);
  if (/null/i.test(facts.name)) {
    throw new FwplusError(
      `The adapter '${facts.name}' is a null backend: it accepts work and computes nothing.`,
      {
        hint: noAdapterHint,
      },
    );
  }
  if (wanted === 'hardware' && facts.software) {
    throw new FwplusError(`No hardware adapter was found, only ${describeAdapter(facts)}.`, {
      hint: 'Install the GPU’s Vulkan driver (NVIDIA: the proprietary one; AMD, Intel: mesa-vulkan-drivers).',
    });
  }
  return found;
}
