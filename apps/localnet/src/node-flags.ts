/**
 * How the programs are started, here and by package.json. Files pass through them in buffers outside of V8's heap, and by
 * default V8 collects all garbage each time that 64 MB of those have come and gone: a third of the time of a large upload.
 * Counted as part of the heap, with a limit of twice what is alive, they are collected a few times a second at most; with a
 * small young generation most of them go in scavenges of a millisecond, and a process takes 60 MB less.
 */
export const NODE_FLAGS: readonly string[] = [
  '--external-memory-accounted-in-global-limit',
  '--heap-growing-percent=100',
  '--max-semi-space-size=2',
]
