import { FwplusError } from '../errors.js';
import { exifOrientation, type Orientation } from './exif.js';

/** What the markers of a JPEG say, without decoding it. */
export interface JpegFrame {
  readonly orientation: Orientation;
  /** How many colour components there are: 1, 3 or 4. */
  readonly components: number;
  /** Whether three components would be red, green and blue rather than YCbCr, by libjpeg's rules. */
  readonly rgb: boolean;
  /** Where the picture ends: the first byte after EOI. */
  readonly end: number;
}

const damaged = 'The file is damaged or incomplete; copy or download it again.';

/**
 * Walks over all segments (ITU-T T.81, Annex B) to the end-of-image marker. A file that lacks it is truncated, and is
 * refused: decoders fill the missing rest with grey. `onSize` gets the size as soon as it is known and may throw.
 */
export function scanJpeg(
  bytes: Uint8Array,
  what: string,
  onSize: (width: number, height: number) => void,
): JpegFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (found: string, hint = damaged) => new FwplusError(`${what}: ${found}`, { hint });
  const truncated = () => fail(`the file is truncated: it ends at byte ${bytes.length} inside the picture.`);
  let orientation: Orientation = 1;
  let components: string | undefined;
  let jfif = false;
  let adobe: number | undefined;
  let scans = 0;
  for (let at = 2; ; ) {
    if (at >= bytes.length) throw truncated();
    if (bytes[at] !== 0xff) throw fail(`byte ${at} should begin a marker and does not.`);
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) {
      if (!components || scans === 0) throw fail('it ends before the first pixel.');
      return {
        orientation,
        components: components.length,
        rgb: !jfif && (adobe === undefined ? components === 'RGB' : adobe === 0),
        end: at + 2,
      };
    }
    if (at + 4 > bytes.length) throw truncated();
    const length = view.getUint16(at + 2);
    const segment = bytes.subarray(at + 4, at + 2 + length);
    if (at + 2 + length > bytes.length) throw truncated();
    if (length < 2) throw fail(`the segment at byte ${at} has the impossible length ${length}.`);
    if (isFrame(marker)) {
      if (segment.length < 6) throw fail('its frame header is too short.');
      if (components) throw fail('it has two frame headers.');
      checkFrame(marker, segment, fail);
      onSize(view.getUint16(at + 7), view.getUint16(at + 5));
      components = '';
      for (let i = 6; i < segment.length; i += 3) components += String.fromCharCode(segment[i]);
    } else if (marker === 0xe1 && startsWith(segment, 'Exif\0\0')) {
      orientation = exifOrientation(segment.subarray(6));
    } else if (marker === 0xee && startsWith(segment, 'Adobe')) {
      adobe = segment[11];
    } else if (marker === 0xe0 && startsWith(segment, 'JFIF\0')) {
      jfif = true;
    }
    at += 2 + length;
    if (marker === 0xda) {
      scans++;
      at = skipScan(bytes, at);
    }
  }
}

/** SOF0…SOF15, without DHT (C4), JPG (C8) and DAC (CC), which share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Refuses what the decoder cannot read. `segment` is Annex B.2.2 from P (bits a sample) on. */
function checkFrame(
  marker: number,
  segment: Uint8Array,
  fail: (found: string, hint?: string) => FwplusError,
): void {
  const convert = 'Convert it to PNG or to an ordinary JPEG.';
  if (marker > 0xc2) {
    const coding = marker >= 0xc9 ? 'arithmetic-coded' : marker === 0xc3 ? 'lossless' : 'hierarchical';
    throw fail(
      `it is a ${coding} JPEG (marker FF${marker.toString(16).toUpperCase()}), which is not read.`,
      convert,
    );
  }
  if (segment[0] !== 8) throw fail(`it has ${segment[0]} bits a sample; 8 are read.`, convert);
  const count = segment[5];
  if (count !== 1 && count !== 3 && count !== 4) {
    throw fail(`it has ${count} colour components; 1, 3 and 4 are read.`, convert);
  }
  if (segment.length !== 6 + 3 * count) throw fail('its frame header has the wrong length.');
  for (let i = 7; i < segment.length; i += 3) {
    const [h, v] = [segment[i] >> 4, segment[i] & 15];
    if (h < 1 || h > 4 || v < 1 || v > 4) throw fail(`its sampling factors ${h}×${v} do not exist.`);
  }
}

/** The first marker after entropy-coded data: FF followed by neither 00 (a stuffed byte) nor RST0…RST7 nor FF. */
function skipScan(bytes: Uint8Array, at: number): number {
  for (; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1];
    if (next !== 0 && next !== 0xff && (next & 0xf8) !== 0xd0) return at;
  }
  return bytes.length;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}
