/** Files of encoders and perceptual networks: what the networks give with them, as recorded from PyTorch. */
import * as assert from 'uvu/assert';
import { meanSquaredError } from '../../../src/autograd/ops/reduce.js';
import type { Tensor } from '../../../src/autograd/tensor.js';
import type { ConvertedNetwork } from '../../../src/io/convert/network.js';
import { BlobSink } from '../../../src/io/convert/sink.js';
import { writeNetwork } from '../../../src/io/convert/write.js';
import { TensorFile } from '../../../src/io/safetensors.js';
import { BasecodeEncoder } from '../../../src/nets/basecode-encoder.js';
import { IdInvertEncoder } from '../../../src/nets/idinvert-encoder.js';
import { PerceptualDistance } from '../../../src/nets/lpips.js';
import type { StateDict } from '../../../src/nets/state.js';
import { StyleEncoder, type StyleEncoderType } from '../../../src/nets/style-encoder.js';
import type { TestCase, TestContext } from '../../harness/case.js';
import { assertRecorded, type Bounds, evaluate } from '../../nets/evaluate.js';
import { uniform } from '../../nets/random-weights.js';
import { checkpointOf, networkOf, stateOf } from './networks.js';

const exact: Bounds = { relativeL2: 2e-5, greatest: 2e-5 };
const gradient: Bounds = { relativeL2: 1e-4 };

interface Wanted {
  readonly kind: ConvertedNetwork['kind'];
  readonly options?: ConvertedNetwork['options'];
  /** How many keys of the file nothing needs. */
  readonly ignored: number;
  readonly part?: string;
}

/** Converts files and looks at what stands beside the weights. */
async function converted(t: TestContext, files: readonly string[], wanted: Wanted): Promise<StateDict> {
  const network = await networkOf(await checkpointOf(t, files), files[0]!, wanted.part);
  assert.is(network.kind, wanted.kind);
  assert.equal(network.options, wanted.options ?? {});
  assert.is(network.ignored.length, wanted.ignored, network.ignored.join());
  return stateOf(network);
}

function perceptual(files: readonly string[], ignored: number, fixture: string, name: string): TestCase {
  return {
    name: `${files.join(' and ')}: distance and gradient`,
    async run(t) {
      const network = new PerceptualDistance(await converted(t, files, { kind: 'lpips', ignored }));
      const shape = [2, 37, 37, 3];
      const random = (key: string) => ({ shape, data: uniform(`${name} ${key}`, shape, 0.5) });
      const found = await evaluate(await t.device(), { a: random('a'), b: random('b') }, ({ a, b }) => {
        const distance = network.distance(a!, network.features(b!));
        return { outputs: { distance }, loss: distance, withRespectTo: ['a'] };
      });
      const file = TensorFile.parse(await t.fixture(fixture));
      assertRecorded(found.distance!, file, `${name} distance`, exact);
      assertRecorded(found['a gradient']!, file, `${name} gradient`, gradient);
    },
  };
}

interface CodeEncoder {
  readonly side: number;
  encode(picture: Tensor): Tensor;
}

/** The code of two pictures, and the gradient of its distance from a random one. */
function code(
  file: string,
  wanted: Wanted,
  make: (state: StateDict) => CodeEncoder,
  fixture: string,
  name: string,
): TestCase {
  return {
    name: `${file}: code and gradient`,
    async run(t) {
      const encoder = make(await converted(t, [file], wanted));
      const shape = [2, encoder.side, encoder.side, 3];
      const picture = { shape, data: uniform(`${name} picture`, shape, 0.5) };
      const found = await evaluate(await t.device(), { picture }, (inputs) => {
        const output = encoder.encode(inputs.picture!);
        const target = output.graph.constant('target', output.shape, uniform(`${name} target`, output.shape));
        return {
          outputs: { code: output },
          loss: meanSquaredError(output, target),
          withRespectTo: ['picture'],
        };
      });
      const recorded = TensorFile.parse(await t.fixture(fixture));
      assertRecorded(found.code!, recorded, `${name} code`, exact);
      assertRecorded(found['picture gradient']!, recorded, `${name} gradient`, gradient);
    },
  };
}

function styleEncoder(file: string, type: StyleEncoderType, name: string): TestCase {
  const options = { encoder_type: type, start_from_latent_avg: true };
  const wanted = { kind: 'style-encoder', options, ignored: 52, part: 'encoder' } as const;
  return code(file, wanted, (state) => new StyleEncoder(state, { type }), 'other_formats', name);
}

export const cases: TestCase[] = [
  perceptual(['vgg16.pth', 'lpips_vgg.pth'], 6, 'networks', 'perceptual odd'),
  perceptual(['alexnet.pth', 'lpips_alex.pth'], 6, 'encoders', 'alexnet odd'),
  perceptual(['lpips_module.pth'], 7, 'networks', 'perceptual odd'),
  code(
    'idinvert_encoder.pth',
    { kind: 'idinvert-encoder', ignored: 10 },
    (state) => new IdInvertEncoder(state),
    'encoders',
    'idinvert odd',
  ),
  styleEncoder('psp.pt', 'GradualStyleEncoder', 'psp'),
  styleEncoder('e4e.pt', 'Encoder4Editing', 'e4e'),
  {
    name: 'basecode_encoder.pth: base code',
    async run(t) {
      const state = await converted(t, ['basecode_encoder.pth'], { kind: 'basecode-encoder', ignored: 10 });
      const encoder = new BasecodeEncoder(state);
      const shape = [2, 64, 64, 3];
      const picture = { shape, data: uniform('base code picture', shape, 0.5) };
      const { base } = await evaluate(await t.device(), { picture }, (inputs) => ({
        outputs: { base: encoder.encode(inputs.picture!) },
      }));
      assertRecorded(base!, TensorFile.parse(await t.fixture('other_formats')), 'base code', exact);
    },
  },
  {
    name: 'the same bytes in every host',
    async run(t) {
      for (const files of [
        ['vgg16.pth', 'lpips_vgg.pth'],
        ['e4e.pt'],
        ['basecode_encoder.pth'],
        ['idinvert_encoder.pth'],
        ['ii2s_PCA.npz'],
        ['ffhq_pca.pt'],
      ]) {
        const network = await networkOf(await checkpointOf(t, files), files[0]!);
        const sink = new BlobSink();
        await writeNetwork(network, sink, { name: 'written' });
        t.record(files.join(), new Uint8Array(await sink.blob.arrayBuffer()));
      }
    },
  },
  {
    name: 'trunks alone keep their kind',
    async run(t) {
      await converted(t, ['vgg16.pth'], { kind: 'vgg16', ignored: 6 });
      await converted(t, ['alexnet.pth'], { kind: 'alexnet', ignored: 6 });
    },
  },
];
