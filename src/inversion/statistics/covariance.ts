/** Mean and covariance of many rows, in float64: of float32 sums the rounding would cover the smallest variances of w. */

/** Rows that are added in one pass over the matrix. */
const GROUP = 8;

/** What there is to save of a covariance so far. */
export interface Sums {
  /** Rows. */
  readonly count: number;
  /** [width], about the mean; sums are of the differences d from it, so that little cancels. */
  readonly shift: Float64Array;
  /** Σ d */
  readonly sum: Float64Array;
  /** Σ d dᵀ [width, width], of which the lower triangle counts. */
  readonly products: Float64Array;
}

export class Covariance {
  readonly width: number;
  #count = 0;
  readonly #shift: Float64Array;
  readonly #sum: Float64Array;
  readonly #products: Float64Array;
  readonly #group: Float64Array;

  /** @param shift [width], about the mean. */
  constructor(shift: Float64Array) {
    this.width = shift.length;
    this.#shift = shift;
    this.#sum = new Float64Array(this.width);
    this.#products = new Float64Array(this.width * this.width);
    this.#group = new Float64Array(GROUP * this.width);
  }

  /** Goes on from sums that were saved. */
  static from({ count, shift, sum, products }: Sums): Covariance {
    const made = new Covariance(shift);
    made.#count = count;
    made.#sum.set(sum);
    made.#products.set(products);
    return made;
  }

  /** As they are now; they change with the next `add`. */
  get sums(): Sums {
    return { count: this.#count, shift: this.#shift, sum: this.#sum, products: this.#products };
  }

  get count(): number {
    return this.#count;
  }

  /** @param rows [any number, width] */
  add(rows: Float64Array): void {
    const { width } = this;
    const count = rows.length / width;
    for (let first = 0; first < count; first += GROUP) {
      // Rows that are missing in the last group are zeros, which add nothing.
      this.#group.fill(0);
      const own = Math.min(GROUP, count - first) * width;
      for (let at = 0; at < own; at++) {
        const column = at % width;
        const value = rows[first * width + at]! - this.#shift[column]!;
        this.#group[at] = value;
        this.#sum[column]! += value;
      }
      this.#addProducts();
    }
    this.#count += count;
  }

  #addProducts(): void {
    const { width } = this;
    const x = this.#group;
    const products = this.#products;
    const [r1, r2, r3, r4, r5, r6, r7] = [1, 2, 3, 4, 5, 6, 7].map((row) => row * width) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < width; i++) {
      const x0 = x[i]!;
      const x1 = x[r1 + i]!;
      const x2 = x[r2 + i]!;
      const x3 = x[r3 + i]!;
      const x4 = x[r4 + i]!;
      const x5 = x[r5 + i]!;
      const x6 = x[r6 + i]!;
      const x7 = x[r7 + i]!;
      const row = i * width;
      for (let j = 0; j <= i; j++) {
        products[row + j]! +=
          x0 * x[j]! +
          x1 * x[r1 + j]! +
          x2 * x[r2 + j]! +
          x3 * x[r3 + j]! +
          x4 * x[r4 + j]! +
          x5 * x[r5 + j]! +
          x6 * x[r6 + j]! +
          x7 * x[r7 + j]!;
      }
    }
  }

  /** [width] */
  mean(): Float64Array {
    return this.#sum.map((sum, at) => this.#shift[at]! + sum / this.count);
  }

  /** [width, width], unbiased: divided by count − 1. */
  covariance(): Float64Array {
    const { width, count } = this;
    const out = new Float64Array(width * width);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        const products = this.#products[i * width + j]! - (this.#sum[i]! * this.#sum[j]!) / count;
        out[i * width + j] = products / (count - 1);
        out[j * width + i] = out[i * width + j]!;
      }
    }
    return out;
  }
}
