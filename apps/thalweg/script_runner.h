#pragma once

// Runs scripts to their end.

#include <string>
#include <vector>

#include "statement_runner.h"

namespace thalweg::cli {

// Exit codes of the program.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

/// Runs the statements of `scripts` in order, then waits until the streaming queries that they
/// started end or a signal stops them. Gives the exit code.
///
/// Semantics: the first error ends everything: it is written to stderr, queries that run are
/// stopped after their micro-batch, and the code is kExitFailed. A signal that comes when no
/// statement is left stops the queries after their micro-batches: kExitDone. One that comes before
/// leaves out the statements that follow: 128 + its number.
int RunScripts(const std::vector<std::string>& scripts, StatementRunner* runner,
               ProgressDisplay* display);

}  // namespace thalweg::cli
