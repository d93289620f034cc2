/** What undici exports as `Pool`. It has types for its whole only. */
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici'
  export default Pool
}
