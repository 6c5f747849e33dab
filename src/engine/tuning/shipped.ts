/**
 * Choices that come with fwplus, by class of adapter: what was more than 10 % faster there than the preferred plan.
 * Written by bench/shipped-choices.ts.
 */
import type { ChoiceTable } from './choices.js';

export const SHIPPED: Readonly<Record<string, ChoiceTable>> = {};
