import { join } from 'node:path'
import { lastOf, startEngine } from './engine-client.ts'

/**
 * Run as a process of its own, to be killed: starts a run in the home given and says its id, then when its
 * first images are done.
 */
const [home = '', request = '{}'] = process.argv.slice(2)
const { client } = await startEngine({ home })
await client.settings.set.mutate({ device: 'cpu' })
const { study } = await lastOf(
  await client.studies.open.mutate({ paths: await client.studies.sample.query() }),
  'study',
)
const given = JSON.parse(request) as { images: number[]; settings: Record<string, string | number> }
const labels = join(study.paths[0] ?? '', 'labels.csv')
const { run } = await client.runs.start.mutate({
  study: study.id,
  model: 'phantom-thorax',
  labels,
  method: 'smia',
  batch: 2,
  ...given,
})
process.stdout.write(`${run}\n`)
for await (const event of await client.runs.watch.query({ run }))
  if (event.type === 'image') process.stdout.write('image\n')
