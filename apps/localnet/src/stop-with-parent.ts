// Loaded into every program of the local network before its own code: when the network's own process is gone, however it
// ended, the program gets another parent, and is asked to stop as by Ctrl-C.
const parent = process.ppid
const EVERY_MS = 1_000
const timer = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(timer)
  process.kill(process.pid, 'SIGTERM')
}, EVERY_MS)
timer.unref()
