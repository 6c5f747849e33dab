/** Files that torch, numpy and Python wrote, against what these say of them. */
import * as assert from 'uvu/assert';
import {
  blobSource,
  bytesSource,
  type Checkpoint,
  moduleTensors,
  PickledDict,
  PickledObject,
  type PickleValue,
  readCheckpoint,
  TensorView,
} from '../../../src/io/checkpoint/index.js';
import type { TestCase, TestContext } from '../../harness/case.js';
import { checkpoint, describe, expectations } from './describe.js';

async function read(t: TestContext, name: string): Promise<Checkpoint> {
  return readCheckpoint(bytesSource(name, await checkpoint(t, name)));
}

/** Files, their format, and the line of expected.jsonl. */
const files: [name: string, format: string, expected: string][] = [
  ['zip.pt', 'torch zip', 'zip.pt'],
  ['legacy.pt', 'torch legacy', 'legacy.pt'],
  ['tensor.pt', 'torch zip', 'tensor.pt'],
  ...[0, 1, 2, 3, 4, 5].map((n): [string, string, string] => [`protocol${n}.pkl`, 'pickle', 'protocol']),
  ['nested-zip.pkl', 'pickle', 'nested-zip.pkl'],
  ['tensorflow.pkl', 'pickle', 'tensorflow.pkl'],
  ['c.npy', 'npy', 'c.npy'],
  ['fortran.npy', 'npy', 'fortran.npy'],
  ['zero.npy', 'npy', 'zero.npy'],
  ['object.npy', 'npy', 'object.npy'],
  ['boundary.npy', 'npy', 'boundary.npy'],
];

const recorded = files.map(
  ([name, format, line]): TestCase => ({
    name: `${name} holds what its writer put in`,
    async run(t) {
      const wanted = (await expectations(t)).get(line);
      assert.ok(wanted);
      const found = await read(t, name);
      assert.is(found.format, format);
      assert.equal(await describe(found.value), wanted);
    },
  }),
);

const archives = ['stored.npz', 'deflated.npz'].map(
  (name): TestCase => ({
    name: `${name} holds its arrays, and says which is not read`,
    async run(t) {
      const { format, value } = await read(t, name);
      assert.is(format, 'npz');
      assert.instance(value, PickledDict);
      const dict = value as PickledDict;
      const text = dict.get('names');
      assert.instance(text, PickledObject);
      assert.match(String((text as PickledObject).args[0]), /'descr': '<U2'/);
      dict.delete('names');
      assert.equal(await describe(dict), (await expectations(t)).get(name));
    },
  }),
);

const ada = ['ada2.pkl', 'ada4.pkl'].map(
  (name): TestCase => ({
    name: `${name}: a persistent module gives the tensors of its state_dict()`,
    async run(t) {
      const wanted = (await expectations(t)).get('ada') as Record<string, unknown>;
      const { value, globals } = await read(t, name);
      const snapshot = value as PickledDict;
      const network = snapshot.get('G_ema') as PickledObject;
      assert.is(`${network}`, 'torch_utils.persistence.Generator');
      assert.equal(await describe(new PickledDict(moduleTensors(network))), wanted.tensors);
      assert.equal(await describe(network.attribute('_init_kwargs')!), wanted.kwargs);
      assert.equal(await describe(snapshot.get('training_set_kwargs')!), wanted.rest);
      assert.ok(globals.includes('torch_utils.persistence._reconstruct_persistent_obj'), globals.join());
      const told = JSON.stringify(await describe((network.state as PickledDict).get('_modules')!));
      assert.not.match(told, /SystemExit/, 'the source text is dropped');
    },
  }),
);

export const cases: TestCase[] = [
  ...recorded,
  ...archives,
  ...ada,
  {
    name: 'torch views keep their strides, and share storages',
    async run(t) {
      for (const name of ['zip.pt', 'legacy.pt']) {
        const dict = (await read(t, name)).value as PickledDict;
        const view = (key: string) => dict.get(key) as TensorView;
        assert.equal([...view('transposed').strides], [1, 6]);
        assert.is(view('columns').offset, 1);
        assert.is(view('columns').isContiguous, false);
        assert.is(view('row').isContiguous, true);
        assert.is(view('whole').storage, view('transposed').storage);
        assert.is(view('whole').storage, view('row').storage);
        const state = dict.get('state_dict') as PickledDict;
        assert.equal(await describe((state.attributes as PickledDict).get('_metadata')!), {
          dict: [
            ['', { dict: [['version', 1]] }],
            ['conv', { dict: [['version', 1]] }],
          ],
        });
      }
    },
  },
  {
    name: 'values shared in the file are shared here',
    async run(t) {
      const dict = (await read(t, 'protocol2.pkl')).value as PickledDict;
      const [a, b] = (dict.get('python') as PickledDict).get('shared') as number[][];
      assert.is(a, b);
      const [objects, short, ...again] = (dict.get('numpy') as PickledDict).get('same') as PickleValue[];
      assert.instance(short, TensorView);
      assert.is(again[0], objects);
      assert.is(again[1], short);
    },
  },
  {
    name: 'a Blob gives the same as bytes in memory',
    async run(t) {
      for (const name of ['zip.pt', 'legacy.pt', 'ada4.pkl', 'deflated.npz', 'fortran.npy']) {
        const blob = new Blob([(await checkpoint(t, name)).slice()]);
        const { value } = await readCheckpoint(blobSource(name, blob));
        const again = (await read(t, name)).value;
        assert.equal(await describe(value), await describe(again), name);
      }
    },
  },
  {
    name: 'safetensors are read by the same call',
    async run(t) {
      const bytes = await t.file('test/io/fixtures/reference.safetensors');
      const { format, value } = await readCheckpoint(bytesSource('reference', bytes));
      assert.is(format, 'safetensors');
      const dict = value as PickledDict;
      assert.is(dict.size, 13);
      assert.is((dict.get('i64') as TensorView).dtype, 'I64');
      assert.equal([...(await (dict.get('i64') as TensorView).read())], [-(2n ** 62n), 7n]);
      assert.equal((dict.get('scalar') as TensorView).shape, []);
      assert.equal(await describe(dict.attributes as PickledDict), {
        dict: [
          ['made by', 'torch'],
          ['quote', '"}{'],
        ],
      });
    },
  },
];
