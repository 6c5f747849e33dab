/**
 * Choices that come with fwplus, by class of adapter (see adapterClass): what was more than 10 % faster than the preferred plan,
 * on the one adapter of the class that was raced.
 * Written by bench/shipped-choices.ts.
 */
import type { ChoiceTable } from './choices.js';

export const SHIPPED: Readonly<Record<string, ChoiceTable>> = {
  'nvidia, 32 lanes': {
    '3x3 s1 p1 128x128x256 to 128x128x256 b1': 'winograd F4 tiled 4x8',
    '3x3 s1 p1 8x8x128 to 8x8x128 b1': 'winograd F2 shared 32x64',
    'transposed 3x3 s1 p1 128x128x256 to 128x128x256 b1': 'winograd F4 tiled 4x8',
    'transposed 3x3 s1 p1 8x8x128 to 8x8x64 b1': 'winograd F2 shared 32x64',
  },
};
