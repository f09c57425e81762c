// Log messages as a user sees them: on standard error, framed, limited, and given to the logger of the moment.

import { describe, expect, it } from 'vitest';
import { jl0 } from './jl0.ts';

describe('log messages', () => {
  it('go to standard error with their keywords, and with their place when they warn', () => {
    const code =
      '@info "hello"; @info "two\\nlines" x=3; for i in 1:3; @warn "often" i maxlog=1; end; @debug error("never")';
    const { status, stdout, stderr } = jl0(['-e', code]);
    expect(status).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      '[ Info: hello\n┌ Info: two\n│ lines\n└   x = 3\n┌ Warning: often\n│   i = 1\n└ @ Main none:1\n',
    );
  });

  it('go to the logger of with_logger, which may drop them', () => {
    const code = `using Base.CoreLogging
      io = IOBuffer()
      with_logger(() -> (@debug "seen" a=1), SimpleLogger(io, Debug))
      with_logger(() -> (@error "dropped"), NullLogger())
      print(String(take!(io)))`;
    const { stdout, stderr } = jl0(['-e', code]);
    expect(stderr).toBe('');
    expect(stdout).toBe('┌ Debug: seen\n│   a = 1\n└ @ Main none:3\n');
  });

  it('that cannot be computed are reported and the program goes on', () => {
    const { status, stdout, stderr } = jl0(['-e', '@info "x $(error("boom"))"; println("on")']);
    expect(status).toBe(0);
    expect(stdout).toBe('on\n');
    expect(stderr).toMatch(
      /^┌ Error: Exception while generating log record in module Main at none:1\n│ {3}exception =\n│ {4}boom\n/,
    );
  });
});
