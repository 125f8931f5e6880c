#pragma once

// Runs one statement and prints what it gives: shared by scripts and the shell.

#include <memory>
#include <vector>

#include "output_format.h"
#include "progress_display.h"
#include "query_wait.h"
#include "script.h"

namespace thalweg::cli {

/// One thread.
class StatementRunner {
 public:
  /// All outlive the runner.
  StatementRunner(session::Session* session, TextOutput* output, ProgressDisplay* display,
                  OutputFormat format)
      : session_(session), output_(output), display_(display), format_(format) {}

  /// Parses and runs `statement`; rows go to the output.
  ///
  /// Semantics: SET key=value prints nothing. Plans of EXPLAIN are printed as text by the table
  /// format. A SELECT over a stream is a live view. A streaming query with trigger availableNow or
  /// once is waited for, so that the next statement sees what it wrote; others run on, see
  /// started(). kInterrupted: a signal ended it.
  Result<RunEnd> Run(const ScriptStatement& statement);

  /// Queries that were started to run on, oldest first, ended ones among them.
  std::vector<stream::StreamingQueryPtr>& started() { return started_; }

  OutputFormat format() const { return format_; }
  void set_format(OutputFormat format) { format_ = format; }
  session::Session* session() const { return session_; }

 private:
  Result<RunEnd> RunQuery(const plan::spec::Statement& statement);
  Result<RunEnd> FollowStream(const plan::spec::Statement& statement,
                              stream::StreamingQueryPtr query);
  Status PrintRows(const plan::spec::Statement& statement, const session::RowSet& rows);

  session::Session* session_;
  TextOutput* output_;
  ProgressDisplay* display_;
  OutputFormat format_;
  std::vector<stream::StreamingQueryPtr> started_;
};

}  // namespace thalweg::cli
