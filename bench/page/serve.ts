import type { Options } from '../options.js';
export async function servePage(_options: Options): Promise<number> {
  return 0;
}
