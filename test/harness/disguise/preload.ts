/** Loaded before everything else in a disguised process (as.ts). */
import { register } from 'node:module';

register('./hooks.js', import.meta.url);
