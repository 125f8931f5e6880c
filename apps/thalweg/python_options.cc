#include "python_options.h"

#include <string>

#include "error_output.h"
#include "script_runner.h"

namespace thalweg::cli {

void AddPythonOptions(CLI::App* command, PythonArguments* arguments) {
  command
      ->add_option("--python", arguments->interpreter,
                   "The interpreter; else PYSPARK_DRIVER_PYTHON, PYSPARK_PYTHON, python3")
      ->option_text("PYTHON");
  command->add_option("-c,--conf", arguments->settings, "A setting of every session, KEY=VALUE")
      ->check([](const std::string& text) {
        return text.find('=') == std::string::npos ? "KEY=VALUE is wanted" : std::string();
      })
      ->allow_extra_args(false)
      ->option_text("KEY=VALUE");
}

int ExitCode(const Result<int>& outcome) {
  if (outcome.ok()) return *outcome;
  PrintError(outcome.status());
  return kExitFailed;
}

}  // namespace thalweg::cli
