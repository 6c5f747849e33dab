/** Where the time of one step goes, layer by layer, forward and backward. */
import { type Machine, machineOf } from '../../src/cli/bench-results.js';
import type { Colour } from '../../src/io/draw/canvas.js';
import type { Scene, Shape } from '../../src/io/draw/scene.js';
import { measureText } from '../../src/io/draw/text.js';
import { hairline, ink, inkQuiet, lineColours } from '../../src/io/draw/theme.js';
import { linearAxis } from '../../src/io/ticks.js';
import type { StepRow } from '../step-rows.js';
import { heading } from './roofline.js';

const WIDTH = 760;
const ROW = 22;
const TOP = 132;
const FORWARD: Colour = lineColours[0]!;
const BACKWARD: Colour = lineColours[1]!;

export function layerScene({ shape, ms, outsideKernels, layers }: StepRow, machine: Machine): Scene {
  const names = Math.max(...layers.map(({ layer }) => measureText(layer, { size: 13 })));
  const left = Math.round(28 + names + 14);
  const right = WIDTH - 84;
  const most = Math.max(...layers.map(({ forward, backward }) => forward + backward));
  const axis = linearAxis(0, most, 5);
  const bottom = TOP + ROW * layers.length;
  const x = (value: number) => left + axis.position(value) * (right - left);
  const outside =
    outsideKernels === null ? '' : `, ${(100 * outsideKernels).toFixed(0)} % of it outside kernels`;
  return {
    width: WIDTH,
    height: bottom + 60,
    shapes: [
      ...heading(
        `One step of inversion at ${shape} × ${shape}, by layer`,
        `${machineOf(machine)}. ${seconds(ms)} a step${outside}.`,
        WIDTH,
      ),
      ...legend(right),
      ...axis.ticks.flatMap(({ value, label }): Shape[] => [
        { kind: 'line', points: [x(value), TOP - 6, x(value), bottom], width: 1, colour: hairline },
        {
          kind: 'text',
          text: label,
          x: x(value),
          y: bottom + 20,
          size: 12,
          colour: inkQuiet,
          align: 'centre',
        },
      ]),
      {
        kind: 'text',
        text: 'milliseconds',
        x: (left + right) / 2,
        y: bottom + 42,
        size: 12,
        colour: inkQuiet,
        align: 'centre',
      },
      ...layers.flatMap((layer, at): Shape[] => {
        const y = TOP + ROW * at + ROW / 2;
        const sum = layer.forward + layer.backward;
        return [
          {
            kind: 'text',
            text: layer.layer,
            x: left - 14,
            y: y + 4.5,
            size: 13,
            colour: ink,
            align: 'right',
          },
          ...bar(x(layer.forward), x(sum), y, BACKWARD),
          ...bar(x(0), x(layer.forward), y, FORWARD),
          {
            kind: 'text',
            text: sum >= 10 ? Math.round(sum).toLocaleString('en-US') : sum.toPrecision(2),
            x: x(sum) + 10,
            y: y + 4,
            size: 12,
            colour: inkQuiet,
          },
        ];
      }),
    ],
  };
}

const THICK = 10;

/** From x to x, flush with both: thin lines, since the ends of a thick one are round. */
function bar(from: number, to: number, y: number, colour: Colour): Shape[] {
  if (to - from < 0.5) return [];
  return Array.from({ length: THICK }, (_, at): Shape => {
    const height = y - THICK / 2 + at + 0.5;
    return { kind: 'line', points: [from + 0.5, height, to - 0.5, height], width: 1.2, colour };
  });
}

function legend(right: number): Shape[] {
  const entries: readonly (readonly [string, Colour])[] = [
    ['forward', FORWARD],
    ['backward', BACKWARD],
  ];
  return entries.flatMap(([name, colour], at): Shape[] => {
    const at0 = right - 170 + 90 * at;
    return [
      { kind: 'line', points: [at0, 100, at0, 100], width: 9, colour },
      { kind: 'text', text: name, x: at0 + 12, y: 104.5, size: 13, colour: ink },
    ];
  });
}

function seconds(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
