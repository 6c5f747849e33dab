/**
 * One peer in a process of its own: a crash or a leak of it costs nobody else anything. Talks by messages with its parent:
 *   { is: 'prepare', case }   →  { is: 'ready' }, or { is: 'failed', why }
 *   { is: 'sample' }          →  { is: 'sample', milliseconds }, for one run
 *   { is: 'release' }         →  { is: 'released' }
 * An error that the peer's device reports fails the answer after it: kernels that did not run are no result.
 *
 *   node worker.js PEER CLOCK [ADAPTER]     CLOCK: wall, or processor (processor time over all cores)
 */
import { availableParallelism } from 'node:os';
import { create, globals } from 'webgpu';
import { pollGently } from '../../dist/src/engine/polling.node.js';

const SAMPLE_MS = 10;
const MOST_COPIES = 64;

const [peer, clock, adapterName] = process.argv.slice(2);
const clocks = {
  wall: () => performance.now(),
  processor: () => (process.cpuUsage().user + process.cpuUsage().system) / 1e3 / availableParallelism(),
};
const now = clocks[clock];
Object.assign(globalThis, globals);
pollGently(); // as ours: else the binding takes a core from a software adapter
// Held for ever: collected, it takes the process down.
const instance = create(adapterName ? [`adapter=${adapterName}`] : []);
globalThis.heldInstance = instance;
Object.defineProperty(globalThis, 'navigator', {
  value: { gpu: instance, userAgent: 'Node' },
  configurable: true,
});

let deviceError;
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  device.addEventListener('uncapturederror', ({ error }) => {
    deviceError ??= error.message;
  });
  return device;
};

const adapter = await instance.requestAdapter({ powerPreference: 'high-performance' });
const { open } = await import(`./${peer}.js`);
const { version, prepare } = await open();
let prepared;
let copies = 1;

const answers = {
  async prepare(message) {
    if (message.case.transposed) throw new Error('is measured on no plain transposed convolutions');
    let least = Number.POSITIVE_INFINITY;
    // One way to do it, or several, of which the fastest is measured.
    for (const each of [await prepare(message.case)].flat()) {
      check(await each.values(), message.case); // what is compiled is compiled now
      const milliseconds = await timed(each, 1);
      const isFaster = milliseconds < least;
      await (isFaster ? prepared : each)?.release();
      if (!isFaster) continue;
      prepared = each;
      least = milliseconds;
    }
    copies = Math.max(1, Math.min(MOST_COPIES, Math.ceil(SAMPLE_MS / least)));
    return { is: 'ready' };
  },
  async sample() {
    return { is: 'sample', milliseconds: (await timed(prepared, copies)) / copies };
  },
  async release() {
    await prepared?.release();
    prepared = undefined;
    return { is: 'released' };
  },
};

/** A result of another size, or of nothing but zeros, is none. */
function check(values, { batch, height, width, into, out, kernelSize, stride, padding, up, pass }) {
  const size = (side) => (up ? 2 * side : Math.floor((side + 2 * padding - kernelSize) / stride) + 1);
  const wanted = batch * (pass === 'forward' ? out * size(height) * size(width) : into * height * width);
  if (values.length !== wanted) throw new Error(`gives ${values.length} values, wanted ${wanted}`);
  if (!values.every(Number.isFinite) || !values.some((value) => value !== 0))
    throw new Error('gives no numbers');
}

async function timed(way, count) {
  const began = now();
  for (let at = 0; at < count; at++) await way.run();
  await way.wait();
  return now() - began;
}

process.on('message', async (message) => {
  try {
    const answer = await answers[message.is](message);
    process.send(deviceError === undefined ? answer : { is: 'failed', why: deviceError });
  } catch (error) {
    process.send({ is: 'failed', why: String(error?.message ?? error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ is: 'hello', version, adapter: adapter.info.device || adapter.info.description });
