#pragma once

// `thalweg state`: what a checkpoint keeps between micro-batches.

#include <string>

#include <CLI/CLI.hpp>

namespace thalweg::cli {

/// What the command line asks for.
struct StateArguments {
  std::string checkpoint;
  int operator_id = 0;
  /// Of a dump; -1: the newest committed batch.
  int64_t batch = -1;
  bool dumps = false;
  /// "FROM..TO" or "FROM..": a change feed.
  std::string changes;
  /// Of a join: "left" or "right"; or the name of a store.
  std::string join_side;
  std::string store;
  /// Of transformWithState: the name of a variable, or the timers.
  std::string variable;
  bool timers = false;
  /// Lists and maps in one row a key.
  bool whole = false;
  std::string format = "table";
};

/// Adds the sub-command to `app`; parsing fills `arguments`, which outlives `app`.
CLI::App* AddStateCommand(CLI::App* app, StateArguments* arguments);

/// Gives the exit code of the program (script_runner.h): lists the operators, or prints the rows of
/// one.
int RunStateCommand(const StateArguments& arguments);

}  // namespace thalweg::cli
