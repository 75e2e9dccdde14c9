/** One viewport, as a figure needs it. */
export interface FigurePart {
  /** Place in the grid, both from 0. */
  readonly row: number
  readonly column: number
  /** Height by width of what is shown of it. */
  readonly aspect: number
  /** What it shows, e.g. "Perturbation". */
  readonly name: string
  readonly legend: FigureLegend
}

/** What colours and lines over an image mean. */
export interface FigureLegend {
  readonly bar: ColourBar | undefined
  /** Classes by their colour, and what lines are. */
  readonly lines: readonly LegendLine[]
}

export interface ColourBar {
  /** CSS colours from left to right, 0 to 1. */
  readonly stops: readonly (readonly [at: number, colour: string])[]
  /** What stands under the bar's left end, middle (where there are three) and right end. */
  readonly ticks: readonly string[]
}

export interface LegendLine {
  /** CSS colour of a swatch; undefined where there is none. */
  readonly colour: string | undefined
  readonly text: string
}

export interface FigureOptions {
  /** Whole width in millimetres. */
  readonly width: number
  /** Widths of the grid's columns, as shares of 1. */
  readonly columns: readonly number[]
  readonly background: FigureBackground
  readonly letters: boolean
  readonly names: boolean
  readonly legends: boolean
}

export type FigureBackground = 'light' | 'dark'

/** Millimetres from the figure's upper left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** One thing on a figure; lengths in millimetres, sizes of letters in points. */
export type Mark =
  | (Box & { readonly kind: 'fill'; readonly colour: string })
  | (Box & { readonly kind: 'bar'; readonly stops: ColourBar['stops'] })
  | (Box & { readonly kind: 'picture'; readonly part: number })
  | TextMark

export interface TextMark {
  readonly kind: 'text'
  /** Where the anchor is, on the base line. */
  readonly x: number
  readonly y: number
  readonly text: string
  readonly points: number
  readonly colour: string
  readonly anchor: 'start' | 'middle' | 'end'
  readonly isBold: boolean
  /** CSS colour around the letters, so that they can be read on any image. */
  readonly halo: string | undefined
}

export interface FigureLayout {
  /** Millimetres. */
  readonly width: number
  readonly height: number
  readonly marks: readonly Mark[]
  /** Where each part's picture lies, in the order of the parts. */
  readonly pictures: readonly Box[]
}

const [gap, headHeight, barHeight, lineHeight, swatch] = [2, 4.4, 2, 3.2, 2]
/** Points: journals ask for 5 to 8. */
const [letterPoints, textPoints] = [9, 7]

const inks: Readonly<Record<FigureBackground, { readonly paper: string; readonly ink: string }>> = {
  light: { paper: '#ffffff', ink: '#000000' },
  dark: { paper: '#000000', ink: '#ffffff' },
}

/**
 * Lays viewports out as a figure: rows and columns as on the screen, empty ones left out, each with a letter,
 * a name and what its colours mean. A row is as high as its highest picture.
 * @throws RangeError where there is nothing to show.
 */
export function layoutFigure(parts: readonly FigurePart[], options: FigureOptions): FigureLayout {
  if (parts.length === 0) throw new RangeError('a figure needs a viewport that shows an image')
  const rows = [...new Set(parts.map(({ row }) => row))].sort((a, b) => a - b)
  const placed: PlacedPart[] = []
  let y = 0
  for (const row of rows) {
    const { cells, height } = layoutRow(row, y, parts, options)
    placed.push(...cells)
    y += height + gap
  }
  const [width, height] = [options.width, y - gap]
  const paper: Mark = { kind: 'fill', x: 0, y: 0, width, height, colour: inks[options.background].paper }
  return {
    width,
    height,
    marks: [paper, ...placed.flatMap((part) => partMarks(part, options))],
    pictures: placed.toSorted((one, other) => one.index - other.index).map(({ picture }) => picture),
  }
}

interface PlacedPart {
  readonly part: FigurePart
  /** Among all parts. */
  readonly index: number
  /** As high as its row's highest picture. */
  readonly cell: Box
  readonly picture: Box
}

/** A row from `top` on, with room for letters above and legends below its pictures. */
function layoutRow(row: number, top: number, parts: readonly FigurePart[], options: FigureOptions) {
  const across = columnsOf(parts, options)
  const own = across.flatMap(({ column, ...place }) => {
    const index = parts.findIndex((part) => part.row === row && part.column === column)
    const part = parts[index]
    return part === undefined ? [] : [{ part, index, place }]
  })
  const head = options.letters || options.names ? headHeight : 0
  const foot = options.legends ? Math.max(...own.map(({ part }) => footHeight(part.legend))) : 0
  const tallest = Math.max(...own.map(({ part, place }) => place.width * part.aspect))
  const cells = own.map(({ part, index, place }): PlacedPart => {
    const cell = { ...place, y: top + head, height: tallest }
    const height = cell.width * part.aspect
    return { part, index, cell, picture: { ...cell, y: cell.y + (tallest - height) / 2, height } }
  })
  return { cells, height: head + tallest + foot }
}

function partMarks({ part, index, cell, picture }: PlacedPart, options: FigureOptions): Mark[] {
  const foot = options.legends ? footMarks(part.legend, cell, options.background) : []
  return [...headMarks(part, index, cell, options), { kind: 'picture', part: index, ...picture }, ...foot]
}

/** Columns that show something share the width as they do on the screen. */
function columnsOf(parts: readonly FigurePart[], { width, columns }: FigureOptions) {
  const used = columns
    .map((share, column) => ({ share, column }))
    .filter(({ column }) => parts.some((part) => part.column === column))
  const whole = used.reduce((sum, { share }) => sum + share, 0)
  const free = width - gap * (used.length - 1)
  let x = 0
  return used.map(({ share, column }) => {
    const placed = { column, x, width: (share / whole) * free }
    x += placed.width + gap
    return placed
  })
}

/** "a", "b" … "z", then "aa": by the order of the viewports. */
export function figureLetter(index: number): string {
  const last = String.fromCharCode(97 + (index % 26))
  return index < 26 ? last : figureLetter(Math.floor(index / 26) - 1) + last
}

function headMarks(part: FigurePart, index: number, cell: Box, options: FigureOptions): Mark[] {
  const text = { kind: 'text', y: cell.y - 1.2, anchor: 'start', halo: undefined } as const
  const colour = inks[options.background].ink
  const letter = figureLetter(index)
  const marks: Mark[] = []
  if (options.letters)
    marks.push({ ...text, x: cell.x, text: letter, points: letterPoints, isBold: true, colour })
  if (options.names) {
    const x = cell.x + (options.letters ? 2 + 2 * letter.length : 0)
    marks.push({ ...text, x, text: part.name, points: textPoints, isBold: false, colour })
  }
  return marks
}

function footHeight({ bar, lines }: FigureLegend): number {
  const barPart = bar === undefined ? 0 : 1.2 + barHeight + lineHeight
  return barPart + (lines.length === 0 ? 0 : 1.2 + lines.length * lineHeight)
}

function footMarks({ bar, lines }: FigureLegend, cell: Box, background: FigureBackground): Mark[] {
  const top = cell.y + cell.height + 1.2
  const { ink } = inks[background]
  const barPart = bar === undefined ? [] : barMarks(bar, { ...cell, y: top, height: barHeight }, ink)
  const first = bar === undefined ? top : top + barHeight + lineHeight + 1.2
  return [...barPart, ...lines.flatMap((line, i) => lineMarks(line, cell.x, first + i * lineHeight, ink))]
}

const anchors = { first: 'start', middle: 'middle', last: 'end' } as const

function barMarks({ stops, ticks }: ColourBar, box: Box, ink: string): Mark[] {
  const last = ticks.length - 1
  return [
    { kind: 'bar', ...box, stops },
    ...ticks.map((text, i): Mark => ({
      kind: 'text',
      x: box.x + (box.width * i) / Math.max(last, 1),
      y: box.y + box.height + 2.6,
      text,
      points: textPoints,
      colour: ink,
      anchor: anchors[i === 0 ? 'first' : i === last ? 'last' : 'middle'],
      isBold: false,
      halo: undefined,
    })),
  ]
}

function lineMarks({ colour, text }: LegendLine, x: number, y: number, ink: string): Mark[] {
  const written: Mark = {
    kind: 'text',
    x: colour === undefined ? x : x + swatch + 1,
    y: y + swatch,
    text,
    points: textPoints,
    colour: ink,
    anchor: 'start',
    isBold: false,
    halo: undefined,
  }
  return colour === undefined
    ? [written]
    : [{ kind: 'fill', x, y, width: swatch, height: swatch, colour }, written]
}

/** A bar of known length in a picture's lower right corner; white on a dark edge, on any image. */
export function scaleBarMarks(picture: Box, length: number, text: string): Mark[] {
  const [edge, thick] = [0.25, 0.5]
  const right = picture.x + picture.width - 2
  const bottom = picture.y + picture.height - 2
  const bar = { x: right - length, y: bottom - thick, width: length, height: thick }
  const around = {
    x: bar.x - edge,
    y: bar.y - edge,
    width: bar.width + 2 * edge,
    height: bar.height + 2 * edge,
  }
  return [
    { kind: 'fill', ...around, colour: '#000000' },
    { kind: 'fill', ...bar, colour: '#ffffff' },
    {
      kind: 'text',
      x: right - length / 2,
      y: bar.y - 0.8,
      text,
      points: textPoints,
      colour: '#ffffff',
      anchor: 'middle',
      isBold: false,
      halo: '#000000',
    },
  ]
}
