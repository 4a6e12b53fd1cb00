import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { type Console, Failure, Misuse } from './console.ts';
import { type Subcommand, subcommands } from './subcommand.ts';

const DONE = 0;
const FAILED = 1;
const MISUSED = 2;

/** Runs one command line (without node and script); the result is the exit code. */
export async function run(argv: readonly string[], console: Console): Promise<number> {
  try {
    const program = await createProgram(argv, console);
    await program.parseAsync(argv, { from: 'user' });
    return DONE;
  } catch (error) {
    return explain(error, console);
  }
}

async function createProgram(argv: readonly string[], console: Console): Promise<Command> {
  const program = new Command('skein').description('The open-source backend for drone fleets.');
  program.configureOutput({
    writeOut: (text) => console.out(text.trimEnd()),
    writeErr: (text) => console.note(text.trimEnd()),
  });
  // Inherited by subcommands, so it comes before them.
  program.exitOverride().showHelpAfterError('(--help shows what may be said)').helpCommand(false);
  const called = argv.find((argument) => !argument.startsWith('-'));
  for (const [name, subcommand] of Object.entries(subcommands)) {
    await addSubcommand(program.command(name), subcommand, name === called ? console : undefined);
  }
  program.addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage. Each command has --help.');
  return program;
}

async function addSubcommand(
  command: Command,
  { summary, load }: Subcommand,
  console?: Console,
): Promise<void> {
  command.description(summary);
  if (!console) return;
  const define = await load();
  define(command, console);
}

function explain(error: unknown, console: Console): number {
  // Commander has already said it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : MISUSED;
  const isMisuse = error instanceof Misuse || error instanceof ConfigError;
  const isExpected = isMisuse || error instanceof Failure;
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  console.note(`skein: ${isExpected || !console.env['DEBUG_MODE'] ? message : stack}`);
  return isMisuse ? MISUSED : FAILED;
}
