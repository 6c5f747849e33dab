// Where an element of an array [N, H, W, C] stands. One division an axis: on software adapters they cost as much as loads.

struct Place {
  n: u32,
  row: u32,
  column: u32,
  c: u32,
}

fn placeOf(index: u32, height: u32, width: u32, channels: u32) -> Place {
  let pixel = index / channels;
  let line = pixel / width;
  let n = line / height;
  return Place(n, line - n * height, pixel - line * width, index - pixel * channels);
}
