import manifest from '../../package.json' with { type: 'json' }

/** What `npm start` gives to Node: flags, and last the program. */
export const NPM_START: readonly string[] = manifest.scripts.start.split(' ').slice(1)
