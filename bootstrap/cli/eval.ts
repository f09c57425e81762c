// `jl0 -e CODE`: runs code given on the command line.

import type { Command } from 'commander';

/** Adds the command to the program. It goes by `-e`; main.ts translates. */
export function registerEval(program: Command): void {
  program
    .command('eval')
    .alias('-e')
    .summary('run code given as an argument: jl0 -e CODE')
    .description('Runs code given on the command line: jl0 -e CODE. What follows CODE is its ARGS.')
    .usage('<code> [args...]')
    .argument('<code>', 'Julia code')
    .argument('[args...]', 'its arguments')
    .passThroughOptions()
    .addHelpText('after', "\nExamples:\n  jl0 -e 'println(1 + 2)'\n  jl0 -e 'println(ARGS)' first second")
    .action(async (code: string, args: string[]) => {
      const { inSession } = await import('./session.ts');
      const { runText } = await import('../program.ts');
      process.exitCode = inSession('', args, () => runText(code));
    });
}
