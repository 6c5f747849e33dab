/** Starts the Node host and follows it to its end. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestEvent } from './events.js';
import type { NodeOrder } from './node-child.js';
import { HostReport } from './report.js';

const child = fileURLToPath(new URL('node-child.js', import.meta.url));
/** For a process that is done but for a handle that some test has left open. */
const exitMilliseconds = 5000;

/** @param driver a Vulkan driver's description, where the machine's own is not wanted */
export function runNode(title: string, order: NodeOrder, driver?: string): Promise<HostReport> {
  const env = driver ? { ...process.env, VK_DRIVER_FILES: driver } : process.env;
  return new Promise((resolve) => {
    // Drivers talk on stderr at every start; a process that dies early is the one time it matters.
    const host = fork(child, [JSON.stringify(order)], { env, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    let stderr = '';
    host.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const report = new HostReport(title, () => host.kill('SIGKILL'));
    host.on('message', (event: TestEvent) => {
      report.handle(event);
      if (event.type === 'done') setTimeout(() => host.kill('SIGKILL'), exitMilliseconds).unref();
    });
    host.on('close', (code, signal) => {
      report.end(`${signal ?? `exit code ${code}`}\n${stderr.trim()}`);
      resolve(report);
    });
  });
}
