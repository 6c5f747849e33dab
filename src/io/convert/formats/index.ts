/** All formats. Of several networks in one file the first format's is preferred. */
import type { Format } from '../format.js';
import { stylegan2Ada } from './stylegan2-ada.js';

export const FORMATS: readonly Format[] = [stylegan2Ada];
