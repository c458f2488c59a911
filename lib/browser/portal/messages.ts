/** Portal to page, to whoever that is, until there is an answer. It says nothing. */
export interface Hello {
  readonly type: string
  /** 32 hexadecimal digits, new for each token. Who knows it was asked. */
  readonly nonce: string
}

/** Page to portal, once for each nonce: a token, or why there is none. */
export interface Answer {
  readonly type: string
  readonly nonce: string
  readonly token?: string
  /** A code, such as `no_session`. */
  readonly error?: string | undefined
}

export const helloType = 'reverse-jwt:hello'
export const answerType = 'reverse-jwt:token'
