import { run } from '../package/command.js'

/** Installs these packages into a folder, from the cache of npm where it has them. */
export async function npmInstall(folder: string, packages: readonly string[]): Promise<void> {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts']
  const { code, stderr } = await run('npm', ['install', ...flags, ...packages], folder)
  if (code === 0) return
  const why = stderr.split('\n').filter((line) => line.startsWith('npm error'))
  throw new Error(
    `npm could not install ${packages.join(' ')}. This needs the npm registry; can it be reached?\n${why.join('\n')}`,
  )
}
