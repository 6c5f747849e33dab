/** What is remembered between runs: the file in Node, and what happens where it is damaged or of another adapter. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AdapterFacts } from '../../../src/engine/adapter.js';
import { adapterClass, adapterKey } from '../../../src/engine/tuning/keys.js';
import { readRemembered, remember } from '../../../src/engine/tuning/remembered.js';
import { tuningStore } from '../../../src/engine/tuning/store.node.js';
import { tuningOf } from '../../../src/engine/tuning/tuning.js';
import { FwplusError } from '../../../src/errors.js';

const work = mkdtempSync(join(tmpdir(), 'fwplus-'));
let count = 0;
const fresh = () => join(work, String(count++), 'tuning.json');

const FACTS: AdapterFacts = {
  name: 'abacus',
  vendor: 'beads',
  architecture: 'wood',
  description: '',
  software: false,
  features: new Set(),
  subgroupSize: 0,
};
const OTHER = { ...FACTS, name: 'slide rule' };

const test = suite('remembered');
test.after(() => rmSync(work, { recursive: true, force: true }));

test('what is remembered comes back, and more is added to it', async () => {
  const store = tuningStore(fresh());
  assert.equal(await readRemembered(store), { remembered: {} });
  await remember(store, 'one', { a: 'x', b: 'x' });
  await remember(store, 'two', { a: 'y' });
  await remember(store, 'one', { b: 'z', c: 'z' });
  assert.equal(await readRemembered(tuningStore(store.place)), {
    remembered: { one: { a: 'x', b: 'z', c: 'z' }, two: { a: 'y' } },
  });
  assert.equal(readdirSync(join(store.place, '..')), ['tuning.json'], 'nothing else is left behind');
});

test('what is damaged is left out with a note, and written anew', async () => {
  for (const [damage, why] of [
    ['{"format": "fwplus-tuning-1", "adap', /JSON|Unexpected|Unterminated/],
    ['', /JSON/],
    ['null', /format/],
    ['[]', /format/],
    ['{"format": "fwplus-tuning-9", "adapters": {}}', /fwplus-tuning-9/],
    ['{"format": "fwplus-tuning-1"}', /no adapters/],
    ['{"format": "fwplus-tuning-1", "adapters": {"one": {"a": 1}}}', /one/],
  ] as const) {
    const store = tuningStore(fresh());
    await remember(store, 'one', { a: 'x' });
    writeFileSync(store.place, damage);
    const { remembered, note } = await readRemembered(store);
    assert.equal(remembered, {}, damage);
    assert.match(note!, why);
    assert.ok(note!.includes(store.place) && note!.includes('fwplus tune'), note);
    const { choices, note: said } = await tuningOf(FACTS, store, {});
    assert.is(choices.size, 0);
    assert.is(said, note);
    await remember(store, 'one', { b: 'y' });
    assert.equal(await readRemembered(store), { remembered: { one: { b: 'y' } } });
  }
});

test('where nothing can be written, it says where and what to do', async () => {
  const file = join(work, 'a-file');
  writeFileSync(file, '');
  const store = tuningStore(join(file, 'tuning.json'));
  try {
    await remember(store, 'one', {});
    assert.unreachable();
  } catch (error) {
    assert.instance(error, FwplusError);
    assert.ok((error as FwplusError).message.includes(store.place));
    assert.match((error as FwplusError).hint!, /XDG_CACHE_HOME/);
  }
  assert.is(readFileSync(file, 'utf8'), '');
});

test('it stands in the folder for caches', () => {
  const before = process.env.XDG_CACHE_HOME;
  try {
    process.env.XDG_CACHE_HOME = work;
    assert.is(tuningStore().place, join(work, 'fwplus', 'tuning.json'));
    process.env.XDG_CACHE_HOME = 'relative';
    assert.not.match(tuningStore().place, /^relative/);
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  }
});

test('an adapter has what is shipped for its class, and over it what is remembered of itself alone', async () => {
  const store = tuningStore(fresh());
  await remember(store, adapterKey(FACTS), { a: 'own', b: 'own' });
  const shipped = { [adapterClass(FACTS)]: { b: 'shipped', c: 'shipped' }, elsewhere: { d: 'shipped' } };
  const own = await tuningOf(FACTS, store, shipped);
  assert.equal(Object.fromEntries(own.choices), { a: 'own', b: 'own', c: 'shipped' });
  assert.is(own.remembered, 2);
  assert.is(own.shipped, 1);
  const other = await tuningOf(OTHER, store, shipped);
  assert.equal(Object.fromEntries(other.choices), { b: 'shipped', c: 'shipped' });
  assert.is(other.remembered, 0);
  assert.equal(await tuningOf(OTHER, undefined, {}), { choices: new Map(), shipped: 0, remembered: 0 });
});

test.run();
