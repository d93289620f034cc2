// Run when the packages are installed, so that the first start is nearly as fast as those that follow.
import './engine.js'

await import('./config.ts')
await import('./server/gathered-lines.ts')
await import('./server/gateway.ts')
await import('./server/identity-mode.ts')
await import('./server/idle-memory.ts')
await import('./server/listen.ts')
await import('./server/logger.ts')
await import('./server/trusted-costs.ts')
await import('./sandbox/banner.ts')
await import('./sandbox/server.ts')
