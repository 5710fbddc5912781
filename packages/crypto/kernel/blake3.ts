// BLAKE3 (paper §2) of four chunks or four parent nodes at once, one in each 32-bit lane of SIMD registers.
// AssemblyScript, compiled by scripts/build-kernels.ts. Pointers only: no allocation and no static data.
//
// Counters of chunks stay below 2^32. What is left over when a count is not a multiple of four also runs on four
// lanes, of which the rest read whatever lies behind the input: see `subtree` for the room that takes.

const CHUNK_START: u32 = 1, CHUNK_END: u32 = 2, PARENT: u32 = 4;
const IV0: u32 = 0x6a09e667, IV1: u32 = 0xbb67ae85, IV2: u32 = 0x3c6ef372, IV3: u32 = 0xa54ff53a;
const IV4: u32 = 0x510e527f, IV5: u32 = 0x9b05688c, IV6: u32 = 0x1f83d9ab, IV7: u32 = 0x5be0cd19;

// @ts-ignore: decorator
@inline function add(x: v128, y: v128): v128 { return i32x4.add(x, y); }
// Exclusive or, rotated right.
// @ts-ignore: decorator
@inline function xr16(x: v128, y: v128): v128 {
  const z = v128.xor(x, y);
  return i8x16.shuffle(z, z, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}
// @ts-ignore: decorator
@inline function xr12(x: v128, y: v128): v128 {
  const z = v128.xor(x, y);
  return v128.or(i32x4.shr_u(z, 12), i32x4.shl(z, 20));
}
// @ts-ignore: decorator
@inline function xr8(x: v128, y: v128): v128 {
  const z = v128.xor(x, y);
  return i8x16.shuffle(z, z, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}
// @ts-ignore: decorator
@inline function xr7(x: v128, y: v128): v128 {
  const z = v128.xor(x, y);
  return v128.or(i32x4.shr_u(z, 7), i32x4.shl(z, 25));
}
// Stores the 4x4 matrix of words with rows a, b, c, d transposed: column i at out + i * stride.
// @ts-ignore: decorator
@inline function transpose(a: v128, b: v128, c: v128, d: v128, out: usize, stride: usize): void {
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  v128.store(out, i64x2.shuffle(ab, cd, 0, 2));
  v128.store(out + stride, i64x2.shuffle(ab, cd, 1, 3));
  const ef = i32x4.shuffle(a, b, 2, 6, 3, 7), gh = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(out + 2 * stride, i64x2.shuffle(ef, gh, 0, 2));
  v128.store(out + 3 * stride, i64x2.shuffle(ef, gh, 1, 3));
}
// Adds word i of the message. The message stays in memory: with the state in registers there is no room for it,
// and a + m before + b keeps the load off the longest path.
// @ts-ignore: decorator
@inline function mix(a: v128, b: v128, message: usize, i: usize): v128 {
  return add(add(a, v128.load(message + 16 * i)), b);
}

// Four nodes of `blocks` blocks each that start at `input` and go on every `stride` bytes. Lane i has the counter
// `counter` + i * `step`. `last` is the length of every last block. Writes four chaining values of 32 bytes to `out`,
// which may be `input`. `message`: 256 bytes of scratch.
function four(
  input: usize, stride: usize, blocks: u32, counter: u32, step: u32, first: u32, end: u32, flags: u32, last: u32,
  out: usize, message: usize,
): void {
  let h0 = i32x4.splat(IV0), h1 = i32x4.splat(IV1), h2 = i32x4.splat(IV2), h3 = i32x4.splat(IV3);
  let h4 = i32x4.splat(IV4), h5 = i32x4.splat(IV5), h6 = i32x4.splat(IV6), h7 = i32x4.splat(IV7);
  const counters = add(i32x4.splat(counter), i32x4.mul(i32x4.splat(step), i32x4(0, 1, 2, 3)));
  let flag = flags | first;
  for (let left = blocks; left; left--) {
    if (left == 1) flag |= end;
    const in1 = input + stride, in2 = in1 + stride, in3 = in2 + stride;
    for (let q: usize = 0; q < 64; q += 16)
      transpose(
        v128.load(input + q), v128.load(in1 + q), v128.load(in2 + q), v128.load(in3 + q), message + 4 * q, 16,
      );
    let v0 = h0, v1 = h1, v2 = h2, v3 = h3, v4 = h4, v5 = h5, v6 = h6, v7 = h7;
    let v8 = i32x4.splat(IV0), v9 = i32x4.splat(IV1), v10 = i32x4.splat(IV2), v11 = i32x4.splat(IV3);
    let v12 = counters, v13 = i32x4.splat(0), v14 = i32x4.splat(left == 1 ? last : 64), v15 = i32x4.splat(flag);
    // Round 1
    v0 = mix(v0, v4, message, 0); v12 = xr16(v12, v0); v8 = add(v8, v12); v4 = xr12(v4, v8);
    v0 = mix(v0, v4, message, 1); v12 = xr8(v12, v0); v8 = add(v8, v12); v4 = xr7(v4, v8);
    v1 = mix(v1, v5, message, 2); v13 = xr16(v13, v1); v9 = add(v9, v13); v5 = xr12(v5, v9);
    v1 = mix(v1, v5, message, 3); v13 = xr8(v13, v1); v9 = add(v9, v13); v5 = xr7(v5, v9);
    v2 = mix(v2, v6, message, 4); v14 = xr16(v14, v2); v10 = add(v10, v14); v6 = xr12(v6, v10);
    v2 = mix(v2, v6, message, 5); v14 = xr8(v14, v2); v10 = add(v10, v14); v6 = xr7(v6, v10);
    v3 = mix(v3, v7, message, 6); v15 = xr16(v15, v3); v11 = add(v11, v15); v7 = xr12(v7, v11);
    v3 = mix(v3, v7, message, 7); v15 = xr8(v15, v3); v11 = add(v11, v15); v7 = xr7(v7, v11);
    v0 = mix(v0, v5, message, 8); v15 = xr16(v15, v0); v10 = add(v10, v15); v5 = xr12(v5, v10);
    v0 = mix(v0, v5, message, 9); v15 = xr8(v15, v0); v10 = add(v10, v15); v5 = xr7(v5, v10);
    v1 = mix(v1, v6, message, 10); v12 = xr16(v12, v1); v11 = add(v11, v12); v6 = xr12(v6, v11);
    v1 = mix(v1, v6, message, 11); v12 = xr8(v12, v1); v11 = add(v11, v12); v6 = xr7(v6, v11);
    v2 = mix(v2, v7, message, 12); v13 = xr16(v13, v2); v8 = add(v8, v13); v7 = xr12(v7, v8);
    v2 = mix(v2, v7, message, 13); v13 = xr8(v13, v2); v8 = add(v8, v13); v7 = xr7(v7, v8);
    v3 = mix(v3, v4, message, 14); v14 = xr16(v14, v3); v9 = add(v9, v14); v4 = xr12(v4, v9);
    v3 = mix(v3, v4, message, 15); v14 = xr8(v14, v3); v9 = add(v9, v14); v4 = xr7(v4, v9);
    // Round 2
    v0 = mix(v0, v4, message, 2); v12 = xr16(v12, v0); v8 = add(v8, v12); v4 = xr12(v4, v8);
    v0 = mix(v0, v4, message, 6); v12 = xr8(v12, v0); v8 = add(v8, v12); v4 = xr7(v4, v8);
    v1 = mix(v1, v5, message, 3); v13 = xr16(v13, v1); v9 = add(v9, v13); v5 = xr12(v5, v9);
    v1 = mix(v1, v5, message, 10); v13 = xr8(v13, v1); v9 = add(v9, v13); v5 = xr7(v5, v9);
    v2 = mix(v2, v6, message, 7); v14 = xr16(v14, v2); v10 = add(v10, v14); v6 = xr12(v6, v10);
    v2 = mix(v2, v6, message, 0); v14 = xr8(v14, v2); v10 = add(v10, v14); v6 = xr7(v6, v10);
    v3 = mix(v3, v7, message, 4); v15 = xr16(v15, v3); v11 = add(v11, v15); v7 = xr12(v7, v11);
    v3 = mix(v3, v7, message, 13); v15 = xr8(v15, v3); v11 = add(v11, v15); v7 = xr7(v7, v11);
    v0 = mix(v0, v5, message, 1); v15 = xr16(v15, v0); v10 = add(v10, v15); v5 = xr12(v5, v10);
    v0 = mix(v0, v5, message, 11); v15 = xr8(v15, v0); v10 = add(v10, v15); v5 = xr7(v5, v10);
    v1 = mix(v1, v6, message, 12); v12 = xr16(v12, v1); v11 = add(v11, v12); v6 = xr12(v6, v11);
    v1 = mix(v1, v6, message, 5); v12 = xr8(v12, v1); v11 = add(v11, v12); v6 = xr7(v6, v11);
    v2 = mix(v2, v7, message, 9); v13 = xr16(v13, v2); v8 = add(v8, v13); v7 = xr12(v7, v8);
    v2 = mix(v2, v7, message, 14); v13 = xr8(v13, v2); v8 = add(v8, v13); v7 = xr7(v7, v8);
    v3 = mix(v3, v4, message, 15); v14 = xr16(v14, v3); v9 = add(v9, v14); v4 = xr12(v4, v9);
    v3 = mix(v3, v4, message, 8); v14 = xr8(v14, v3); v9 = add(v9, v14); v4 = xr7(v4, v9);
    // Round 3
    v0 = mix(v0, v4, message, 3); v12 = xr16(v12, v0); v8 = add(v8, v12); v4 = xr12(v4, v8);
    v0 = mix(v0, v4, message, 4); v12 = xr8(v12, v0); v8 = add(v8, v12); v4 = xr7(v4, v8);
    v1 = mix(v1, v5, message, 10); v13 = xr16(v13, v1); v9 = add(v9, v13); v5 = xr12(v5, v9);
    v1 = mix(v1, v5, message, 12); v13 = xr8(v13, v1); v9 = add(v9, v13); v5 = xr7(v5, v9);
    v2 = mix(v2, v6, message, 13); v14 = xr16(v14, v2); v10 = add(v10, v14); v6 = xr12(v6, v10);
    v2 = mix(v2, v6, message, 2); v14 = xr8(v14, v2); v10 = add(v10, v14); v6 = xr7(v6, v10);
    v3 = mix(v3, v7, message, 7); v15 = xr16(v15, v3); v11 = add(v11, v15); v7 = xr12(v7, v11);
    v3 = mix(v3, v7, message, 14); v15 = xr8(v15, v3); v11 = add(v11, v15); v7 = xr7(v7, v11);
    v0 = mix(v0, v5, message, 6); v15 = xr16(v15, v0); v10 = add(v10, v15); v5 = xr12(v5, v10);
    v0 = mix(v0, v5, message, 5); v15 = xr8(v15, v0); v10 = add(v10, v15); v5 = xr7(v5, v10);
    v1 = mix(v1, v6, message, 9); v12 = xr16(v12, v1); v11 = add(v11, v12); v6 = xr12(v6, v11);
    v1 = mix(v1, v6, message, 0); v12 = xr8(v12, v1); v11 = add(v11, v12); v6 = xr7(v6, v11);
    v2 = mix(v2, v7, message, 11); v13 = xr16(v13, v2); v8 = add(v8, v13); v7 = xr12(v7, v8);
    v2 = mix(v2, v7, message, 15); v13 = xr8(v13, v2); v8 = add(v8, v13); v7 = xr7(v7, v8);
    v3 = mix(v3, v4, message, 8); v14 = xr16(v14, v3); v9 = add(v9, v14); v4 = xr12(v4, v9);
    v3 = mix(v3, v4, message, 1); v14 = xr8(v14, v3); v9 = add(v9, v14); v4 = xr7(v4, v9);
    // Round 4
    v0 = mix(v0, v4, message, 10); v12 = xr16(v12, v0); v8 = add(v8, v12); v4 = xr12(v4, v8);
    v0 = mix(v0, v4, message, 7); v12 = xr8(v12, v0); v8 = add(v8, v12); v4 = xr7(v4, v8);
    v1 = mix(v1, v5, message, 12); v13 = xr16(v13, v1); v9 = add(v9, v13); v5 = xr12(v5, v9);
    v1 = mix(v1, v5, message, 9); v13 = xr8(v13, v1); v9 = add(v9, v13); v5 = xr7(v5, v9);
    v2 = mix(v2, v6, message, 14); v14 = xr16(v14, v2); v10 = add(v10, v14); v6 = xr12(v6, v10);
    v2 = mix(v2, v6, message, 3); v14 = xr8(v14, v2); v10 = add(v10, v14); v6 = xr7(v6, v10);
    v3 = mix(v3, v7, message, 13); v15 = xr16(v15, v3); v11 = add(v11, v15); v7 = xr12(v7, v11);
    v3 = mix(v3, v7, message, 15); v15 = xr8(v15, v3); v11 = add(v11, v15); v7 = xr7(v7, v11);
    v0 = mix(v0, v5, message, 4); v15 = xr16(v15, v0); v10 = add(v10, v15); v5 = xr12(v5, v10);
    v0 = mix(v0, v5, message, 0); v15 = xr8(v15, v0); v10 = add(v10, v15); v5 = xr7(v5, v10);
    v1 = mix(v1, v6, message, 11); v12 = xr16(v12, v1); v11 = add(v11, v12); v6 = xr12(v6, v11);
    v1 = mix(v1, v6, message, 2); v12 = xr8(v12, v1); v11 = add(v11, v12); v6 = xr7(v6, v11);
    v2 = mix(v2, v7, message, 5); v13 = xr16(v13, v2); v8 = add(v8, v13); v7 = xr12(v7, v8);
    v2 = mix(v2, v7, message, 8); v13 = xr8(v13, v2); v8 = add(v8, v13); v7 = xr7(v7, v8);
    v3 = mix(v3, v4, message, 1); v14 = xr16(v14, v3); v9 = add(v9, v14); v4 = xr12(v4, v9);
    v3 = mix(v3, v4, message, 6); v14 = xr8(v14, v3); v9 = add(v9, v14); v4 = xr7(v4, v9);
    // Round 5
    v0 = mix(v0, v4, message, 12); v12 = xr16(v12, v0); v8 = add(v8, v12); v4 = xr12(v4, v8);
    v0 = mix(v0, v4, message, 13); v12 = xr8(v12, v0); v8 = add(v8, v12); v4 = xr7(v4, v8);
    v1 = mix(v1, v5, message, 9); v13 = xr16(v13, v1); v9 = add(v9, v13); v5 = xr12(v5, v9);
    v1 = mix(v1, v5, message, 11); v13 = xr8(v13, v1); v9 = add(v9, v13); v5 = xr7(v5, v9);
    v2 = mix(v2, v6, message, 15); v14 = xr16(v14, v2); v10 = add(v10, v14); v6 = xr12(v6, v10);
    v2 = mix(v2, v6, message, 10); v14 = xr8(v14, v2); v10 = add(v10, v14); v6 = xr7(v6, v10);
    v3 = mix(v3, v7, message, 14); v15 = xr16(v15, v3); v11 = add(v11, v15); v7 = xr12(v7, v11);
    v3 = mix(v3, v7, message, 8); v15 = xr8(v15, v3); v11 = add(v11, v15); v7 = xr7(v7, v11);
    v0 = mix(v0, v5, message, 7); v15 = xr16(v15, v0); v10 = add(v10, v15); v5 = xr12(v5, v10);
    v0 = mix(v0, v5, message, 2); v15 = xr8(v15, v0); v10 = add(v10, v15); v5 = xr7(v5, v10);
    v1 = mix(v1, v6, message, 5); v12 = xr16(v12, v1); v11 = add(v11, v12); v6 = xr12(v6, v11);
    v1 = mix(v1, v6, message, 3); v12 = xr8(v12, v1); v11 = add(v11, v12); v6 = xr7(v6, v11);
    v2 = mix(v2, v7, message, 0); v13 = xr16(v13, v2); v8 = add(v8, v13); v7 = xr12(v7, v8);
    v2 = mix(v2, v7, message, 1); v13 = xr8(v13, v2); v8 = add(v8, v13); v7 = xr7(v7, v8);
    v3 = mix(v3, v4, message, 6); v14 = xr16(v14, v3); v9 = add(v9, v14); v4 = xr12(v4, v9);
    v3 = mix(v3, v4, message, 4); v14 = xr8(v14, v3); v9 = add(v9, v14); v4 = xr7(v4, v9);
    // Round 6
    v0 = mix(v0, v4, message, 9); v12 = xr16(v12, v0); v8 = add(v8, v12); v4 = xr12(v4, v8);
    v0 = mix(v0, v4, message, 14); v12 = xr8(v12, v0); v8 = add(v8, v12); v4 = xr7(v4, v8);
    v1 = mix(v1, v5, message, 11); v13 = xr16(v13, v1); v9 = add(v9, v13); v5 = xr12(v5, v9);
    v1 = mix(v1, v5, message, 5); v13 = xr8(v13, v1); v9 = add(v9, v13); v5 = xr7(v5, v9);
    v2 = mix(v2, v6, message, 8); v14 = xr16(v14, v2); v10 = add(v10, v14); v6 = xr12(v6, v10);
    v2 = mix(v2, v6, message, 12); v14 = xr8(v14, v2); v10 = add(v10, v14); v6 = xr7(v6, v10);
    v3 = mix(v3, v7, message, 15); v15 = xr16(v15, v3); v11 = add(v11, v15); v7 = xr12(v7, v11);
    v3 = mix(v3, v7, message, 1); v15 = xr8(v15, v3); v11 = add(v11, v15); v7 = xr7(v7, v11);
    v0 = mix(v0, v5, message, 13); v15 = xr16(v15, v0); v10 = add(v10, v15); v5 = xr12(v5, v10);
    v0 = mix(v0, v5, message, 3); v15 = xr8(v15, v0); v10 = add(v10, v15); v5 = xr7(v5, v10);
    v1 = mix(v1, v6, message, 0); v12 = xr16(v12, v1); v11 = add(v11, v12); v6 = xr12(v6, v11);
    v1 = mix(v1, v6, message, 10); v12 = xr8(v12, v1); v11 = add(v11, v12); v6 = xr7(v6, v11);
    v2 = mix(v2, v7, message, 2); v13 = xr16(v13, v2); v8 = add(v8, v13); v7 = xr12(v7, v8);
    v2 = mix(v2, v7, message, 6); v13 = xr8(v13, v2); v8 = add(v8, v13); v7 = xr7(v7, v8);
    v3 = mix(v3, v4, message, 4); v14 = xr16(v14, v3); v9 = add(v9, v14); v4 = xr12(v4, v9);
    v3 = mix(v3, v4, message, 7); v14 = xr8(v14, v3); v9 = add(v9, v14); v4 = xr7(v4, v9);
    // Round 7
    v0 = mix(v0, v4, message, 11); v12 = xr16(v12, v0); v8 = add(v8, v12); v4 = xr12(v4, v8);
    v0 = mix(v0, v4, message, 15); v12 = xr8(v12, v0); v8 = add(v8, v12); v4 = xr7(v4, v8);
    v1 = mix(v1, v5, message, 5); v13 = xr16(v13, v1); v9 = add(v9, v13); v5 = xr12(v5, v9);
    v1 = mix(v1, v5, message, 0); v13 = xr8(v13, v1); v9 = add(v9, v13); v5 = xr7(v5, v9);
    v2 = mix(v2, v6, message, 1); v14 = xr16(v14, v2); v10 = add(v10, v14); v6 = xr12(v6, v10);
    v2 = mix(v2, v6, message, 9); v14 = xr8(v14, v2); v10 = add(v10, v14); v6 = xr7(v6, v10);
    v3 = mix(v3, v7, message, 8); v15 = xr16(v15, v3); v11 = add(v11, v15); v7 = xr12(v7, v11);
    v3 = mix(v3, v7, message, 6); v15 = xr8(v15, v3); v11 = add(v11, v15); v7 = xr7(v7, v11);
    v0 = mix(v0, v5, message, 14); v15 = xr16(v15, v0); v10 = add(v10, v15); v5 = xr12(v5, v10);
    v0 = mix(v0, v5, message, 10); v15 = xr8(v15, v0); v10 = add(v10, v15); v5 = xr7(v5, v10);
    v1 = mix(v1, v6, message, 2); v12 = xr16(v12, v1); v11 = add(v11, v12); v6 = xr12(v6, v11);
    v1 = mix(v1, v6, message, 12); v12 = xr8(v12, v1); v11 = add(v11, v12); v6 = xr7(v6, v11);
    v2 = mix(v2, v7, message, 3); v13 = xr16(v13, v2); v8 = add(v8, v13); v7 = xr12(v7, v8);
    v2 = mix(v2, v7, message, 4); v13 = xr8(v13, v2); v8 = add(v8, v13); v7 = xr7(v7, v8);
    v3 = mix(v3, v4, message, 7); v14 = xr16(v14, v3); v9 = add(v9, v14); v4 = xr12(v4, v9);
    v3 = mix(v3, v4, message, 13); v14 = xr8(v14, v3); v9 = add(v9, v14); v4 = xr7(v4, v9);
    h0 = v128.xor(v0, v8); h1 = v128.xor(v1, v9); h2 = v128.xor(v2, v10); h3 = v128.xor(v3, v11);
    h4 = v128.xor(v4, v12); h5 = v128.xor(v5, v13); h6 = v128.xor(v6, v14); h7 = v128.xor(v7, v15);
    flag = flags;
    input += 64;
  }
  transpose(h0, h1, h2, h3, out, 32);
  transpose(h4, h5, h6, h7, out + 16, 32);
}

/**
 * Chaining value of the subtree over `length` bytes at `input`, whose first chunk has the number `counter`; `flags`
 * (ROOT or none) go to its top node. Writes it to `values`. Room: four chunks more than there are at `input`,
 * which are read, and 32 bytes for each of these at `values`. `message`: 256 bytes of scratch.
 */
export function subtree(
  input: usize, length: usize, counter: u32, flags: u32, values: usize, message: usize,
): void {
  let full = <u32>(length >> 10), rest = <u32>(length & 1023), n = full + (rest != 0 ? 1 : 0);
  // The top of one chunk is its last block.
  if (n <= 1) {
    const size = <u32>length;
    const last = size == 0 ? 0 : ((size - 1) & 63) + 1;
    memory.fill(input + size, 0, 64 - last);
    four(input, 1024, size <= 64 ? 1 : (size + 63) >> 6, counter, 0, CHUNK_START, CHUNK_END | flags, 0, last, values, message);
    return;
  }
  let out = values;
  for (let left = full; left; ) {
    four(input, 1024, 16, counter, 1, CHUNK_START, CHUNK_END, 0, 64, out, message);
    const done = min<u32>(left, 4);
    input += 1024 * <usize>done; out += 32 * <usize>done; counter += done; left -= done;
  }
  if (rest) {
    const last = ((rest - 1) & 63) + 1;
    memory.fill(input + rest, 0, 64 - last);
    four(input, 1024, (rest + 63) >> 6, counter, 0, CHUNK_START, CHUNK_END, 0, last, out, message);
  }
  // Pairs become parents level by level; a node left over goes up as it is. That is the tree of the paper, whose
  // left subtrees are as large a power of two as there is.
  while (n > 1) {
    const pairs = n >> 1, top = n == 2 ? flags : 0, odd = values + 64 * <usize>pairs;
    const low = v128.load(odd), high = v128.load(odd, 16);
    for (let i: u32 = 0; i < pairs; i += 4)
      four(values + 64 * <usize>i, 64, 1, 0, 0, PARENT, top, 0, 64, values + 32 * <usize>i, message);
    if (n & 1) {
      v128.store(values + 32 * <usize>pairs, low); v128.store(values + 32 * <usize>pairs, high, 16);
    }
    n = pairs + (n & 1);
  }
}
