// Matrix times shards over GF(2^8): outputs[i] = sum over j of coefficient[i][j] * sources[j].
// AssemblyScript, compiled by scripts/build-kernels.ts. Pointers only: no allocation and no static data.
//
// Product by split nibbles: c*x = low[x & 15] ^ high[x >> 4], two 16-byte tables for each coefficient, so
// one byte shuffle looks up 16 products. Tables of a group of R outputs: for each source, for each output
// of the group, 16 bytes low and 16 bytes high. Groups are as `multiply` takes them: 4, 4, ..., 2, 1.

// @ts-ignore: decorator
@inline function lookup(table: v128, index: v128): v128 {
  // Indices are below 16, where the relaxed instruction does the same on every machine.
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, index);
  else return i8x16.swizzle(table, index);
}

// @ts-ignore: decorator
@inline function product(low: v128, high: v128, lowNibbles: v128, highNibbles: v128): v128 {
  return v128.xor(lookup(low, lowNibbles), lookup(high, highNibbles));
}

// 16-bit lanes shift and are masked after: V8 would build a mask of its own for every shift of 8-bit lanes.
// @ts-ignore: decorator
@inline function upper(x: v128, mask: v128): v128 {
  return v128.and(i16x8.shr_u(x, 4), mask);
}

function four(length: usize, count: u32, tables: usize, sources: usize, outputs: usize, stride: usize): void {
  const out1 = outputs + stride, out2 = out1 + stride, out3 = out2 + stride;
  const mask = i8x16.splat(15);
  for (let at: usize = 0; at < length; at += 32) {
    let a0 = i64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    let table = tables, source = sources + at, left = count;
    do {
      const x = v128.load(source), y = v128.load(source, 16);
      const xl = v128.and(x, mask), xh = upper(x, mask), yl = v128.and(y, mask), yh = upper(y, mask);
      let low = v128.load(table), high = v128.load(table, 16);
      a0 = v128.xor(a0, product(low, high, xl, xh)); b0 = v128.xor(b0, product(low, high, yl, yh));
      low = v128.load(table, 32); high = v128.load(table, 48);
      a1 = v128.xor(a1, product(low, high, xl, xh)); b1 = v128.xor(b1, product(low, high, yl, yh));
      low = v128.load(table, 64); high = v128.load(table, 80);
      a2 = v128.xor(a2, product(low, high, xl, xh)); b2 = v128.xor(b2, product(low, high, yl, yh));
      low = v128.load(table, 96); high = v128.load(table, 112);
      a3 = v128.xor(a3, product(low, high, xl, xh)); b3 = v128.xor(b3, product(low, high, yl, yh));
      table += 128; source += stride;
    } while (--left);
    v128.store(outputs + at, a0); v128.store(outputs + at, b0, 16);
    v128.store(out1 + at, a1); v128.store(out1 + at, b1, 16);
    v128.store(out2 + at, a2); v128.store(out2 + at, b2, 16);
    v128.store(out3 + at, a3); v128.store(out3 + at, b3, 16);
  }
}

function two(length: usize, count: u32, tables: usize, sources: usize, outputs: usize, stride: usize): void {
  const out1 = outputs + stride;
  const mask = i8x16.splat(15);
  for (let at: usize = 0; at < length; at += 32) {
    let a0 = i64x2.splat(0), a1 = a0, b0 = a0, b1 = a0;
    let table = tables, source = sources + at, left = count;
    do {
      const x = v128.load(source), y = v128.load(source, 16);
      const xl = v128.and(x, mask), xh = upper(x, mask), yl = v128.and(y, mask), yh = upper(y, mask);
      let low = v128.load(table), high = v128.load(table, 16);
      a0 = v128.xor(a0, product(low, high, xl, xh)); b0 = v128.xor(b0, product(low, high, yl, yh));
      low = v128.load(table, 32); high = v128.load(table, 48);
      a1 = v128.xor(a1, product(low, high, xl, xh)); b1 = v128.xor(b1, product(low, high, yl, yh));
      table += 64; source += stride;
    } while (--left);
    v128.store(outputs + at, a0); v128.store(outputs + at, b0, 16);
    v128.store(out1 + at, a1); v128.store(out1 + at, b1, 16);
  }
}

function one(length: usize, count: u32, tables: usize, sources: usize, outputs: usize, stride: usize): void {
  const mask = i8x16.splat(15);
  for (let at: usize = 0; at < length; at += 32) {
    let a = i64x2.splat(0), b = a;
    let table = tables, source = sources + at, left = count;
    do {
      const x = v128.load(source), y = v128.load(source, 16);
      const low = v128.load(table), high = v128.load(table, 16);
      a = v128.xor(a, product(low, high, v128.and(x, mask), upper(x, mask)));
      b = v128.xor(b, product(low, high, v128.and(y, mask), upper(y, mask)));
      table += 32; source += stride;
    } while (--left);
    v128.store(outputs + at, a); v128.store(outputs + at, b, 16);
  }
}

/**
 * Multiplies `length` bytes of every source, which must be a multiple of 32. Sources lie `stride` bytes
 * apart, and so do outputs. Works in blocks of `block` bytes, which stay in the first-level cache while
 * all groups of outputs read them.
 */
export function multiply(
  length: usize, block: usize, count: u32, rows: u32, tables: usize, sources: usize, outputs: usize, stride: usize,
): void {
  for (let at: usize = 0; at < length; at += block) {
    const n = min(block, length - at);
    let left = rows, table = tables, out = outputs + at;
    const source = sources + at;
    while (left >= 4) {
      four(n, count, table, source, out, stride);
      table += <usize>count << 7; out += stride << 2; left -= 4;
    }
    if (left >= 2) {
      two(n, count, table, source, out, stride);
      table += <usize>count << 6; out += stride << 1; left -= 2;
    }
    if (left) one(n, count, table, source, out, stride);
  }
}

// @ts-ignore: decorator
@inline function through(table: usize, offset: usize, low: v128, high: v128): v128 {
  return product(v128.load(table + offset), v128.load(table + offset + 16), low, high);
}

/**
 * Multiplies four sources by 4x4 blocks whose coefficient of row r and column c depends on r ^ c alone:
 * [a b c d], [b a d c], [c d a b], [d c b a]. In characteristic 2 such a 2x2 block [a b], [b a] takes three
 * products: u = a*x, v = b*y, w = (a+b)*(x+y) give u+v and u+v+w. Blocks of such blocks do the same, so
 * nine products replace sixteen. Tables of each block: a, b, a+b, c, d, c+d, a+c, b+d, a+b+c+d.
 */
export function multiplyFourfold(
  length: usize, blocks: u32, tables: usize, sources: usize, outputs: usize, stride: usize,
): void {
  const mask = i8x16.splat(15);
  const source1 = sources + stride, source2 = source1 + stride, source3 = source2 + stride;
  for (let at: usize = 0; at < length; at += 16) {
    const x0 = v128.load(sources + at), x1 = v128.load(source1 + at);
    const x2 = v128.load(source2 + at), x3 = v128.load(source3 + at);
    const l0 = v128.and(x0, mask), l1 = v128.and(x1, mask), l2 = v128.and(x2, mask), l3 = v128.and(x3, mask);
    const h0 = upper(x0, mask), h1 = upper(x1, mask), h2 = upper(x2, mask), h3 = upper(x3, mask);
    const l01 = v128.xor(l0, l1), l23 = v128.xor(l2, l3), l02 = v128.xor(l0, l2), l13 = v128.xor(l1, l3);
    const h01 = v128.xor(h0, h1), h23 = v128.xor(h2, h3), h02 = v128.xor(h0, h2), h13 = v128.xor(h1, h3);
    const l0123 = v128.xor(l01, l23), h0123 = v128.xor(h01, h23);
    let table = tables, out = outputs + at, left = blocks;
    do {
      // A * (x0, x1) + B * (x2, x3) with A = [a b], [b a] and B = [c d], [d c]
      const p0 = v128.xor(through(table, 0, l0, h0), through(table, 32, l1, h1));
      const p1 = through(table, 64, l01, h01);
      const q0 = v128.xor(through(table, 96, l2, h2), through(table, 128, l3, h3));
      const q1 = through(table, 160, l23, h23);
      // (A + B) * (x0 + x2, x1 + x3)
      const r0 = v128.xor(through(table, 192, l02, h02), through(table, 224, l13, h13));
      const r1 = through(table, 256, l0123, h0123);
      const out0 = v128.xor(p0, q0), out1 = v128.xor(out0, v128.xor(p1, q1));
      const out2 = v128.xor(out0, r0);
      v128.store(out, out0);
      v128.store(out + stride, out1);
      v128.store(out + (stride << 1), out2);
      v128.store(out + stride * 3, v128.xor(v128.xor(out1, r0), r1));
      table += 288; out += stride << 2;
    } while (--left);
  }
}
