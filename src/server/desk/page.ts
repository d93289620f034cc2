import { renderHtml } from '../pages/html.ts'

export interface DeskPageOptions {
  readonly scriptUrl: string
  readonly styleUrl: string
  /** Relative to the page. */
  readonly endpoint: string
  readonly timeZone: string
  /** The desk sends the hashes of its documents. */
  readonly trusted: boolean
  readonly graphiql: boolean
}

/**
 * The page as HTML, with a placeholder for the day, so that something is visible before the script runs. Every URL is
 * relative, so the page works behind any path prefix.
 */
export function renderDeskPage(options: DeskPageOptions): string {
  const { scriptUrl, styleUrl, endpoint, timeZone, trusted, graphiql } = options
  return renderHtml({
    title: 'Desk',
    icon: ICON,
    head: `<meta name="referrer" content="no-referrer">
    <link rel="stylesheet" href="${styleUrl}">
    <script type="module" src="${scriptUrl}"></script>`,
    body: `<div id="desk" data-endpoint="${inAttribute(endpoint)}" data-time-zone="${inAttribute(timeZone)}"${trusted ? ' data-trusted="true"' : ''}${graphiql ? ' data-graphiql="true"' : ''}>
      <header class="bar"><h1>Desk</h1></header>
      <main class="opening" aria-busy="true"><p>Opening the day…</p></main>
    </div>
    <noscript>The desk needs JavaScript.</noscript>`,
  })
}

function inAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

const ICON =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='#0f5c6e'/><path d='M4 4.5h3v7H4zM9 4.5h3v3H9z' fill='#fff'/></svg>"
