/** All formats. Of several networks in one file the first format's is preferred. */
import type { Format } from '../format.js';
import { stylegan1Genforce } from './stylegan1-genforce.js';
import { stylegan1Idinvert } from './stylegan1-idinvert.js';
import { stylegan1Tensorflow } from './stylegan1-tensorflow.js';
import { stylegan2Ada } from './stylegan2-ada.js';
import { stylegan2Genforce } from './stylegan2-genforce.js';
import { stylegan2Rosinality } from './stylegan2-rosinality.js';
import { stylegan2Tensorflow } from './stylegan2-tensorflow.js';

export const FORMATS: readonly Format[] = [
  stylegan2Ada,
  stylegan2Tensorflow,
  stylegan2Genforce,
  stylegan2Rosinality,
  stylegan1Tensorflow,
  stylegan1Genforce,
  stylegan1Idinvert,
];
