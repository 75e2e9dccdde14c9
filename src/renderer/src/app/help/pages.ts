import { Marked, type Tokens } from 'marked'

/** A page of the help: docs/NAME.md. */
export interface HelpPage {
  readonly name: string
  readonly title: string
  readonly markdown: string
}

const sources = import.meta.glob<string>('../../../../../docs/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const images = import.meta.glob<string>('../../../../../docs/images/*', {
  query: '?url',
  import: 'default',
  eager: true,
})

/** What a user needs first; the others follow in the order of their names. */
const first = [
  'user-guide',
  'interface',
  'model-card',
  'attacks',
  'import',
  'export',
  'deidentification',
  'comparison',
  'evaluation',
]

const nameOf = (path: string): string => path.replace(/^.*\//, '').replace(/\.md$/, '')
const placeOf = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)

/** Every page of the documentation, in the order in which it is listed. */
export const helpPages: readonly HelpPage[] = Object.entries(sources)
  .map(([path, markdown]) => ({ name: nameOf(path), title: titleOf(markdown), markdown }))
  .sort((a, b) => placeOf(a.name) - placeOf(b.name) || a.name.localeCompare(b.name))

function titleOf(markdown: string): string {
  return /^# (.+)$/m.exec(markdown)?.[1] ?? ''
}

/** A place in the help: a page's name, and the id of a heading in it or nothing. */
export interface HelpPlace {
  readonly page: string
  readonly heading: string
}

/** The place that a link of a page leads to; undefined where it leads out of the help. */
export function placeOfLink(href: string, page: string): HelpPlace | undefined {
  const [, file = '', heading = ''] = /^([\w-]+\.md)?(?:#(.*))?$/.exec(href) ?? []
  const name = file === '' ? page : nameOf(file)
  return (file !== '' || heading !== '') && helpPages.some((each) => each.name === name)
    ? { page: name, heading }
    : undefined
}

/** The id of a heading, made as code forges make it: links of the documentation rely on it. */
export function headingId(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/**
 * A page as HTML: links to other pages carry their place in `data-page` and `data-heading`, and links out of
 * the application are text, since it opens no connection. The pages are our own: nothing of a user's is in
 * them.
 */
export function htmlOf({ name, markdown }: HelpPage): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading): string {
        return `<h${depth} id="${headingId(text)}">${this.parser.parseInline(tokens)}</h${depth}>`
      },
      link({ href, tokens }: Tokens.Link): string {
        const text = this.parser.parseInline(tokens)
        const place = placeOfLink(href, name)
        return place === undefined
          ? `<span title="${escaped(href)}">${text}</span>`
          : `<a href="#" data-page="${place.page}" data-heading="${escaped(place.heading)}">${text}</a>`
      },
      image({ href, text }: Tokens.Image): string {
        const path = Object.keys(images).find((each) => each.endsWith(`/${href}`))
        return path === undefined
          ? escaped(text)
          : `<img src="${images[path] ?? ''}" alt="${escaped(text)}" />`
      },
    },
  })
  return marked.parse(markdown, { async: false })
}

/** Where a text stands: the page, the heading above it, and its line. */
export interface Found extends HelpPlace {
  readonly title: string
  readonly line: string
}

const mostFound = 40

/** Lines that hold a text, whatever its case; the first ones of all pages. */
export function findInHelp(text: string): Found[] {
  const wanted = text.trim().toLowerCase()
  if (wanted.length < 2) return []
  return helpPages.flatMap((page) => foundIn(page, wanted)).slice(0, mostFound)
}

function foundIn({ name, title, markdown }: HelpPage, wanted: string): Found[] {
  let heading = ''
  return markdown.split('\n').flatMap((line) => {
    heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading
    if (!line.toLowerCase().includes(wanted)) return []
    return [{ page: name, title, heading: headingId(heading), line: line.replace(/^#+ /, '').slice(0, 160) }]
  })
}
