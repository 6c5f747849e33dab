/** All formats. Of several networks in one file the first format's is preferred. */
import type { Format } from '../format.js';
import { bdinvertEncoder } from './bdinvert-encoder.js';
import { directions } from './directions.js';
import { idinvertEncoder } from './idinvert-encoder.js';
import { lpips } from './lpips.js';
import { pnorm } from './pnorm.js';
import { styleEncoder } from './style-encoder.js';
import { stylegan1Genforce } from './stylegan1-genforce.js';
import { stylegan1Idinvert } from './stylegan1-idinvert.js';
import { stylegan1Tensorflow } from './stylegan1-tensorflow.js';
import { stylegan2Ada } from './stylegan2-ada.js';
import { stylegan2Genforce } from './stylegan2-genforce.js';
import { stylegan2Rosinality } from './stylegan2-rosinality.js';
import { stylegan2Tensorflow } from './stylegan2-tensorflow.js';
import { caffeVgg, torchvision } from './torchvision.js';

export const FORMATS: readonly Format[] = [
  // Its files hold a generator, too.
  styleEncoder,
  stylegan2Ada,
  stylegan2Tensorflow,
  stylegan2Genforce,
  stylegan2Rosinality,
  stylegan1Tensorflow,
  stylegan1Genforce,
  stylegan1Idinvert,
  bdinvertEncoder,
  idinvertEncoder,
  lpips,
  torchvision,
  caffeVgg,
  pnorm,
  directions,
];
