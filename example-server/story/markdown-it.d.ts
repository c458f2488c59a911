/** As much of markdown-it as is used: it has no types of its own. */
declare module 'markdown-it' {
  export interface Token {
    type: string
    /** The words of a text, the code of a block. */
    content: string
    attrs: [name: string, value: string][] | null
    readonly children: Token[] | null
    attrGet(name: string): string | null
    attrSet(name: string, value: string): void
  }

  type Rule = (tokens: readonly Token[], index: number) => string

  export default class MarkdownIt {
    constructor(options: { readonly html: boolean })
    readonly renderer: {
      readonly rules: Record<string, Rule | undefined>
      render(tokens: readonly Token[], options: object, env: object): string
    }
    readonly options: object
    parse(text: string, env: object): Token[]
  }
}
