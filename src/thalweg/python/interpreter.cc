#include "thalweg/python/interpreter.h"

#include <chrono>

#include "thalweg/python/child_process.h"

namespace thalweg::python {
namespace {

using std::chrono::seconds;

// Reads the version without importing PySpark, which takes a second; imports it only if it lies in
// an archive.
constexpr const char* kProbe = R"(
import importlib.util, os, sys
spec = importlib.util.find_spec("pyspark")
if spec is None:
    sys.exit("there is no module named pyspark")
facts = {}
path = os.path.join(os.path.dirname(spec.origin), "version.py")
if os.path.exists(path):
    exec(open(path, encoding="utf-8").read(), facts)
else:
    from pyspark.version import __version__
    facts["__version__"] = __version__
print("%d.%d %s" % (sys.version_info[0], sys.version_info[1], facts["__version__"]))
)";

Status CannotStart(const Interpreter& interpreter, const std::string& reason) {
  return MakeError("PYTHON_WORKER_FAILED.CANNOT_START",
                   {{"reason", "\"" + interpreter.executable + "\": " + reason}});
}

std::string LastLine(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  const size_t newline = text.rfind('\n');
  return newline == std::string::npos ? text : text.substr(newline + 1);
}

}  // namespace

Result<InterpreterVersions> ProbeInterpreter(const Interpreter& interpreter) {
  ARROW_ASSIGN_OR_RAISE(
      ChildProcess child,
      ChildProcess::Start({interpreter.executable, "-c", kProbe}, interpreter.environment));
  const Result<std::string> answer = ReadToEnd(child.output(), 4096, seconds(60));
  const Result<std::string> complaint =
      answer.ok() ? ReadToEnd(child.errors(), 65536, seconds(5)) : Result<std::string>("");
  const int status = child.End(seconds(1));
  if (!answer.ok()) return CannotStart(interpreter, answer.status().message());
  const std::string line = LastLine(*answer);
  const size_t space = line.find(' ');
  if (status != 0 || space == std::string::npos) {
    const std::string said = complaint.ok() ? LastLine(*complaint) : std::string();
    return CannotStart(interpreter, said.empty() ? "it said nothing about its version" : said);
  }
  InterpreterVersions versions;
  versions.python = line.substr(0, space);
  versions.pyspark = line.substr(space + 1);
  ARROW_ASSIGN_OR_RAISE(versions.protocol, ProtocolOfVersion(versions.pyspark));
  return versions;
}

}  // namespace thalweg::python
