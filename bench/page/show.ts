/** Results in the page: facts, tables, charts. */
import {
  EFFECTIVE_NOTE,
  isEffective,
  machineOf,
  type Results,
  type Row,
} from '../../src/cli/bench-results.js';
import { digits } from '../../src/cli/bench-table.js';
import { sceneToSvg } from '../../src/io/draw/scene.js';
import { layerScene } from '../charts/layers.js';
import { rooflinePoints, rooflineScene } from '../charts/roofline.js';
import { isStep, type StepRow } from '../step-rows.js';

export function showFacts({ versions, ceilings, ...machine }: Results): void {
  const facts = [
    ['Adapter', machineOf(machine)],
    ['Browser', browserOf(versions.browser ?? '')],
    ['Multiply-adds', `${digits(ceilings.fma_gflops)} GFLOP/s`],
    ['Copy', `${digits(ceilings.copy_gbs)} GB/s, read and written`],
  ];
  document
    .getElementById('facts')!
    .replaceChildren(...facts.flatMap(([name, value]) => [made('dt', name!), made('dd', value!)]));
}

/** `Chrome 156` out of all that browsers claim to be. */
function browserOf(agent: string): string {
  const [, name, version] = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(agent) ?? [];
  return name ? `${{ Edg: 'Edge', Version: 'Safari' }[name] ?? name} ${version}` : agent;
}

export function showResults(results: Results): void {
  const steps = results.rows.filter(isStep);
  const kernels = results.rows.filter((row) => !isStep(row));
  const parts: Node[] = [];
  if (steps.length > 0) parts.push(made('h2', 'Whole steps'), stepTable(steps));
  const last = steps.filter(({ pass, layers }) => pass === 'invert' && layers.length > 0).at(-1);
  if (last) parts.push(chart(sceneToSvg(layerScene(last, results))));
  if (rooflinePoints(kernels).length > 0) parts.push(chart(sceneToSvg(rooflineScene(results))));
  if (kernels.length > 0) parts.push(made('h2', 'Kernels'), kernelTable(kernels));
  document.getElementById('results')!.replaceChildren(...parts);
}

function kernelTable(rows: readonly Row[]): HTMLElement {
  const head = ['Kernel', 'Pass', 'Shape', 'ms', 'GFLOP/s', 'GB/s', '% of ceiling'];
  const body = rows.map((row) => {
    const share = made('td', `${row.percent?.toFixed(0) ?? ''}${isEffective(row) ? ' *' : ''}`);
    share.className = 'share';
    share.style.setProperty('--share', `${Math.min(100, row.percent ?? 0)}%`);
    return [row.kernel, row.pass, row.shape, digits(row.ms), digits(row.gflops), digits(row.gbs), share];
  });
  const shown = table(head, body, 3);
  if (rows.some(isEffective)) {
    shown.append(made('p', `* ${EFFECTIVE_NOTE}`));
  }
  return shown;
}

function stepTable(rows: readonly StepRow[]): HTMLElement {
  const head = ['Whole', 'Side', 'ms', 'A second', 'GFLOP/s', 'Outside kernels', 'GPU MiB'];
  const body = rows.map((row) => [
    row.pass === 'invert' ? 'step of inversion' : 'edited picture',
    row.shape,
    digits(row.ms),
    digits(row.perSecond),
    digits(row.gflops),
    row.outsideKernels === null ? '' : `${(100 * row.outsideKernels).toFixed(1)} %`,
    (row.gpuBytes / 2 ** 20).toFixed(0),
  ]);
  return table(head, body, 1);
}

/** The first `left` columns to the left. */
function table(
  head: readonly string[],
  body: readonly (readonly (string | HTMLElement)[])[],
  left: number,
): HTMLElement {
  const row = (tag: 'th' | 'td', cells: readonly (string | HTMLElement)[]) => {
    const line = document.createElement('tr');
    line.append(
      ...cells.map((content, at) => {
        const cell = typeof content === 'string' ? made(tag, content) : content;
        if (at < left) cell.classList.add('left');
        return cell;
      }),
    );
    return line;
  };
  const out = document.createElement('table');
  out.append(row('th', head), ...body.map((cells) => row('td', cells)));
  const scroll = document.createElement('div');
  scroll.className = 'scroll';
  scroll.append(out);
  return scroll;
}

function chart(svg: string): HTMLElement {
  const out = document.createElement('div');
  out.innerHTML = svg; // our own, with its texts escaped
  return out;
}

function made(tag: string, text: string): HTMLElement {
  const out = document.createElement(tag);
  out.textContent = text;
  return out;
}
