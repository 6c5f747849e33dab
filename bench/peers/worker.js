/**
 * One peer in a process of its own: a crash or a leak of it costs nobody else anything. Talks by messages with its parent:
 *   { is: 'prepare', case }   →  { is: 'ready' }, or { is: 'failed', why }
 *   { is: 'sample' }          →  { is: 'sample', milliseconds }, by the wall's clock, for one run
 *   { is: 'release' }         →  { is: 'released' }
 *
 *   node worker.js PEER [ADAPTER]
 */
import { create, globals } from 'webgpu';

const SAMPLE_MS = 10;
const MOST_COPIES = 64;

const [peer, adapterName] = process.argv.slice(2);
Object.assign(globalThis, globals);
// Held for ever: collected, it takes the process down.
const instance = create(adapterName ? [`adapter=${adapterName}`] : []);
globalThis.heldInstance = instance;
Object.defineProperty(globalThis, 'navigator', { value: { gpu: instance, userAgent: 'Node' }, configurable: true });

const adapter = await instance.requestAdapter({ powerPreference: 'high-performance' });
const { open } = await import(`./${peer}.js`);
const { version, prepare } = await open();
let prepared;
let copies = 1;

const answers = {
  async prepare(message) {
    prepared = await prepare(message.case);
    await timed(1); // what is compiled is compiled now
    copies = Math.max(1, Math.min(MOST_COPIES, Math.ceil(SAMPLE_MS / (await timed(1)))));
    return { is: 'ready' };
  },
  async sample() {
    return { is: 'sample', milliseconds: (await timed(copies)) / copies };
  },
  async release() {
    await prepared?.release();
    prepared = undefined;
    return { is: 'released' };
  },
};

async function timed(count) {
  const began = performance.now();
  for (let at = 0; at < count; at++) await prepared.run();
  await prepared.wait();
  return performance.now() - began;
}

process.on('message', async (message) => {
  try {
    process.send(await answers[message.is](message));
  } catch (error) {
    process.send({ is: 'failed', why: String(error?.message ?? error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ is: 'hello', version, adapter: adapter.info.device || adapter.info.description });
