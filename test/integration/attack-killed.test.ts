import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manifestName, markerName } from '../../src/adapters/fs/manifest.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import { filesBelow } from '../support/attack-requests.ts'
import { commandLine, endOf, saysOnStderr, startCommandLine } from '../support/command-line.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const kills = 20
const base = temporaryFolder('attack-killed')
const study = join(base, 'study')
/** The first thing that is said once headers are read and the model is there. */
const begun = 'Device cpu'
let model = ''
let sources = ''

beforeAll(async () => {
  writeSeries(study, 12, { rows: 40, columns: 40 })
  model = writeClassifier(base).model
  sources = hashOf(study)
  await endOf(startCommandLine(['--version'])) // builds
}, 120_000)
afterAll(() => {
  expect(hashOf(study)).toBe(sources)
})

function attack(out: string, ...options: string[]): string[] {
  const fixed = [
    '--study',
    study,
    '--model',
    model,
    '--device',
    'cpu',
    '--threads',
    '1',
    '--export',
    'series,perturbation,smoothed',
  ]
  return ['attack', ...fixed, '--out', out, ...options]
}

describe('an attack that is killed at any moment', () => {
  const random = xoroshiro128plus(20_250_311)
  const outcomes = { complete: 0, partial: 0, untouched: 0 }
  let undisturbed: Map<string, Buffer>
  let wholeMs = 0

  test('has a duration to kill it in', async () => {
    const out = join(base, 'unhurt')
    const child = startCommandLine(attack(out))
    const end = endOf(child)
    await saysOnStderr(child, begun)
    const start = performance.now()
    expect(await end).toMatchObject({ code: 0 })
    wholeMs = Math.ceil(performance.now() - start)
    undisturbed = filesBelow(out)
    expect(undisturbed.size).toBe(12 * 4 + 4)
  })

  test.each(Array.from({ length: kills }, (_, index) => index + 1))(
    'is whole or visibly partial, and goes on to the same bytes (%i)',
    async (index) => {
      const out = join(base, `kill-${index}`)
      const child = startCommandLine(attack(out))
      const end = endOf(child)
      await saysOnStderr(child, begun)
      await setTimeout(uniformInt(random, 0, wholeMs))
      child.kill('SIGKILL')
      await end
      outcomes[stateOf(out)] += 1
      expect(await commandLine(attack(out))).toMatchObject({ code: 0 })
      expect(filesBelow(out)).toEqual(undisturbed)
      expect(await commandLine(['verify', out, '--model', model, '--device', 'cpu'])).toMatchObject({
        code: 0,
        out: 'Sound: 51 files as written, 12 images decoded; the model predicts what is recorded.\n',
      })
      rmSync(out, { recursive: true })
    },
    60_000,
  )

  test('was killed in the middle more often than not', () => {
    expect(outcomes.partial).toBeGreaterThan(kills / 4)
  })

  function stateOf(out: string): keyof typeof outcomes {
    if (existsSync(join(out, manifestName))) return 'complete'
    return existsSync(join(out, markerName)) ? 'partial' : 'untouched'
  }
})

describe('Ctrl-C', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '(%s) ends an attack within a second, which goes on from there',
    async (signal) => {
      const out = join(base, signal)
      const command = attack(out, '--method', 'i-fgsm', '--steps', '250', '--batch', '2')
      const child = startCommandLine(command)
      const end = endOf(child)
      await saysOnStderr(child, begun)
      await setTimeout(400)
      const start = performance.now()
      child.kill(signal)
      expect(await end).toMatchObject({
        code: 130,
        err: expect.stringMatching(
          /Interrupted. What was done is kept in .*, without manifest.json until it is whole: the same command goes on from there.\n$/,
        ) as string,
      })
      expect(performance.now() - start).toBeLessThan(1000)
      expect(existsSync(join(out, markerName))).toBe(true)
      const resumed = await commandLine(command)
      expect(resumed.code).toBe(0)
      expect(resumed.out).toMatch(/Fooled +\d+ of 12 /)
    },
    60_000,
  )

  test('ends a command within a second while the model computes', async () => {
    const child = startCommandLine([
      'predict',
      '--study',
      study,
      '--model',
      slowModel(),
      '--device',
      'cpu',
      '--threads',
      '1',
      '--json',
    ])
    const end = endOf(child)
    await saysOnStderr(child, begun)
    await setTimeout(1500)
    const start = performance.now()
    child.kill('SIGINT')
    const { code, signal, out } = await end
    expect(performance.now() - start).toBeLessThan(1000)
    expect([code, signal]).toEqual([130, 'SIGINT'])
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'cancelled' } })
  })
})

test('the process ends with the command’s exit code', async () => {
  const ends = []
  for (const args of [['inspect', study], ['inspect', base + '-absent'], ['inspect']])
    ends.push(await endOf(startCommandLine(args)))
  expect(ends.map(({ code }) => code)).toEqual([0, 1, 2])
  expect(ends[0]!.out).toMatch(/^CT, series 1\n {2}12 images, 40x40 MONOCHROME2 12 bits, /)
})

/**
 * Whose one batch of predictions takes a core many seconds: 40 convolutions of 64 channels on 256x256 pixels.
 */
function slowModel(): string {
  const graph = new GraphBuilder()
  const weights = graph.floats([64, 64, 3, 3], new Float32Array(64 * 64 * 9).fill(1e-3))
  let x = graph.node('Conv', [
    graph.input('image', ['batch', 1, 256, 256]),
    graph.floats([64, 1, 1, 1], new Float32Array(64).fill(1)),
  ])
  for (let layer = 0; layer < 40; layer++) x = graph.node('Conv', [x, weights], { pads: [1, 1, 1, 1] })
  graph.output(graph.node('Flatten', [graph.node('GlobalAveragePool', [x])]), ['batch', 64])
  const folder = join(base, 'slow')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'slow.onnx'), encodeModel(graph.build()))
  const card = {
    intensity: { kind: 'modality-range', lower: -1024, upper: 1024 },
    fit: { kind: 'stretch' },
    interpolation: 'bilinear',
    mean: [0],
    std: [1],
    output: { activation: 'softmax', classes: Array.from({ length: 64 }, (_, k) => `class ${k}`) },
  }
  writeFileSync(join(folder, 'card.json'), JSON.stringify(card))
  return join(folder, 'slow.onnx')
}

const disk = mkdtempSync(join(tmpdir(), 'radversary-attack-disk-'))

/** A real disk of 128 KiB, where this machine lets us mount one. */
function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const mounted = process.platform === 'linux' && process.getuid?.() === 0 && mount()

describe.skipIf(!mounted)(
  mounted ? 'an attack onto a small disk' : 'an attack onto a small disk (this machine mounts none)',
  () => {
    afterAll(() => {
      execFileSync('umount', [disk])
      rmSync(disk, { recursive: true })
    })

    test('says which file did not fit and what to do, and goes on to the same bytes when there is room', async () => {
      const out = join(disk, 'out')
      const full = await commandLine(attack(out))
      expect(full.code).toBe(1)
      expect(full.err).toMatch(
        /error: write file: the disk is full \(ENOSPC\)\n {2}file: .*out\/\w+\/\d+\.(dcm|json)\n {2}The disk is full: free some space/,
      )
      execFileSync('mount', ['-o', 'remount,size=4m', disk])
      expect((await commandLine(attack(out))).code).toBe(0)
      const elsewhere = join(base, 'elsewhere')
      await commandLine(attack(elsewhere))
      expect(filesBelow(out)).toEqual(filesBelow(elsewhere))
    })

    test('says so when the disk can only be read', async () => {
      execFileSync('mount', ['-o', 'remount,ro', disk])
      const { code, err } = await commandLine(attack(join(disk, 'other')))
      execFileSync('mount', ['-o', 'remount,rw', disk])
      expect(code).toBe(1)
      expect(err).toMatch(
        /the disk can only be read \(EROFS\)\n {2}file: .*other\n {2}The disk can only be read/,
      )
    })
  },
)

const superuser = process.getuid?.() === 0

test.skipIf(superuser)('a folder that may not be written to is told by name', async () => {
  const locked = join(base, 'locked')
  mkdirSync(locked)
  chmodSync(locked, 0o555)
  const { code, err } = await commandLine(attack(join(locked, 'out')))
  chmodSync(locked, 0o755)
  expect(code).toBe(1)
  expect(err).toMatch(/file: .*locked\/out\n {2}You may not write there/)
})

function hashOf(folder: string): string {
  const hash = createHash('sha256')
  for (const [path, bytes] of filesBelow(folder)) hash.update(path).update(bytes)
  return hash.digest('hex')
}
