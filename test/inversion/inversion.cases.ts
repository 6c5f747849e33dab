import * as assert from 'uvu/assert';
import type { Device } from '../../src/engine/device.js';
import { FwplusError } from '../../src/errors.js';
import type { Computation, InversionState } from '../../src/inversion/codes.js';
import { invertImage } from '../../src/inversion/invert-image.js';
import { Inverter, type Progress } from '../../src/inversion/inverter.js';
import { defaultMethod, type Method, methodName } from '../../src/inversion/method.js';
import { psnr, psnrOfError } from '../../src/inversion/metrics.js';
import type { Model } from '../../src/inversion/model.js';
import { whiten } from '../../src/inversion/pnorm.js';
import { Renderer } from '../../src/inversion/renderer.js';
import { decodeState, encodeState } from '../../src/inversion/saved.js';
import type { Target } from '../../src/inversion/target.js';
import { StyleEncoder } from '../../src/nets/style-encoder.js';
import type { TestCase } from '../harness/case.js';
import { evaluate } from '../nets/evaluate.js';
import { styleEncoderWeights } from '../nets/random-weights.js';
import { apart } from './apart.js';
import { drawing, randomModel, SMALL, targetOf } from './random-model.js';
import { refuses } from './refuses.js';

const STEPS = 20;
const STOP = 7;

const intoFWPlus = defaultMethod('f/w+', 8);
const intoWPlus: Method = { ...defaultMethod('w+', 8), pnorm: 'clip' };

async function withInverter<T>(
  device: Device,
  model: Model,
  method: Method,
  body: (inverter: Inverter, target: Target) => Promise<T>,
): Promise<T> {
  const inverter = await Inverter.build(device, model, method);
  try {
    return await body(inverter, targetOf(model, method));
  } finally {
    inverter.destroy();
  }
}

async function plansOf(t: Parameters<TestCase['run']>[0], model: Model): Promise<Computation> {
  return withInverter(await t.device(), model, intoFWPlus, async ({ computation }) => computation);
}

/** v of every row of a code. */
async function whitened(device: Device, model: Model, detail: Float32Array): Promise<Float32Array> {
  const width = model.generator.wDim;
  const code = { shape: [1, detail.length / width, width], data: detail };
  const { v } = await evaluate(device, { code }, (inputs) => ({
    outputs: { v: whiten(inputs.code!, model.pnorm!) },
  }));
  return v!;
}

function twentySteps(method: Method): TestCase {
  return {
    name: `twenty steps into ${methodName(method)}: the same bytes on one driver, the same quality on any`,
    async run(t) {
      const device = await t.device();
      const model = randomModel(SMALL);
      const renderer = await Renderer.build(device, model, method);
      await withInverter(device, model, method, async (inverter, target) => {
        const once = await inverter.run(target, { steps: 1 });
        t.record('loss of the first step', Float32Array.of(once.history[0]!.total), { relativeL2: 1e-5 });
        // After one step Adam's first moments are a tenth of the gradients.
        const { base, detail } = once.moments;
        t.record('detail gradient', detail.first, { relativeL2: 1e-3 });
        if (base) t.record('base gradient', base.first, { relativeL2: 1e-3 });

        const { codes, history } = await inverter.run(target, { steps: STEPS });
        t.record('detail code', codes.detail);
        if (codes.base) t.record('base code', codes.base);
        assert.is(history.length, STEPS);
        assert.ok(
          history.at(-1)!.total < 0.9 * history[0]!.total,
          `the loss went from ${history[0]!.total} to ${history.at(-1)!.total}`,
        );
        const quality = psnr(await renderer.render(codes), drawing(model.generator.resolution));
        t.record('PSNR', Float32Array.of(quality), { absolute: 0.05 });
      });
      renderer.destroy();
    },
  };
}

function goesOn(method: Method): TestCase {
  return {
    name: `interrupted, saved and resumed: the same bytes, ${methodName(method)}`,
    async run(t) {
      const model = randomModel(SMALL);
      await withInverter(await t.device(), model, method, async (inverter, target) => {
        const whole = encodeState(await inverter.run(target, { steps: STEPS }), model);
        const again = (state: InversionState) => decodeState(encodeState(state, model), model, 'saved');

        const half = again(await inverter.run(target, { steps: STOP }));
        assert.is(half.step, STOP);
        const resumed = await inverter.run(target, { steps: STEPS, resume: half });
        assert.equal(encodeState(resumed, model), whole, 'stopped after a number of steps');

        const interruption = new AbortController();
        let seen: InversionState | undefined;
        const stopped = await inverter.run(target, {
          steps: STEPS,
          signal: interruption.signal,
          onProgress: async ({ step, state }) => {
            if (step < STOP) return;
            interruption.abort();
            seen = await state();
          },
        });
        assert.ok(stopped.step >= STOP && stopped.step < STEPS, `stopped at step ${stopped.step}`);
        assert.equal(encodeState(stopped, model), encodeState(seen!, model));
        const last = await inverter.run(target, { steps: STEPS, resume: again(stopped) });
        assert.equal(encodeState(last, model), whole, 'interrupted');

        const more = await inverter.run(target, { steps: STEPS, resume: last });
        assert.equal(encodeState(more, model), whole, 'nothing is left to do');

        // Nobody waits for these: later steps are made while they are read.
        const asked: Promise<InversionState>[] = [];
        const unwaited = await inverter.run(target, {
          steps: STEPS,
          onProgress: ({ state }) => void asked.push(state()),
        });
        assert.equal(encodeState(unwaited, model), whole);
        for (const then of await Promise.all(asked)) {
          assert.is(then.history.length, then.step);
          const on = await inverter.run(target, { steps: STEPS, resume: again(then) });
          assert.equal(encodeState(on, model), whole, `as it was after ${then.step} steps`);
        }
      });
    },
  };
}

function clipped(limit: number): TestCase {
  return {
    name: `clipping holds v within ±${limit}, from the start on`,
    async run(t) {
      const device = await t.device();
      const model = randomModel(SMALL);
      const method = { ...intoWPlus, clipLimit: limit };
      await withInverter(device, model, method, async (inverter, target) => {
        for (const steps of [0, 1, 10]) {
          const { codes } = await inverter.run(target, { steps });
          const greatest = Math.max(...(await whitened(device, model, codes.detail)).map(Math.abs));
          // Whitening multiplies the rounding of w, 6e-8, by up to 1/√λ = 182 and 5, the slope.
          assert.ok(greatest <= limit * (1 + 1e-3), `step ${steps}: ${greatest}`);
          assert.ok(greatest > 0.99 * limit, `step ${steps}: ${greatest}, so nothing was clipped`);
        }
      });
    },
  };
}

export const cases: TestCase[] = [
  twentySteps(intoFWPlus),
  twentySteps(intoWPlus),
  goesOn(intoFWPlus),
  goesOn(intoWPlus),
  clipped(5),
  clipped(2),
  {
    name: 'F/W+ starts at E(I) and the mean code; without an encoder at the mean’s own base code',
    async run(t) {
      const device = await t.device();
      const model = randomModel(SMALL);
      const { generator, encoder } = model;
      const target = targetOf(model, intoFWPlus);
      const mean = [...generator.meanCode.subarray(generator.firstRow(8) * generator.wDim)];

      const start = await withInverter(device, model, intoFWPlus, (inverter) => {
        assert.equal(inverter.notes, []);
        return inverter.run(target, { steps: 0 });
      });
      const picture = { shape: [1, 64, 64, 3], data: target.encoder };
      const { base } = await evaluate(device, { picture }, (inputs) => ({
        outputs: { base: encoder!.encode(inputs.picture!) },
      }));
      assert.equal(start.codes.base, base);
      assert.equal(start.baseTarget, base);
      assert.equal([...start.codes.detail], mean);

      const blind: Model = { ...model, encoder: undefined };
      const own = await withInverter(device, blind, intoFWPlus, (inverter) => {
        assert.match(inverter.notes.join(), /mean code: this model has no base-code/);
        return inverter.run(target, { steps: 0 });
      });
      const shape = [1, generator.rows, generator.wDim];
      const code = { shape, data: generator.meanCode };
      const wanted = await evaluate(device, { code }, (inputs) => ({
        outputs: { base: generator.baseCode(inputs.code!, 8) },
      }));
      assert.equal(own.codes.base, wanted.base);

      await withInverter(device, model, defaultMethod('f/w+', 16), async ({ notes }) =>
        assert.match(notes.join(), /the encoder is for s = 8, not 16/),
      );
    },
  },
  {
    name: 'with an encoder of W+ codes the detail code starts there, in both spaces, and f, without its own, at that code’s',
    async run(t) {
      const device = await t.device();
      const whole = randomModel(SMALL);
      const { generator } = whole;
      const { rows, wDim } = generator;
      const weights = styleEncoderWeights([4, 4, 4, 4, 4], { side: 32, rows, wDim });
      const codeEncoder = new StyleEncoder(weights, { type: 'GradualStyleEncoder' });
      const model: Model = { ...whole, codeEncoder };
      const blind: Model = { ...model, encoder: undefined };
      const target = targetOf(model, intoFWPlus);
      const picture = { shape: [1, 32, 32, 3], data: target.codeEncoder! };
      const { code, base } = await evaluate(device, { picture }, (inputs) => {
        const code = codeEncoder.encode(inputs.picture!);
        return { outputs: { code, base: generator.baseCode(code, 8) } };
      });
      const begin = (of: Model, method: Method) =>
        withInverter(device, of, method, (inverter) => inverter.run(target, { steps: 0 }));
      assert.equal((await begin(model, defaultMethod('w+', 8))).codes.detail, code);
      const [own, joined] = [await begin(blind, intoFWPlus), await begin(model, intoFWPlus)];
      const detail = code!.slice(generator.firstRow(8) * wDim);
      assert.equal([own.codes.detail, joined.codes.detail], [detail, detail]);
      assert.equal(own.codes.base, base);
      assert.equal(joined.codes.base, (await begin(whole, intoFWPlus)).codes.base);
      const held = await begin(blind, { ...intoFWPlus, pnorm: 'clip', clipLimit: 0.5 });
      assert.not.equal(held.codes.detail, detail);
      const other = targetOf(whole, intoFWPlus);
      await withInverter(device, model, intoFWPlus, (inverter) =>
        refuses(() => inverter.run(other, { steps: 1 }), /made for a model without an encoder of W\+ codes/),
      );
    },
  },
  {
    name: 'the recorded error is that of the picture before the step',
    async run(t) {
      const device = await t.device();
      const model = randomModel(SMALL);
      const renderer = await Renderer.build(device, model, intoFWPlus);
      await withInverter(device, model, intoFWPlus, async (inverter, target) => {
        const start = await inverter.run(target, { steps: 0 });
        const { history } = await inverter.run(target, { steps: 1 });
        const seen = psnr(await renderer.render(start.codes), drawing(model.generator.resolution));
        const recorded = psnrOfError(history[0]!.error);
        assert.ok(Math.abs(seen - recorded) < 1e-3, `${recorded} dB recorded, ${seen} dB seen`);
      });
      renderer.destroy();
    },
  },
  {
    name: 'one inverter, two pictures: neither leaves a trace in the other',
    async run(t) {
      const model = randomModel(SMALL);
      await withInverter(await t.device(), model, intoFWPlus, async (inverter, target) => {
        const first = encodeState(await inverter.run(target, { steps: 5 }), model);
        const other = encodeState(await inverter.run(targetOf(model, intoFWPlus, 60), { steps: 5 }), model);
        assert.equal(encodeState(await inverter.run(target, { steps: 5 }), model), first);
        assert.not.equal(other, first);
      });
    },
  },
  {
    name: 'several pictures in one program come out as each alone, and go on from where they stopped',
    async run(t) {
      const device = await t.device();
      const model = randomModel(SMALL);
      for (const method of [intoFWPlus, intoWPlus]) {
        const targets = [0, 30, 60].map((shade) => targetOf(model, method, shade));
        const inverter = await Inverter.build(device, model, method, 4);
        const one = await inverter.runAll(targets, { steps: 1 });
        assert.is(one.length, 3);
        await withInverter(device, model, method, async (alone) => {
          for (const [at, target] of targets.entries()) {
            const expected = await alone.run(target, { steps: 1 });
            const { history, moments, targetHash } = one[at]!;
            assert.is(targetHash, expected.targetHash);
            const losses = [history, expected.history].map(([first]) => Float32Array.of(first!.total));
            assert.ok(apart(losses[0]!, losses[1]!) < 1e-5);
            assert.ok(apart(moments.detail.first, expected.moments.detail.first) < 1e-3);
            const [base, wanted] = [moments.base, expected.moments.base];
            if (wanted) assert.ok(apart(base!.first, wanted.first) < 1e-3);
          }
        });
        const whole = await inverter.runAll(targets, { steps: STEPS });
        const resumed = await inverter.runAll(targets, {
          steps: STEPS,
          resume: await inverter.runAll(targets, { steps: STOP }),
        });
        resumed.forEach((state, at) => {
          assert.equal(encodeState(state, model), encodeState(whole[at]!, model));
        });
        await refuses(() => inverter.runAll([...targets, ...targets], { steps: 1 }), /1 to 4 pictures/);
        const uneven = [one[0]!, one[1]!, whole[2]!];
        await refuses(() => inverter.runAll(targets, { steps: 1, resume: uneven }), /after 1, 1, 20 steps/);
        inverter.destroy();
      }
      await refuses(() => Inverter.build(device, model, intoFWPlus, 0), /0 pictures at once/);
    },
  },
  {
    name: 'a saved state of another model, picture or method is refused',
    async run(t) {
      const device = await t.device();
      const model = randomModel(SMALL);
      await withInverter(device, model, intoFWPlus, async (inverter, target) => {
        const state = await inverter.run(target, { steps: 2 });
        const resume = (change: Partial<InversionState>) => () =>
          inverter.run(target, { steps: STEPS, resume: { ...state, ...change } });
        await refuses(resume({ modelId: 'another 2' }), /of the model 'another 2', this is 'random 1'/);
        await refuses(resume({ targetHash: '00' }), /of another picture/);
        await refuses(resume({ method: { ...intoFWPlus, learningRate: 1 } }), /other settings/);
        const bytes = encodeState(state, model);
        await refuses(
          () => decodeState(bytes, { ...model, id: 'other' }, 'codes'),
          /of the model 'random 1'/,
        );
        await refuses(() => decodeState(bytes.subarray(0, bytes.length - 9), model, 'codes'), /codes/);
      });
    },
  },
  {
    name: 'a state says what computed it; one from elsewhere differs in words',
    async run(t) {
      const model = randomModel(SMALL);
      await withInverter(await t.device(), model, intoFWPlus, async (inverter, target) => {
        const state = await inverter.run(target, { steps: 1 });
        assert.equal(inverter.differences(decodeState(encodeState(state, model), model, 'saved')), []);
        const { computation } = inverter;
        const saved = (change: Partial<Computation>) =>
          inverter.differences({ ...state, computation: { ...computation, ...change } }).join('; ');
        assert.match(saved({ adapter: 'an abacus' }), /it was computed on an abacus, this is ./);
        assert.match(saved({ subgroupSize: 128 }), /subgroups of 128 lanes, this is with/);
        const isMatrix = computation.matrixUnits;
        assert.match(
          saved({ matrixUnits: !isMatrix }),
          isMatrix ? /computed without matrix units/ : /computed on matrix units, this is without/,
        );
        const kernels = [...computation.kernels, 'conv_slow TILE=3'];
        assert.match(saved({ plans: '00', kernels }), /other plans \(then conv_slow TILE=3\)/);
        assert.match(saved({ plans: '00' }), /launched otherwise/);
        assert.match(inverter.differences({ ...state, computation: undefined }).join(), /does not say/);
      });
      await withInverter(await t.device(), model, intoWPlus, async (other) => {
        assert.is.not(other.computation.plans, (await plansOf(t, model)).plans);
      });
    },
  },
  {
    name: 'one picture at a time, and a whole number of steps',
    async run(t) {
      const model = randomModel(SMALL);
      await withInverter(await t.device(), model, intoFWPlus, async (inverter, target) => {
        const first = inverter.run(target, { steps: 2 });
        await refuses(() => inverter.run(target, { steps: 2 }), /at work on another picture/);
        assert.is((await first).step, 2);
        await refuses(() => inverter.run(target, { steps: 1.5 }), /1\.5 steps/);
        assert.is((await inverter.run(target, { steps: 1 })).step, 1);
      });
    },
  },
  {
    name: 'an inversion that diverges stops, and says at which step',
    async run(t) {
      const model = randomModel(SMALL);
      const method = { ...intoFWPlus, learningRate: 1e30 };
      await withInverter(await t.device(), model, method, async (inverter, target) => {
        const steps: number[] = [];
        const onProgress = ({ step, last }: Progress) => {
          steps.push(step);
          assert.ok(Number.isFinite(last.total));
        };
        await refuses(
          () => inverter.run(target, { steps: 10, onProgress }),
          /diverged at step [12]: the loss is no longer a finite number/,
        );
        assert.ok(steps.every((step) => step <= 2));
        // The update that diverges may be the last.
        await refuses(() => inverter.run(target, { steps: 2 }), /diverged at step [12]/);
      });
    },
  },
  {
    name: 'an inverter that cannot be built leaves nothing behind',
    async run(t) {
      const device = await t.device();
      const model = randomModel(SMALL);
      const { buffers, bytes } = device.memory;
      const broken = (distance: () => never): Model => {
        const perceptual = Object.assign(Object.create(model.perceptual) as typeof model.perceptual, {
          channels: model.perceptual.channels,
          features: model.perceptual.features.bind(model.perceptual),
          distance,
        });
        return { ...model, perceptual };
      };
      // The start's program exists by then.
      const without = broken(() => {
        throw new FwplusError('no distance');
      });
      await refuses(() => Inverter.build(device, without, intoFWPlus), /no distance/);
      await refuses(() => invertImage(device, without, drawing(32)), /no distance/);
      assert.equal([device.memory.buffers, device.memory.bytes], [buffers, bytes]);
      const nan = { ...intoFWPlus, learningRate: Number.NaN };
      await refuses(() => Inverter.build(device, model, nan), /learningRate of the inversion method is NaN/);
    },
  },
  {
    name: 'P-norm+ without statistics, and base codes that do not exist, are refused',
    async run(t) {
      const device = await t.device();
      const model = randomModel(SMALL);
      const bare: Model = { ...model, pnorm: undefined };
      await refuses(() => Inverter.build(device, bare, intoFWPlus), /needs P-norm\+ statistics/);
      await refuses(() => Inverter.build(device, bare, intoWPlus), /needs P-norm\+ statistics/);
      await refuses(() => Inverter.build(device, model, defaultMethod('f/w+', 64)), /side 64/);
    },
  },
];
