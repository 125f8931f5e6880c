#include "thalweg/connect/python/python_function.h"

#include <cstdlib>
#include <utility>

namespace thalweg::connect {

python::PythonFunction FunctionFromProto(const std::string& name,
                                         const proto::PythonUDF& function) {
  python::PythonFunction made;
  made.name = name;
  made.eval_type = static_cast<python::EvalType>(function.eval_type());
  made.command = function.command();
  made.python_version = function.python_ver();
  made.includes = {function.additional_includes().begin(), function.additional_includes().end()};
  return made;
}

Result<python::PythonSettings> PythonSettingsOf(ConnectSession* session) {
  const char* given = std::getenv("PYSPARK_PYTHON");
  python::PythonSettings settings = python::ReadPythonSettings(
      session->engine().SettingsSnapshot(), given == nullptr ? "python3" : given);
  ARROW_ASSIGN_OR_RAISE(auto files, session->python_files().Update(session->artifacts()));
  // Functions open the session's files by their names alone, too.
  settings.interpreter.directory = files.directory;
  settings.files_directory = std::move(files.directory);
  settings.includes = std::move(files.modules);
  settings.profiles = session->function_profiles();
  return settings;
}

Result<FunctionSettings> FunctionSettings::Make(ConnectSession* session) {
  ARROW_ASSIGN_OR_RAISE(auto settings, PythonSettingsOf(session));
  return FunctionSettings(session->weak_from_this(), std::move(settings));
}

Result<python::PythonSettings> FunctionSettings::Now() const {
  const auto session = session_.lock();
  if (session == nullptr) return first_;
  return PythonSettingsOf(session.get());
}

}  // namespace thalweg::connect
