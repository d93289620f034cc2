import { ICON } from './icon.ts'

export interface HtmlOptions {
  readonly title: string
  /** Elements of the head, as HTML: styles and scripts. */
  readonly head: string
  readonly body: string
  /**
   * As SVG.
   *
   * @default the icon of the gateway's pages
   */
  readonly icon?: string
}

/** Renders a page of the gateway. It contains its icon, so the page's policy must allow images of `data:`. */
export function renderHtml({ title, head, body, icon = ICON }: HtmlOptions): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
    ${head}
  </head>
  <body>
    ${body}
  </body>
</html>
`
}
