import manifest from '../../package.json' with { type: 'json' }

/** The arguments that `npm start` passes to Node: the flags, then the program. */
export const NPM_START: readonly string[] = manifest.scripts.start.split(' ').slice(1)
