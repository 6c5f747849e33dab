/** Processes whose adapter is disguised: Node is told to load webgpu.ts beside this file where `webgpu` is imported. */

/**
 *   hardware  the adapter, named as a card, with the features that it has
 *   bare      the same without optional features
 *   null      Dawn's null backend, which computes nothing
 */
export type Disguise = 'hardware' | 'bare' | 'null';

/** For whole runs of the tests. */
export const RUNS: readonly Disguise[] = ['hardware', 'bare'];

/** The environment of such a process. */
export function disguisedAs(disguise: Disguise): Record<string, string> {
  return { FWPLUS_TEST_AS: disguise, NODE_OPTIONS: `--import=${new URL('./preload.js', import.meta.url)}` };
}

/** What this process is disguised as. */
export const ownDisguise = process.env.FWPLUS_TEST_AS as Disguise | undefined;
