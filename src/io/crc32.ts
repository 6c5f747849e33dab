/** CRC-32 as PNG has it (ISO 3309): polynomial 0xEDB88320, all bits set before and inverted after. */
export function crc32(...parts: readonly Uint8Array[]): number {
  let crc = ~0;
  for (const part of parts) {
    for (const byte of part) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255]!;
  }
  return ~crc >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
