// `jl0 image`: makes or checks the system image. The build calls it; users need not.

import type { Command } from 'commander';
import { CommandError, ExitCode } from './exit.ts';

/** Adds the command to the program. */
export function registerImage(program: Command): void {
  program
    .command('image', { hidden: true })
    .summary('make or check the system image')
    .description('Boots the embedded library from its sources and saves the heap, from which later starts are quick.')
    .option('--check', 'read the image and compare its checksum instead')
    .action(async (options: { check?: boolean }) => {
      const { imagePlace } = await import('../image/snapshot-store.ts');
      const { file, identity } = imagePlace();
      if (options.check) {
        const { verifySnapshot } = await import('../../interpreter/memory/snapshot.ts');
        try {
          console.log(`${file}: ${(verifySnapshot(file) / 2 ** 20).toFixed(1)} MiB, sound`);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new CommandError(ExitCode.failed, `${file}: ${reason}`);
        }
        return;
      }
      const { buildImage } = await import('../session.ts');
      const { reportBootFailure } = await import('../program.ts');
      try {
        buildImage(file, identity);
        const { verifySnapshot } = await import('../../interpreter/memory/snapshot.ts');
        verifySnapshot(file);
      } catch (error) {
        process.exitCode = reportBootFailure(error);
      }
    });
}
