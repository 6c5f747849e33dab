/** What a file is, by its first bytes. `name` is for sentences: "a WebP image". */
export interface FileKind {
  readonly format: 'png' | 'jpeg' | 'other';
  readonly name: string;
}

const signatures: readonly (readonly [offset: number, bytes: string, name: string])[] = [
  [0, 'GIF8', 'a GIF image'],
  [0, 'BM', 'a BMP image'],
  [0, 'II*\0', 'a TIFF or camera raw image'],
  [0, 'MM\0*', 'a TIFF or camera raw image'],
  [8, 'WEBP', 'a WebP image'],
  [4, 'ftypavif', 'an AVIF image'],
  [4, 'ftyphei', 'a HEIC image'],
  [4, 'ftypmif1', 'a HEIC image'],
  [4, 'ftyp', 'an MP4 or QuickTime video'],
  [0, '\xff\x0a', 'a JPEG XL image'],
  [4, 'JXL ', 'a JPEG XL image'],
  [4, 'jP  ', 'a JPEG 2000 image'],
  [0, '8BPS', 'a Photoshop document'],
  [0, '%PDF', 'a PDF document'],
  [0, 'PK\x03\x04', 'a ZIP archive (or an Office document, or a PyTorch checkpoint)'],
  [0, '\x1f\x8b', 'a gzip archive'],
  [0, '\x93NUMPY', 'a NumPy array'],
  [0, '\0\0\x01\0', 'a Windows icon'],
  [0, 'BZh', 'a bzip2 archive'],
  [0, '\xfd7zXZ', 'an xz archive'],
  [0, '\x28\xb5\x2f\xfd', 'a Zstandard archive'],
  [0, '7z\xbc\xaf', 'a 7-Zip archive'],
  [0, 'Rar!', 'a RAR archive'],
  [257, 'ustar', 'a tar archive'],
  [0, '\x89HDF', 'an HDF5 file (Keras weights, for example)'],
  [0, 'version https://git-lfs', 'a Git LFS pointer, not the file itself'],
  [0, '/annex/objects/', 'a git-annex pointer, not the file itself'],
  [0, '../.git/annex/objects/', 'a git-annex pointer, not the file itself'],
  [0, '.git/annex/objects/', 'a git-annex pointer, not the file itself'],
];

/** Names what the bytes look like. */
export function sniff(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return { format: 'other', name: 'an empty file (0 bytes)' };
  const head = String.fromCharCode(...bytes.subarray(0, 512));
  if (head.startsWith('\x89PNG')) return { format: 'png', name: 'a PNG image' };
  if (head.startsWith('\xff\xd8')) return { format: 'jpeg', name: 'a JPEG image' };
  for (const [offset, signature, name] of signatures) {
    if (head.startsWith(signature, offset)) return { format: 'other', name };
  }
  const text = head.trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) {
    return { format: 'other', name: 'an HTML page' };
  }
  if (text.startsWith('<svg') || (text.startsWith('<?xml') && text.includes('<svg'))) {
    return { format: 'other', name: 'an SVG drawing' };
  }
  if (/^[{[]\s*["{[\]}\d-]/.test(text)) return { format: 'other', name: 'a JSON file' };
  if (/^[\t\n\r\x20-\x7e]+$/.test(head)) return { format: 'other', name: 'a text file' };
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return { format: 'other', name: `data of an unknown kind (first bytes ${hex})` };
}
