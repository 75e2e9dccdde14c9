import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What the tests take from Debian, each with a file that shows it is there and the tests that need it. */
const packages = [
  { name: 'chromium', shows: '/usr/lib/chromium/vk_swiftshader_icd.json', for: 'WebGPU in software' },
  { name: 'libvulkan1', shows: '/usr/lib/x86_64-linux-gnu/libvulkan.so.1', for: 'WebGPU in software' },
  { name: 'dcmtk', shows: '/usr/bin/dcmdump', for: 'reading exports with DCMTK' },
  { name: 'dicom3tools', shows: '/usr/bin/dciodvfy', for: 'validating exports with dciodvfy and dcentvfy' },
  {
    name: 'python3-pydicom',
    shows: '/usr/lib/python3/dist-packages/pydicom/__init__.py',
    for: 'reading exports with pydicom',
  },
  {
    name: 'python3-gdcm',
    shows: '/usr/lib/python3/dist-packages/gdcm.py',
    for: 'reading compressed sources with pydicom',
  },
  {
    name: 'python3-numpy',
    shows: '/usr/lib/python3/dist-packages/numpy/__init__.py',
    for: 'reading .npy files with NumPy',
  },
]

function missingPackages() {
  return packages.filter(({ shows }) => !existsSync(shows))
}

function mayInstall() {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 2, 2], env }).status === 0
}

/** Installs them where that is allowed; otherwise names them, and under CI=true fails. */
export function ensureDebianPackages() {
  const missing = missingPackages()
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name)
  console.error(`Debian packages that the tests use and that are not here: ${names.join(', ')}`)
  if (mayInstall() && aptGet('update') && aptGet('install', '-y', '--no-install-recommends', ...names)) return
  for (const { name, for: purpose } of missingPackages())
    console.error(`SKIPPED: ${purpose} (install ${name})`)
  if (process.env.CI === 'true') process.exit(1)
}
