// A loop's length as compilers know it: on hardware loops had better be unrolled. texture.wgsl has the other one, for software adapters.

fn countOf(count: u32, groups: vec3u) -> u32 {
  return count;
}
