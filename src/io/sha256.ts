import { FwplusError } from '../errors.js';

/** SHA-256 of the bytes as 64 lower-case hexadecimal digits, by the host's WebCrypto. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) {
    throw new FwplusError('Computing a SHA-256: this page has no WebCrypto (crypto.subtle).', {
      hint: 'Serve the page over https or from localhost; browsers offer WebCrypto to secure pages only.',
    });
  }
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
