// Excludes texts for people from Stryker's mutations: whether a test detects a changed wording is irrelevant to safety.
// Codes, names of digests and the like stay mutants; they have no blank in them. What describes a Symbol is a text too.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin'

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'texts', {
    shouldIgnore({ node, parentPath }) {
      const of = parentPath?.node
      if (of?.type === 'CallExpression' && of.callee.name === 'Symbol') return 'a text for people'
      const written =
        node.type === 'StringLiteral'
          ? node.value
          : node.type === 'TemplateLiteral'
            ? node.quasis.map(({ value }) => value.raw).join('')
            : ''
      return written.includes(' ') ? 'a text for people' : undefined
    },
  }),
]
