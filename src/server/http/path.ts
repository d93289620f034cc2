/** Whether the URL has this path. Probes and routers may put a slash behind it. */
export function isAt({ pathname }: URL, path: string): boolean {
  return pathname === path || pathname === `${path}/`
}
