import type { Colour } from './canvas.js';

/** The few colours of sheets and charts: black enough to read, and greys that keep behind the pictures. */
export const ink: Colour = [26, 28, 31];
export const inkQuiet: Colour = [98, 104, 112];
export const hairline: Colour = [222, 225, 229];
export const paper: Colour = [255, 255, 255];

/** Line colours, told apart by colour-blind readers too, and of like weight on white. */
export const lineColours: readonly Colour[] = [
  [28, 101, 178],
  [214, 84, 46],
  [26, 137, 104],
  [140, 84, 168],
  [196, 143, 16],
  [84, 96, 108],
];
