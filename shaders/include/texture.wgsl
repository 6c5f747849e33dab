// An array of fours of numbers as a storage texture in rows of 1024 (src/engine/textures.ts). For software adapters: lavapipe loads a
// texel as a whole and without a branch, eight lanes' in some 55 instructions; from a buffer that takes ten times as many, since every lane checks
// bounds for each of its four numbers. (A sampled texture takes three times as many, for the sake of levels that there are none of.)
fn texel(numbers: texture_storage_2d<rgba32float, read>, index: u32) -> vec4f {
  return textureLoad(numbers, vec2u(index % 1024u, index / 1024u));
}
