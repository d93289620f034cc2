/** What a command that serves nothing says, and the exit code that says it to a program. */
export interface Report {
  /** For standard output. */
  readonly lines: readonly string[]
  /** For standard error. */
  readonly problems: readonly string[]
  readonly exitCode: 0 | 1 | 2
}
