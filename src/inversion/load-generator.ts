/** The generator of a manifest, or of a converted file's options: which network it is, and what of it stands in no weight. */
import { FwplusError } from '../errors.js';
import type { Generator } from '../nets/generator.js';
import type { StateDict } from '../nets/state.js';
import { FUSED_FROM, StyleGan1 } from '../nets/stylegan1.js';
import { StyleGan2 } from '../nets/stylegan2.js';

/** What a manifest says of its generator; nothing where it is a StyleGAN2 of the usual form. */
export interface GeneratorManifest {
  /** StyleGAN2 by default. */
  readonly architecture?: 'stylegan1' | 'stylegan2';
  /** StyleGAN2: layer outputs are held within ±conv_clamp: of networks trained with fp16. */
  readonly conv_clamp?: number | null;
  /** StyleGAN2: the demodulation epsilon goes with I·K²: of weights from rosinality's or genforce's programs. */
  readonly scaled_demodulation_epsilon?: boolean;
  /** StyleGAN1: the picture goes through a tanh. */
  readonly final_tanh?: boolean;
  /** StyleGAN1: the least side with an up-convolution of the fused form, 128 by default; null for none. */
  readonly fused_from?: number | null;
}

/** Which options belong to which network, and what they have to be. */
const OPTIONS = {
  conv_clamp: { of: 'stylegan2', wanted: 'a number above 0, or null', fits: isPositiveOrNull },
  scaled_demodulation_epsilon: { of: 'stylegan2', wanted: 'true or false', fits: isBoolean },
  final_tanh: { of: 'stylegan1', wanted: 'true or false', fits: isBoolean },
  fused_from: { of: 'stylegan1', wanted: 'a number above 0, or null', fits: isPositiveOrNull },
} as const;

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isPositiveOrNull(value: unknown): boolean {
  return value === null || (typeof value === 'number' && value > 0);
}

/**
 * @param where what holds it, for errors.
 * @throws FwplusError where the manifest names a network that we have not, or an option is of no use to it.
 */
export function checkGeneratorManifest(manifest: GeneratorManifest, where: string, hint: string): void {
  const { architecture = 'stylegan2' } = manifest;
  const wrong = (found: string) => new FwplusError(`${where} has a ${found}.`, { hint });
  if (architecture !== 'stylegan1' && architecture !== 'stylegan2') {
    throw wrong(`architecture of ${JSON.stringify(architecture)}, wanted 'stylegan1' or 'stylegan2'`);
  }
  for (const [name, option] of Object.entries(OPTIONS)) {
    const value = manifest[name as keyof typeof OPTIONS];
    if (value === undefined) continue;
    const found = `${name} of ${JSON.stringify(value)}`;
    if (!option.fits(value)) throw wrong(`${found}, wanted ${option.wanted}`);
    if (value !== null && value !== false && option.of !== architecture) {
      throw wrong(`${found}, which is of a ${option.of}, while its architecture is ${architecture}`);
    }
  }
}

/** @throws FwplusError where the weights are not of the network that the manifest names. */
export function makeGenerator(manifest: GeneratorManifest, state: StateDict): Generator {
  if (manifest.architecture === 'stylegan1') {
    const { final_tanh: tanh = false, fused_from: fusedFrom = FUSED_FROM } = manifest;
    return new StyleGan1(state, { tanh, fusedFrom: fusedFrom ?? Number.POSITIVE_INFINITY });
  }
  const { conv_clamp: clamp, scaled_demodulation_epsilon: scaledEpsilon = false } = manifest;
  return new StyleGan2(state, { scaledEpsilon, ...(typeof clamp === 'number' && { clamp }) });
}

/** What tells apart two generators of the same weights, one text for each manifest. */
export function generatorFingerprint({
  architecture,
  conv_clamp: clamp,
  scaled_demodulation_epsilon: scaled,
  final_tanh: tanh,
  fused_from: fusedFrom = FUSED_FROM,
}: GeneratorManifest): string[] {
  if (architecture === 'stylegan1') {
    return [
      `architecture ${architecture}`,
      `final_tanh ${tanh ?? false}`,
      `fused_from ${fusedFrom ?? 'none'}`,
    ];
  }
  return [`conv_clamp ${clamp ?? 'none'}`, `scaled_demodulation_epsilon ${scaled ?? false}`];
}
