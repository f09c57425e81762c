// The command line: which commands there are, and what becomes of their errors.
//
// Each command is a file of its own that registers itself: name, arguments, options, help, and an action that loads what
// it needs when it runs and not before. So `jl0 --version` reads nothing but this folder.
//
// Enters: the arguments. Leaves: the exit code (see exit.ts). Messages about jl0 and its use go to standard error; what
// was asked for goes to standard output.

import { Command, CommanderError } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { registerCompile } from './compile.ts';
import { registerDemo } from './demo.ts';
import { registerDoctor } from './doctor.ts';
import { registerEval } from './eval.ts';
import { CommandError, ExitCode } from './exit.ts';
import { registerImage } from './image.ts';
import { registerInspect } from './inspect.ts';
import { registerIr } from './ir.ts';
import { registerLower } from './lower.ts';
import { registerParse } from './parse.ts';
import { registerRun } from './run.ts';
import { registerTrace } from './trace.ts';

const examples = `
Examples:
  jl0 -e 'println(1 + 2)'                 run a line of Julia
  jl0 run script.jl a b                   run a script; ARGS is ["a", "b"]
  echo 'println("hi")' | jl0 run -        run standard input
  jl0 parse script.jl                     show the syntax tree
  jl0 lower script.jl                     show the lowered code
  jl0 trace script.jl                     run it and show every foreign call
  jl0 compile script.jl -o script.o       compile what it uses to a relocatable object
  jl0 run --native script.o script.jl     run it with that object
  jl0 inspect script.o                    show what is in the object
  jl0 doctor                              what is installed, what is missing

Exit codes: 0 all went well, 1 the program failed, 2 wrong use, 3 something is not available here, 70 an error in jl0.`;

/** What `--version` prints. */
export const version = `jl0 ${packageFile.version} (Julia ${packageFile.config.julia})`;

function commandLine(): Command {
  const program = new Command('jl0')
    .description('Julia, stage zero: runs Julia, shows what its ccalls do, and compiles it to relocatable objects')
    .usage('[-e CODE | COMMAND] [arguments]')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examples)
    // Everything after FILE belongs to the script, options included.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride();
  const registrations = [
    registerRun,
    registerEval,
    registerParse,
    registerLower,
    registerIr,
    registerCompile,
    registerInspect,
    registerTrace,
    registerDoctor,
    registerDemo,
    registerImage,
  ];
  for (const register of registrations) register(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** `jl0 -e CODE ...` is the command `eval`; commander cannot mix options of that kind with commands. */
function withEvalAsCommand(args: readonly string[]): string[] {
  const [first = '', ...rest] = args;
  if (first === '-e' || first === '--eval') return ['eval', ...rest];
  if (first.startsWith('--eval=')) return ['eval', first.slice('--eval='.length), ...rest];
  return [...args];
}

/** Whether the command prints nothing on standard output itself. What Julia prints goes to the descriptor. */
const leavesOutputToTheProgram = (args: readonly string[]): boolean =>
  ['run', '-e', '--eval', 'eval', 'trace'].includes(args[0]) && !args.includes('--help') && !args.includes('-h');

/** `jl0 parse FILE | head` closes the pipe early; that is nobody's error. (To name Node's stream is to load it.) */
function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.ok);
    throw error;
  });
}

/**
 * Runs one command line.
 *
 * @param args the arguments after the program's name
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  if (!leavesOutputToTheProgram(args)) endQuietlyWithReader();
  const program = commandLine();
  if (args.length === 0) {
    process.stderr.write(program.helpInformation());
    process.stderr.write(`${examples}\n`);
    return ExitCode.usage;
  }
  try {
    await program.parseAsync(withEvalAsCommand(args), { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : ExitCode.ok;
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** Reports an error that ended a command, and gives the exit code for it. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  if (error instanceof CommandError) {
    process.stderr.write(`jl0: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof Error && error.name === 'LLVMUnavailable') {
    process.stderr.write(`jl0: ${error.message}\n`);
    return ExitCode.unavailable;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`jl0: internal error\n${text}\nPlease report this together with how to reproduce it.\n`);
  return ExitCode.internal;
}
