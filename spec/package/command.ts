import { execFile } from 'node:child_process'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What npm and jest leave behind for their children would make a customer's command another one. */
const inherited = /^(npm_(?!config_)|npm_config_(local|global)_prefix$|NODE_OPTIONS$|NODE_ENV$|JEST_)/i

export function customersEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !inherited.test(name))
  return { ...Object.fromEntries(own), ...extra }
}

/** Runs a program as a customer would. Resolves whatever its exit code is. */
export function run(
  file: string,
  args: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, env: customersEnvironment(variables), maxBuffer: 16 * 1024 * 1024 }
    execFile(file, [...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr })
    })
  })
}

/** Runs a program that must succeed, and returns what it printed. */
export async function output(
  file: string,
  args: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, cwd, variables)
  if (code === 0) return stdout
  throw new Error(`${[file, ...args].join(' ')} ended with ${code}:\n${stdout}${stderr}`)
}
