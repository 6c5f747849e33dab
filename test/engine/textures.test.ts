/** Arrays as textures: what is copied, without a GPU. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bufferBytes } from '../../src/engine/storage.js';
import { piecesOf, ROW_BYTES, TEXEL_BYTES, TEXTURE_WIDTH, textureBytes } from '../../src/engine/textures.js';

test('pieces are whole rows and what is left, once each', () => {
  for (const texels of [1, 5, TEXTURE_WIDTH - 1, TEXTURE_WIDTH, TEXTURE_WIDTH + 1, 3 * TEXTURE_WIDTH + 7]) {
    const pieces = piecesOf(texels * TEXEL_BYTES);
    let next = 0;
    for (const { offset, row, width, rows } of pieces) {
      assert.is(offset, next);
      assert.is(offset, row * ROW_BYTES);
      next += width * rows * TEXEL_BYTES;
    }
    assert.is(next, texels * TEXEL_BYTES, `${texels} texels`);
    assert.ok(next <= textureBytes(texels * TEXEL_BYTES));
    assert.is(textureBytes(texels * TEXEL_BYTES), Math.ceil(texels / TEXTURE_WIDTH) * ROW_BYTES);
  }
});

test('a piece ends with the texel that holds the last byte, within the buffer', () => {
  for (const bytes of [4, 20, ROW_BYTES - 4, ROW_BYTES + 4, 3 * ROW_BYTES + 36]) {
    const copied = piecesOf(bytes).reduce((sum, { width, rows }) => sum + width * rows * TEXEL_BYTES, 0);
    assert.is(copied, TEXEL_BYTES * Math.ceil(bytes / TEXEL_BYTES), `${bytes} bytes`);
    assert.ok(copied <= bufferBytes(bytes) && copied <= textureBytes(bytes), `${bytes} bytes`);
  }
});

test.run();
