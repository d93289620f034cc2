export interface DeskPageOptions {
  readonly scriptUrl: string
  readonly styleUrl: string
  /** Relative to the page. */
  readonly endpoint: string
  readonly timeZone: string
  /** Whether the gateway knows the desk's documents by their hashes. */
  readonly trusted: boolean
  readonly graphiql: boolean
}

/**
 * The page as HTML, with the frame of the day in it: so there is something to see before the script runs. Every URL is
 * relative, so it works behind any prefix.
 */
export function renderDeskPage(options: DeskPageOptions): string {
  const { scriptUrl, styleUrl, endpoint, timeZone, trusted, graphiql } = options
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>Desk</title>
    <link rel="icon" href="${ICON}">
    <link rel="stylesheet" href="${styleUrl}">
    <script type="module" src="${scriptUrl}"></script>
  </head>
  <body>
    <div id="desk" data-endpoint="${inAttribute(endpoint)}" data-time-zone="${inAttribute(timeZone)}"${trusted ? ' data-trusted="true"' : ''}${graphiql ? ' data-graphiql="true"' : ''}>
      <header class="bar"><h1>Desk</h1></header>
      <main class="opening" aria-busy="true"><p>Opening the day…</p></main>
    </div>
    <noscript>The desk needs JavaScript.</noscript>
  </body>
</html>
`
}

function inAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230f5c6e'/%3E%3Cpath d='M4 4.5h3v7H4zM9 4.5h3v3H9z' fill='%23fff'/%3E%3C/svg%3E"
