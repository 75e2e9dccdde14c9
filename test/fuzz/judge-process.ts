import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { FileLaneName, Outcome } from './file-lanes.ts'

/** Judges files in a process that is started anew when a file has ended it. */
export interface JudgeProcess {
  /** How a file is taken: as the lane says, or with a crash or a hang. */
  judge(file: string): Promise<Outcome>
  end(): void
}

/** So long no damaged file of a few kilobytes may take; the machine may be busy. */
const defaults = { program: join(import.meta.dirname, 'judge.ts'), hangMs: 60_000 }

export function startJudge(lane: FileLaneName, folder: string, { program, hangMs } = defaults): JudgeProcess {
  let child: ChildProcess | undefined
  const started = async (): Promise<ChildProcess> => {
    if (child?.exitCode === null && child.signalCode === null) return child
    child = fork(program, [lane, folder], {
      execArgv: ['--import', import.meta.resolve('tsx')],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    await once(child, 'message')
    return child
  }
  return {
    judge: async (file) => {
      const process = await started()
      const outcome = outcomeOf(process, hangMs)
      process.send(file)
      return outcome
    },
    end: () => child?.kill('SIGKILL'),
  }
}

function outcomeOf(process: ChildProcess, hangMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const give = (outcome: Outcome) => {
      clearTimeout(timer)
      process.removeAllListeners()
      resolve(outcome)
    }
    let isHanging = false
    const timer = setTimeout(() => {
      isHanging = true
      process.kill('SIGKILL')
    }, hangMs)
    process.once('message', give)
    process.once('exit', (code, signal) => {
      const crash = `crash: the process ended with ${String(signal ?? code)}`
      give({ wrong: isHanging ? `hang: no answer after ${hangMs / 1000} s` : crash })
    })
  })
}
