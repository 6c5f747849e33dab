// A Value is one element.

alias Value = f32;
/// One truth for each element.
alias Flags = bool;

/// The sum of a Value's elements.
fn sumOf(value: Value) -> f32 {
  return value;
}
