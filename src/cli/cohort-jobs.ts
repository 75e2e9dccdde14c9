import type { Command } from 'commander'
import { attackSpec } from '../core/spec/attack-spec.ts'
import { comparisonSpec } from '../core/spec/comparison-spec.ts'
import type { CohortRequest, CohortSubject } from '../engine/cohort/cohort-request.ts'
import { studiesToAttack, listStudies } from '../engine/cohort/studies.ts'
import { areStrict, exportNames } from '../engine/export/export-kinds.ts'
import { withComparison } from './commands/compare.ts'
import { withEvaluation } from './commands/evaluate.ts'
import type { CommandContext } from './context.ts'
import { withMethod } from './method-options.ts'
import { home, withDevice, withJson, withModel, type DeviceOptions, type ModelOptions } from './options.ts'
import { identityOf, type IdentityOptions, withIdentity } from './profile-options.ts'
import {
  attackOf,
  comparisonOf,
  evaluationOf,
  withFields,
  type AttackOptions,
  type ComparisonOptions,
  type EvaluationOptions,
} from './spec-options.ts'

/** Options of every job on many studies. */
export interface CohortOptions extends DeviceOptions {
  readonly studies: string
  readonly out: string
  readonly json?: boolean
}

/** A job on many studies, as its command names it. */
export interface CohortJobCommand<Options extends CohortOptions> {
  readonly name: CohortRequest['job']
  readonly description: string
  withOptions(command: Command, context: CommandContext): Command
  requestOf(options: Options): Promise<CohortRequest>
}

type AttackedOptions = CohortOptions & ModelOptions & AttackOptions & IdentityOptions

export const attackJob: CohortJobCommand<AttackedOptions> = {
  name: 'attack',
  description: 'attack a model on many studies, one after the other',
  withOptions: (command, { args }) =>
    withIdentity(
      withFields(withMethod(withModel(withStudies(command)), args), attackSpec.omit({ images: true })).option(
        '--export <kinds>',
        `some of ${exportNames.join(',')}, as of attack`,
      ),
    ),
  requestOf: async (options) => {
    const { model, card, runtime } = options
    const identity = identityOf(options)
    return {
      job: 'attack',
      ...subjectOf(options),
      ...attackOf(options),
      model,
      card,
      runtime,
      identity,
      studies: await studiesToAttack(options.studies, identity, home()),
      strictExports: areStrict(options.export),
    }
  },
}

export const compareJob: CohortJobCommand<CohortOptions & ComparisonOptions> = {
  name: 'compare',
  description: 'compare methods and models on many studies, one after the other',
  withOptions: (command) => withComparison(withStudies(command), comparisonSpec.omit({ images: true })),
  requestOf: async (options) => ({
    job: 'compare',
    ...subjectOf(options),
    ...comparisonOf(options),
    studies: await listStudies(options.studies),
  }),
}

export const evaluateJob: CohortJobCommand<CohortOptions & EvaluationOptions> = {
  name: 'evaluate',
  description: 'evaluate models by a protocol on many studies, one after the other',
  withOptions: (command) => withEvaluation(withStudies(command), comparisonSpec.omit({ images: true })),
  requestOf: async (options) => ({
    job: 'evaluate',
    ...subjectOf(options),
    ...evaluationOf(options),
    studies: await listStudies(options.studies),
  }),
}

/** A job's command with all that it is asked, less where it goes. */
export function withJob<Options extends CohortOptions>(
  command: Command,
  job: CohortJobCommand<Options>,
  context: CommandContext,
): Command {
  return withJson(withDevice(job.withOptions(command, context)))
}

function withStudies(command: Command): Command {
  return command.requiredOption(
    '--studies <path>',
    'a folder whose folders and zip archives are studies, or a CSV with the column "path" and, if wanted, "patient" and "name"',
  )
}

function subjectOf({ studies, device, threads, out }: CohortOptions): Omit<CohortSubject, 'studies'> {
  return { sources: [studies], home: home(), device, threads, out }
}
