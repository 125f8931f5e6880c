#pragma once

// The interactive shell.

#include "statement_runner.h"

namespace thalweg::cli {

/// Reads statements from the terminal until .exit or the end of input, then stops what runs after
/// its micro-batch. Gives the exit code of the program.
///
/// Semantics: a statement ends with a semicolon and may take several lines. Errors are shown and do
/// not end the shell. Ctrl-C drops the lines typed so far; while a statement runs it ends that
/// statement. Streaming tables with an interval run on in the background; their failures are told
/// before the next prompt. Lines are kept in ~/.thalweg_history, which is written at the end only.
int RunShell(StatementRunner* runner, ProgressDisplay* display);

}  // namespace thalweg::cli
