import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { missingForApplication } from '../../test/support/start-application.ts'
import { attack } from './attack.ts'
import type { UiBenchSection } from './context.ts'
import { formatFigures, isMet, type Figure } from './figure.ts'
import { firstImage } from './first-image.ts'
import { many } from './many.ts'
import { memory } from './memory.ts'
import { planes } from './planes.ts'

const sections = { 'first-image': firstImage, attack, planes, many, memory } satisfies Record<
  string,
  UiBenchSection
>
type SectionName = keyof typeof sections

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: Object.keys(sections) },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})

function isSection(name: string): name is SectionName {
  return Object.hasOwn(sections, name)
}

async function measure(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'radversary-bench-ui-'))
  const figures: Figure[] = []
  try {
    for (const name of options.only.filter(isSection))
      for await (const figure of sections[name]({ folder, rounds: Number(options.rounds) })) {
        process.stderr.write(`${formatFigures([figure]).split('\n')[1] ?? ''}\n`)
        figures.push(figure)
      }
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const missing = missingForApplication()
if (missing.length > 0 || !options.only.every(isSection) || !(Number(options.rounds) >= 1)) {
  const usage = `[--only ${Object.keys(sections).join('|')}]... [--rounds N] [--json]`
  process.stderr.write(
    missing.length > 0 ? `Needs ${missing.join(' and ')}.\n` : `npm run bench:ui -- ${usage}\n`,
  )
  process.exit(2)
}
const figures = await measure()
const cores = availableParallelism()
process.stdout.write(
  options.json
    ? `${JSON.stringify({ cores, figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })) }, null, 2)}\n`
    : `${cores} cores\n${formatFigures(figures)}\n`,
)
