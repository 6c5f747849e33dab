/** Another engine in a process of its own (bench/peers/worker.js): one that crashes or leaks costs nobody else anything. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConvolutionCase } from '../src/autograd/measure/convolution-case.js';
import type { KernelCase } from '../src/autograd/measure/kernel-case.js';
import type { Engine } from '../src/cli/bench-results.js';
import { FwplusError } from '../src/errors.js';
import type { ClockName } from './options.js';
import type { Contestant } from './rounds.js';

const folder = fileURLToPath(new URL('../../bench/peers/', import.meta.url));

/** No answer after so long: the peer is given up. */
const PATIENCE_MS = 180_000;

interface Answer {
  readonly is: string;
  readonly version?: string;
  readonly adapter?: string;
  readonly milliseconds?: number;
  readonly why?: string;
}

/** Puts the peers where they are found, once; says so before. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  if (existsSync(`${folder}node_modules/@jax-js`)) return;
  say('Installing the peers into bench/peers/node_modules (about 500 MB) …');
  const child = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0)
    throw new FwplusError('The peers could not be installed.', { hint: 'cd bench/peers && npm ci' });
}

export class Peer implements Contestant {
  readonly engine: Engine;
  readonly #clock: ClockName;
  /** Part of a name, where the user chose; and the name that ours has. */
  readonly #adapter: { readonly chosen: boolean; readonly name: string };
  #child: ChildProcess | undefined;
  #version: string | undefined;

  constructor(engine: Engine, clock: ClockName, adapter: { chosen: boolean; name: string }) {
    this.engine = engine;
    this.#clock = clock;
    this.#adapter = adapter;
  }

  /** Once it has been prepared for something. */
  get version(): string | undefined {
    return this.#version;
  }

  async prepare(of: KernelCase): Promise<void> {
    if (!this.#child) await this.#start();
    await this.#ask({ is: 'prepare', case: (of as ConvolutionCase).convolution });
  }

  async sample(): Promise<number> {
    return (await this.#ask({ is: 'sample' })).milliseconds!;
  }

  async release(): Promise<void> {
    if (this.#child) await this.#ask({ is: 'release' }); // one that has failed is ended, and holds nothing
  }

  destroy(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #start(): Promise<void> {
    const words = [this.engine, this.#clock, ...(this.#adapter.chosen ? [this.#adapter.name] : [])];
    const child = fork(`${folder}worker.js`, words, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#child = child;
    // Also between two questions: whoever asks next starts it anew.
    child.on('error', () => {});
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    const { version, adapter } = await this.#answer();
    this.#version = version;
    if (adapter !== this.#adapter.name) {
      this.destroy();
      throw new Error(`runs on '${adapter}', not on '${this.#adapter.name}'`);
    }
  }

  async #ask(message: object): Promise<Answer> {
    if (!this.#child) throw new Error('has ended');
    this.#child.send(message);
    return this.#answer();
  }

  /** A peer that fails, dies or keeps silent is ended; the next case starts it anew. */
  async #answer(): Promise<Answer> {
    const child = this.#child!;
    try {
      const answer = await answerOf(child);
      if (answer.is === 'failed') throw new Error(answer.why);
      return answer;
    } catch (error) {
      this.destroy();
      throw error;
    }
  }
}

function answerOf(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(new Error('gives no answer'))), PATIENCE_MS);
    const hear = (message: unknown) => end(() => resolve(message as Answer));
    const die = (code: number | null, signal: string | null) =>
      end(() => reject(new Error(`ended with ${signal ?? `exit code ${code}`}`)));
    const end = (settle: () => void) => {
      clearTimeout(timer);
      child.off('message', hear);
      child.off('exit', die);
      settle();
    };
    child.on('message', hear);
    child.on('exit', die);
  });
}
