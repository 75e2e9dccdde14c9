import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

const repository = join(import.meta.dirname, '../..')
const scripts = fs.readdirSync(join(repository, 'scripts')).filter((name) => name.endsWith('.mjs'))

/** What a stand-in writes of its start: one line of JSON each. */
interface Call {
  readonly name: string
  readonly cwd: string
  readonly args: readonly string[]
}

/** Stands in for a program of the script's: writes down its name, folder and arguments. */
const tell = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
const tell = (name, args) =>
  appendFileSync(process.env.CALLS, JSON.stringify({ name, cwd: process.cwd(), args }) + '\\n')
`
/** Stands in for the built command line, and for a script in TypeScript. */
const program = `${tell}tell('program', process.argv.slice(2))\n`
/** Stands in for npm: `ci` and `run build` leave in the working folder what the real ones do. */
const npm = `#!/usr/bin/env node
${tell}const args = process.argv.slice(2)
tell('npm', args)
const leave = (folder, file, text) => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(folder + '/' + file, text)
}
if (args[0] === 'ci') leave('node_modules', '.package-lock.json', '{}')
if (args.includes('build')) leave('out/main', 'radversary.js', ${JSON.stringify(program)})
`
const other = `#!/usr/bin/env node
import { basename } from 'node:path'
${tell}tell(basename(process.argv[1]), process.argv.slice(2))
`

const temporary = temporaryFolder('elsewhere')

describe.skipIf(process.platform === 'win32')('scripts that are started in another project', () => {
  /** A clone with nothing installed or built, another project to stand in, and stand-ins for programs. */
  function setUp() {
    const root = fs.realpathSync(fs.mkdtempSync(join(temporary, 'places-')))
    const [clone, foreign, bin] = ['clone', 'foreign', 'bin'].map((name) => join(root, name))
    fs.cpSync(join(repository, 'scripts'), join(clone!, 'scripts'), { recursive: true })
    for (const [path, text] of [
      [`${clone!}/package.json`, '{ "type": "module" }'],
      [`${clone!}/package-lock.json`, '{}'],
      [`${clone!}/src/a.ts`, ''],
      [`${clone!}/bench/ui/main.ts`, program],
      [`${clone!}/test/fuzz/main.ts`, program],
      [`${foreign!}/package.json`, '{ "name": "another" }'],
      // Newer than what is installed: `npm ci` is due here, but it is nobody's business.
      [`${foreign!}/package-lock.json`, '{}'],
      [`${foreign!}/node_modules/.package-lock.json`, '{}'],
      [`${foreign!}/node_modules/kept/index.js`, 'kept'],
      [`${foreign!}/src/b.ts`, 'b'],
      [`${bin!}/package.json`, '{ "type": "module" }'],
      [`${bin!}/npm`, npm],
      ...['apt-get', 'electron', 'c++'].map((name) => [`${bin!}/${name}`, other]),
    ] as [string, string][]) {
      fs.mkdirSync(dirname(path), { recursive: true })
      fs.writeFileSync(path, text)
      if (dirname(path) === bin) fs.chmodSync(path, 0o755)
    }
    fs.utimesSync(join(foreign!, 'node_modules/.package-lock.json'), 0, 0)
    fs.mkdirSync(join(clone!, 'node_modules'))
    fs.symlinkSync(join(repository, 'node_modules/tsx'), join(clone!, 'node_modules/tsx'))
    return { root, clone: clone!, foreign: foreign!, bin: bin! }
  }

  function run(
    { root, foreign, bin }: ReturnType<typeof setUp>,
    args: readonly string[],
    { cwd = foreign, ...env }: Readonly<Record<string, string>> = {},
  ) {
    const calls = join(root, 'calls')
    const path = [bin, dirname(process.execPath), '/usr/bin'].join(delimiter)
    const { stderr } = spawnSync(process.execPath, args, {
      cwd,
      env: { PATH: path, CALLS: calls, HOME: join(root, 'home'), ...env },
      encoding: 'utf8',
    })
    const lines = fs.existsSync(calls) ? fs.readFileSync(calls, 'utf8').trim().split('\n') : []
    return { calls: lines.map((line) => JSON.parse(line) as Call), stderr }
  }

  /** Every file with its content. */
  function contentOf(folder: string): string[][] {
    const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
    return files.sort().map((path) => [path, fs.readFileSync(path, 'utf8')])
  }

  it.each(scripts)('%s installs and builds its own project and touches nothing of the other', (name) => {
    const places = setUp()
    const before = contentOf(places.foreign)
    const { calls, stderr } = run(places, [join(places.clone, 'scripts', name)])
    expect(contentOf(places.foreign)).toEqual(before)
    const installs = calls.filter((call) => call.name === 'npm')
    expect([stderr, installs[0]?.args[0]]).toEqual([stderr, 'ci'])
    expect(installs.length).toBeGreaterThanOrEqual(2)
    expect(new Set(installs.map(({ cwd }) => cwd))).toEqual(new Set([places.clone]))
    for (const { args } of calls) expect(args).not.toContain('--prefix')
  })

  it.each(scripts.filter((name) => name !== 'test.mjs' && name !== 'start.mjs'))(
    '%s reads the user’s paths in the caller’s folder',
    (name) => {
      const places = setUp()
      const script = join(places.clone, 'scripts', name)
      expect(run(places, [script]).calls.at(-1)).toMatchObject({ name: 'program', cwd: places.foreign })
    },
  )

  it('npm run, which begins in the project’s folder, is no other caller than the one that called npm', () => {
    const places = setUp()
    const script = join(places.clone, 'scripts/radversary.mjs')
    const npmRun = {
      cwd: places.clone,
      INIT_CWD: places.foreign,
      npm_lifecycle_script: 'node scripts/radversary.mjs',
    }
    const own = { ...npmRun, npm_package_json: join(places.clone, 'package.json') }
    const others = { ...npmRun, npm_package_json: join(places.foreign, 'package.json') }
    expect(run(places, [script], own).calls.at(-1)?.cwd).toBe(places.foreign)
    expect(run(places, [script], others).calls.at(-1)?.cwd).toBe(places.clone)
  })

  it('the demo’s files are the project’s own', () => {
    const places = setUp()
    const { args } = run(places, [join(places.clone, 'scripts/demo.mjs')]).calls.at(-1)!
    expect(args[args.indexOf('--out') + 1]).toBe('../clone/demo')
    expect(args[args.indexOf('--study') + 1]).toBe('../clone/resources/sample/study')
  })

  it('Electron is given the project’s folder, and the paths as they were', () => {
    const places = setUp()
    const electron = { ELECTRON_OVERRIDE_DIST_PATH: places.bin, DISPLAY: ':0' }
    const { calls } = run(places, [join(places.clone, 'scripts/start.mjs'), 'a study'], electron)
    expect(calls.at(-1)).toEqual({
      name: 'electron',
      cwd: places.foreign,
      args: [places.clone, 'a study'],
    })
  })

  it('tfjs-native.ts installs into Radversary’s own folder of the user, and finds a library by a relative path', () => {
    const places = setUp()
    for (const path of ['lib/libtensorflow.so', 'include/tensorflow/c/c_api.h']) {
      fs.mkdirSync(dirname(join(places.foreign, 'tensorflow', path)), { recursive: true })
      fs.writeFileSync(join(places.foreign, 'tensorflow', path), '')
    }
    const before = contentOf(places.foreign)
    const tsx = ['--import', import.meta.resolve('tsx')]
    const script = join(repository, 'scripts/tfjs-native.ts')
    const home = join(places.root, 'home')
    const { calls } = run(places, [...tsx, script, '--libtensorflow', 'tensorflow'], {
      RADVERSARY_HOME: home,
    })
    expect(contentOf(places.foreign)).toEqual(before)
    expect(calls.map(({ name }) => name)).toEqual(['npm', 'c++'])
    expect(calls[0]!.args.slice(-4, -2)).toEqual(['--prefix', join(home, 'tfjs')])
    expect(calls[1]!.args).toContain(join(places.foreign, 'tensorflow/lib/libtensorflow.so'))
  })
})
