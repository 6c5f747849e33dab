// Leaky ReLU with gain and clamp, and its derivative.

/// clamp(gain · (z < 0 ? slope · z : z), -limit, limit)
fn act(z: f32, slope: f32, gain: f32, limit: f32) -> f32 {
  return clamp(gain * select(z, slope * z, z < 0.0), -limit, limit);
}

fn act4(z: vec4f, slope: f32, gain: f32, limit: f32) -> vec4f {
  return clamp(gain * select(z, slope * z, z < vec4f()), vec4f(-limit), vec4f(limit));
}

/// act'(z) by value = act(z): slope and gain are positive.
fn actDerivativeAt(value: f32, slope: f32, gain: f32, limit: f32) -> f32 {
  return select(gain * select(slope, 1.0, value > 0.0), 0.0, abs(value) >= limit);
}

/// act'(z): gain · (z > 0 ? 1 : slope), zero where the clamp holds.
fn actDerivative(z: f32, slope: f32, gain: f32, limit: f32) -> f32 {
  let factor = gain * select(slope, 1.0, z > 0.0);
  return select(factor, 0.0, abs(factor * z) > limit);
}
