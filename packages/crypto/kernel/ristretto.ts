// Ristretto255 (RFC 9496) and the equation of schnorrkel signatures, for four signatures at once: one in each 32-bit lane
// of SIMD registers. AssemblyScript, compiled by scripts/build-kernels.ts. Pointers only; memory is laid out by hand.
//
// `verify` is for what is public: its look-ups and their addresses depend on the input. `combine` takes the same steps
// and reads the same addresses for every scalar; points are public everywhere.
//
// A field element modulo p = 2^255 - 19 is ten vectors (160 bytes), limbs of 26 and 25 bits in turn, unsigned. "Reduced"
// means below 2^26 and 2^25 but for a few parts in a thousand. A product takes limbs up to 1.75 bits above that:
// reduced ones, the sum of two, or a reduced one minus a reduced one.

const FE: usize = 160, POINT: usize = 640;
// Memory.
const INPUT: usize = 0; // 4 times 128 bytes: public key, R, s, k
const DIGITS_K: usize = 512; // 64 digits from -8 to 8 of four scalars
const DIGITS_S: usize = 768; // 32 digits from -128 to 128 of four scalars
const ONE: usize = 1024, D: usize = ONE + FE, D2: usize = D + FE, ROOT: usize = D2 + FE, IAMD: usize = ROOT + FE;
const WIDE: usize = 1856; // a product before its carries: 20 vectors
const F: usize = 2176; // field elements of the functions below, 16 of them
const ACC: usize = F + 16 * FE, KEY: usize = ACC + POINT, CACHED: usize = KEY + POINT;
const TABLE_K: usize = CACHED + POINT; // 0 to 8 times the public key, of each lane
const TABLE_S: usize = TABLE_K + 4 * 9 * FE; // 0 to 128 times the base point
const TABLE_Q: usize = TABLE_S + 129 * FE; // like TABLE_K, of the second point of `combine`
const DIGITS_A: usize = DIGITS_S; // in `combine`, 64 digits like DIGITS_K

const EVEN: u32 = 0x3ffffff, ODD: u32 = 0x1ffffff;

// @ts-ignore: decorator
@inline function add32(x: v128, y: v128): v128 { return i32x4.add(x, y); }
// @ts-ignore: decorator
@inline function sub32(x: v128, y: v128): v128 { return i32x4.sub(x, y); }
// The 64-bit products of the lower or upper two lanes.
// @ts-ignore: decorator
@inline function by(upper: bool, x: v128, y: v128): v128 {
  return upper ? i64x2.extmul_high_i32x4_u(x, y) : i64x2.extmul_low_i32x4_u(x, y);
}
// @ts-ignore: decorator
@inline function plus(x: v128, y: v128): v128 { return i64x2.add(x, y); }
// @ts-ignore: decorator
@inline function dot5(
  h: bool, a: v128, p: v128, b: v128, q: v128, c: v128, r: v128, d: v128, s: v128, e: v128, t: v128,
): v128 {
  return plus(plus(plus(by(h, a, p), by(h, b, q)), plus(by(h, c, r), by(h, d, s))), by(h, e, t));
}
// @ts-ignore: decorator
@inline function dot6(
  h: bool, a: v128, p: v128, b: v128, q: v128, c: v128, r: v128, d: v128, s: v128, e: v128, t: v128, f: v128, u: v128,
): v128 {
  return plus(dot5(h, a, p, b, q, c, r, d, s, e, t), by(h, f, u));
}
// @ts-ignore: decorator
@inline function dot10(
  h: bool, a: v128, p: v128, b: v128, q: v128, c: v128, r: v128, d: v128, s: v128, e: v128, t: v128,
  f: v128, u: v128, g: v128, v: v128, i: v128, w: v128, j: v128, x: v128, k: v128, y: v128,
): v128 {
  return plus(dot5(h, a, p, b, q, c, r, d, s, e, t), dot5(h, f, u, g, v, i, w, j, x, k, y));
}
// @ts-ignore: decorator
@inline function nineteen(x: v128): v128 { return add32(add32(i32x4.shl(x, 4), i32x4.shl(x, 1)), x); }
// @ts-ignore: decorator
@inline function twice(x: v128): v128 { return i32x4.shl(x, 1); }
// @ts-ignore: decorator
@inline function pair(at: usize, low: v128, high: v128): void { v128.store(at, i32x4.shuffle(low, high, 0, 2, 4, 6)); }

// Carries the 64-bit sums in WIDE, two chains at a time, of the lower (0) or upper (16) two lanes.
// @ts-ignore: decorator
@inline function carryHalf(half: usize): void {
  const even = i64x2.splat(EVEN), odd = i64x2.splat(ODD);
  let z0 = v128.load(WIDE + half), z1 = v128.load(WIDE + half, 32), z2 = v128.load(WIDE + half, 64);
  let z3 = v128.load(WIDE + half, 96), z4 = v128.load(WIDE + half, 128), z5 = v128.load(WIDE + half, 160);
  let z6 = v128.load(WIDE + half, 192), z7 = v128.load(WIDE + half, 224), z8 = v128.load(WIDE + half, 256);
  let z9 = v128.load(WIDE + half, 288);
  z1 = plus(z1, i64x2.shr_u(z0, 26)); z0 = v128.and(z0, even);
  z5 = plus(z5, i64x2.shr_u(z4, 26)); z4 = v128.and(z4, even);
  z2 = plus(z2, i64x2.shr_u(z1, 25)); z1 = v128.and(z1, odd);
  z6 = plus(z6, i64x2.shr_u(z5, 25)); z5 = v128.and(z5, odd);
  z3 = plus(z3, i64x2.shr_u(z2, 26)); z2 = v128.and(z2, even);
  z7 = plus(z7, i64x2.shr_u(z6, 26)); z6 = v128.and(z6, even);
  z4 = plus(z4, i64x2.shr_u(z3, 25)); z3 = v128.and(z3, odd);
  z8 = plus(z8, i64x2.shr_u(z7, 25)); z7 = v128.and(z7, odd);
  z5 = plus(z5, i64x2.shr_u(z4, 26)); z4 = v128.and(z4, even);
  z9 = plus(z9, i64x2.shr_u(z8, 26)); z8 = v128.and(z8, even);
  const c = i64x2.shr_u(z9, 25); z9 = v128.and(z9, odd);
  z0 = plus(z0, plus(c, plus(i64x2.shl(c, 1), i64x2.shl(c, 4))));
  z1 = plus(z1, i64x2.shr_u(z0, 26)); z0 = v128.and(z0, even);
  v128.store(WIDE + half, z0); v128.store(WIDE + half, z1, 32); v128.store(WIDE + half, z2, 64);
  v128.store(WIDE + half, z3, 96); v128.store(WIDE + half, z4, 128); v128.store(WIDE + half, z5, 160);
  v128.store(WIDE + half, z6, 192); v128.store(WIDE + half, z7, 224); v128.store(WIDE + half, z8, 256);
  v128.store(WIDE + half, z9, 288);
}
// Writes the product in WIDE, reduced.
function narrow(out: usize): void {
  carryHalf(0);
  carryHalf(16);
  for (let i: usize = 0; i < 10; i++)
    pair(out + 16 * i, v128.load(WIDE + 32 * i), v128.load(WIDE + 32 * i, 16));
}

function mul(out: usize, a: usize, b: usize): void {
  const a0 = v128.load(a, 0), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64), a5 = v128.load(a, 80), a6 = v128.load(a, 96), a7 = v128.load(a, 112), a8 = v128.load(a, 128), a9 = v128.load(a, 144);
  const b0 = v128.load(b, 0), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48), b4 = v128.load(b, 64), b5 = v128.load(b, 80), b6 = v128.load(b, 96), b7 = v128.load(b, 112), b8 = v128.load(b, 128), b9 = v128.load(b, 144);
  const a1d = twice(a1), a3d = twice(a3), a5d = twice(a5), a7d = twice(a7), a9d = twice(a9);
  const b1w = nineteen(b1), b2w = nineteen(b2), b3w = nineteen(b3), b4w = nineteen(b4), b5w = nineteen(b5), b6w = nineteen(b6), b7w = nineteen(b7), b8w = nineteen(b8), b9w = nineteen(b9);
  v128.store(WIDE, dot10(false, a0, b0, a1d, b9w, a2, b8w, a3d, b7w, a4, b6w, a5d, b5w, a6, b4w, a7d, b3w, a8, b2w, a9d, b1w), 0);
  v128.store(WIDE, dot10(true, a0, b0, a1d, b9w, a2, b8w, a3d, b7w, a4, b6w, a5d, b5w, a6, b4w, a7d, b3w, a8, b2w, a9d, b1w), 16);
  v128.store(WIDE, dot10(false, a0, b1, a1, b0, a2, b9w, a3, b8w, a4, b7w, a5, b6w, a6, b5w, a7, b4w, a8, b3w, a9, b2w), 32);
  v128.store(WIDE, dot10(true, a0, b1, a1, b0, a2, b9w, a3, b8w, a4, b7w, a5, b6w, a6, b5w, a7, b4w, a8, b3w, a9, b2w), 48);
  v128.store(WIDE, dot10(false, a0, b2, a1d, b1, a2, b0, a3d, b9w, a4, b8w, a5d, b7w, a6, b6w, a7d, b5w, a8, b4w, a9d, b3w), 64);
  v128.store(WIDE, dot10(true, a0, b2, a1d, b1, a2, b0, a3d, b9w, a4, b8w, a5d, b7w, a6, b6w, a7d, b5w, a8, b4w, a9d, b3w), 80);
  v128.store(WIDE, dot10(false, a0, b3, a1, b2, a2, b1, a3, b0, a4, b9w, a5, b8w, a6, b7w, a7, b6w, a8, b5w, a9, b4w), 96);
  v128.store(WIDE, dot10(true, a0, b3, a1, b2, a2, b1, a3, b0, a4, b9w, a5, b8w, a6, b7w, a7, b6w, a8, b5w, a9, b4w), 112);
  v128.store(WIDE, dot10(false, a0, b4, a1d, b3, a2, b2, a3d, b1, a4, b0, a5d, b9w, a6, b8w, a7d, b7w, a8, b6w, a9d, b5w), 128);
  v128.store(WIDE, dot10(true, a0, b4, a1d, b3, a2, b2, a3d, b1, a4, b0, a5d, b9w, a6, b8w, a7d, b7w, a8, b6w, a9d, b5w), 144);
  v128.store(WIDE, dot10(false, a0, b5, a1, b4, a2, b3, a3, b2, a4, b1, a5, b0, a6, b9w, a7, b8w, a8, b7w, a9, b6w), 160);
  v128.store(WIDE, dot10(true, a0, b5, a1, b4, a2, b3, a3, b2, a4, b1, a5, b0, a6, b9w, a7, b8w, a8, b7w, a9, b6w), 176);
  v128.store(WIDE, dot10(false, a0, b6, a1d, b5, a2, b4, a3d, b3, a4, b2, a5d, b1, a6, b0, a7d, b9w, a8, b8w, a9d, b7w), 192);
  v128.store(WIDE, dot10(true, a0, b6, a1d, b5, a2, b4, a3d, b3, a4, b2, a5d, b1, a6, b0, a7d, b9w, a8, b8w, a9d, b7w), 208);
  v128.store(WIDE, dot10(false, a0, b7, a1, b6, a2, b5, a3, b4, a4, b3, a5, b2, a6, b1, a7, b0, a8, b9w, a9, b8w), 224);
  v128.store(WIDE, dot10(true, a0, b7, a1, b6, a2, b5, a3, b4, a4, b3, a5, b2, a6, b1, a7, b0, a8, b9w, a9, b8w), 240);
  v128.store(WIDE, dot10(false, a0, b8, a1d, b7, a2, b6, a3d, b5, a4, b4, a5d, b3, a6, b2, a7d, b1, a8, b0, a9d, b9w), 256);
  v128.store(WIDE, dot10(true, a0, b8, a1d, b7, a2, b6, a3d, b5, a4, b4, a5d, b3, a6, b2, a7d, b1, a8, b0, a9d, b9w), 272);
  v128.store(WIDE, dot10(false, a0, b9, a1, b8, a2, b7, a3, b6, a4, b5, a5, b4, a6, b3, a7, b2, a8, b1, a9, b0), 288);
  v128.store(WIDE, dot10(true, a0, b9, a1, b8, a2, b7, a3, b6, a4, b5, a5, b4, a6, b3, a7, b2, a8, b1, a9, b0), 304);
  narrow(out);
}
function sqr(out: usize, a: usize): void {
  const a0 = v128.load(a, 0), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64), a5 = v128.load(a, 80), a6 = v128.load(a, 96), a7 = v128.load(a, 112), a8 = v128.load(a, 128), a9 = v128.load(a, 144);
  const a0d = twice(a0), a1d = twice(a1), a2d = twice(a2), a3d = twice(a3), a4d = twice(a4), a5d = twice(a5), a6d = twice(a6), a7d = twice(a7), a8d = twice(a8);
  const a5w = twice(nineteen(a5)), a6w = nineteen(a6), a7w = twice(nineteen(a7)), a8w = nineteen(a8), a9w = twice(nineteen(a9));
  v128.store(WIDE, dot6(false, a0, a0, a1d, a9w, a2d, a8w, a3d, a7w, a4d, a6w, a5, a5w), 0);
  v128.store(WIDE, dot6(true, a0, a0, a1d, a9w, a2d, a8w, a3d, a7w, a4d, a6w, a5, a5w), 16);
  v128.store(WIDE, dot5(false, a0d, a1, a2, a9w, a3d, a8w, a4, a7w, a5d, a6w), 32);
  v128.store(WIDE, dot5(true, a0d, a1, a2, a9w, a3d, a8w, a4, a7w, a5d, a6w), 48);
  v128.store(WIDE, dot6(false, a0d, a2, a1d, a1, a3d, a9w, a4d, a8w, a5d, a7w, a6, a6w), 64);
  v128.store(WIDE, dot6(true, a0d, a2, a1d, a1, a3d, a9w, a4d, a8w, a5d, a7w, a6, a6w), 80);
  v128.store(WIDE, dot5(false, a0d, a3, a1d, a2, a4, a9w, a5d, a8w, a6, a7w), 96);
  v128.store(WIDE, dot5(true, a0d, a3, a1d, a2, a4, a9w, a5d, a8w, a6, a7w), 112);
  v128.store(WIDE, dot6(false, a0d, a4, a1d, a3d, a2, a2, a5d, a9w, a6d, a8w, a7, a7w), 128);
  v128.store(WIDE, dot6(true, a0d, a4, a1d, a3d, a2, a2, a5d, a9w, a6d, a8w, a7, a7w), 144);
  v128.store(WIDE, dot5(false, a0d, a5, a1d, a4, a2d, a3, a6, a9w, a7d, a8w), 160);
  v128.store(WIDE, dot5(true, a0d, a5, a1d, a4, a2d, a3, a6, a9w, a7d, a8w), 176);
  v128.store(WIDE, dot6(false, a0d, a6, a1d, a5d, a2d, a4, a3d, a3, a7d, a9w, a8, a8w), 192);
  v128.store(WIDE, dot6(true, a0d, a6, a1d, a5d, a2d, a4, a3d, a3, a7d, a9w, a8, a8w), 208);
  v128.store(WIDE, dot5(false, a0d, a7, a1d, a6, a2d, a5, a3d, a4, a8, a9w), 224);
  v128.store(WIDE, dot5(true, a0d, a7, a1d, a6, a2d, a5, a3d, a4, a8, a9w), 240);
  v128.store(WIDE, dot6(false, a0d, a8, a1d, a7d, a2d, a6, a3d, a5d, a4, a4, a9, a9w), 256);
  v128.store(WIDE, dot6(true, a0d, a8, a1d, a7d, a2d, a6, a3d, a5d, a4, a4, a9, a9w), 272);
  v128.store(WIDE, dot5(false, a0d, a9, a1d, a8, a2d, a7, a3d, a6, a4d, a5), 288);
  v128.store(WIDE, dot5(true, a0d, a9, a1d, a8, a2d, a7, a3d, a6, a4d, a5), 304);
  narrow(out);
}

// Limbs of 2p: a reduced number taken from it stays positive.
// @ts-ignore: decorator
@inline function twoP(i: usize): v128 { return i32x4.splat(i == 0 ? 0x7ffffda : i & 1 ? 0x3fffffe : 0x7fffffe); }
function add(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < FE; i += 16) v128.store(out + i, add32(v128.load(a + i), v128.load(b + i)));
}
// b is reduced.
function sub(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < 10; i++)
    v128.store(out + 16 * i, sub32(add32(v128.load(a + 16 * i), twoP(i)), v128.load(b + 16 * i)));
}
// Makes limbs of up to 32 bits reduced: one carry from each to the next, all at once.
function carry(a: usize): void {
  const even = i32x4.splat(EVEN), odd = i32x4.splat(ODD);
  let c = nineteen(i32x4.shr_u(v128.load(a, 144), 25));
  for (let i: usize = 0; i < FE; i += 32) {
    const x = v128.load(a + i), y = v128.load(a + i, 16);
    v128.store(a + i, add32(v128.and(x, even), c));
    v128.store(a + i, add32(v128.and(y, odd), i32x4.shr_u(x, 26)), 16);
    c = i32x4.shr_u(y, 25);
  }
}
// a - b, reduced. b may be the sum of two reduced numbers, or their difference.
function subReduced(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < 10; i++)
    v128.store(out + 16 * i, sub32(add32(v128.load(a + 16 * i), twice(twoP(i))), v128.load(b + 16 * i)));
  carry(out);
}
function copy(out: usize, a: usize): void {
  for (let i: usize = 0; i < FE; i += 16) v128.store(out + i, v128.load(a + i));
}
// In each lane: a where the mask is set, otherwise b.
function select(out: usize, a: usize, b: usize, mask: v128): void {
  for (let i: usize = 0; i < FE; i += 16)
    v128.store(out + i, v128.bitselect(v128.load(a + i), v128.load(b + i), mask));
}
// -a where the mask is set, otherwise a; a is reduced. The result is, too, but for a part in a million.
function negateIf(out: usize, a: usize, mask: v128): void {
  for (let i: usize = 0; i < 10; i++) {
    const x = v128.load(a + 16 * i);
    v128.store(out + 16 * i, v128.bitselect(sub32(twoP(i), x), x, mask));
  }
  carry(out);
}
function set(out: usize, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32, i: u32, j: u32): void {
  v128.store(out, i32x4.splat(a)); v128.store(out, i32x4.splat(b), 16); v128.store(out, i32x4.splat(c), 32);
  v128.store(out, i32x4.splat(d), 48); v128.store(out, i32x4.splat(e), 64); v128.store(out, i32x4.splat(f), 80);
  v128.store(out, i32x4.splat(g), 96); v128.store(out, i32x4.splat(h), 112); v128.store(out, i32x4.splat(i), 128);
  v128.store(out, i32x4.splat(j), 144);
}

// The one number of its class that is below p. Limbs of a have up to 31 bits.
function freeze(out: usize, a: usize): void {
  copy(out, a);
  carry(out);
  carry(out);
  // 1 where it is p or more: then the last carry of x + 19 reaches bit 255.
  let q = i32x4.splat(19);
  for (let i: usize = 0; i < 10; i++)
    q = i32x4.shr_u(add32(v128.load(out + 16 * i), q), i & 1 ? 25 : 26);
  let c = nineteen(q);
  for (let i: usize = 0; i < 10; i++) {
    const x = add32(v128.load(out + 16 * i), c);
    v128.store(out + 16 * i, v128.and(x, i32x4.splat(i & 1 ? ODD : EVEN)));
    c = i32x4.shr_u(x, i & 1 ? 25 : 26);
  }
}
const G: usize = F + 15 * FE; // for the three below
function isZero(a: usize): v128 {
  freeze(G, a);
  let all = v128.load(G);
  for (let i: usize = 16; i < FE; i += 16) all = v128.or(all, v128.load(G + i));
  return i32x4.eq(all, i32x4.splat(0));
}
function isNegative(a: usize): v128 {
  freeze(G, a);
  return i32x4.eq(v128.and(v128.load(G), i32x4.splat(1)), i32x4.splat(1));
}
// Writes the 32 bytes of each lane, `stride` apart.
function encode(out: usize, stride: usize, a: usize): void {
  freeze(G, a);
  for (let lane: usize = 0; lane < 4; lane++) {
    const p = G + 4 * lane, to = out + stride * lane;
    const h2 = <u64>load<u32>(p, 32), h7 = <u64>load<u32>(p, 112);
    store<u64>(to, <u64>load<u32>(p) | (<u64>load<u32>(p, 16) << 26) | (h2 << 51));
    store<u64>(to, (h2 >> 13) | (<u64>load<u32>(p, 48) << 13) | (<u64>load<u32>(p, 64) << 38), 8);
    store<u64>(to, <u64>load<u32>(p, 80) | (<u64>load<u32>(p, 96) << 25) | (h7 << 51), 16);
    store<u64>(to, (h7 >> 13) | (<u64>load<u32>(p, 128) << 12) | (<u64>load<u32>(p, 144) << 38), 24);
  }
}
// Reads 32 bytes a lane; bit i of the result is set where lane i is below p and even, as encodings are.
function parse(out: usize, from: usize, stride: usize): u32 {
  let good: u32 = 0;
  for (let lane: usize = 0; lane < 4; lane++) {
    const at = from + stride * lane, to = out + 4 * lane;
    const w0 = load<u64>(at), w1 = load<u64>(at, 8), w2 = load<u64>(at, 16), w3 = load<u64>(at, 24);
    const over = w3 == 0x7fffffffffffffff && w2 == u64.MAX_VALUE && w1 == u64.MAX_VALUE && w0 >= 0xffffffffffffffed;
    if (!(w3 >> 63) && !over && !(w0 & 1)) good |= 1 << <u32>lane;
    store<u32>(to, <u32>w0 & EVEN);
    store<u32>(to, <u32>(w0 >> 26) & ODD, 16);
    store<u32>(to, <u32>((w0 >> 51) | (w1 << 13)) & EVEN, 32);
    store<u32>(to, <u32>(w1 >> 13) & ODD, 48);
    store<u32>(to, <u32>(w1 >> 38) & EVEN, 64);
    store<u32>(to, <u32>w2 & ODD, 80);
    store<u32>(to, <u32>(w2 >> 25) & EVEN, 96);
    store<u32>(to, <u32>((w2 >> 51) | (w3 << 13)) & ODD, 112);
    store<u32>(to, <u32>(w3 >> 12) & EVEN, 128);
    store<u32>(to, <u32>(w3 >> 38) & ODD, 144);
  }
  return good;
}

function squarings(out: usize, a: usize, times: u32): void {
  sqr(out, a);
  for (let i: u32 = 1; i < times; i++) sqr(out, out);
}
// a^((p-5)/8) = a^(2^252 - 3). Uses F + 0 and F + 1.
function root(out: usize, a: usize): void {
  const x = F, y = F + FE, t = out;
  sqr(x, a); // 2
  squarings(y, x, 2); // 8
  mul(y, a, y); // 9
  mul(x, x, y); // 11
  sqr(x, x); // 22
  mul(x, y, x); // 2^5 - 1
  squarings(y, x, 5); mul(x, y, x); // 2^10 - 1
  squarings(y, x, 10); mul(y, y, x); // 2^20 - 1
  squarings(t, y, 20); mul(y, t, y); // 2^40 - 1
  squarings(y, y, 10); mul(x, y, x); // 2^50 - 1
  squarings(y, x, 50); mul(y, y, x); // 2^100 - 1
  squarings(t, y, 100); mul(y, t, y); // 2^200 - 1
  squarings(y, y, 50); mul(x, y, x); // 2^250 - 1
  squarings(x, x, 2); mul(out, x, a);
}
// out = 1/sqrt(a), not negative; the mask says where a is a square other than 0. (RFC 9496 §4.2 with u = 1.)
// Uses F + 0 to F + 4; a must lie elsewhere.
function inverseRoot(out: usize, a: usize): v128 {
  const a3 = F + 2 * FE, a7 = F + 3 * FE, check = F + 4 * FE;
  sqr(a3, a); mul(a3, a3, a);
  sqr(a7, a3); mul(a7, a7, a);
  root(check, a7);
  mul(out, a3, check);
  sqr(check, out); mul(check, check, a);
  sub(a3, check, ONE);
  const correct = isZero(a3);
  add(a3, check, ONE);
  const flipped = isZero(a3);
  add(a3, check, ROOT);
  const flippedI = isZero(a3);
  mul(a7, out, ROOT);
  select(out, a7, out, v128.or(flipped, flippedI));
  negateIf(out, out, isNegative(out));
  return v128.or(correct, flipped);
}

// Decodes points (RFC 9496 §4.3.1); bit i is set where lane i has one. Elsewhere the point means nothing.
function decodePoint(out: usize, from: usize, stride: usize): u32 {
  const s = F + 5 * FE, u1 = F + 6 * FE, u2 = F + 7 * FE, v = F + 8 * FE, w = F + 9 * FE, inv = F + 10 * FE;
  const x = out, y = out + FE, z = out + 2 * FE, t = out + 3 * FE;
  let good = parse(s, from, stride);
  sqr(v, s);
  sub(u1, ONE, v);
  add(u2, ONE, v);
  sqr(w, u2); // u2²
  sqr(v, u1); mul(v, v, D);
  add(v, v, w); // d u1² + u2²
  set(z, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  subReduced(v, z, v);
  mul(w, v, w);
  const square = inverseRoot(inv, w);
  mul(x, inv, u2);
  mul(y, inv, x); mul(y, y, v);
  mul(x, x, s); add(x, x, x); carry(x);
  negateIf(x, x, isNegative(x));
  mul(y, u1, y);
  mul(t, x, y);
  copy(z, ONE);
  return good & <u32>i32x4.bitmask(v128.andnot(square, v128.or(isNegative(t), isZero(y))));
}
// Encodes points (RFC 9496 §4.3.2).
function encodePoint(out: usize, stride: usize, p: usize): void {
  const x = p, y = p + FE, z = p + 2 * FE, t = p + 3 * FE;
  const u1 = F + 5 * FE, u2 = F + 6 * FE, inv = F + 7 * FE, zInv = F + 8 * FE, ix = F + 9 * FE, iy = F + 10 * FE;
  const den = F + 11 * FE, w = F + 12 * FE;
  add(u1, z, y); sub(w, z, y); mul(u1, u1, w);
  mul(u2, x, y);
  sqr(w, u2); mul(w, w, u1);
  inverseRoot(inv, w);
  mul(u1, inv, u1); // den1
  mul(u2, inv, u2); // den2
  mul(zInv, u1, u2); mul(zInv, zInv, t);
  mul(ix, x, ROOT);
  mul(iy, y, ROOT);
  mul(w, t, zInv);
  const rotate = isNegative(w);
  mul(den, u1, IAMD);
  select(den, den, u2, rotate);
  select(iy, iy, x, rotate);
  select(ix, ix, y, rotate);
  mul(w, iy, zInv);
  negateIf(ix, ix, isNegative(w));
  sub(w, z, ix); mul(w, w, den);
  negateIf(w, w, isNegative(w));
  encode(out, stride, w);
}

// Points are X, Y, Z, T (extended coordinates, a = -1; Hisil, Wong, Carter, Dawson 2008). T only where `withT` asks.
function double(p: usize, withT: bool): void {
  const a = F, b = F + FE, c = F + 2 * FE, e = F + 3 * FE;
  const x = p, y = p + FE, z = p + 2 * FE;
  sqr(a, x);
  sqr(b, y);
  sqr(c, z); add(c, c, c);
  add(e, x, y); sqr(e, e);
  const h = F + 4 * FE, g = F + 5 * FE;
  add(h, b, a);
  sub(g, b, a);
  subReduced(e, e, h);
  subReduced(c, c, g);
  mul(x, e, c);
  mul(y, h, g);
  mul(z, g, c);
  if (withT) mul(p + 3 * FE, e, h);
}
// Adds a point in the form of CACHED: Y + X, Y - X, 2Z, 2dT.
function addCached(p: usize, q: usize, withT: bool): void {
  const a = F, b = F + FE, c = F + 2 * FE, d = F + 3 * FE, e = F + 4 * FE, f = F + 5 * FE, g = F + 6 * FE, h = F + 7 * FE;
  const x = p, y = p + FE, z = p + 2 * FE, t = p + 3 * FE;
  sub(a, y, x); mul(a, a, q + FE);
  add(b, y, x); mul(b, b, q);
  mul(c, t, q + 3 * FE);
  mul(d, z, q + 2 * FE);
  sub(e, b, a);
  add(h, b, a);
  sub(f, d, c);
  add(g, d, c);
  mul(x, e, f);
  mul(y, h, g);
  mul(z, g, f);
  if (withT) mul(t, e, h);
}
function toCached(out: usize, p: usize): void {
  add(out, p + FE, p);
  sub(out + FE, p + FE, p);
  add(out + 2 * FE, p + 2 * FE, p + 2 * FE);
  mul(out + 3 * FE, p + 3 * FE, D2);
}
function identity(p: usize): void {
  set(p, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  copy(p + FE, ONE);
  copy(p + 2 * FE, ONE);
  set(p + 3 * FE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

// Tables hold a lane's 40 limbs of CACHED one after the other (FE bytes), so that lanes can look up different entries.
function putEntry(at: usize, stride: usize, lanes: u32): void {
  for (let i: usize = 0; i < FE; i += 16) {
    const p = CACHED + 4 * i;
    const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p, 32), d = v128.load(p, 48);
    const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
    v128.store(at + i, i64x2.shuffle(ab, cd, 0, 2));
    if (lanes == 1) continue;
    v128.store(at + i + stride, i64x2.shuffle(ab, cd, 1, 3));
    const ef = i32x4.shuffle(a, b, 2, 6, 3, 7), gh = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(at + i + 2 * stride, i64x2.shuffle(ef, gh, 0, 2));
    v128.store(at + i + 3 * stride, i64x2.shuffle(ef, gh, 1, 3));
  }
}
// Loads to CACHED, for each lane, the entry of its signed digit.
function lookUp(table: usize, stride: usize, digits: usize): void {
  const d0 = <i32>load<i8>(digits), d1 = <i32>load<i8>(digits, 1);
  const d2 = <i32>load<i8>(digits, 2), d3 = <i32>load<i8>(digits, 3);
  const at0 = table + FE * abs(d0), at1 = table + stride + FE * abs(d1);
  const at2 = table + 2 * stride + FE * abs(d2), at3 = table + 3 * stride + FE * abs(d3);
  for (let i: usize = 0; i < FE; i += 16)
    spread(CACHED + 4 * i, v128.load(at0 + i), v128.load(at1 + i), v128.load(at2 + i), v128.load(at3 + i));
  negateCached(i32x4(d0, d1, d2, d3));
}
// The same, reading every entry of a table of 9 whatever the digits are.
function lookUpSecret(table: usize, stride: usize, digits: usize): void {
  const d0 = <i32>load<i8>(digits), d1 = <i32>load<i8>(digits, 1);
  const d2 = <i32>load<i8>(digits, 2), d3 = <i32>load<i8>(digits, 3);
  const n0 = i32x4.splat(abs(d0)), n1 = i32x4.splat(abs(d1)), n2 = i32x4.splat(abs(d2)), n3 = i32x4.splat(abs(d3));
  for (let i: usize = 0; i < FE; i += 16) {
    let a = i32x4.splat(0), b = a, c = a, d = a;
    for (let e: usize = 0; e < 9; e++) {
      const n = i32x4.splat(<i32>e), at = table + FE * e + i;
      a = v128.or(a, v128.and(v128.load(at), i32x4.eq(n0, n)));
      b = v128.or(b, v128.and(v128.load(at + stride), i32x4.eq(n1, n)));
      c = v128.or(c, v128.and(v128.load(at + 2 * stride), i32x4.eq(n2, n)));
      d = v128.or(d, v128.and(v128.load(at + 3 * stride), i32x4.eq(n3, n)));
    }
    spread(CACHED + 4 * i, a, b, c, d);
  }
  negateCached(i32x4(d0, d1, d2, d3));
}
// Four limbs of each of four lanes, to four vectors of one limb.
// @ts-ignore: decorator
@inline function spread(p: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const ef = i32x4.shuffle(a, b, 2, 6, 3, 7), gh = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(p, i64x2.shuffle(ab, cd, 0, 2));
  v128.store(p, i64x2.shuffle(ab, cd, 1, 3), 16);
  v128.store(p, i64x2.shuffle(ef, gh, 0, 2), 32);
  v128.store(p, i64x2.shuffle(ef, gh, 1, 3), 48);
}
// Negates CACHED where the digit is below 0: Y + X and Y - X exchanged, and -T.
function negateCached(digits: v128): void {
  const negative = i32x4.lt_s(digits, i32x4.splat(0));
  for (let i: usize = 0; i < 10; i++) {
    const at = CACHED + 16 * i, x = v128.load(at), y = v128.load(at, 160), t = v128.load(at, 480);
    v128.store(at, v128.bitselect(y, x, negative));
    v128.store(at, v128.bitselect(x, y, negative), 160);
    v128.store(at, v128.bitselect(sub32(twoP(i), t), t, negative), 480);
  }
}
// Writes 0 to `most` times the point in ACC, which is spent, to a table.
function fill(table: usize, stride: usize, most: usize, lanes: u32): void {
  const step = KEY;
  toCached(step, ACC);
  identity(ACC);
  for (let i: usize = 0; i <= most; i++) {
    toCached(CACHED, ACC);
    putEntry(table + FE * i, stride, lanes);
    addCached(ACC, step, true);
  }
}

// Signed digits of scalars below 2^253 to the base 16, -8 to 7.
function digits16(out: usize, scalar: usize): void {
  for (let lane: usize = 0; lane < 4; lane++) {
    const k = scalar + 128 * lane;
    let over: i32 = 0;
    for (let i: usize = 0; i < 64; i++) {
      const e = ((<i32>load<u8>(k + (i >> 1)) >> (i & 1 ? 4 : 0)) & 15) + over;
      over = (e + 8) >> 4;
      store<i8>(out + 4 * i + lane, <i8>(e - (over << 4)));
    }
  }
}
// The same to the base 256, -128 to 127.
function digits256(out: usize, scalar: usize): void {
  for (let lane: usize = 0; lane < 4; lane++) {
    const s = scalar + 128 * lane;
    let over: i32 = 0;
    for (let i: usize = 0; i < 32; i++) {
      const e = <i32>load<u8>(s + i) + over;
      over = (e + 128) >> 8;
      store<i8>(out + 4 * i + lane, <i8>(e - (over << 8)));
    }
  }
}

/** Fills memory with what the other functions need: once, before all else. */
export function init(): void {
  set(ONE, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  set(D, 0x35978a3, 0xd37284, 0x3156ebd, 0x6a0a0e, 0x1c029, 0x179e898, 0x3a03cbb, 0x1ce7198, 0x2e2b6ff, 0x1480db3);
  set(D2, 0x2b2f159, 0x1a6e509, 0x22add7a, 0xd4141d, 0x38052, 0xf3d130, 0x3407977, 0x19ce331, 0x1c56dff, 0x901b67);
  set(ROOT, 0x20ea0b0, 0x186c9d2, 0x8f189d, 0x35697f, 0xbd0c60, 0x1fbd7a7, 0x2804c9e, 0x1e16569, 0x4fc1d, 0xae0c92);
  set(IAMD, 0x5d40ea, 0x3f6aa0, 0x257d339, 0xbad20b, 0x274bc58, 0x1d840, 0x13dc8ff, 0x19442d8, 0x5cfaff, 0x1e1b224);
  set(ACC, 0x325d51a, 0x18b5823, 0xf6592a, 0x104a92d, 0x1a4b31d, 0x1d6dc5c, 0x27118fe, 0x7fd814, 0x13cd6e5, 0x85a4db);
  set(ACC + FE, 0x2666658, 0x1999999, 0xcccccc, 0x1333333, 0x1999999, 0x666666, 0x3333333, 0xcccccc, 0x2666666, 0x1999999);
  copy(ACC + 2 * FE, ONE);
  set(ACC + 3 * FE, 0x1b7dda3, 0x1a2ace9, 0x25eadbb, 0x3ba8a, 0x83c27e, 0xabe37d, 0x1274732, 0xccacdd, 0xfd78b7, 0x19e1d7c);
  fill(TABLE_S, 0, 128, 1);
}

/**
 * For each lane's public key A, R, s and k, s and k below the order of the group: bit i of the result is set where A
 * decodes and s·B - k·A encodes to R.
 */
export function verify(): u32 {
  let good = decodePoint(ACC, INPUT, 128);
  const all = i32x4.splat(-1);
  negateIf(ACC, ACC, all);
  negateIf(ACC + 3 * FE, ACC + 3 * FE, all);
  fill(TABLE_K, 9 * FE, 8, 4);
  digits16(DIGITS_K, INPUT + 96);
  digits256(DIGITS_S, INPUT + 64);
  identity(ACC);
  for (let i: i32 = 63; i >= 0; i--) {
    double(ACC, false);
    double(ACC, false);
    double(ACC, false);
    double(ACC, true);
    const both = !(i & 1);
    lookUp(TABLE_K, 9 * FE, DIGITS_K + 4 * i);
    addCached(ACC, CACHED, both);
    if (!both) continue;
    lookUp(TABLE_S, 0, DIGITS_S + 2 * i);
    addCached(ACC, CACHED, i == 0);
  }
  const out = TABLE_K;
  encodePoint(out, 32, ACC);
  for (let lane: usize = 0; lane < 4; lane++) {
    const a = out + 32 * lane, b = INPUT + 128 * lane + 32;
    const differs = v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a, 16), v128.load(b, 16)));
    if (v128.any_true(differs)) good &= ~(1 << <u32>lane);
  }
  return good;
}

/**
 * For each lane's points P, Q and scalars a, b, below the order of the group: writes a·P + b·Q over P. Bit i of the result
 * is set where both points decode. Time and addresses do not depend on the scalars.
 */
export function combine(): u32 {
  let good = decodePoint(ACC, INPUT, 128);
  fill(TABLE_K, 9 * FE, 8, 4);
  good &= decodePoint(ACC, INPUT + 32, 128);
  fill(TABLE_Q, 9 * FE, 8, 4);
  digits16(DIGITS_A, INPUT + 64);
  digits16(DIGITS_K, INPUT + 96);
  identity(ACC);
  for (let i: i32 = 63; i >= 0; i--) {
    double(ACC, false);
    double(ACC, false);
    double(ACC, false);
    double(ACC, true);
    lookUpSecret(TABLE_K, 9 * FE, DIGITS_A + 4 * i);
    addCached(ACC, CACHED, true);
    lookUpSecret(TABLE_Q, 9 * FE, DIGITS_K + 4 * i);
    addCached(ACC, CACHED, i == 0);
  }
  encodePoint(INPUT, 128, ACC);
  // Nothing of the scalars stays behind.
  for (let lane: usize = 0; lane < 4; lane++) memory.fill(INPUT + 128 * lane + 32, 0, 96);
  memory.fill(DIGITS_K, 0, 512);
  return good;
}

/** The same for P + Q. */
export function sum(): u32 {
  let good = decodePoint(KEY, INPUT + 32, 128);
  toCached(CACHED, KEY);
  good &= decodePoint(ACC, INPUT, 128);
  addCached(ACC, CACHED, true);
  encodePoint(INPUT, 128, ACC);
  return good;
}
