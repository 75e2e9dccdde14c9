/**
 * Shows report.html inside a page that allows no inline styles and no frames: in a shadow tree, with the
 * report's own style sheet, and its figures as images. The report has no script, and none would run here.
 */
export function drawReport(host: HTMLElement, html: string): void {
  const { styles, markup } = partsOf(html)
  const { body } = new DOMParser().parseFromString(markup, 'text/html')
  for (const image of body.querySelectorAll<HTMLImageElement>('figure > img'))
    image.alt = image.closest('figure')?.querySelector('figcaption')?.textContent.trim() ?? ''
  const page = document.createElement('div')
  page.className = body.className
  page.append(...body.children)
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  root.adoptedStyleSheets = styles.map(sheetOf)
  root.replaceChildren(page)
}

/** Taken apart as text: even a parsed document would break the page's policy on inline styles. */
function partsOf(html: string): { readonly styles: readonly string[]; readonly markup: string } {
  const styles = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text = '']) => text)
  const markup = html
    .replaceAll(/<style>[^]*?<\/style>/g, '')
    .replaceAll(/<svg[^]*?<\/svg>/g, (svg) => `<img src="data:image/svg+xml,${encodeURIComponent(svg)}">`)
  return { styles, markup }
}

function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  return sheet
}
