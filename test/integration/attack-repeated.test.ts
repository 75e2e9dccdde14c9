import { copyFileSync, cpSync, existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type * as atomicWrite from '../../src/adapters/fs/atomic-write.ts'
import { manifestName, markerName } from '../../src/adapters/fs/manifest.ts'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import type { Progress } from '../../src/engine/progress.ts'
import { attackRequest, filesBelow } from '../support/attack-requests.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const disk = vi.hoisted(() => ({
  spoil: undefined as ((path: string, bytes: Uint8Array) => Uint8Array) | undefined,
}))

/** A disk that may write other bytes than it is told, and says nothing. */
vi.mock('../../src/adapters/fs/atomic-write.ts', async (importOriginal) => {
  const real = await importOriginal<typeof atomicWrite>()
  const writeFileAtomically: typeof real.writeFileAtomically = (path, bytes, options) =>
    real.writeFileAtomically(path, disk.spoil?.(path, bytes) ?? bytes, options)
  return { ...real, writeFileAtomically }
})

const base = temporaryFolder('attack-repeated')
const study = join(base, 'study')
let classifier: TinyClassifier
let runs = 0
beforeAll(() => {
  // Not in HU, so that there is a notice to be kept; in two groups.
  writeSeries(study, 6, { modality: 'MR' })
  classifier = writeClassifier(base, {}, { intensity: { kind: 'hu-window', center: 0, width: 2048 } })
})
afterEach(() => {
  disk.spoil = undefined
})

const freshFolder = () => join(base, `out-${runs++}`)
const request = (out: string, changes: Partial<AttackRequest> = {}) =>
  attackRequest(
    classifier,
    { study, out },
    {
      method: 'pgd',
      settings: { epsilon: '16/255', steps: 4, restarts: 2 },
      exports: ['series', 'perturbation', 'smoothed'],
      forceIntensity: true,
      ...changes,
    },
  )

async function exported(changes: Partial<AttackRequest> = {}): Promise<Map<string, Buffer>> {
  const out = freshFolder()
  await attackStudy(request(out, changes))
  return filesBelow(out)
}

/** What is left by an attack that nothing happens to. */
let undisturbed: Map<string, Buffer>
beforeAll(async () => {
  undisturbed = await exported()
})

describe('an attack with a random start', () => {
  test('gives the same bytes of every file when it is repeated, also of a copy of the study', async () => {
    expect(await exported()).toEqual(undisturbed)
    const copy = join(base, 'copy')
    cpSync(study, copy, { recursive: true })
    expect(await exported({ study: [copy] })).toEqual(undisturbed)
  })

  test('gives others from another seed', async () => {
    const second = await exported({ seed: 1 })
    expect([...second.keys()]).toEqual([...undisturbed.keys()])
    for (const [path, bytes] of undisturbed) expect(second.get(path)!.equals(bytes), path).toBe(false)
  })

  test('draws for each image by itself, whatever it is attacked with', async () => {
    const pixels = (files: Map<string, Buffer>) =>
      [...files].flatMap(([path, bytes]) => (path.startsWith('adversarial/') ? [bytes.subarray(-288)] : []))
    expect(pixels(await exported({ batch: 1 }))).toEqual(pixels(undisturbed))
  })
})

describe('progress', () => {
  test('counts files, then images, to the last of each', async () => {
    const told: Progress[] = []
    const notices: string[] = []
    await attackStudy(request(freshFolder()), {
      onProgress: (progress) => told.push(progress),
      onNotice: (sentence) => notices.push(sentence),
    })
    const phases = [...new Set(told.map(({ phase }) => phase))]
    expect(phases).toEqual(['reading headers', 'attacking'])
    for (const phase of phases) {
      const own = told.filter((progress) => progress.phase === phase)
      expect(own.map(({ done }) => done)).toEqual(own.map(({ done }) => done).sort((a, b) => a - b))
      expect(own.at(-1)).toMatchObject({ done: 6, total: 6 })
    }
    expect(told.find(({ phase }) => phase === 'attacking')?.note).toBe('images 1 to 3, iteration 1 of 8')
    expect(notices).toEqual([
      'Device cpu, 1 threads: as asked for',
      expect.stringMatching(/^The model card's window is in HU, but/),
    ])
  })
})

describe('an attack on two groups at a time', () => {
  const twoThreads = { threads: 2 }

  test('gives the same bytes of every file when it is repeated, and the same pixels as one after the other', async () => {
    const files = await exported(twoThreads)
    expect(await exported(twoThreads)).toEqual(files)
    const values = (of: Map<string, Buffer>) =>
      [...of].filter(([path]) => path.startsWith('adversarial')).map(([, bytes]) => bytes.subarray(-128))
    expect(values(files)).toEqual(values(undisturbed))
  })

  test('is cancelled in both, and goes on to the same bytes', async () => {
    const out = freshFolder()
    const abort = new AbortController()
    const onProgress = ({ phase, done }: Progress) => {
      if (phase === 'attacking' && done >= 3) abort.abort()
    }
    const attack = attackStudy(request(out, twoThreads), { signal: abort.signal, onProgress })
    await expect(attack).rejects.toMatchObject({ code: 'cancelled' })
    await attackStudy(request(out, twoThreads))
    expect(filesBelow(out)).toEqual(await exported(twoThreads))
  })
})

describe('a cancelled attack', () => {
  test.each([1, 3, 9, 13])(
    'ends within an iteration (after %i of them), is marked, and goes on to the same bytes',
    async (iterations) => {
      const out = freshFolder()
      const abort = new AbortController()
      let heard = 0
      const onProgress = ({ phase }: Progress) => {
        if (phase === 'attacking' && ++heard === iterations) abort.abort()
      }
      await expect(attackStudy(request(out), { signal: abort.signal, onProgress })).rejects.toMatchObject({
        code: 'cancelled',
      })
      expect(heard).toBe(iterations)
      expect(existsSync(join(out, markerName))).toBe(true)
      expect(existsSync(join(out, manifestName))).toBe(false)
      const { resumed } = await attackStudy(request(out))
      expect(resumed).toBe(iterations > 8 ? 3 : 0)
      expect(filesBelow(out)).toEqual(undisturbed)
    },
  )

  test('before it begins, while headers are read, leaves nothing', async () => {
    const out = freshFolder()
    const abort = new AbortController()
    const attack = attackStudy(request(out), {
      signal: abort.signal,
      onProgress: () => {
        abort.abort()
      },
    })
    await expect(attack).rejects.toMatchObject({ code: 'cancelled' })
    expect(existsSync(out)).toBe(false)
  })
})

describe('an attack that ended before its record was written', () => {
  test('goes on to the same bytes, notices included, without attacking anything again', async () => {
    const out = freshFolder()
    await attackStudy(request(out))
    const whole = filesBelow(out)
    for (const name of ['record.json', 'summary.txt', manifestName]) rmSync(join(out, name))
    const marked = freshFolder()
    await expect(attackStudy(request(marked), cancelledAtOnce())).rejects.toMatchObject({ code: 'cancelled' })
    copyFileSync(join(marked, markerName), join(out, markerName))
    const phases = new Set<string>()
    const { resumed, record } = await attackStudy(request(out), {
      onProgress: ({ phase }) => phases.add(phase),
    })
    expect(resumed).toBe(6)
    expect(phases).toEqual(new Set(['reading headers']))
    expect(record.notices).toHaveLength(1)
    expect(filesBelow(out)).toEqual(whole)
  })
})

describe('a folder of an earlier attack', () => {
  test('with the same request is read, not written', async () => {
    const out = freshFolder()
    const first = await attackStudy(request(out))
    const times = () => [...filesBelow(out).keys()].map((path) => statSync(join(out, path)).mtimeMs)
    const before = times()
    const again = await attackStudy(request(out))
    expect(again.record).toEqual(JSON.parse(JSON.stringify(first.record)))
    expect(again.resumed).toBe(6)
    expect(times()).toEqual(before)
  })

  test('with another request is refused', async () => {
    const out = freshFolder()
    await attackStudy(request(out))
    const whole = filesBelow(out)
    await expect(attackStudy(request(out, { seed: 5 }))).rejects.toMatchObject({
      code: 'export-conflict',
      file: out,
    })
    expect(filesBelow(out)).toEqual(whole)
  })

  test('that came to nothing is taken over', async () => {
    const out = freshFolder()
    await expect(
      attackStudy(request(out, { method: 'fgsm', settings: { epsilon: '20HU' } })),
    ).rejects.toMatchObject({
      code: 'usage',
    })
    expect((await attackStudy(request(out))).record.images).toHaveLength(6)
  })

  test('inside the study is refused', async () => {
    const inside = join(study, 'out')
    await expect(attackStudy(request(inside))).rejects.toMatchObject({ code: 'export-conflict' })
    expect(existsSync(inside)).toBe(false)
  })
})

describe('a disk that returns other bytes than were written is found out', () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp]>([
    [
      'a pixel differs',
      (bytes) => bytes.map((byte, i) => (i === bytes.length - 2 ? byte ^ 1 : byte)),
      /expected the pixels that were exported, got others/,
    ],
    [
      'the file is cut',
      (bytes) => bytes.subarray(0, bytes.length - 10),
      /expected a DICOM image, got one that can't be read/,
    ],
    [
      'the file is empty',
      (bytes) => bytes.subarray(0, 0),
      /expected a DICOM image, got one that can't be read/,
    ],
  ])('%s', async (_name, spoil, message) => {
    const out = freshFolder()
    const spoiled = join(out, 'adversarial', '0002.dcm')
    disk.spoil = (path, bytes) => (path === spoiled ? spoil(bytes) : bytes)
    await expect(attackStudy(request(out))).rejects.toMatchObject({
      code: 'verification-failed',
      file: spoiled,
      message: expect.stringMatching(message) as string,
    })
    expect(existsSync(join(out, manifestName))).toBe(false)
  })
})

function cancelledAtOnce() {
  const abort = new AbortController()
  return {
    signal: abort.signal,
    onProgress: ({ phase }: Progress) => {
      if (phase === 'attacking') abort.abort()
    },
  }
}
