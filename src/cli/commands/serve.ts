import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { createEngine } from '../../engine/server/create-engine.ts'
import { openBrowser, startServer } from '../../serve/start-server.ts'
import { staticFilesIn } from '../../serve/static-files.ts'
import { applicationFolder } from '../application-folder.ts'
import type { CommandContext } from '../context.ts'
import { exitCode } from '../exit-code.ts'
import { runJob } from '../job.ts'
import { home, portNumber } from '../options.ts'

interface Options {
  readonly port: number
  readonly study?: string[]
  readonly open?: boolean
}

export function serveCommand(context: CommandContext): Command {
  return new Command('serve')
    .option('--port <n>', 'on 127.0.0.1; 0 for any that is free', portNumber, 0)
    .option('--study <path...>', 'folder, file, DICOMDIR or zip archive to open first')
    .option('--open', 'open the browser')
    .action(async ({ port, study, open }: Options) => {
      await runJob(context, {}, async ({ signal }) => {
        const folder = applicationFolder()
        const engine = await createEngine({ home: home(), resources: join(folder, 'resources') })
        const files = await staticFilesIn(join(folder, 'out/renderer'))
        const server = await startServer({ engine, files, port, study: study?.map((path) => resolve(path)) })
        context.streams.out.write(`Radversary is at ${server.url}\nCtrl-C ends it.\n`)
        if (open === true) await openBrowser(server.url, home())
        if (signal !== undefined) await once(signal, 'abort')
        await server.close()
        await engine.close()
        return { result: null, text: '', code: exitCode.done }
      })
    })
}
