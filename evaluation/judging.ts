/** Renders codes and edits of them, and measures both. */
import type { Device } from '../src/engine/device.js';
import type { Codes, InversionState } from '../src/inversion/codes.js';
import type { Direction } from '../src/inversion/editing/direction.js';
import { applyDirections } from '../src/inversion/editing/edit.js';
import { type Method, methodName } from '../src/inversion/method.js';
import { PerceptualMeter, psnr } from '../src/inversion/metrics.js';
import type { Model } from '../src/inversion/model.js';
import { Renderer } from '../src/inversion/renderer.js';
import type { Image } from '../src/io/image.js';
import { type EditRow, mean, movedAndDrift, type Row, type Scored, type Shown } from './rows.js';
import type { Scorer } from './scorer.js';

/** Units by which directions are applied, one way and the other. */
const AMOUNT = 1.5;
/** The edit that the sheet shows, in the direction's units, and what its column is called. */
export const SHOWN = { name: 'smile', amount: 2, label: 'smiling' };

export class Judge {
  readonly #model: Model;
  readonly #method: Method;
  readonly #renderer: Renderer;
  readonly #meter: PerceptualMeter;
  readonly #scorer: Scorer;

  private constructor(
    model: Model,
    method: Method,
    renderer: Renderer,
    meter: PerceptualMeter,
    scorer: Scorer,
  ) {
    this.#model = model;
    this.#method = method;
    this.#renderer = renderer;
    this.#meter = meter;
    this.#scorer = scorer;
  }

  /** Of one method; destroy it when done. The scorer stays the caller's. */
  static async build(device: Device, model: Model, method: Method, scorer: Scorer): Promise<Judge> {
    const renderer = await Renderer.build(device, model, method);
    const meter = await PerceptualMeter.build(device, model, method);
    return new Judge(model, method, renderer, meter, scorer);
  }

  async reconstruction(
    faces: readonly Image[],
    states: readonly InversionState[],
    transform: string,
  ): Promise<Row> {
    const found: { readonly psnr: number; readonly perceptual: number }[] = [];
    for (const [at, face] of faces.entries()) {
      const image = await this.#renderer.render(states[at]!.codes);
      found.push({ psnr: psnr(image, face), perceptual: await this.#meter.distance(image, face) });
    }
    return {
      method: methodName(this.#method),
      transform,
      psnr: mean(found.map((each) => each.psnr)),
      perceptual: mean(found.map(({ perceptual }) => perceptual)),
      images: faces.length,
      steps: states[0]!.step,
    };
  }

  /** One row for each direction that is named after something the scorer reads reliably. */
  async edits(states: readonly InversionState[], transform: string): Promise<EditRow[]> {
    const { reliable } = this.#scorer;
    const rows: EditRow[] = [];
    for (const direction of this.#model.directions) {
      if (!reliable.includes(direction.name)) continue;
      const scored: Scored[] = [];
      for (const { codes } of states) {
        const [plus, minus] = await this.#scorer.score([
          await this.#edited(codes, direction, AMOUNT),
          await this.#edited(codes, direction, -AMOUNT),
        ]);
        scored.push({ plus: plus!, minus: minus! });
      }
      const method = methodName(this.#method);
      rows.push({
        method,
        transform,
        direction: direction.name,
        ...movedAndDrift(scored, direction.name, reliable),
      });
    }
    return rows;
  }

  async shown(input: Image, { codes }: InversionState, transform: string): Promise<Shown> {
    const direction = this.#model.directions.find(({ name }) => name === SHOWN.name);
    return {
      method: methodName(this.#method),
      transform,
      input,
      reconstruction: await this.#renderer.render(codes),
      edited: direction && (await this.#edited(codes, direction, SHOWN.amount)),
    };
  }

  #edited(codes: Codes, direction: Direction, amount: number): Promise<Image> {
    return this.#renderer.render(applyDirections(codes, this.#model, this.#method, [{ direction, amount }]));
  }

  destroy(): void {
    this.#renderer.destroy();
    this.#meter.destroy();
  }
}
