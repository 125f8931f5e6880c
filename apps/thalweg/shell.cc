#include "shell.h"

#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

#include "error_output.h"
#include "interrupt.h"
#include "line_editor.h"
#include "script_runner.h"
#include "shell_completion.h"
#include "text_file.h"
#include "version_command.h"

namespace thalweg::cli {
namespace {

constexpr const char* kPrompt = "thalweg> ";
constexpr const char* kNextPrompt = "      -> ";

std::string HistoryFile() {
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? "" : std::string(home) + "/.thalweg_history";
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t;") + 1 - first);
}

class Shell {
 public:
  Shell(StatementRunner* runner, ProgressDisplay* display, LineEditor* editor)
      : runner_(runner), display_(display), editor_(editor) {}

  void Run() {
    while (!is_done_) {
      TellFailures();
      const auto line = editor_->Read(pending_.empty() ? kPrompt : kNextPrompt);
      if (line.end == LineEditor::End::kInterrupt) {
        fmt::print("\n");
        std::fflush(stdout);
        pending_.clear();
        ResetInterrupt();
        // What cannot be reset asks the program to end.
        if (IsInterrupted()) is_done_ = true;
      } else if (line.end == LineEditor::End::kEndOfInput) {
        fmt::print("\n");
        is_done_ = true;
      } else {
        TakeLine(line.text);
      }
    }
  }

 private:
  void TakeLine(const std::string& line) {
    if (!Trim(line).empty()) editor_->AddToHistory(line);
    if (pending_.empty() && Trim(line).starts_with('.')) {
      RunDotCommand(Trim(line));
      return;
    }
    pending_ += line + "\n";
    const Script script(pending_);
    if (script.last_is_unfinished()) return;
    pending_.clear();
    RunScript(script);
  }

  void RunScript(const Script& script) {
    for (const ScriptStatement& statement : script.statements()) {
      ResetInterrupt();
      display_->SetActive(true);
      const auto start = std::chrono::steady_clock::now();
      const auto end = runner_->Run(statement);
      display_->SetActive(false);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      if (!end.ok()) {
        PrintError(end.status(), script.text());
      } else if (*end == RunEnd::kInterrupted) {
        fmt::print(stderr, "interrupted\n");
      }
      if (shows_timing_) fmt::print(stderr, "Time: {:.3f} s\n", took.count());
      if (!end.ok() || *end == RunEnd::kInterrupted) break;
    }
    ResetInterrupt();
    if (IsInterrupted()) is_done_ = true;
  }

  void RunDotCommand(std::string_view line) {
    const size_t blank = std::min(line.find_first_of(" \t"), line.size());
    const std::string_view name = line.substr(0, blank);
    const std::string argument(Trim(line.substr(blank)));
    if (name == ".exit" || name == ".quit") {
      is_done_ = true;
    } else if (name == ".help") {
      PrintHelp();
    } else if (name == ".tables") {
      RunScript(Script("SHOW TABLES"));
    } else if (name == ".read") {
      ReadScript(argument);
    } else if (name == ".format") {
      const auto format = ParseOutputFormat(argument);
      if (format)
        runner_->set_format(*format);
      else
        PrintUsage(name);
    } else if (name == ".timing") {
      if (argument == "on" || argument == "off")
        shows_timing_ = argument == "on";
      else
        PrintUsage(name);
    } else {
      fmt::print(stderr, "unknown command: {}; see .help\n", name);
    }
  }

  void ReadScript(const std::string& file) {
    if (file.empty()) {
      PrintUsage(".read");
      return;
    }
    const auto text = ReadTextFile(file);
    if (text.ok()) {
      RunScript(Script(*text));
    } else {
      PrintError(text.status());
    }
  }

  static void PrintUsage(std::string_view name) {
    for (const DotCommand& command : DotCommands()) {
      if (command.name == name) {
        fmt::print(stderr, "usage: {} {}\n", command.name, command.arguments);
      }
    }
  }

  static void PrintHelp() {
    fmt::print("Statements end with a semicolon. Ctrl-C ends a running statement.\n");
    for (const DotCommand& command : DotCommands()) {
      fmt::print("{:<24} {}\n", fmt::format("{} {}", command.name, command.arguments),
                 command.text);
    }
    std::fflush(stdout);
  }

  /// Tells of queries in the background that have failed, and forgets those that have ended.
  void TellFailures() {
    std::erase_if(runner_->started(), [](const stream::StreamingQueryPtr& query) {
      if (query->IsActive()) return false;
      if (const auto failure = query->exception()) {
        PrintError(failure->ToStatus());
      }
      return true;
    });
  }

  StatementRunner* runner_;
  ProgressDisplay* display_;
  LineEditor* editor_;
  std::string pending_;  // lines of a statement that is not complete
  bool shows_timing_ = false;
  bool is_done_ = false;
};

}  // namespace

int RunShell(StatementRunner* runner, ProgressDisplay* display) {
  session::Session* session = runner->session();
  auto editor =
      LineEditor::Make(HistoryFile(), [session](std::string_view line, std::string_view word) {
        return CompleteWord(session, line, word);
      });
  if (!editor.ok()) {
    PrintError(editor.status());
    return kExitFailed;
  }
  display->SetActive(false);
  fmt::print("{}\n.help lists the commands, .exit ends.\n", VersionText());
  Shell(runner, display, editor->get()).Run();
  ResetInterrupt();
  const auto active = session->queries().active();
  if (!active.empty()) {
    fmt::print("stopping {} streaming queries\n", active.size());
    std::fflush(stdout);
  }
  StopQueries(session, active);
  const Status saved = (*editor)->SaveHistory();
  if (!saved.ok()) fmt::print(stderr, "{}\n", saved.message());
  return kExitDone;
}

}  // namespace thalweg::cli
