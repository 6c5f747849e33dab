/** What choices are kept by. A key that is not found only means that the preferred plan runs. */
import type { AdapterFacts } from '../adapter.js';
import type { ConvolutionShape } from '../plans/convolution/shape.js';

/** E.g. `3x3 s1 p1 16x16x512 to 16x16x512 b1`. Which plan is fastest may change with the batch, so it is in it. */
export function shapeKey(shape: ConvolutionShape): string {
  const { batch, kernelSize, stride, padding, transposed } = shape;
  const from = `${shape.inHeight}x${shape.inWidth}x${shape.inChannels}`;
  const to = `${shape.outHeight}x${shape.outWidth}x${shape.outChannels}`;
  const kernel = `${kernelSize}x${kernelSize} s${stride} p${padding}`;
  return `${transposed ? 'transposed ' : ''}${kernel} ${from} to ${to} b${batch}`;
}

/** Raise it where plans or kernels change so much that what was fastest may not be any more: what was remembered then counts no longer. */
const PLANS = 2;

/** This very adapter with this driver, by whose clock a race was run, and these plans. Of version numbers only the first part counts. */
export function adapterKey(facts: AdapterFacts): string {
  const { vendor, architecture, name, description } = facts;
  const words = [vendor, architecture, name, description].filter((word) => word !== '');
  return `${[...new Set(words)].map(majors).join(', ')}, ${units(facts)}, plans ${PLANS}`;
}

/**
 * Adapters that are alike enough to ship choices for; it is all that browsers tell of an adapter, too. Where the adapter leaves
 * its architecture empty, the class is all of the vendor's cards that do so (`nvidia, 32 lanes`); a card that tells one
 * (`nvidia hopper, 32 lanes`) is of another class, though its kernels may be as fast.
 */
export function adapterClass(facts: AdapterFacts): string {
  return `${`${facts.vendor} ${facts.architecture}`.trim()}, ${units(facts)}`;
}

/** `Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6)` to `Mesa 25 (LLVM 15)`; `550.54.15` to `550`. */
function majors(text: string): string {
  return text.replaceAll(/(?<![\w.])v?(\d+)\.\d[\w.~+-]*/g, '$1');
}

function units({ subgroupSize, matrix }: AdapterFacts): string {
  return `${subgroupSize} lanes${matrix ? ', matrix units' : ''}`;
}
