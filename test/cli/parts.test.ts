/** Small parts of the command, as functions. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Autosave } from '../../src/cli/autosave.js';
import { columns } from '../../src/cli/columns.js';
import { metricsFile } from '../../src/cli/metrics-file.js';
import { progressLine } from '../../src/cli/progress.js';
import { chromiumAdvice, driverAdvice, systemOf } from '../../src/cli/system.js';
import type { InversionState } from '../../src/inversion/codes.js';
import type { Model } from '../../src/inversion/model.js';

test('saving that fails is said once and tried again', async () => {
  const warnings: string[] = [];
  let saves = 0;
  const autosave = new Autosave((line) => warnings.push(line), 0);
  for (let at = 0; at < 3; at++) {
    await autosave.due(
      () => at,
      async (made) => {
        assert.is(made, at);
        saves++;
        throw new Error('the disk is full.');
      },
    );
  }
  await autosave.due(
    async () => 3,
    async (made) => {
      assert.is(made, 3);
      saves++;
    },
  );
  assert.is(saves, 4);
  assert.equal(warnings, ['the disk is full. Going on without; tried again later.']);
});

test('that there is nothing sound to save is not survived', async () => {
  const autosave = new Autosave(() => assert.unreachable(), 0);
  const diverged = async () => {
    throw new Error('diverged');
  };
  const found = await autosave.due(diverged, async () => assert.unreachable()).catch((error) => error);
  assert.is(found.message, 'diverged');
});

test('saving waits for its time', async () => {
  const autosave = new Autosave(() => {}, 1e6);
  await autosave.due(
    () => assert.unreachable(),
    async () => assert.unreachable(),
  );
});

test('the progress line fits into the terminal', () => {
  const parts = { label: 'f/w+', done: 0.5, text: '100/200  loss 0.1234' };
  const whole = progressLine(parts);
  assert.is(whole, `f/w+     ${'█'.repeat(12)}${'░'.repeat(12)} ${parts.text}`);
  for (let width = 2; width < 80; width++) {
    const line = progressLine(parts, width);
    assert.ok(line.length < width, `${width} columns: ${line}`);
    if (width > 30) assert.ok(line.endsWith(parts.text), line);
  }
  assert.is(progressLine(parts, 80), whole);
});

test('columns are aligned', () => {
  assert.is(
    columns([
      ['a', 'bb', ''],
      ['long', '1', '2'],
    ]),
    'a      bb\nlong    1   2',
  );
});

test('metrics.json keeps the methods of earlier runs on the same picture', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fwplus-'));
  const write = async (name: string, psnr: number, { adapter = 'one', targetHash = 'a' } = {}) => {
    const state = { targetHash, step: 2 } as InversionState;
    const result = { name, psnr, perceptual: 0.123456, seconds: 1.234, state, notes: [] };
    const session = { adapter, model: { id: 'model' } as Model };
    const { json, strangers } = await metricsFile(session, { name: 'picture' }, [result], folder);
    writeFileSync(join(folder, 'metrics.json'), json);
    return { ...JSON.parse(json), strangers };
  };
  const rest = { perceptual: 0.12346, seconds: 1.23, steps: 2 };
  const first = await write('w+', Number.POSITIVE_INFINITY);
  assert.equal(first.methods, { 'w+': { psnr: 'Infinity', ...rest } });
  const second = await write('f/w+', 20.12345, { adapter: 'two' });
  assert.is(second.adapter, 'two');
  assert.equal(second.methods, {
    'w+': { adapter: 'one', psnr: 'Infinity', ...rest },
    'f/w+': { psnr: 20.123, ...rest },
  });
  assert.equal(second.strangers, []);
  const other = await write('f/w+', 21, { targetHash: 'b' });
  assert.equal(other.methods, { 'f/w+': { psnr: 21, ...rest } });
  assert.equal(other.strangers, ['w+']);
  writeFileSync(join(folder, 'metrics.json'), 'no JSON');
  assert.equal((await write('w+', 1)).strangers, []);
  rmSync(folder, { recursive: true });
});

test('how drivers are had on each system', () => {
  const advice = (release: string) => driverAdvice(systemOf('linux', release));
  const bookworm = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';
  assert.match(
    advice(bookworm),
    /-t bookworm-backports libvulkan1.*\n.*too old.*\nmirror=.*\n.*\$mirror bookworm-backports main/,
  );
  assert.match(advice('ID=debian\nVERSION_ID="13"\n'), /apt-get install -y libvulkan1 mesa-vulkan-drivers$/);
  assert.match(advice('ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="12"\n'), /install -y libvulkan1/);
  assert.match(advice('ID=fedora\n'), /dnf install/);
  assert.match(advice('ID=manjaro\nID_LIKE=arch\n'), /pacman/);
  assert.match(advice('ID=alpine\n'), /glibc/);
  assert.match(advice(''), /Mesa.*23 or newer/);
  assert.match(driverAdvice(systemOf('darwin', '')), /Update the graphics driver/);
  assert.is(systemOf('win32', '').name, 'win32');
  assert.match(chromiumAdvice(systemOf('linux', bookworm)), /apt-get install -y chromium/);
});

test.run();
