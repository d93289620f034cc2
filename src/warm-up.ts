// Asked for when the packages are installed: all of a start is loaded once, so that the first is as fast as those that follow.
import './process/run.ts'

// What the process loads only where it is needed.
await import('./sandbox/server.ts')
