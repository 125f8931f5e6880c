#include "python_shell_command.h"

#include "python_options.h"

namespace thalweg::cli {
namespace {

constexpr const char* kFooter =
    R"(The prompt is the interpreter's own. `spark` is a session of a server that ends with the prompt,
`F` is pyspark.sql.functions. The interpreter needs pyspark-client, or pyspark with its extras for
Connect.)";

/// What the interpreter runs before the prompt. PySpark takes an interpreter without a prompt and a
/// file for a run of its own doctests.
constexpr const char* kStart = R"(
import sys
sys.ps1, sys.ps2 = '>>> ', '... '
try:
    from pyspark.sql import SparkSession, functions as F
    spark = SparkSession.builder.getOrCreate()
except ImportError as error:
    import os
    print(error, '- the shell needs PySpark: pip install pyspark-client', sep='\n', file=sys.stderr)
    sys.stderr.flush()
    os._exit(1)
print('Thalweg, as Spark', spark.version, '- the session is `spark`, its functions are `F`')
)";

}  // namespace

CLI::App* AddPythonShellCommand(CLI::App* app, PythonArguments* arguments) {
  CLI::App* shell = app->add_subcommand("shell", "A Python prompt with a session");
  shell->footer(kFooter);
  AddPythonOptions(shell, arguments);
  return shell;
}

int RunPythonShellCommand(const PythonArguments& arguments) {
  return ExitCode(RunPythonProgram(arguments, {"-i", "-c", kStart}));
}

}  // namespace thalweg::cli
