/** Why the process does not start, in lines for its operator. No line quotes a value that may be a secret. */
export class StartProblem extends Error {
  readonly lines: readonly string[]
  /** 2 where the environment has to change first; 1 where the next start may succeed. */
  readonly exitCode: 1 | 2

  constructor(lines: readonly string[], exitCode: 1 | 2) {
    super(lines.join('\n'))
    this.lines = lines
    this.exitCode = exitCode
  }
}

/** The variables for the address of a server. */
interface Names {
  readonly host: string
  readonly port: string
}

/**
 * Opens a server. Where its address or port is not available, the error names the variable. The exit code is 1, because the
 * port may become free, and the network may come up, before the next start.
 */
export async function openAt<Server>(names: Names, open: () => Promise<Server>): Promise<Server> {
  try {
    return await open()
  } catch (error) {
    const line = lineOf(error as NodeJS.ErrnoException & { readonly port?: number }, names)
    throw line === undefined ? error : new StartProblem([line], 1)
  }
}

function lineOf(
  { code = '', syscall = '', port }: NodeJS.ErrnoException & { readonly port?: number },
  names: Names,
): string | undefined {
  if (!['listen', 'bind', 'getaddrinfo'].includes(syscall)) return undefined
  switch (code) {
    case 'EADDRINUSE':
      return `${names.port}: port ${port} is in use: set another, or 0 for a free one.`
    case 'EACCES':
      return `${names.port}: the process may not listen on port ${port}: ports below 1024 need a right of their own.`
    case 'EADDRNOTAVAIL':
      return `${names.host}: this machine has no such address, or has it not yet.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${names.host}: no address is found for this name.`
    default:
      return `${names.host}, ${names.port}: this machine does not let the process listen there (${code}).`
  }
}
