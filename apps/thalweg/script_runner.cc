#include "script_runner.h"

#include <fmt/format.h>

#include "error_output.h"
#include "interrupt.h"

namespace thalweg::cli {
namespace {

constexpr int kExitSignalBase = 128;

int Fail(const Status& status, std::string_view script, StatementRunner* runner,
         ProgressDisplay* display) {
  {
    const auto lock = display->ClearAndHold();
    PrintError(status, script);
  }
  StopQueries(runner->session(), runner->started());
  return kExitFailed;
}

}  // namespace

int RunScripts(const std::vector<std::string>& texts, StatementRunner* runner,
               ProgressDisplay* display) {
  std::vector<Script> scripts(texts.begin(), texts.end());
  size_t left = 0;
  for (const Script& script : scripts) left += script.statements().size();
  for (const Script& script : scripts) {
    for (const ScriptStatement& statement : script.statements()) {
      const auto end = runner->Run(statement);
      if (!end.ok()) return Fail(end.status(), script.text(), runner, display);
      --left;
      const bool must_stop = *end == RunEnd::kInterrupted || IsInterrupted();
      if (must_stop && left > 0) {
        StopQueries(runner->session(), runner->started());
        const auto lock = display->ClearAndHold();
        fmt::print(stderr, "interrupted: {} statements were not run\n", left);
        return kExitSignalBase + interrupt_signal();
      }
    }
  }
  const auto end = WaitForQueries(runner->session(), runner->started());
  runner->session()->queries().FlushListeners();
  const auto place = scripts.size() == 1 ? std::string_view(scripts[0].text()) : "";
  if (!end.ok()) return Fail(end.status(), place, runner, display);
  const auto lock = display->ClearAndHold();
  return kExitDone;
}

}  // namespace thalweg::cli
