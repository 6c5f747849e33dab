// An array of fours of numbers as a texture, rgba32float, in rows of 1024 (src/engine/textures.ts). For software adapters, which load
// a texel as a whole and without a branch, where a load from a buffer costs every lane a bounds check for each of its four numbers.
fn texel(array: texture_2d<f32>, index: u32) -> vec4f {
  return textureLoad(array, vec2u(index % 1024u, index / 1024u), 0);
}
