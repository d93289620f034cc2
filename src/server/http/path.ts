/** Whether the URL has this path, with or without the trailing slash that probes and routers may add. */
export function isAt({ pathname }: URL, path: string): boolean {
  return pathname === path || pathname === `${path}/`
}
