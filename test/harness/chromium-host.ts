/** Bundles all lists of cases into one page, serves it, and runs it in headless Chromium. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type BrowserServer, chromium } from 'playwright-core';
import type { Selection } from './events.js';
import { HostReport } from './report.js';
import { textOf } from './run-cases.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const flags = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface ChromiumOrder extends Selection {
  readonly executable: string;
  /** `*.cases.ts` below test/, by their paths from the root. */
  readonly cases: readonly string[];
}

export async function runChromium(order: ChromiumOrder): Promise<{ report: HostReport; version: string }> {
  let browserServer: BrowserServer | undefined;
  let server: Server | undefined;
  let version = 'unknown';
  const report = new HostReport('Chromium', () => browserServer?.kill());
  try {
    server = await serve(await bundle(order));
    // A server, because a page that hangs can only be ended with its process.
    browserServer = await chromium.launchServer({ executablePath: order.executable, args: flags });
    const browser = await chromium.connect(browserServer.wsEndpoint());
    version = browser.version();
    const page = await browser.newPage();
    page.on('pageerror', (error) =>
      report.handle({ type: 'stray', where: 'page error', error: textOf(error) }),
    );
    page.on('console', (message) => {
      if (message.type() === 'error') report.handle({ type: 'log', text: `console: ${message.text()}` });
    });
    await page.exposeFunction('emitTestEvent', (event: Parameters<HostReport['handle']>[0]) =>
      report.handle(event),
    );
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.evaluate('runTests()');
    report.handle({ type: 'done' });
    report.end('');
  } catch (error) {
    report.end(textOf(error));
  } finally {
    await browserServer?.kill();
    server?.close();
  }
  return { report, version };
}

async function bundle({ cases, pattern, only }: ChromiumOrder): Promise<string> {
  const lists = cases.map((file, index) => ({ file, variable: `list${index}` }));
  const selection: Selection = { pattern, ...(only ? { only } : {}) };
  const entry = `
    import { runInPage } from './dist/test/harness/page.js';
    ${lists.map(({ file, variable }) => `import * as ${variable} from './dist/${file.replace(/ts$/, 'js')}';`).join('\n')}
    globalThis.runTests = () => runInPage([
      ${lists.map(({ file, variable }) => `{ file: ${JSON.stringify(file.replace(/^test\/|\.ts$/g, ''))}, cases: ${variable}.cases }`).join(',\n')}
    ], ${JSON.stringify(selection)});`;
  const result = await build({
    stdin: { contents: entry, resolveDir: root },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    conditions: ['browser'],
    sourcemap: 'inline',
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0].text;
}

/** The page, its bundle, and the repository's files below /files/, on this machine alone. */
async function serve(script: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    try {
      if (path === '/')
        respond(
          'text/html',
          '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/tests.js"></script>',
        );
      else if (path === '/tests.js') respond('text/javascript', script);
      else if (path.startsWith('/files/')) respond('application/octet-stream', await readFile(inRoot(path)));
      else response.writeHead(404).end();
    } catch {
      response.writeHead(404).end();
    }
    function respond(type: string, body: string | Uint8Array): void {
      response.writeHead(200, { 'content-type': type }).end(body);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function inRoot(path: string): string {
  return `${root}${normalize(path).slice('/files/'.length)}`;
}
