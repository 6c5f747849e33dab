/** Serves the page on this machine; or runs it in headless Chromium and prints what it measured. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Results } from '../../src/cli/bench-results.js';
import { findChromium } from '../../src/cli/system.js';
import { FwplusError } from '../../src/errors.js';
import type { Options } from '../options.js';
import { bundlePage, ROOT } from './bundle.js';
import { queryOf } from './choice.js';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

export async function servePage(options: Options, say: (line: string) => void): Promise<void> {
  const server = await serve();
  say(`The benchmark is at ${addressOf(server)}?${queryOf(options)} until Ctrl-C.`);
  await once(server, 'close');
}

/** Also takes a picture of the whole page, where a file is given. */
export async function runInChromium(options: Options, picture: string): Promise<Results> {
  const executablePath = findChromium();
  if (!executablePath) {
    throw new FwplusError('There is no Chromium.', {
      hint: 'Install it, or set CHROMIUM to its executable.',
    });
  }
  const server = await serve();
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, deviceScaleFactor: 2 });
    await page.goto(`${addressOf(server)}?run&${queryOf(options)}`);
    const results = await page.evaluate<Results>('benchResults').catch(async (cause: unknown) => {
      throw new FwplusError(`In Chromium: ${await page.textContent('#status')}`, { cause });
    });
    await page.screenshot({ path: picture, fullPage: true });
    return results;
  } finally {
    await browser.close();
    server.close();
  }
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function serve(): Promise<Server> {
  const script = await bundlePage();
  const html = await readFile(join(ROOT, 'bench/page/index.html'));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const found = { '/': ['text/html', html], '/page.js': ['text/javascript', script] }[pathname];
    if (!found) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': String(found[0]) }).end(found[1]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
