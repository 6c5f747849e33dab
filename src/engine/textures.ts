/** Arrays as textures: fours of numbers in rows of 1024; see shaders/include/texture.wgsl. */

/** Texels of a row. WebGPU's default limit of 8192 rows then is that of a binding, 128 MiB. */
export const TEXTURE_WIDTH = 1024;
export const TEXEL_BYTES = 16;
export const ROW_BYTES = TEXTURE_WIDTH * TEXEL_BYTES;

export function textureRows(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / ROW_BYTES));
}

/** The size of a texture that holds so many bytes. */
export function textureBytes(bytes: number): number {
  return ROW_BYTES * textureRows(bytes);
}

/** A rectangle of texels, and where its bytes begin in the array. */
export interface Piece {
  readonly offset: number;
  readonly row: number;
  readonly width: number;
  readonly rows: number;
}

/** What copies so many bytes, to the end of the last texel: whole rows, then what is left. */
export function piecesOf(bytes: number): Piece[] {
  const rows = Math.floor(bytes / ROW_BYTES);
  const width = Math.ceil((bytes - rows * ROW_BYTES) / TEXEL_BYTES);
  return [
    { offset: 0, row: 0, width: TEXTURE_WIDTH, rows },
    { offset: rows * ROW_BYTES, row: rows, width, rows: 1 },
  ].filter((piece) => piece.rows > 0 && piece.width > 0);
}
