/** `npm start` hands its signals and its end on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const script = new URL('../../scripts/forward.js', import.meta.url).href;
const work = mkdtempSync(join(tmpdir(), 'fwplus-'));

/** Ends half a second after its first signal, and writes down which ones it got. */
const program = `
const got = [];
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {
  got.push(name);
  if (got.length === 1) setTimeout(() => {
    require('node:fs').writeFileSync(process.argv[1], got.join());
    process.exit(7);
  }, 500);
});
setTimeout(() => process.exit(1), 20000);
console.log('ready');
`;

const forwarder = (file: string, name = process.execPath) =>
  `import(${JSON.stringify(script)}).then(async ({ forward }) => {
    process.exitCode = await forward(${JSON.stringify(name)}, ['-e', ${JSON.stringify(program)}, ${JSON.stringify(file)}])
      .catch((error) => { console.log(error.code); return 3; });
  })`;

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.stdout!.on('data', (text) => String(text).includes('ready') && resolve());
  });
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));

const test = suite('forwarding');

test.after(() => rmSync(work, { recursive: true, force: true }));

test('a signal that comes twice at once is handed on once, and the exit code comes back', async () => {
  if (process.platform === 'win32') return;
  const file = join(work, 'twice');
  const child = spawn(process.execPath, ['-e', forwarder(file)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = ended(child);
  await ready(child);
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGINT'), 100);
  assert.is(await end, 7);
  assert.is(readFileSync(file, 'utf8'), 'SIGINT');
});

test('a program that cannot be started is an error', async () => {
  const words = ['-e', forwarder(join(work, 'none'), join(work, 'no-such-program'))];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  assert.is(await ended(child), 3);
  assert.match(said, /ENOENT/);
});

test('where npm dies, the program is told to hang up', async () => {
  if (process.platform === 'win32') return;
  const file = join(work, 'orphan');
  const npm = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(forwarder(file))}], { stdio: 'inherit' })`;
  const env = { ...process.env, npm_lifecycle_event: 'start' };
  const child = spawn(process.execPath, ['-e', npm], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(child);
  child.kill('SIGKILL');
  for (let waited = 0; waited < 100 && !existsSync(file); waited++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  assert.is(readFileSync(file, 'utf8'), 'SIGHUP');
});

test.run();
