/** What a model lacks for a method, with the command that helps where there is one. */
import { type Lack, lacks } from '../inversion/lacks.js';
import type { Method } from '../inversion/method.js';
import type { Model } from '../inversion/model.js';
import { quoted } from '../io/network-file.js';
import type { Session } from './session.js';

/** Lines for the terminal. */
export function notesOf(
  { model, modelPath }: Pick<Session, 'model' | 'modelPath'>,
  method: Method,
): string[] {
  return lacks(model, method).flatMap((lack) => [
    `Note     ${lack.note}`,
    ...remedy(lack, modelPath).map((line) => `         ${line}`),
  ]);
}

/** `, without an encoder and LPIPS`; nothing where nothing is missing. */
export function withoutWhat(model: Model, methods: readonly Method[]): string {
  const parts = new Set(methods.flatMap((method) => lacks(model, method).map(({ part }) => NAMES[part])));
  return parts.size === 0 ? '' : `, without ${[...parts].join(' and ')}`;
}

const NAMES: Readonly<Record<Lack['part'], string>> = {
  encoder: 'a base-code encoder',
  perceptual: 'LPIPS',
  pnorm: 'P-norm+ statistics',
};

function remedy({ part }: Lack, path: string | undefined): string[] {
  if (path === undefined) return [];
  if (part === 'encoder')
    return ['Give one that fits with --encoder FILE (beside one of W+ codes, if you have that).'];
  if (part === 'perceptual') return ['Give one with --lpips FILE.'];
  return [
    `To make them, once, in some minutes: fwplus statistics ${quoted(path)} -o pnorm.safetensors; then give --pnorm pnorm.safetensors.`,
  ];
}
