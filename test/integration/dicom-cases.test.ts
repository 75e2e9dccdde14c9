import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { pixelMeaning } from '../../src/core/dicom/meaning.ts'
import { imageNotices } from '../../src/core/dicom/notices.ts'
import { orderSeries } from '../../src/core/dicom/series.ts'
import { resolveIntensity } from '../../src/core/image/intensity.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { describeWithSharedData, sharedCase } from '../support/shared-data.ts'

const instanceOf = (path: string) =>
  parseInstance(new Uint8Array(readFileSync(sharedCase(path))), { file: path })
const frameOf = (path: string, index = 0) => decodeFrame(instanceOf(path), index)
const rowOf = ({ values, columns }: Awaited<ReturnType<typeof frameOf>>, row: number) => [
  ...values.slice(row * columns, (row + 1) * columns),
]
const voi = async (path: string, index: number) => {
  const [frame, meaning] = [await frameOf(path), pixelMeaning(instanceOf(path), 0)]
  return resolveIntensity({ kind: 'voi-window', index }, { frame, meaning })
}

describeWithSharedData('headers and pixels that contradict themselves', () => {
  it('windows keep their places when the first is empty or no number', async () => {
    for (const name of ['a_first_empty', 'f_xfirst']) {
      const path = `voi-window-shift/${name}.dcm`
      await expect(voi(path, 0)).rejects.toThrow('expected a VOI window with index 0, got one whose')
      expect(await voi(path, 1)).toMatchObject({ range: { lower: -1350, upper: 149 } })
    }
  })

  it('a window below 1 is taken as LINEAR_EXACT, in its place, and told', async () => {
    for (const name of ['a_linear', 'd_second_ok']) {
      const { range, notices } = await voi(`window-below-1/${name}.dcm`, 0)
      expect([range.lower, range.upper]).toEqual([0, 0.008])
      expect(notices[0]?.message).toContain('LINEAR_EXACT')
    }
  })

  it('a decimal comma in slope or intercept is refused by name', () => {
    expect(() => pixelMeaning(instanceOf('decimal-comma/a_comma.dcm'), 0)).toThrow('Rescale Slope')
    expect(() => pixelMeaning(instanceOf('decimal-comma/e_intcomma.dcm'), 0)).toThrow('Rescale Intercept')
  })

  it('signed values with a stray bit are those without it', async () => {
    const [plain, stray] = [
      await frameOf('signed-stray-bit/a_notextended.dcm'),
      await frameOf('signed-stray-bit/b_stray15.dcm'),
    ]
    expect(stray.values).toEqual(plain.values)
    expect(plain.values[0]).toBe(-2048)
    expect([plain.notices, stray.notices?.length]).toEqual([undefined, 1])
  })

  it.each(['a_ok', 'b_un_defined', 'c_un_undefined'])('%s has the slope of frame 2', (name) => {
    expect(pixelMeaning(instanceOf(`un-defined-length/${name}.dcm`), 1).modality).toMatchObject({ slope: 2 })
  })

  it('JPEG 2000 values above Bits Stored are taken as they are', async () => {
    const frame = await frameOf('j2k-precision-above-bits-stored/image.dcm')
    expect(rowOf(frame, 62).slice(10, 20)).toEqual(Array(10).fill(4124))
    expect(frame.notices?.[0]?.message).toContain('Bits Stored (0028,0101) says 12')
  })

  it('Presentation LUT Shapes that contradict the photometric interpretation are told', () => {
    for (const name of ['MG_1_IDENTITY_u', 'MG_2_INVERSE_u'])
      expect(imageNotices(instanceOf(`presentation-lut/${name}.dcm`))[0]?.message).toContain('contradicts')
  })

  it('palettes that are missing or supplemental are named; odd rows of 4:2:2 are not sheared', async () => {
    await expect(frameOf('palette/b_missinggreen.dcm')).rejects.toThrow('Green Palette Color Lookup Table')
    expect(imageNotices(instanceOf('palette/d_supplemental.dcm'))[0]?.message).toContain('Supplemental')
    const { values, columns } = await frameOf('palette/f_ybr422odd.dcm')
    expect(values.slice(3 * columns, 3 * columns + 3)).toEqual(Uint8Array.of(40, 40, 40))
  })

  it('a stack of a tilted gantry is told to be sheared', () => {
    const headers = [0, 1, 2, 3, 4].map((slice) => instanceOf(`gantry-tilt/${slice}.dcm`))
    const [series] = orderSeries(headers)
    expect(series?.notes.map(({ message }) => message).join()).toContain('tilted by 6.8 degrees')
  })
})

describeWithSharedData('streams that others read', () => {
  it('JPEG 2000 inside a JP2 file is read', async () => {
    const { values, rows, columns } = await frameOf('jp2-container/image.dcm')
    const expected = Array.from({ length: rows * columns }, (_, at) => 3 * Math.floor(at / columns) + (at % columns)) // prettier-ignore
    expect([...values]).toEqual(expected.map((value) => value & 255))
  })

  it('JPEG-LS with a zero byte after its scan has the values of its uncompressed original', async () => {
    const { values } = await frameOf('jpeg-ls-libjpeg-and-dcmtk-read/image.dcm')
    const found = { lowest: Infinity, highest: -Infinity, sum: 0 }
    for (const value of values) {
      found.lowest = Math.min(found.lowest, value)
      found.highest = Math.max(found.highest, value)
      found.sum += value
    }
    expect(found).toEqual({ lowest: 0, highest: 4000, sum: 126140037 })
  })
})

describeWithSharedData('notices of a prediction', () => {
  it.each([
    ['aspect/a_aspect.dcm', 'aspect/lb.onnx', '2 times as tall as wide'],
    ['aspect/b_spacing.dcm', 'aspect/lb.onnx', '2 times as tall as wide'],
    ['gantry-tilt', 'gantry-tilt/v3.onnx', 'tilted by 6.8 degrees'],
    ['presentation-lut/MG_2_INVERSE_u.dcm', 'presentation-lut/stored.onnx', 'contradicts MONOCHROME2'],
    ['signed-stray-bit/b_stray15.dcm', 'signed-stray-bit/sstored.onnx', 'High Bit'],
  ])('%s is told about in the report and as it runs', async (study, model, words) => {
    const told: string[] = []
    const report = await predictStudy(
      {
        study: [sharedCase(study)],
        model: sharedCase(model),
        device: 'cpu',
        home: temporaryFolder('dicom-cases'),
      },
      { onNotice: (sentence) => told.push(sentence) },
    )
    expect(report.notices.map(({ message }) => message).join(' ')).toContain(words)
    expect(told.join(' ')).toContain(words)
  })
})
