/** Moving base codes and pictures by whole cells and pixels. */

/** A square [side, side, C] moved right and down by whole cells; where nothing moves in, the border's values are repeated. */
export function shifted(values: Float32Array, side: number, right: number, down: number): Float32Array {
  const channels = values.length / (side * side);
  const inside = (at: number) => Math.min(side - 1, Math.max(0, at));
  const moved = new Float32Array(values.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = channels * (side * inside(y - down) + inside(x - right));
      moved.set(values.subarray(from, from + channels), channels * (side * y + x));
    }
  }
  return moved;
}

/** Mean squared difference of two pictures [R, R, 3], `border` pixels on every side left out. */
export function squaredErrorWithin(a: Float32Array, b: Float32Array, side: number, border: number): number {
  let [sum, count] = [0, 0];
  for (let y = border; y < side - border; y++) {
    for (let x = 3 * border; x < 3 * (side - border); x++) {
      sum += (a[3 * side * y + x]! - b[3 * side * y + x]!) ** 2;
      count++;
    }
  }
  return sum / count;
}
