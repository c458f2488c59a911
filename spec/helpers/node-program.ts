import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kept } from './kept-folder.js'
import { npmInstall } from './npm-install.js'

/** The program of another version of Node. npm has them, one package for each platform. */
export async function nodeProgram(version: string): Promise<string> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = await kept(`lasting-node-${version}`, async (filling) => {
    await writeFile(join(filling, 'package.json'), '{ "private": true }\n')
    await npmInstall(filling, [`${name}@${version}`])
    await rename(join(filling, 'node_modules', name, 'bin'), join(filling, 'bin'))
    await rm(join(filling, 'node_modules'), { recursive: true })
  })
  return join(folder, 'bin/node')
}
