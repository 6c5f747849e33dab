/** The arithmetic of the evaluation, on numbers that can be checked by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseEvaluation } from '../../evaluation/options.js';
import { movedAndDrift } from '../../evaluation/rows.js';
import { editTable, reconstructionTable } from '../../evaluation/table.js';
import { methodName } from '../../src/inversion/method.js';
import { randomModel, SMALL } from '../inversion/random-model.js';
import { refuses } from '../inversion/refuses.js';

const ORDER = ['upright', 'shift5', 'turn20'];

test('moved is half of what lies between, drift the others’ mean without signs', () => {
  const scored = [
    { plus: { smile: 2, age: 1, yaw: 0, gaze: 9 }, minus: { smile: -2, age: 0, yaw: 1, gaze: -9 } },
    { plus: { smile: 1, age: 0, yaw: 0, gaze: 0 }, minus: { smile: 1, age: 0, yaw: 0, gaze: 0 } },
  ];
  // 2 and 0; (0.5 + 0.5) / 2 and 0. gaze is not reliable.
  assert.equal(movedAndDrift(scored, 'smile', ['smile', 'age', 'yaw']), { moved: 1, drift: 0.25 });
});

test('tables: the mean over the transforms, and what is lost against upright', () => {
  const row = (transform: string, psnr: number) => ({
    method: 'f/w+',
    transform,
    psnr,
    perceptual: 0.1,
    images: 2,
    steps: 3,
  });
  const text = reconstructionTable([row('upright', 30), row('turn20', 28), row('shift5', 29)], ORDER);
  assert.match(text, /F\/W\+\s+30\.00\s+29\.00\s+28\.00\s+28\.50\s+1\.50/);
  assert.match(reconstructionTable([row('turn20', 29)], ORDER), /29\.00\s+29\.00\s+–/);
  const unfinished = { ...row('upright', 40), method: 'w+' };
  assert.match(reconstructionTable([unfinished, row('turn20', 29)], ORDER), /W\+\s+40\.00\s+–\s+–\s+–/);
  const edits = [
    { method: 'w+', transform: 'upright', direction: 'age', moved: 1, drift: 0.2 },
    { method: 'w+', transform: 'upright', direction: 'smile', moved: 3, drift: 0.2 },
  ];
  assert.match(editTable(edits, ORDER), /W\+\s+2\.00 \(0\.10\)\s+–/);
  const turned = { method: 'w+', transform: 'turn20', direction: 'age', moved: 1.5, drift: 0.3 };
  assert.match(editTable([turned, ...edits], ORDER), /W\+\s+2\.00 \(0\.10\)\s+1\.50 \(0\.20\)\s+0\.75/);
});

test('the command line: quick by default, everything with --full, wrong names are named', async () => {
  const model = randomModel(SMALL);
  const faces = { count: 16, transforms: ['upright', 'shift10', 'turn20', 'scale3/4', 'turn30'] };
  const parse = (...words: string[]) => parseEvaluation(words, model, faces);
  const quick = parse();
  assert.equal([quick.images, quick.steps, quick.transforms.length], [4, 150, 4]);
  const full = parse('--full', '--methods', 'f/w+, w+ clip');
  assert.equal([full.images, full.steps, full.transforms], [16, 1200, faces.transforms]);
  assert.equal(full.methods.map(methodName), ['w+ clip', 'f/w+']);
  assert.is(parse('--full', '--steps', '9').steps, 9);
  await refuses(() => parse('--methods', 'w'), /no 'w'/);
  await refuses(() => parse('--transforms', 'turn90'), /no 'turn90'/);
  await refuses(() => parse('--images', '17'), /--images is '17', wanted a whole number from 1 to 16/);
  await refuses(() => parse('--step', '17'), /step/);
});

test.run();
