// How many output channels, side by side, a thread stores at once. Several take software adapters little longer than one.

#param STORED = 1

alias Stored1 = f32;
alias Stored2 = vec2f;
alias Stored4 = vec4f;

/// Elements of the output, and of its scales, for each pixel (or tile).
fn outputs() -> u32 {
  return p.outChannels / ${STORED}u;
}
