import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { kubernetesFields } from '../../../test/support/kubernetes-fields.ts'
import { commonFolder, type JobNeeds } from './job-needs.ts'
import { filesFor } from './schedulers.ts'
import { kubernetesList } from './kubernetes.ts'

const needs: JobNeeds = {
  folder: '/data/it’s {a} plan',
  shards: 4,
  threads: 2,
  memoryGib: 8,
  gpus: 1,
  program: 'radversary',
  image: undefined,
  claim: 'studies',
  mount: '/data',
  planSha256: 'ab'.repeat(32),
}
const textOf = (files: ReturnType<typeof filesFor>) => files.map(({ text }) => text).join('')

test('a Slurm array asks for a task a shard, and bash reads it', () => {
  const script = textOf(filesFor('slurm', needs))
  execFileSync('bash', ['-n'], { input: script })
  expect(script).toContain('#SBATCH --array=0-3\n')
  expect(script).toContain('#SBATCH --gres=gpu:1\n')
  expect(script).toContain(`exec radversary cohort run '/data/it’s {a} plan' --shard "$SLURM_ARRAY_TASK_ID"`)
})

test('in a container its folders are where they are here', () => {
  const script = textOf(filesFor('slurm', { ...needs, image: '/images/r.sif' }))
  execFileSync('bash', ['-n'], { input: script })
  expect(script).toContain(
    'exec apptainer exec --containall --nv --bind /data:/data /images/r.sif radversary cohort run',
  )
})

test('a quote in a path does not end the word', () => {
  const folder = "/data/it's; $(echo run)"
  const script = textOf(filesFor('slurm', { ...needs, folder, program: 'printf "%s|"' }))
  const said = execFileSync('bash', ['-c', script], { env: { ...process.env, SLURM_ARRAY_TASK_ID: '3' } })
  expect(String(said)).toBe(`cohort|run|${folder}|--shard|3|`)
})

test('Kubernetes’ objects have fields that its API has', () => {
  const list = kubernetesList({ ...needs, image: 'radversary:0.1.0' })
  expect(kubernetesFields.parse(list)).toEqual(list)
  expect(list.items[2]).toMatchObject({ spec: { completionMode: 'Indexed', completions: 4 } })
})

test('Kubernetes needs an image and a claim', () => {
  expect(() => filesFor('kubernetes', needs)).toThrow('expected --image for Kubernetes, got none')
  expect(() => filesFor('kubernetes', { ...needs, image: 'r', claim: undefined })).toThrow('expected --claim')
})

test('a Snakefile has a rule for shards and one that merges them; braces stay braces', () => {
  const text = textOf(filesFor('snakemake', needs))
  expect(text).toContain('expand("done/{shard}", shard=range(4))')
  expect(text).toContain(String.raw`'/data/it’s {{a}} plan'`)
})

test('the folder that a container sees holds plan, model, card and studies', () => {
  const plan = { models: [{ path: '/data/models/m.onnx' }], inputs: [], studies: [{ path: '/data/ct/1' }] }
  expect(commonFolder(plan as never, '/data/plan')).toBe('/data')
  expect(commonFolder(plan as never, '/home/me/plan')).toBe('/')
  const withCard = { ...plan, models: [{ path: '/data/models/m.onnx', cardPath: '/cards/m.json' }] }
  expect(commonFolder(withCard as never, '/data/plan')).toBe('/')
  expect(() => filesFor('slurm', { ...needs, image: 'r.sif', mount: '/' })).toThrow('expected one folder')
})
