import { fromArrayBuffer } from 'geotiff'
import { expect, it } from 'vitest'
import { figureSvg, pixelsOf, tiffOf } from './figure-files.ts'
import {
  type FigureOptions,
  figureLetter,
  type FigurePart,
  layoutFigure,
  scaleBarMarks,
} from './figure-layout.ts'

const options: FigureOptions = {
  width: 100,
  columns: [0.5, 0.5],
  background: 'light',
  letters: true,
  names: true,
  legends: true,
}

const plain = { bar: undefined, lines: [] }

function part(row: number, column: number, change: Partial<FigurePart> = {}): FigurePart {
  return { row, column, aspect: 1, name: 'Original', legend: plain, ...change }
}

it('viewports lie as on the screen, with room for a letter above each', () => {
  const { pictures, height, marks } = layoutFigure([part(0, 0), part(0, 1), part(1, 0)], options)
  expect(pictures).toEqual([
    { x: 0, y: 4.4, width: 49, height: 49 },
    { x: 51, y: 4.4, width: 49, height: 49 },
    { x: 0, y: 4.4 + 49 + 2 + 4.4, width: 49, height: 49 },
  ])
  expect(height).toBeCloseTo(2 * (4.4 + 49) + 2)
  const letters = marks.flatMap((mark) => (mark.kind === 'text' && mark.isBold ? [mark.text] : []))
  expect(letters).toEqual(['a', 'b', 'c'])
})

it('columns keep their shares; one without an image takes no room', () => {
  const uneven = { ...options, columns: [0.75, 0.25] }
  const [wide, narrow] = layoutFigure([part(0, 0), part(0, 1)], uneven).pictures
  expect(wide!.width / narrow!.width).toBeCloseTo(3)
  expect(layoutFigure([part(1, 1)], uneven).pictures).toEqual([{ x: 0, y: 4.4, width: 100, height: 100 }])
})

it('a lower picture stands in the middle of its row', () => {
  const [tall, low] = layoutFigure([part(0, 0), part(0, 1, { aspect: 0.5 })], options).pictures
  expect(low!.y - tall!.y).toBeCloseTo((49 - 24.5) / 2)
})

it('what colours mean stands under its picture, and takes room only where it is', () => {
  const bar = {
    stops: [
      [0, '#000'],
      [1, '#fff'],
    ],
    ticks: ['−', '0', '+'],
  } as const
  const legend = { bar, lines: [{ colour: '#123456', text: 'lesion' }] }
  const { height, marks } = layoutFigure([part(0, 0, { legend })], options)
  expect(height).toBeGreaterThan(layoutFigure([part(0, 0)], options).height)
  const anchors = marks.flatMap((mark) =>
    mark.kind === 'text' && mark.text !== 'lesion' ? [mark.anchor] : [],
  )
  expect(anchors.slice(-3)).toEqual(['start', 'middle', 'end'])
  const hidden = layoutFigure([part(0, 0, { legend })], { ...options, legends: false })
  expect(hidden.marks.some(({ kind }) => kind === 'bar')).toBe(false)
})

it('nothing shown makes no figure', () => {
  expect(() => layoutFigure([], options)).toThrow(RangeError)
})

it('letters go on after z', () => {
  expect([0, 25, 26, 27, 52].map(figureLetter)).toEqual(['a', 'z', 'aa', 'ab', 'ba'])
})

it('a scale bar has its length, inside the picture', () => {
  const picture = { x: 10, y: 20, width: 50, height: 40 }
  const [around, bar, text] = scaleBarMarks(picture, 15, '5 cm')
  expect(bar).toMatchObject({ width: 15, x: 43 })
  expect(around).toMatchObject({ width: 15.5 })
  expect(text).toMatchObject({ text: '5 cm', x: 50.5 })
})

it('an SVG keeps letters as such, and no text ends an element', () => {
  const layout = layoutFigure([part(0, 0, { name: 'A < B & C' })], options)
  const svg = figureSvg(layout, ['data:image/png;base64,AA=='])
  expect(svg).toContain('width="100mm"')
  expect(svg).toContain('>A &lt; B &amp; C</text>')
  expect(svg).toContain('href="data:image/png;base64,AA=="')
})

it('85 mm at 300 dpi are 1004 pixels', () => {
  expect(pixelsOf(85, 300)).toBe(1004)
})

it('a TIFF is read by another reader: pixels and resolution', async () => {
  const bytes = tiffOf(new Uint8ClampedArray([1, 2, 3, 255, 4, 5, 6, 255]), 2, 1, 600)
  const image = await (await fromArrayBuffer(bytes.buffer)).getImage()
  expect([...(await image.readRasters({ interleave: true }))]).toEqual([1, 2, 3, 4, 5, 6])
  const directory = image.getFileDirectory()
  expect(await directory.loadValue('XResolution')).toEqual(Uint32Array.of(600, 1))
})
