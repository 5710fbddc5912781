// Lazy inner products over the scalar field of BLS12-381: sums of coefficient * sector, unreduced.
// AssemblyScript, compiled by scripts/build-kernels.ts. Pointers only: no allocation and no static data.
//
// Four sums run in the lanes of SIMD registers. Numbers are in limbs of 29 bits: a coefficient takes 9 of
// them (as u32, 36 bytes), a sector of 31 little-endian bytes is cut into 9. Product scanning: column c is
// the sum of coefficient[i] * sector[j] with i + j = c; a column is 4 lanes of 64 bits (32 bytes). A product has 58 bits,
// so 9 of them over 6 sectors, and what is left of the last carry, still fit 64.

const MASK: i32 = 0x1fffffff;

// @ts-ignore: decorator
@inline function lanes(a: usize, b: usize, c: usize, d: usize, at: usize, shift: u64, mask: i32): v128 {
  const ab = i32x4.replace_lane(i32x4.splat(<i32>(load<u64>(a + at) >> shift)), 1, <i32>(load<u64>(b + at) >> shift));
  const abc = i32x4.replace_lane(ab, 2, <i32>(load<u64>(c + at) >> shift));
  return v128.and(i32x4.replace_lane(abc, 3, <i32>(load<u64>(d + at) >> shift)), i32x4.splat(mask));
}
// @ts-ignore: decorator
@inline function limb(coefficient: usize, i: usize): v128 { return v128.load32_splat(coefficient + 4 * i); }
// @ts-ignore: decorator
@inline function low(sum: v128, x: v128, y: v128): v128 { return i64x2.add(sum, i64x2.extmul_low_i32x4_u(x, y)); }
// @ts-ignore: decorator
@inline function high(sum: v128, x: v128, y: v128): v128 { return i64x2.add(sum, i64x2.extmul_high_i32x4_u(x, y)); }

// Moves what exceeds 29 bits of a column into the next one.
function carry(columns: usize): void {
  const mask = i64x2.splat(0x1fffffff);
  let l = i64x2.splat(0), h = l;
  for (let i = 0; i < 17; i++) {
    l = i64x2.add(l, v128.load(columns)); h = i64x2.add(h, v128.load(columns, 16));
    v128.store(columns, v128.and(l, mask)); v128.store(columns, v128.and(h, mask), 16);
    l = i64x2.shr_u(l, 29); h = i64x2.shr_u(h, 29);
    columns += 32;
  }
  v128.store(columns, i64x2.add(l, v128.load(columns))); v128.store(columns, i64x2.add(h, v128.load(columns, 16)), 16);
}

// Adds coefficient[q] * sector[q] for q < count to the 18 columns, for four rows of sectors that start at
// a, b, c, d and go on every `stride` bytes.
export function dot(coefficients: usize, a: usize, b: usize, c: usize, d: usize, count: u32, stride: usize, columns: usize): void {
  let lazy: u32 = 0;
  for (let q: u32 = 0; q < count; q++) {
    const s0 = lanes(a, b, c, d, 0, 0, MASK);
    const s1 = lanes(a, b, c, d, 3, 5, MASK);
    const s2 = lanes(a, b, c, d, 7, 2, MASK);
    const s3 = lanes(a, b, c, d, 10, 7, MASK);
    const s4 = lanes(a, b, c, d, 14, 4, MASK);
    const s5 = lanes(a, b, c, d, 18, 1, MASK);
    const s6 = lanes(a, b, c, d, 21, 6, MASK);
    const s7 = lanes(a, b, c, d, 23, 19, MASK);
    const s8 = lanes(a, b, c, d, 23, 48, 0xffff);
    let x: v128, l: v128, h: v128;
    l = v128.load(columns, 0); h = v128.load(columns, 16);
    x = limb(coefficients, 0); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 0); v128.store(columns, h, 16);
    l = v128.load(columns, 32); h = v128.load(columns, 48);
    x = limb(coefficients, 0); l = low(l, x, s1); h = high(h, x, s1);
    x = limb(coefficients, 1); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 32); v128.store(columns, h, 48);
    l = v128.load(columns, 64); h = v128.load(columns, 80);
    x = limb(coefficients, 0); l = low(l, x, s2); h = high(h, x, s2);
    x = limb(coefficients, 1); l = low(l, x, s1); h = high(h, x, s1);
    x = limb(coefficients, 2); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 64); v128.store(columns, h, 80);
    l = v128.load(columns, 96); h = v128.load(columns, 112);
    x = limb(coefficients, 0); l = low(l, x, s3); h = high(h, x, s3);
    x = limb(coefficients, 1); l = low(l, x, s2); h = high(h, x, s2);
    x = limb(coefficients, 2); l = low(l, x, s1); h = high(h, x, s1);
    x = limb(coefficients, 3); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 96); v128.store(columns, h, 112);
    l = v128.load(columns, 128); h = v128.load(columns, 144);
    x = limb(coefficients, 0); l = low(l, x, s4); h = high(h, x, s4);
    x = limb(coefficients, 1); l = low(l, x, s3); h = high(h, x, s3);
    x = limb(coefficients, 2); l = low(l, x, s2); h = high(h, x, s2);
    x = limb(coefficients, 3); l = low(l, x, s1); h = high(h, x, s1);
    x = limb(coefficients, 4); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 128); v128.store(columns, h, 144);
    l = v128.load(columns, 160); h = v128.load(columns, 176);
    x = limb(coefficients, 0); l = low(l, x, s5); h = high(h, x, s5);
    x = limb(coefficients, 1); l = low(l, x, s4); h = high(h, x, s4);
    x = limb(coefficients, 2); l = low(l, x, s3); h = high(h, x, s3);
    x = limb(coefficients, 3); l = low(l, x, s2); h = high(h, x, s2);
    x = limb(coefficients, 4); l = low(l, x, s1); h = high(h, x, s1);
    x = limb(coefficients, 5); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 160); v128.store(columns, h, 176);
    l = v128.load(columns, 192); h = v128.load(columns, 208);
    x = limb(coefficients, 0); l = low(l, x, s6); h = high(h, x, s6);
    x = limb(coefficients, 1); l = low(l, x, s5); h = high(h, x, s5);
    x = limb(coefficients, 2); l = low(l, x, s4); h = high(h, x, s4);
    x = limb(coefficients, 3); l = low(l, x, s3); h = high(h, x, s3);
    x = limb(coefficients, 4); l = low(l, x, s2); h = high(h, x, s2);
    x = limb(coefficients, 5); l = low(l, x, s1); h = high(h, x, s1);
    x = limb(coefficients, 6); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 192); v128.store(columns, h, 208);
    l = v128.load(columns, 224); h = v128.load(columns, 240);
    x = limb(coefficients, 0); l = low(l, x, s7); h = high(h, x, s7);
    x = limb(coefficients, 1); l = low(l, x, s6); h = high(h, x, s6);
    x = limb(coefficients, 2); l = low(l, x, s5); h = high(h, x, s5);
    x = limb(coefficients, 3); l = low(l, x, s4); h = high(h, x, s4);
    x = limb(coefficients, 4); l = low(l, x, s3); h = high(h, x, s3);
    x = limb(coefficients, 5); l = low(l, x, s2); h = high(h, x, s2);
    x = limb(coefficients, 6); l = low(l, x, s1); h = high(h, x, s1);
    x = limb(coefficients, 7); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 224); v128.store(columns, h, 240);
    l = v128.load(columns, 256); h = v128.load(columns, 272);
    x = limb(coefficients, 0); l = low(l, x, s8); h = high(h, x, s8);
    x = limb(coefficients, 1); l = low(l, x, s7); h = high(h, x, s7);
    x = limb(coefficients, 2); l = low(l, x, s6); h = high(h, x, s6);
    x = limb(coefficients, 3); l = low(l, x, s5); h = high(h, x, s5);
    x = limb(coefficients, 4); l = low(l, x, s4); h = high(h, x, s4);
    x = limb(coefficients, 5); l = low(l, x, s3); h = high(h, x, s3);
    x = limb(coefficients, 6); l = low(l, x, s2); h = high(h, x, s2);
    x = limb(coefficients, 7); l = low(l, x, s1); h = high(h, x, s1);
    x = limb(coefficients, 8); l = low(l, x, s0); h = high(h, x, s0);
    v128.store(columns, l, 256); v128.store(columns, h, 272);
    l = v128.load(columns, 288); h = v128.load(columns, 304);
    x = limb(coefficients, 1); l = low(l, x, s8); h = high(h, x, s8);
    x = limb(coefficients, 2); l = low(l, x, s7); h = high(h, x, s7);
    x = limb(coefficients, 3); l = low(l, x, s6); h = high(h, x, s6);
    x = limb(coefficients, 4); l = low(l, x, s5); h = high(h, x, s5);
    x = limb(coefficients, 5); l = low(l, x, s4); h = high(h, x, s4);
    x = limb(coefficients, 6); l = low(l, x, s3); h = high(h, x, s3);
    x = limb(coefficients, 7); l = low(l, x, s2); h = high(h, x, s2);
    x = limb(coefficients, 8); l = low(l, x, s1); h = high(h, x, s1);
    v128.store(columns, l, 288); v128.store(columns, h, 304);
    l = v128.load(columns, 320); h = v128.load(columns, 336);
    x = limb(coefficients, 2); l = low(l, x, s8); h = high(h, x, s8);
    x = limb(coefficients, 3); l = low(l, x, s7); h = high(h, x, s7);
    x = limb(coefficients, 4); l = low(l, x, s6); h = high(h, x, s6);
    x = limb(coefficients, 5); l = low(l, x, s5); h = high(h, x, s5);
    x = limb(coefficients, 6); l = low(l, x, s4); h = high(h, x, s4);
    x = limb(coefficients, 7); l = low(l, x, s3); h = high(h, x, s3);
    x = limb(coefficients, 8); l = low(l, x, s2); h = high(h, x, s2);
    v128.store(columns, l, 320); v128.store(columns, h, 336);
    l = v128.load(columns, 352); h = v128.load(columns, 368);
    x = limb(coefficients, 3); l = low(l, x, s8); h = high(h, x, s8);
    x = limb(coefficients, 4); l = low(l, x, s7); h = high(h, x, s7);
    x = limb(coefficients, 5); l = low(l, x, s6); h = high(h, x, s6);
    x = limb(coefficients, 6); l = low(l, x, s5); h = high(h, x, s5);
    x = limb(coefficients, 7); l = low(l, x, s4); h = high(h, x, s4);
    x = limb(coefficients, 8); l = low(l, x, s3); h = high(h, x, s3);
    v128.store(columns, l, 352); v128.store(columns, h, 368);
    l = v128.load(columns, 384); h = v128.load(columns, 400);
    x = limb(coefficients, 4); l = low(l, x, s8); h = high(h, x, s8);
    x = limb(coefficients, 5); l = low(l, x, s7); h = high(h, x, s7);
    x = limb(coefficients, 6); l = low(l, x, s6); h = high(h, x, s6);
    x = limb(coefficients, 7); l = low(l, x, s5); h = high(h, x, s5);
    x = limb(coefficients, 8); l = low(l, x, s4); h = high(h, x, s4);
    v128.store(columns, l, 384); v128.store(columns, h, 400);
    l = v128.load(columns, 416); h = v128.load(columns, 432);
    x = limb(coefficients, 5); l = low(l, x, s8); h = high(h, x, s8);
    x = limb(coefficients, 6); l = low(l, x, s7); h = high(h, x, s7);
    x = limb(coefficients, 7); l = low(l, x, s6); h = high(h, x, s6);
    x = limb(coefficients, 8); l = low(l, x, s5); h = high(h, x, s5);
    v128.store(columns, l, 416); v128.store(columns, h, 432);
    l = v128.load(columns, 448); h = v128.load(columns, 464);
    x = limb(coefficients, 6); l = low(l, x, s8); h = high(h, x, s8);
    x = limb(coefficients, 7); l = low(l, x, s7); h = high(h, x, s7);
    x = limb(coefficients, 8); l = low(l, x, s6); h = high(h, x, s6);
    v128.store(columns, l, 448); v128.store(columns, h, 464);
    l = v128.load(columns, 480); h = v128.load(columns, 496);
    x = limb(coefficients, 7); l = low(l, x, s8); h = high(h, x, s8);
    x = limb(coefficients, 8); l = low(l, x, s7); h = high(h, x, s7);
    v128.store(columns, l, 480); v128.store(columns, h, 496);
    l = v128.load(columns, 512); h = v128.load(columns, 528);
    x = limb(coefficients, 8); l = low(l, x, s8); h = high(h, x, s8);
    v128.store(columns, l, 512); v128.store(columns, h, 528);
    coefficients += 36; a += stride; b += stride; c += stride; d += stride;
    if (++lazy == 6) { lazy = 0; carry(columns); }
  }
  carry(columns);
}
