/**
 * How programs are started that files pass through, here and by package.json. Files are in buffers outside of V8's heap, and
 * by default V8 collects all garbage each time that 64 MB of those have come and gone: a third of the time of a large upload.
 * Counted as part of the heap, with a limit of twice what is alive, they are collected a few times a second at most; with a
 * small young generation most of them go in scavenges of a millisecond, and a process takes 60 MB less.
 */
export const FILE_FLAGS: readonly string[] = [
  '--external-memory-accounted-in-global-limit',
  '--heap-growing-percent=100',
  '--max-semi-space-size=2',
]

/**
 * How nodes are started. They make objects, not buffers, and most of what is alive are caches: a heap that may grow to twice
 * of them would take 60 MB more for nothing, one that grows as V8 likes (to four times under load) 150 MB more.
 */
export const NODE_FLAGS: readonly string[] = [
  '--external-memory-accounted-in-global-limit',
  '--heap-growing-percent=30',
  '--max-semi-space-size=8',
]
