import { membersOf } from './problem.js'
import { ProjectClientError } from './project-client-error.js'

/** The answer, or an error that says where there was none. */
export async function answerOf(
  where: string,
  code: 'token_unreachable' | 'platform_unreachable',
  signal: AbortSignal,
  ask: () => Promise<Response>,
): Promise<Response> {
  const { origin = 'this origin' } = (globalThis as { location?: { origin?: string } }).location ?? {}
  try {
    return await ask()
  } catch (cause) {
    if (signal.aborted) throw cause
    throw new ProjectClientError(
      code,
      `No answer from ${where}: is it down, or ${origin} not allowed there (CORS)? See the browser console`,
      { cause },
    )
  }
}

/** The error for an answer that gives nothing. A status of 0 is a redirect, of which a page learns nothing. */
export async function refused(
  who: string,
  code: 'token_refused' | 'session_refused',
  response: Response,
): Promise<ProjectClientError> {
  const { status } = response
  const problem = await membersOf(response)
  const why = problem.code ?? (status || 'redirect, to a login?')
  return new ProjectClientError(code, `${who} refused: ${why}`, { status, problem })
}
