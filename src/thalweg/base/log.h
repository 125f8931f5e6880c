#pragma once

// The process log: lines to stderr, at most one per micro-batch. Thread-safe.

#include <string_view>

namespace thalweg {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

/// Lines below `level` are dropped. The default is kWarning.
void SetLogLevel(LogLevel level);
/// One line: time, level, text.
void Log(LogLevel level, std::string_view text);

}  // namespace thalweg
