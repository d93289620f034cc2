/** The pool without what undici's index adds to it: `request`, `stream` and the like. It has types for its whole only. */
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici'

  const PoolAlone: new (...options: ConstructorParameters<typeof Pool>) => Pick<Pool, 'dispatch' | 'close'>
  export default PoolAlone
}
