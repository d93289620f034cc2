/** Where lines go. */
export interface Lines {
  write(lines: string): unknown
}

/**
 * Writes at once what comes within one turn of the event loop: a write for each line was a 20th of a small query. What
 * is left when the process ends is written then.
 */
export function gatherLines(destination: Lines): Lines {
  let gathered = ''
  function flush(): void {
    const lines = gathered
    gathered = ''
    if (lines !== '') destination.write(lines)
  }
  process.on('exit', flush)
  return {
    write(line) {
      if (gathered === '') setImmediate(flush)
      gathered += line
    },
  }
}
