/** All formats. Of several networks in one file the first format's is preferred. */
import type { Format } from '../format.js';
import { bdinvertEncoder } from './bdinvert-encoder.js';
import { directions } from './directions.js';
import { idinvertEncoder } from './idinvert-encoder.js';
import { lpips } from './lpips.js';
import { pnorm } from './pnorm.js';
import { styleEncoder } from './style-encoder.js';
import { stylegan2Ada } from './stylegan2-ada.js';
import { caffeVgg, torchvision } from './torchvision.js';

export const FORMATS: readonly Format[] = [
  stylegan2Ada,
  styleEncoder,
  bdinvertEncoder,
  idinvertEncoder,
  lpips,
  torchvision,
  caffeVgg,
  pnorm,
  directions,
];
