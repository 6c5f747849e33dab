// The kernel of blur_tiled.wgsl and blur_texture.wgsl, which differ in how x is read.

#param PIXELS = 2
#param ROWS = 8

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = linearIndex(thread, groups);
  let depth = p.channels / 4u;
  let across = (p.outWidth + ${PIXELS - 1}u) / ${PIXELS}u;
  let down = (p.rows + ${ROWS - 1}u) / ${ROWS}u;
  if (index >= p.batch * down * across * depth) { return; }
  let c = index % depth;
  let tile = index / depth;
  let ox = tile % across * ${PIXELS}u;
  let band = tile / across;
  let oy = band % down * ${ROWS}u;
  let n = band / down;

  #for j in 0..PIXELS+3
  let column$j = i32(ox + ${j}u) - i32(p.padding);
  let inside$j = column$j >= 0 && column$j < i32(p.inWidth);
  let at$j = select(0u, u32(column$j), inside$j) * depth + c;
  #end
  let scale = scaleOut[n * depth + c];
  let shift = bias[c];

  // Rows of x, filtered along x: the last three before this one.
  #for j in 0..PIXELS
  var a$j = vec4f();
  var b$j = vec4f();
  var c$j = vec4f();
  #end
  let rows = min(${ROWS}u, p.rows - oy) + 3u;
  for (var row = 0u; row < rows; row++) {
    let iy = p.inFirst + i32(oy + row);
    let inside = iy >= 0 && iy < i32(p.inHeight);
    let line = (n * p.inHeight + select(0u, u32(iy), inside)) * p.inWidth * depth;
    #for j in 0..PIXELS+3
    let v$j = select(vec4f(), inputAt(line + at$j - p.skipped), inside && inside$j);
    #end
    #for j in 0..PIXELS
    let d$j = 0.25 * (v$j + v${j + 3}) + 0.75 * (v${j + 1} + v${j + 2});
    #end
    if (row >= 3u) {
      let line = (p.outFirst + oy + row - 3u) * p.outWidth;
      #for j in 0..PIXELS
      if (ox + ${j}u < p.outWidth) {
        var z = (0.25 * (a$j + d$j) + 0.75 * (b$j + c$j)) * scale + shift;
        if (p.noiseStrength != 0.0) { z += p.noiseStrength * noise[line + ox + ${j}u]; }
        y[(n * p.outHeight * p.outWidth + line + ox + ${j}u) * depth + c] = act4(z, p.slope, p.gain, p.limit);
      }
      #end
    }
    #for j in 0..PIXELS
    a$j = b$j;
    b$j = c$j;
    c$j = d$j;
    #end
  }
}
