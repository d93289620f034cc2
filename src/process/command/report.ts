/** The output and the exit code of a command that starts no server. */
export interface Report {
  /** For standard output. */
  readonly lines: readonly string[]
  /** For standard error. */
  readonly problems: readonly string[]
  readonly exitCode: 0 | 1 | 2
}
