// A Value is four elements, neighbours in memory.

alias Value = vec4f;
/// One truth for each element.
alias Flags = vec4<bool>;

/// The sum of a Value's elements.
fn sumOf(value: Value) -> f32 {
  return dot(value, vec4f(1.0));
}
